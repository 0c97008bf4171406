"""metrics.service: what changed in a version, and when alerts would have fired."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from metrics.series import forecast
from metrics.service import episodes, failing_more, rolling, slower

DAYS = st.lists(st.floats(1.0, 1e4), min_size=3, max_size=12)


@given(DAYS, DAYS)
def test_a_change_of_latency_is_welchs_test_on_logarithms(
    before: list[float], after: list[float]
) -> None:
    found = slower(np.array(before), np.array(after))
    if found.p_value is None:
        assert np.ptp(before) == np.ptp(after) == 0
        return
    peer = ttest_ind(np.log(after), np.log(before), equal_var=False)
    low, high = np.expm1(peer.confidence_interval(0.95))
    assert found.p_value == pytest.approx(peer.pvalue, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


def test_too_few_days_say_nothing() -> None:
    found = slower(np.array([100.0, 101.0]), np.array([200.0, 210.0, 190.0]))
    assert (found.p_value, found.low, found.high) == (None, None, None)
    assert found.change == pytest.approx(0.9883, abs=1e-3)  # of geometric means, 199.8 and 100.5


def test_a_share_that_failed_is_a_sum_over_a_sum() -> None:
    """The large day counts for more: 11 of 1,100, not the mean of 1 % and 1 % and 10 %."""
    before = np.array([10.0, 0.0, 1.0]), np.array([1000.0, 50.0, 50.0])
    found = failing_more(before, (np.array([5.0, 9, 7]), np.array([100.0, 100, 100])))
    assert found.before == pytest.approx(0.01)
    assert found.after == pytest.approx(0.07)
    assert found.change == pytest.approx(0.06)


def test_nobody_served_is_undefined() -> None:
    nothing = np.zeros(0), np.zeros(0)
    found = failing_more(nothing, nothing)
    assert (found.before, found.after, found.change, found.p_value) == (None, None, None, None)


def test_impossible_days_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0 ms"):
        slower(np.array([0.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="between 0 and all requests"):
        failing_more((np.array([2.0]), np.array([1.0])), (np.array([0.0]), np.array([1.0])))


def test_unchanged_latencies_are_called_as_often_as_promised() -> None:
    """5 % of 400 versions that changed nothing, by chance of the days: at most 9 %."""
    rng = np.random.default_rng(7)
    called = sum(
        (slower(*np.exp(rng.normal(5, 0.1, (2, 10)))).p_value or 1) < 0.05 for _ in range(400)
    )
    assert 8 <= called <= 36


def test_alerts_last_while_both_windows_burn() -> None:
    """35 % of failures for four hours at 99.9 %: page from the first hour to the last."""
    events, bad = np.full(200, 1000.0), np.zeros(200)
    bad[100:104] = 350.0
    found = {one.severity: one for one in episodes(bad, events, objective=0.999)}
    assert (found["page"].first, found["page"].last, found["page"].bad) == (100, 103, 1400.0)
    assert found["page"].worst == pytest.approx(350.0)
    assert found["ticket"].first == 100
    assert found["ticket"].last == 108  # six hours after the first one is the end of the short one


def test_few_requests_page_nobody() -> None:
    assert episodes(np.array([3.0]), np.array([9.0]), objective=0.99) == ()


def test_a_shorter_period_burns_from_a_lower_rate() -> None:
    """2 % of the budget in an hour: 14.4 of 30 days, 3.36 of 7 (workbook, table 5-8)."""
    events, bad = np.full(50, 1000.0), np.full(50, 0.0)
    bad[30] = 50.0  # burns 5 times as fast as 99 % allows
    assert episodes(bad, events, objective=0.99) == ()
    week = episodes(bad, events, objective=0.99, period=timedelta(days=7))
    assert "page" in [one.severity for one in week]


def test_sums_of_the_last_hours() -> None:
    assert rolling(np.array([1.0, 1, 1, 5]), 3).tolist() == [1, 2, 3, 7]


def test_growth_goes_on_only_where_it_is_asked_for() -> None:
    days = np.arange("2026-01-01", "2026-05-01", dtype="datetime64[D]")
    noise = np.random.default_rng(3).normal(0, 0.01, len(days))
    values = np.log1p(1000 * np.exp(0.01 * np.arange(len(days)) + noise))
    growing = forecast(days, values, 30, is_growing=True)
    true = 1000 * np.exp(0.01 * (len(days) + 29))
    assert growing.low[-1] < true < growing.high[-1]
    assert growing.high[-1] - growing.low[-1] < 0.2 * true
    flat = forecast(days, values, 30)
    assert flat.high[-1] - flat.low[-1] > 2 * (growing.high[-1] - growing.low[-1])
