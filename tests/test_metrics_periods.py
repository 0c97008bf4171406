"""metrics.periods: which days, and which days they are compared with."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.periods import (
    Grain,
    Period,
    add_months,
    bucket_after,
    bucket_end,
    bucket_start,
    buckets,
    comparison,
    days_ending,
    relative_period,
    words,
)

SUNDAY = date(2026, 11, 22)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
PERIODS = st.builds(days_ending, DAYS, st.integers(1, 800))
GRAINS = st.sampled_from(["day", "week", "month"])


def test_period_is_half_open() -> None:
    period = Period(date(2026, 1, 1), date(2026, 1, 3))
    assert [day in period for day in (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3))] == [
        True, True, False,
    ]  # fmt: skip


def test_period_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(SUNDAY, SUNDAY)


def test_last_7_days_are_7_days() -> None:
    # PostHog once gave 8.
    period = relative_period("7d", last_day=SUNDAY)
    assert (period.days, period.last_day) == (7, SUNDAY)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("28d", date(2026, 10, 26)),
        ("90d", date(2026, 8, 25)),
        ("12w", date(2026, 8, 31)),
        ("12m", date(2025, 11, 23)),
        ("1m", date(2026, 10, 23)),
    ],
)
def test_relative_period_ends_with_the_last_day(text: str, start: date) -> None:
    assert relative_period(text, last_day=SUNDAY) == Period(start, SUNDAY + timedelta(days=1))


@pytest.mark.parametrize("text", ["", "0d", "7", "7y", "-7d", "7d; drop", "99999d"])
def test_relative_period_refuses_another_form(text: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        relative_period(text, last_day=SUNDAY)


def test_previous_28_days_touch() -> None:
    period = days_ending(SUNDAY, 28)
    other = comparison(period)
    assert other is not None
    assert other.end == period.start


def test_one_day_is_compared_with_the_same_weekday() -> None:
    assert comparison(days_ending(SUNDAY, 1)) == days_ending(SUNDAY - timedelta(days=7), 1)


def test_year_over_year_by_date_keeps_the_dates() -> None:
    # Plausible, docs/compare-stats.md: 1-7 January 2023 with 1-7 January 2022.
    period = Period(date(2023, 1, 1), date(2023, 1, 8))
    assert comparison(period, "year", match="date") == Period(date(2022, 1, 1), date(2022, 1, 8))


def test_previous_by_date_touches() -> None:
    period = days_ending(SUNDAY, 30)
    other = comparison(period, match="date")
    assert other == Period(period.start - timedelta(days=30), period.start)


def test_comparison_with_nothing_is_none() -> None:
    assert comparison(days_ending(SUNDAY, 7), "none") is None


@given(period=PERIODS, mode=st.sampled_from(["previous", "year"]))
def test_comparison_has_the_same_length_and_weekdays(period: Period, mode: str) -> None:
    other = comparison(period, mode)  # type: ignore[arg-type]
    assert other is not None
    assert (other.days, other.start.weekday()) == (period.days, period.start.weekday())


@given(period=PERIODS)
def test_previous_period_does_not_overlap(period: Period) -> None:
    other = comparison(period)
    assert other is not None
    assert other.end <= period.start
    assert (period.start - other.end).days < 7


@given(day=DAYS, months=st.integers(-200, 200))
def test_months_there_and_back_stay_within_the_month(day: date, months: int) -> None:
    there = add_months(day, months)
    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day == day.day or there + timedelta(days=1) == add_months(there, 1).replace(day=1)


@given(day=DAYS, grain=GRAINS, week_start=st.sampled_from(["monday", "sunday"]))
def test_bucket_holds_its_day(day: date, grain: Grain, week_start: str) -> None:
    start = bucket_start(day, grain, week_start)  # type: ignore[arg-type]
    assert start <= day < bucket_end(start, grain)


@given(period=PERIODS, grain=GRAINS)
def test_buckets_touch_and_cover_the_period(period: Period, grain: Grain) -> None:
    spans = buckets(period, grain)
    assert all(one.end == after.start for one, after in pairwise(spans))
    assert spans[0].start <= period.start < spans[0].end
    assert spans[-1].start < period.end <= spans[-1].end


@given(day=DAYS, grain=GRAINS, count=st.integers(-30, 30))
def test_bucket_after_there_and_back(day: date, grain: Grain, count: int) -> None:
    start = bucket_start(day, grain)
    assert bucket_after(bucket_after(start, grain, count), grain, -count) == start


def test_words_leave_out_the_year_that_goes_without_saying() -> None:
    now = days_ending(SUNDAY, 28)
    assert words(now, comparison(now), this_year=2026) == (
        "26 Oct – 22 Nov compared with 28 Sep – 25 Oct"
    )


def test_words_name_the_year_that_does_not() -> None:
    assert words(days_ending(date(2014, 2, 3), 7), this_year=2026) == "28 Jan – 3 Feb 2014"


def test_words_name_both_years_of_new_year() -> None:
    assert words(days_ending(date(2026, 1, 2), 4), this_year=2026) == "30 Dec 2025 – 2 Jan 2026"
