"""The bare aggregates, and nothing made of them."""

import json
import sys

import duckdb

path, *metrics = sys.argv[1:]
parts = ["count(*)", "avg(x), var_samp(x)"]
parts += [
    f"avg({name}), var_samp({name}), covar_samp({name}, x), skewness({name})" for name in metrics
]
sql = f"select variant, {', '.join(parts)} from read_parquet('{path}') group by variant"  # noqa: S608
print(json.dumps({"rows": len(duckdb.sql(sql).fetchall())}))
