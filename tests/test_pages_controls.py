"""What the controls ask for, whatever stands in the address."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import streamlit as st

from metrics.periods import Period
from pages.shared import controls, filters
from pages.shared.retention.question import cohort_period, parsed_brackets
from queries import Filter, Snapshot

SUNDAY = date(2026, 11, 22)


class Days(Snapshot):
    """A snapshot reduced to the days it has."""

    __slots__ = ()
    first_day = date(2026, 1, 1)
    watermark = last_day = SUNDAY


SNAPSHOT = Days("x", datetime(2026, 11, 23, tzinfo=UTC), 1.0, "", {}, {}, {})


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the widgets hold."""
    values: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", values)
    return values


def test_without_a_choice_it_is_the_last_28_complete_days(state: dict[str, Any]) -> None:
    del state
    assert controls.chosen_period(SNAPSHOT) == Period(date(2026, 10, 26), date(2026, 11, 23))


@pytest.mark.parametrize("value", ["1; drop table users", "99999d", None, ["7d"]])
def test_a_period_that_is_not_offered_is_the_default(state: dict[str, Any], value: Any) -> None:
    state["period"] = value if not isinstance(value, list) else "7d,"
    assert controls.chosen_period(SNAPSHOT).days == 28


def test_custom_days_include_the_last_one(state: dict[str, Any]) -> None:
    state.update(period="custom", days=(date(2026, 11, 1), date(2026, 11, 7)))
    assert controls.chosen_period(SNAPSHOT) == Period(date(2026, 11, 1), date(2026, 11, 8))


def test_custom_days_with_only_the_first_picked_are_that_day(state: dict[str, Any]) -> None:
    state.update(period="custom", days=(date(2026, 11, 1),))
    assert controls.chosen_period(SNAPSHOT) == Period(date(2026, 11, 1), date(2026, 11, 2))


def test_custom_days_after_the_data_are_cut(state: dict[str, Any]) -> None:
    state.update(period="custom", days=(date(2027, 1, 1), date(2027, 2, 1)))
    assert controls.chosen_period(SNAPSHOT).last_day == SUNDAY


@pytest.mark.parametrize(
    ("period", "grain"), [("7d", "day"), ("28d", "day"), ("90d", "week"), ("12m", "month")]
)
def test_a_longer_period_is_drawn_more_coarsely(
    state: dict[str, Any], period: str, grain: str
) -> None:
    state["period"] = period
    assert controls.chosen_grain(controls.chosen_period(SNAPSHOT)) == grain


def test_filters_of_one_dimension_add_up() -> None:
    segment = filters.segment_of(["country:DE", "plan:pro", "country:FR"], {"country", "plan"})
    assert segment.filters == (Filter("country", ("DE", "FR")), Filter("plan", ("pro",)))


def test_a_missing_value_can_be_filtered() -> None:
    segment = filters.segment_of(["plan:(not set)"], {"plan"})
    assert segment.filters == (Filter("plan", (None,)),)


@pytest.mark.parametrize("text", ["", "country", "country:", "shoe:44", "'; drop table users --"])
def test_text_that_is_no_filter_is_left_out(text: str) -> None:
    assert filters.segment_of([text], {"country"}).is_empty


def test_a_value_may_contain_a_colon() -> None:
    assert filters.parsed("page:http://x", {"page"}) == ("page", "http://x")


def test_a_dimension_may_contain_a_colon() -> None:
    assert filters.parsed("a:b:c", {"a", "a:b"}) == ("a:b", "c")


@pytest.mark.parametrize("text", ["", "a", "3-1", "1-6, 6-9", "0-3", "1-6,, 7", "1-9999"])
def test_brackets_that_make_no_sense_are_refused(text: str) -> None:
    spans, problem = parsed_brackets(text)
    assert spans == ()
    assert problem


def test_cohorts_begin_with_a_whole_week() -> None:
    period = cohort_period(SNAPSHOT, "week", 12, "monday")
    assert period == Period(date(2026, 8, 31), date(2026, 11, 23))


def test_cohorts_begin_with_a_whole_month() -> None:
    assert cohort_period(SNAPSHOT, "month", 3, "monday").start == date(2026, 9, 1)
