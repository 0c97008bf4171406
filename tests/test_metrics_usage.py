"""metrics.stickiness, lifecycle, active_days and changes against published numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.active_days import mean_active_days, share_at_least
from metrics.changes import change
from metrics.lifecycle import pulse
from metrics.stickiness import rolling_stickiness, stickiness

COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=28)


def test_stickiness_of_facebook_in_march_2012() -> None:
    # Facebook, form S-1/A of April 2012: 526 million daily active users on average in March,
    # 901 million monthly active users; reported as 58 %.
    assert stickiness([526] * 31, 901) == pytest.approx(0.58, abs=0.005)


def test_stickiness_of_people_who_never_miss_a_day_is_one() -> None:
    assert stickiness([5] * 28, 5) == 1


def test_stickiness_of_nobody_is_undefined() -> None:
    assert stickiness([0, 0], 0) is None


def test_stickiness_of_an_unknown_window_is_undefined() -> None:
    assert stickiness([1, 2], None) is None


def test_stickiness_refuses_more_people_on_a_day_than_in_its_window() -> None:
    with pytest.raises(ValueError, match="a day has 3 people, its window only 2"):
        stickiness([1, 3], 2)


def test_stickiness_refuses_a_window_without_days() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        stickiness([], 2)


@given(daily=COUNTS, scale=st.integers(1, 50))
def test_stickiness_does_not_depend_on_size(daily: list[int], scale: int) -> None:
    window = sum(daily)
    scaled = stickiness([scale * n for n in daily], scale * window)
    assert scaled == pytest.approx(stickiness(daily, window))


def test_rolling_stickiness_waits_for_a_whole_window() -> None:
    assert rolling_stickiness([1, 1, 2], [1, 1, 2], window_days=2) == (None, 1.0, 0.75)


def test_rolling_stickiness_refuses_series_of_different_length() -> None:
    with pytest.raises(ValueError, match="got 2 days but 1 windows"):
        rolling_stickiness([1, 2], [2], window_days=1)


@pytest.mark.parametrize(
    ("new", "resurrected", "dormant", "expected"),
    [
        # PostHog, test_lifecycle_query_runner.py::test_lifecycle_trend, days 1, 2 and 3.
        (1, 1, 0, None),
        (0, 0, 2, 0.0),
        (0, 0, 1, 0.0),
        # Four won for each one lost.
        (30, 10, 10, 4.0),
    ],
)
def test_pulse(new: int, resurrected: int, dormant: int, expected: float | None) -> None:
    assert pulse(new, resurrected, dormant) == expected


def test_pulse_of_a_period_that_is_not_over_is_undefined() -> None:
    assert pulse(3, 1, None) is None


def test_active_days_of_posthogs_three_people() -> None:
    # PostHog, test_stickiness_query_runner.py::test_cumulative_stickiness: 3, 2 and 1 people with
    # at least 1, 2 and 3 days, so one each with exactly so many.
    exactly = [1, 1, 1]
    assert mean_active_days(exactly) == 2
    assert [share_at_least(exactly, days) for days in (1, 2, 3)] == pytest.approx([1, 2 / 3, 1 / 3])


def test_active_days_of_nobody_are_undefined() -> None:
    assert mean_active_days([0, 0]) is None
    assert share_at_least([0, 0], 1) is None


@pytest.mark.parametrize("days", [0, 4])
def test_share_at_least_refuses_days_that_do_not_exist(days: int) -> None:
    with pytest.raises(ValueError, match=f"between 1 and 3, got {days}"):
        share_at_least([1, 1, 1], days)


@given(users=COUNTS.filter(any))
def test_mean_active_days_is_the_sum_of_the_shares(users: list[int]) -> None:
    shares = [share_at_least(users, days) or 0 for days in range(1, len(users) + 1)]
    assert mean_active_days(users) == pytest.approx(sum(shares))


def test_change_of_a_share_is_in_points() -> None:
    assert change(0.25, 0.20).absolute == pytest.approx(0.05)
    assert change(0.25, 0.20).relative == pytest.approx(0.25)


def test_change_from_nothing_has_no_percentage() -> None:
    assert change(3, 0).absolute == 3
    assert change(3, 0).relative is None


@pytest.mark.parametrize(("value", "base"), [(None, 1), (1, None), (None, None)])
def test_change_of_what_is_not_known_is_not_known(value: float | None, base: float | None) -> None:
    moved = change(value, base)
    assert (moved.value, moved.base) == (value, base)
    assert (moved.absolute, moved.relative) == (None, None)


@given(value=st.integers(0, 10**6), base=st.integers(1, 10**6))
def test_change_leads_from_the_base_to_the_value(value: int, base: int) -> None:
    moved = change(value, base)
    assert base * (1 + (moved.relative or 0)) == pytest.approx(value, abs=1e-6)
