"""metrics.survival against R, lifelines and textbooks, at its edges, and what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.hazard_regression import PHReg

from metrics.rates import rate
from metrics.survival import (
    Lifetimes,
    back_test,
    concordance,
    cox,
    cox_by_age,
    hazards,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
    shifted_beta_geometric,
    weibull,
)
from metrics.survival.proportionality import proportionality
from tests.reference_lifetimes import covariates, lifetimes, table


def seen(
    durations: list[float], events: list[int], entries: list[float] | None = None
) -> Lifetimes:
    begin = None if entries is None else np.array(entries, dtype=float)
    return Lifetimes(np.array(durations, dtype=float), np.array(events) > 0, begin)


LIVES = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40)


def of(rows: list[tuple[int, bool]]) -> Lifetimes:
    return seen([one for one, _ in rows], [int(event) for _, event in rows])


# --- Kaplan-Meier


def test_curve_of_the_six_mp_arm() -> None:
    # lifelines 0.30.3, KaplanMeierFitter on load_leukemia, Rx == 0; so in Kleinbaum and Klein.
    arm = lifetimes("leukemia").only(table("leukemia")["Rx"] == 0)
    curve = kaplan_meier(arm)
    assert [curve.at(age).value for age in (6, 7, 10, 13, 16, 22, 23)] == pytest.approx(
        [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179], abs=5e-7
    )
    assert (curve.at(10).low, curve.at(10).high) == pytest.approx((0.503200, 0.889362), abs=5e-7)
    assert curve.median == 23
    assert curve.shown_until == 7  # 21 at risk at age 6, 17 at age 7


def test_interval_of_the_median_depends_on_its_transform() -> None:
    # R, survfit(Surv(time, status) ~ 1, lung): 310 (285-363), conf.type = "log"; with "log-log",
    # and in lifelines, 284-361.
    lung = lifetimes("lung")
    by_default, like_r = kaplan_meier(lung), kaplan_meier(lung, transform="log")
    assert (by_default.median_low, by_default.median, by_default.median_high) == (284, 310, 361)
    assert (like_r.median_low, like_r.median, like_r.median_high) == (285, 310, 363)


def test_curve_with_nobody_leaving_stays_at_one() -> None:
    curve = kaplan_meier(seen([3, 5], [0, 0]))
    assert (curve.ages, curve.median, curve.at(5).value, curve.at(6).value) == ((), None, 1, None)


def test_that_nobody_left_yet_is_not_certain() -> None:
    # Wilson's interval of 20 out of 20, and of the 30 at risk when the first one leaves.
    nobody = kaplan_meier(seen([9] * 20 + [12] * 5, [0] * 25))
    assert (nobody.shown_until, nobody.at(3)) == (12, rate(25, 25))
    first = kaplan_meier(seen([8] * 30, [1] + [0] * 29))
    assert first.at(3) == rate(30, 30)
    assert first.at(3).low < 1


def test_curve_with_everybody_leaving_ends_at_zero_without_interval() -> None:
    curve = kaplan_meier(seen([2, 2], [1, 1]))
    assert (curve.survival, curve.low, curve.high) == ((0.0,), (None,), (None,))


def test_half_is_reached_whatever_floating_point_says() -> None:
    # 3/4 · 2/3 comes out as 0.5000000000000001.
    assert kaplan_meier(seen([1, 2, 2, 3], [1, 1, 0, 0])).median == 2


def test_customers_older_than_the_data_enter_late() -> None:
    # At age 3 the first two are under observation, at 5 the last two, at 6 the last.
    curve = kaplan_meier(seen([3, 5, 6], [1, 1, 1], [0, 2, 4]))
    assert curve.at_risk == (2, 2, 1)
    assert curve.survival == pytest.approx((0.5, 0.25, 0.0))


@given(LIVES)
def test_curve_never_rises_and_lies_in_its_interval(rows: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(of(rows))
    assert list(curve.survival) == sorted(curve.survival, reverse=True)
    for low, share, high in zip(curve.low, curve.survival, curve.high, strict=True):
        assert low is None or 0 <= low <= share + 1e-12 <= high + 2e-12 <= 1 + 3e-12


@given(st.lists(st.integers(1, 12), min_size=1, max_size=40))
def test_curve_without_censoring_is_the_share_still_there(durations: list[int]) -> None:
    curve = kaplan_meier(seen([*durations], [1] * len(durations)))
    for age, share in zip(curve.ages, curve.survival, strict=True):
        assert share == pytest.approx(np.mean(np.array(durations) > age))


@given(LIVES, st.integers(2, 4))
def test_twice_the_customers_make_the_same_curve(rows: list[tuple[int, bool]], times: int) -> None:
    one, many = kaplan_meier(of(rows)), kaplan_meier(of(rows * times))
    assert one.survival == pytest.approx(many.survival)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: seen([1, 2], [1]), "2 durations but 1 events"),
        (lambda: seen([-1], [1]), "0 or more"),
        (lambda: seen([float("inf")], [0]), "0 or more"),
        (lambda: seen([1], [1], [1]), "duration excluded"),
        (lambda: seen([1], [1], [0, 0]), "2 entries for 1"),
        (lambda: kaplan_meier(seen([1], [1]), confidence=95), "got 95"),
    ],
)
def test_lifetimes_refuse(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


def test_hazards_leave_out_who_is_too_young() -> None:
    found = hazards(seen([1, 2, 3], [0, 1, 1], [0, 0, 2]), [2, 3, 4])
    assert [(one.events, one.at_risk) for one in found] == [(1, 1), (1, 1), (0, 0)]
    assert found[2].rate.value is None


# --- comparison


def test_log_rank_of_textbook_groups() -> None:
    # Kleinbaum and Klein: 16.79; lifelines 0.30.3: 16.792941.
    found = log_rank(lifetimes("leukemia"), table("leukemia")["Rx"])
    assert (found.chi2, found.p_value) == pytest.approx((16.792941, 4.168809e-05), rel=1e-6)


def test_log_rank_of_one_group_is_undefined() -> None:
    assert log_rank(seen([1, 2], [1, 1]), np.array([0, 0])).p_value is None


def test_log_rank_of_nobody_leaving_is_undefined() -> None:
    assert log_rank(seen([1, 2], [0, 0]), np.array([0, 1])).chi2 is None


def test_log_rank_refuses_a_missing_group() -> None:
    with pytest.raises(ValueError, match="1 groups for 2"):
        log_rank(seen([1, 2], [1, 1]), np.array([0]))


@given(LIVES.filter(lambda rows: len(rows) > 3))
def test_log_rank_does_not_depend_on_names(rows: list[tuple[int, bool]]) -> None:
    groups = np.arange(len(rows)) % 2
    one, two = log_rank(of(rows), groups), log_rank(of(rows), 7 - groups)
    assert (one.chi2 is None) == (two.chi2 is None)
    if one.chi2 is not None and np.isfinite(one.chi2):
        assert one.chi2 == pytest.approx(two.chi2)


def test_restricted_mean_is_the_area_under_the_curve() -> None:
    # lifelines 0.30.3, restricted_mean_survival_time(leukemia, Rx == 0, t=20): 16.116527.
    arm = lifetimes("leukemia").only(table("leukemia")["Rx"] == 0)
    assert restricted_mean(arm, 20).value == pytest.approx(16.1165266, abs=1e-6)


def test_restricted_mean_without_censoring_is_a_mean() -> None:
    durations = np.array([1.0, 2, 4, 9])
    found = restricted_mean(Lifetimes(durations, np.ones(4) > 0), 5)
    capped = np.minimum(durations, 5)
    assert found.value == pytest.approx(capped.mean())
    # Greenwood's variance is then the plain one with n = 4; three of the four left: times 3 ÷ 2.
    assert found.error == pytest.approx(capped.std() / 2 * np.sqrt(3 / 2))
    # Student's t on 2 degrees of freedom: 4.302653 (tables).
    assert found.high - found.value == pytest.approx(4.302653 * found.error)


def test_restricted_mean_of_one_departure_has_no_interval() -> None:
    found = restricted_mean(seen([1, 9, 9], [1, 0, 0]), 5)
    assert (found.value, found.error, found.events) == (pytest.approx(11 / 3), None, 1)
    other = seen([1, 2, 9], [1, 1, 0])
    difference = restricted_mean_difference(seen([1, 9, 9], [1, 0, 0]), other, 5)
    assert (difference.value, difference.p_value) == (pytest.approx(-1), None)


def test_restricted_mean_beyond_what_was_seen_is_undefined() -> None:
    assert restricted_mean(seen([3], [1]), 4).value is None
    assert restricted_mean_difference(seen([3], [1]), seen([9], [1]), 4).p_value is None


def test_restricted_mean_refuses_no_horizon() -> None:
    with pytest.raises(ValueError, match="above 0, got 0"):
        restricted_mean(seen([1], [1]), 0)


def test_difference_is_the_mirror_of_the_other_way_round() -> None:
    groups = table("leukemia")["Rx"]
    one, two = (lifetimes("leukemia").only(groups == value) for value in (0, 1))
    there, back = (
        restricted_mean_difference(*pair, 20) for pair in ((one, two), (two, one))
    )
    assert (there.value, there.low) == pytest.approx((-back.value, -back.high))
    assert there.p_value == pytest.approx(back.p_value)


# --- Cox


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
