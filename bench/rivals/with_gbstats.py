"""The same by GrowthBook's gbstats, which takes sums; pandas reads the file and adds up."""

import json
import sys

import pandas as pd
from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
from gbstats.models.statistics import (
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)

path, *metrics = sys.argv[1:]
units = pd.read_parquet(path)
arms = dict(iter(units.groupby("variant")))


def statistic(rows: pd.DataFrame, metric: str) -> RegressionAdjustedStatistic:
    """Sums of an arm."""
    y, x = rows[metric].to_numpy(), rows["x"].to_numpy()
    return RegressionAdjustedStatistic(
        n=len(y),
        post_statistic=SampleMeanStatistic(n=len(y), sum=y.sum(), sum_squares=y @ y),
        pre_statistic=SampleMeanStatistic(n=len(x), sum=x.sum(), sum_squares=x @ x),
        post_pre_sum_of_products=y @ x,
        theta=0.0,
    )


found = {}
for metric in metrics:
    control, treated = (statistic(arms[name], metric) for name in ("control", "treatment"))
    control.theta = treated.theta = compute_theta(control, treated)
    one = TwoSidedTTest(
        control, treated, FrequentistConfig(difference_type="absolute")
    ).compute_result()
    found[metric] = [one.expected, *one.ci]
print(json.dumps(found))
