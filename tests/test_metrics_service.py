"""metrics.service: objectives, buckets within 1 %, and dates that paths agree with."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.service import (
    ERROR,
    WINDOWS,
    apdex,
    bucket,
    burn_alerts,
    burn_rate,
    capacity_dates,
    detection_seconds,
    error_budget,
    first_passage,
    load_curve,
    merged,
    middle,
    quantile,
    within,
)

DURATIONS = st.floats(0.001, 1e7)
HOUR = timedelta(hours=1)
DAYS = np.datetime64("2026-03-01") + np.arange(10)


# --- objectives


def test_a_budget_may_be_overdrawn() -> None:
    found = error_budget(30, 10_000, objective=0.998)
    assert (found.allowed, found.consumed, found.is_met) == (
        pytest.approx(20), pytest.approx(1.5), False
    )  # fmt: skip
    assert error_budget(0, 0, objective=0.9).consumed is None


@given(bad=st.integers(0, 100), more=st.integers(0, 10_000), objective=st.floats(0.5, 0.9999))
def test_burning_at_one_spends_the_budget_exactly(bad: int, more: int, objective: float) -> None:
    events = bad + more
    rate = burn_rate(bad, events, objective=objective)
    if events == 0:
        assert rate is None
        return
    consumed = error_budget(bad, events, objective=objective).consumed
    assert rate == pytest.approx(consumed)


def counts(bad: float, events: float = 10_000) -> dict[timedelta, tuple[float, float]]:
    return {span: (bad, events) for one in WINDOWS for span in (one.long, one.short)}


def test_alerts_fire_by_severity() -> None:
    fast = burn_alerts(counts(144), objective=0.999)
    assert [(one.window.severity, one.fires) for one in fast] == [
        ("page", True), ("page", True), ("ticket", True)
    ]  # fmt: skip
    assert [one.fires for one in burn_alerts(counts(143), objective=0.999)] == [False, True, True]
    assert [one.fires for one in burn_alerts(counts(9), objective=0.999)] == [False] * 3


def test_an_alert_ends_with_its_short_window_and_needs_events() -> None:
    over = counts(200) | {timedelta(minutes=5): (0, 500)}
    assert [one.fires for one in burn_alerts(over, objective=0.999)] == [False, True, True]
    quiet = counts(200) | {timedelta(minutes=5): (0, 0)}
    assert burn_alerts(quiet, objective=0.999)[0].short_burn is None
    assert not any(one.fires for one in burn_alerts(counts(50, 99), objective=0.999))


def test_a_small_failure_may_never_be_noticed() -> None:
    assert detection_seconds(WINDOWS[0], objective=0.999, failing=0.02) == pytest.approx(2592)
    assert detection_seconds(WINDOWS[0], objective=0.999, failing=0.01) is None


def test_objectives_that_are_no_fractions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"below 1, like 0\.999, got 99\.9"):
        error_budget(1, 10, objective=99.9)
    with pytest.raises(ValueError, match="between 0 and 10, got 11"):
        error_budget(11, 10, objective=0.9)
    with pytest.raises(ValueError, match="between 0 and 10, got -1"):
        burn_rate(-1, 10, objective=0.9)
    with pytest.raises(ValueError, match="no counts of the last 0:05:00"):
        burn_alerts({HOUR: (1, 100)}, objective=0.9)
    with pytest.raises(ValueError, match="failing must be above 0"):
        detection_seconds(WINDOWS[0], objective=0.9, failing=0)


def test_apdex_of_nobody_is_unknown() -> None:
    assert apdex(0, 0, 0).score is None
    assert apdex(0, 0, 3).score == 0
    assert apdex(3, 0, 0).score == 1
    with pytest.raises(ValueError, match="0 or more"):
        apdex(-1, 0, 0)


# --- buckets


@given(DURATIONS)
def test_a_bucket_stands_for_its_durations_within_one_percent(duration: float) -> None:
    assert abs(middle(bucket(duration)) / duration - 1) <= ERROR + 1e-9


@given(DURATIONS)
def test_buckets_are_those_that_sql_makes(duration: float) -> None:
    steps = np.log(duration) / np.log((1 + ERROR) / (1 - ERROR))
    assert bucket(duration) in {int(np.ceil(steps)), int(np.ceil(steps - 1e-8))}


@given(st.lists(st.lists(DURATIONS, max_size=20), min_size=1, max_size=4), st.floats(0, 1))
def test_quantiles_of_sums_are_those_of_all(hours: list[list[float]], share: float) -> None:
    histograms = []
    for hour in hours:
        numbers = [bucket(one) for one in hour]
        histograms.append({one: numbers.count(one) for one in numbers})
    every = sorted(one for hour in hours for one in hour)
    found = quantile(merged(histograms), share)
    if not every:
        assert found is None
        return
    assert found == pytest.approx(every[int(share * (len(every) - 1))], rel=ERROR + 1e-9)


def test_shares_within_a_limit_count_the_edge_by_half() -> None:
    edge = bucket(100.0)
    assert within({edge - 1: 2, edge: 2, edge + 1: 4}, 100.0) == 3 / 8
    assert within({}, 100.0) is None


def test_durations_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="0 ms or more, got -1"):
        bucket(-1)
    with pytest.raises(ValueError, match="got nan"):
        bucket(float("nan"))
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        quantile({1: 1}, 95)
    with pytest.raises(ValueError, match="counts must be 0 or more"):
        quantile({1: -1}, 0.5)
    assert bucket(0.0) == bucket(0.001)


# --- capacity


def test_first_passage_agrees_with_paths() -> None:
    rng = np.random.default_rng(1)
    steps = rng.normal(0.5 / 20, 2 / np.sqrt(20), (4_000, 600))
    reached = (steps.cumsum(axis=1) >= 10).any(axis=1).mean()
    found = first_passage(0, 10, drift=0.5, sd=2.0, horizons=(30,))
    assert reached == pytest.approx(found.by_day[30], abs=0.04)


def test_without_growth_a_limit_may_never_be_reached() -> None:
    found = first_passage(0, 10, drift=-0.5, sd=2.0, horizons=(30, 1e6))
    assert (found.mean_days, found.sd_days) == (None, None)
    # Reached at all: e^(2 drift gap / sd²).
    assert found.by_day[1e6] == pytest.approx(np.exp(-2.5), rel=1e-6)
    with pytest.raises(ValueError, match="limit must lie above"):
        first_passage(10, 10, drift=1, sd=1, horizons=(1,))


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=20))
def test_latency_never_falls_with_load(hours: list[tuple[float, float]]) -> None:
    curve = load_curve(*np.array(hours).T)
    assert np.all(np.diff(curve.latencies) >= -1e-9)
    assert np.all(np.diff(curve.at(np.linspace(-5, 300, 40))) >= -1e-9)


def test_a_curve_goes_on_with_its_last_slope() -> None:
    loads = np.arange(9.0)
    curve = load_curve(loads, np.where(loads < 6, 10.0, 10 + 5 * (loads - 6)))
    assert curve.at(np.array([3.0, 8.0, 10.0])).tolist() == [10.0, 20.0, 30.0]
    flat = load_curve(np.array([2.0, 2.0]), np.array([1.0, 3.0]))
    assert flat.at(np.array([5.0])).tolist() == [2.0]


def test_curves_refuse_unknown_hours() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        load_curve(np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="must be known"):
        load_curve(np.array([1.0, np.nan]), np.ones(2))


def test_dates_are_counted_over_paths() -> None:
    futures = np.tile(np.arange(10.0), (10, 1)) - np.arange(10)[:, None]
    found = capacity_dates(DAYS, futures, 4.5, chances=(0.1, 0.5, 0.9), confidence=0.9)
    assert [None if one is None else str(one) for one in found.by_chance.values()] == [
        "2026-03-06", "2026-03-10", None
    ]  # fmt: skip
    assert (found.crossed, str(found.safe_until)) == (0.5, "2026-03-06")


def test_a_path_that_comes_back_has_still_crossed() -> None:
    futures = np.array([[0.0, 9, 0, 0, 0, 0, 0, 0, 0, 0]])
    found = capacity_dates(DAYS, futures, 5)
    assert found.crossed == 1
    assert str(found.safe_until) == "2026-03-01"
    at_once = capacity_dates(DAYS, futures + 9, 5)
    assert at_once.safe_until is None


def test_dates_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit paths"):
        capacity_dates(DAYS, np.ones((2, 9)), 5)
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        capacity_dates(DAYS, np.ones((2, 10)), 5, chances=(10,))
