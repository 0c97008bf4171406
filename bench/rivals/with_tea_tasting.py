"""The same by tea-tasting, over DuckDB through Ibis, as its guide advises for large data."""

import json
import sys

import ibis
import tea_tasting as tt

path, *metrics = sys.argv[1:]
units = ibis.duckdb.connect().read_parquet(path)
experiment = tt.Experiment({name: tt.Mean(name, covariate="x") for name in metrics})
result = experiment.analyze(units, control="control")
print(
    json.dumps(
        {
            name: [one.effect_size, one.effect_size_ci_lower, one.effect_size_ci_upper]
            for name, one in result.items()
        }
    )
)
