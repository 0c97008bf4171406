"""The same by Spotify's confidence, which takes sums; pandas reads the file and adds up."""

import json
import sys

import pandas as pd
import spotify_confidence as confidence

path, *metrics = sys.argv[1:]
units = pd.read_parquet(path)
sums = []
for variant, rows in units.groupby("variant"):
    x = rows["x"].to_numpy()
    for metric in metrics:
        y = rows[metric].to_numpy()
        sums.append(
            {
                "variant": variant, "metric": metric, "n": len(y), "y": y.sum(), "yy": y @ y,
                "x": x.sum(), "xx": x @ x, "xy": x @ y,
            }
        )  # fmt: skip
found = {}
for metric, rows in pd.DataFrame(sums).groupby("metric"):
    test = confidence.ZTestLinreg(
        rows, "y", "yy", "n", "x", "xx", "xy", categorical_group_columns="variant",
        interval_size=0.95, correction_method="bonferroni",
    )  # fmt: skip
    (one,) = test.difference("control", "treatment").to_dict("records")
    found[metric] = [one["difference"], one["ci_lower"], one["ci_upper"]]
print(json.dumps(found))
