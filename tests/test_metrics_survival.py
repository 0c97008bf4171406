"""metrics.survival against R, lifelines and textbooks, at its edges, and what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rates import rate
from metrics.survival import (
    Lifetimes,
    hazards,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
)
from tests.reference_lifetimes import lifetimes, table


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
