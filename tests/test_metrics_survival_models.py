"""Models of survival against papers and lifelines, at their edges, and what they refuse."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.hazard_regression import PHReg

from metrics.survival import (
    Lifetimes,
    back_test,
    concordance,
    cox,
    cox_by_age,
    shifted_beta_geometric,
    weibull,
)
from metrics.survival.proportionality import proportionality
from tests.reference_lifetimes import covariates, lifetimes, table
from tests.test_metrics_survival import LIVES, of, seen


def test_cox_of_recidivism() -> None:
    # Fox (2002), Cox regression in R, appendix; lifelines 0.30.3, load_rossi.
    found = cox(lifetimes("rossi"), covariates("rossi"))
    by_name = {one.name: one for one in found.drivers}
    expected = {"fin": -0.379422, "age": -0.057438, "race": 0.3139, "wexp": -0.149796,
                "mar": -0.433704, "paro": -0.084871, "prio": 0.091497}  # fmt: skip
    assert {name: one.coefficient for name, one in by_name.items()} == pytest.approx(
        expected, abs=2e-6
    )
    fin = by_name["fin"]
    assert (fin.error, fin.low, fin.high, fin.p_value) == pytest.approx(
        (0.191379, 0.470237, 0.995684, 0.047416), abs=2e-6
    )
    assert (found.customers, found.events) == (432, 114)


def test_ratios_that_change_with_age_are_noticed() -> None:
    # lifelines 0.30.3, proportional_hazard_test(time_transform="identity") on the same model.
    columns, rossi = covariates("rossi"), lifetimes("rossi")
    design = np.column_stack([*columns.values()])
    fit = PHReg(rossi.durations, design, status=rossi.is_event.astype(float), ties="efron").fit()
    found = proportionality(
        rossi, design, fit.params, fit.cov_params(), (*columns,), time="age"
    )
    expected = {"fin": 0.056171, "age": 12.061383, "race": 1.486088, "wexp": 6.934835,
                "mar": 0.754401, "paro": 0.122042, "prio": 0.010892}  # fmt: skip
    assert {one.name: one.chi2 for one in found.attributes} == pytest.approx(expected, abs=1e-6)


def test_a_ratio_that_holds_at_all_ages_is_left_alone() -> None:
    by_name = {
        one.name: one.p_value
        for one in cox(lifetimes("rossi"), covariates("rossi")).proportionality.attributes
    }
    assert by_name["age"] < 0.001
    assert by_name["fin"] > 0.9


def test_strata_take_an_attribute_out() -> None:
    # lifelines 0.30.3, CoxPHFitter().fit(rossi, "week", "arrest", strata=["race"]).
    columns = covariates("rossi")
    race = columns.pop("race")
    found = cox(lifetimes("rossi"), columns, strata=race)
    assert [one.coefficient for one in found.drivers] == pytest.approx(
        [-0.378767, -0.057640, -0.142750, -0.438817, -0.085764, 0.092214], abs=2e-6
    )
    assert found.log_likelihood == pytest.approx(-620.563608, abs=1e-5)


def test_units_of_an_attribute_do_not_matter() -> None:
    columns = covariates("rossi")
    base = cox(lifetimes("rossi"), columns)
    scaled = cox(lifetimes("rossi"), columns | {"prio": columns["prio"] * 1e6 + 3e8})
    assert scaled.drivers[-1].coefficient * 1e6 == pytest.approx(base.drivers[-1].coefficient)
    assert scaled.log_likelihood == pytest.approx(base.log_likelihood)
    assert scaled.proportionality.chi2 == pytest.approx(base.proportionality.chi2)


def test_ages_apart_have_ratios_of_their_own() -> None:
    young, old = cox_by_age(lifetimes("rossi"), {"fin": covariates("rossi")["fin"]}, [26])
    weeks = table("rossi")["week"][table("rossi")["arrest"] > 0]
    events = [one.cox.events for one in (young, old) if one.cox]
    assert events == [(weeks <= 26).sum(), (weeks > 26).sum()]


def test_ages_without_events_have_no_model() -> None:
    found = cox_by_age(seen([1, 2, 5, 6], [1, 1, 0, 0]), {"x": np.array([0, 1, 0, 1])}, [3])
    assert found[1].cox is None


def test_cutting_at_every_age_keeps_all_events() -> None:
    parts = [lifetimes("rossi").between(start, start + 13)[0] for start in (0, 13, 26, 39)]
    assert sum(int(part.is_event.sum()) for part in parts) == 114


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "at least one attribute"),
        ({"x": [1, 1, 1, 1]}, "'x' is the same"),
        ({"x": [1, 2, np.nan, 1]}, "'x' has missing"),
        ({"x": [1, 2]}, "'x' has 2 values for 4"),
        ({"x": [1, 2, 3, 1], "y": [2, 4, 6, 2]}, "determine each other"),
    ],
)
def test_cox_refuses(columns: dict[str, Any], message: str) -> None:
    built = {name: np.array(values, dtype=float) for name, values in columns.items()}
    with pytest.raises(ValueError, match=message):
        cox(seen([1, 2, 3, 4], [1, 1, 1, 0]), built)


def test_cox_refuses_nobody_leaving_and_odd_strata() -> None:
    attribute = {"x": np.array([1.0, 2.0])}
    with pytest.raises(ValueError, match="nobody left"):
        cox(seen([1, 2], [0, 0]), attribute)
    with pytest.raises(ValueError, match="1 strata for 2"):
        cox(seen([1, 2], [1, 1]), attribute, strata=np.array([0]))
    with pytest.raises(ValueError, match="cuts must ascend"):
        cox_by_age(seen([1, 2], [1, 1]), attribute, [3, 2])


@given(LIVES, st.randoms(use_true_random=False))
def test_concordance_equals_a_count_of_pairs(rows: list[tuple[int, bool]], chance: Any) -> None:
    risk = [chance.randint(0, 3) for _ in rows]
    right = pairs = 0.0
    for (one, left), mine in zip(rows, risk, strict=True):
        for (other, also), theirs in zip(rows, risk, strict=True):
            if left and (other > one or (other == one and not also)):
                pairs += 1
                right += 1.0 if mine > theirs else 0.5 if mine == theirs else 0.0
    found = concordance(of(rows), np.array(risk, dtype=float))
    assert found == (pytest.approx(right / pairs) if pairs else None)


def test_a_score_and_its_opposite_add_up_to_one() -> None:
    risk = covariates("rossi")["prio"]
    one, two = (concordance(lifetimes("rossi"), sign * risk) for sign in (1, -1))
    assert one + two == pytest.approx(1)


# --- projections


def test_sbg_survival_of_regular_customers() -> None:
    # Fader and Hardie (2014), A spreadsheet-literate non-statistician's guide: Regular.
    fit = shifted_beta_geometric([1000, 631, 468, 382, 326])
    assert fit.survival(4) == pytest.approx((0.6292, 0.4721, 0.3833, 0.3255), abs=5e-5)


@given(st.floats(0.3, 4), st.floats(0.3, 4))
@settings(max_examples=40)
def test_sbg_finds_the_parameters_it_was_made_from(alpha: float, beta: float) -> None:
    step = np.arange(6)
    shares = np.cumprod((beta + step) / (alpha + beta + step))
    fit = shifted_beta_geometric([1e6, *(1e6 * shares)])
    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), rel=0.01)


@pytest.mark.parametrize("survivors", [[10, 10, 10, 10], [10, 0, 0, 0], [10, 5, 5, 5]])
def test_sbg_of_extreme_cohorts_stays_a_share(survivors: list[int]) -> None:
    shares = shifted_beta_geometric(survivors).survival(9)
    assert all(0 <= share <= 1 for share in shares)
    assert list(shares) == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("survivors", "message"),
    [([10, 5, 3], "got 2"), ([10, 5, 6, 3], "never rise"), ([0, 0, 0, 0], "above 0")],
)
def test_sbg_refuses(survivors: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shifted_beta_geometric(survivors)


def test_back_test_withholds_what_it_projects() -> None:
    found = back_test([1000, 869, 743, 653, 593, 551], withheld=1)
    assert found.fit == shifted_beta_geometric([1000, 869, 743, 653, 593])
    assert found.errors[0] == pytest.approx(found.projected[0] - 0.551)
    with pytest.raises(ValueError, match="at least one renewal"):
        back_test([4, 3, 2, 1], withheld=0)
    with pytest.raises(ValueError, match="got 2"):
        back_test([4, 3, 2, 1], withheld=1)


def test_weibull_of_shape_one_is_a_constant_risk() -> None:
    # An exponential's maximum likelihood is events ÷ time; its shape comes out near 1.
    chance = np.random.default_rng(5)
    drawn = chance.exponential(10, 4000)
    found = weibull(Lifetimes(np.minimum(drawn, 15), drawn < 15))
    assert found.shape == pytest.approx(1, abs=0.05)
    assert found.survival(np.array([10.0]))[0] == pytest.approx(np.exp(-1), abs=0.02)


def test_weibull_corrects_for_late_entry() -> None:
    chance = np.random.default_rng(6)
    drawn, entry = chance.weibull(2, 20_000) * 10, chance.uniform(0, 12, 20_000)
    is_seen = drawn > entry
    found = weibull(Lifetimes(drawn[is_seen], np.ones(is_seen.sum()) > 0, entry[is_seen]))
    assert (found.scale, found.shape) == pytest.approx((10, 2), rel=0.05)


def test_weibull_refuses_a_duration_of_nothing() -> None:
    with pytest.raises(ValueError, match="above 0"):
        weibull(seen([0, 1], [1, 1]))


@pytest.mark.parametrize("leaves", [np.array([0, 0, 0, 1, 1, 1, 1, 1]), np.zeros(8)])
def test_a_level_of_which_nobody_left_has_no_ratio(leaves: Any) -> None:
    # Nobody of the level leaves and all others do: the likelihood rises for ever (Heinze and
    # Schemper 2001, Biometrics 57:114-119); a ratio of 1e9 with an endless interval means nothing.
    ages = np.array([9.0, 8, 9, 1, 2, 3, 4, 5])
    level = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    with pytest.raises(ValueError, match=r"has no end|nobody left"):
        cox(Lifetimes(ages, leaves > 0), {"is_level": level})
