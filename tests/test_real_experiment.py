"""The MineThatData e-mail test of Kevin Hillstrom (2008): three arms, 64,000 customers.

Published: visits 18.28 % (men's e-mail), 15.14 % (women's), 10.62 % (none); conversion 1.253, .884,
.573 %; spending $1.423, $1.077, $.653. The customers lie beside the project, not in it; the sums
below were counted from them, so that the figures hold without them.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from metrics.experiments import (
    Allocation,
    Effect,
    JointMoments,
    Moments,
    difference,
    effect,
    heterogeneity,
    joint_moments,
    marginal,
    mean_arm,
    merged,
    moments,
    post_stratified,
    ratio_arm,
    regression_adjusted,
    sample_ratio,
    share_arm,
    skew_check,
)
from metrics.multiplicity import adjusted_p_values
from metrics.proportion_tests import share_test
from metrics.proportions import share_difference

DATA = Path(__file__).parents[2] / "shared" / "data" / "ab_hillstrom.parquet"
ARMS = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
UNITS = {"No E-Mail": 21_306, "Mens E-Mail": 21_307, "Womens E-Mail": 21_387}
VISITS = {"No E-Mail": 2_262, "Mens E-Mail": 3_894, "Womens E-Mail": 3_238}
CONVERSIONS = {"No E-Mail": 122, "Mens E-Mail": 267, "Womens E-Mail": 189}

needs_data = pytest.mark.skipif(not DATA.is_file(), reason=f"the real data are not in {DATA}")


@pytest.fixture(scope="module")
def customers() -> dict[str, pl.DataFrame]:
    rows = pl.read_parquet(DATA)
    return {arm: rows.filter(pl.col("segment") == arm) for arm in ARMS}


def of(rows: pl.DataFrame, column: str) -> Moments:
    return moments(rows[column].to_numpy())


def against_none(customers: dict[str, pl.DataFrame], arm: str, column: str) -> Effect:
    sides = (mean_arm(of(customers[name], column)) for name in (ARMS[0], arm))
    return effect(difference(*sides))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [(VISITS, (0.1062, 0.1828, 0.1514)), (CONVERSIONS, (0.00573, 0.01253, 0.00884))],
)
def test_shares_are_the_published_ones(counts: dict[str, int], expected: tuple[float, ...]) -> None:
    found = [share_arm(counts[arm], UNITS[arm]).value for arm in ARMS]
    assert found == pytest.approx(expected, abs=5.1e-5)


def test_the_split_was_fair() -> None:
    plan = Allocation(tuple(UNITS[arm] for arm in ARMS), (1, 1, 1))
    assert sample_ratio([plan]).p_value == pytest.approx(0.904, abs=5e-4)


def test_both_mails_bring_visits() -> None:
    base = VISITS[ARMS[0]], UNITS[ARMS[0]]
    for arm in ARMS[1:]:
        other = VISITS[arm], UNITS[arm]
        assert share_test(base, other).p_value < 1e-40
        assert share_difference(base, other).low > 0.038


@needs_data
def test_counts_are_those_of_the_customers(customers: dict[str, pl.DataFrame]) -> None:
    assert {arm: rows.height for arm, rows in customers.items()} == UNITS
    assert {arm: rows["visit"].sum() for arm, rows in customers.items()} == VISITS
    assert {arm: rows["conversion"].sum() for arm, rows in customers.items()} == CONVERSIONS


@needs_data
@pytest.mark.parametrize(("arm", "mean", "t"), [(ARMS[1], 1.423, 5.30), (ARMS[2], 1.077, 3.26)])
def test_spending_is_the_published_one(
    customers: dict[str, pl.DataFrame], arm: str, mean: float, t: float
) -> None:
    one = against_none(customers, arm, "spend")
    assert (one.control, one.treated) == pytest.approx((0.653, mean), abs=5.1e-4)
    assert one.statistic == pytest.approx(t, abs=5e-3)
    assert one.lift.low > 0


@needs_data
def test_three_questions_of_one_mail_stay_answered(customers: dict[str, pl.DataFrame]) -> None:
    columns = ("visit", "conversion", "spend")
    p_values = [against_none(customers, ARMS[2], column).p_value for column in columns]
    assert all(p <= 0.01 for p in adjusted_p_values(p_values))


@needs_data
def test_past_spending_explains_almost_nothing_here(customers: dict[str, pl.DataFrame]) -> None:
    sides: list[JointMoments] = [
        joint_moments([customers[arm][c].to_numpy() for c in ("spend", "history", "recency")])
        for arm in ARMS[:2]
    ]
    found = regression_adjusted(*sides)
    plain = effect(difference(*(mean_arm(marginal(side)) for side in sides)))
    assert found.variance_ratio == pytest.approx(1, abs=2e-3)
    assert found.difference.value == pytest.approx(plain.difference, rel=0.02)


@needs_data
def test_channels_add_up_and_react_alike(customers: dict[str, pl.DataFrame]) -> None:
    channels = sorted(customers[ARMS[0]]["channel"].unique())
    cells = [
        [of(customers[arm].filter(pl.col("channel") == channel), "visit") for arm in ARMS[:2]]
        for channel in channels
    ]
    whole = against_none(customers, ARMS[1], "visit")
    for side, total in enumerate((whole.control, whole.treated)):
        assert merged([cell[side] for cell in cells]).mean == pytest.approx(total)
    stratified = post_stratified([tuple(cell) for cell in cells])
    assert stratified.value == pytest.approx(whole.difference, abs=1e-3)
    effects = [effect(difference(*map(mean_arm, cell))) for cell in cells]
    spread = heterogeneity([e.difference for e in effects], [e.standard_error for e in effects])
    assert spread.pooled == pytest.approx(whole.difference, abs=2e-3)


@needs_data
def test_spending_is_skewed_and_has_units_enough_only_for_visits(
    customers: dict[str, pl.DataFrame],
) -> None:
    assert skew_check(of(customers[ARMS[0]], "visit")).is_enough
    assert not skew_check(of(customers[ARMS[0]], "spend")).is_enough


@needs_data
def test_spending_per_conversion_is_a_ratio(customers: dict[str, pl.DataFrame]) -> None:
    rows = customers[ARMS[1]]
    found = ratio_arm(joint_moments([rows["spend"].to_numpy(), rows["conversion"].to_numpy()]))
    buyers = rows.filter(pl.col("conversion") == 1)["spend"].to_numpy()
    assert found.value == pytest.approx(float(np.mean(buyers)))
    # Who buys is given, so the ratio is as sure as a mean over buyers.
    assert found.variance == pytest.approx(float(np.var(buyers) / buyers.size), rel=0.01)
