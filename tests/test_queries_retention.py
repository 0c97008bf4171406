"""The queries of retention: cohorts checkable by eye, and a slow recount of random ones."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.periods import Grain, Period
from queries import Segment, Workspace
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from tests import slow_counts
from tests.slow_rollups import Row, Table, rollups
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

MONDAY = date(2026, 1, 5)
DAY = timedelta(days=1)


def at(user: str, day: int, event: str = "opened", clock: str = "12:00", **more: Any) -> Row:
    return (user, event, f"{MONDAY + day * DAY}T{clock}:00Z", more)


def on(day: int) -> date:
    return MONDAY + day * DAY


def cells(workspace: Workspace, start: int, end: int, **asked: Any) -> dict[date, list[int | None]]:
    """Who came back, by cohort, in the order of columns."""
    return by_cohort(triangle(workspace, start, end, **asked))


def triangle(workspace: Workspace, start: int, end: int, **asked: Any) -> pl.DataFrame:
    scope = Scope(Period(on(start), on(end)), None, "day", Segment())
    return retention(workspace, scope, RetentionQuestion(**asked)).triangle.rows


def by_cohort(rows: pl.DataFrame) -> dict[date, list[int | None]]:
    return dict(rows.group_by("cohort", maintain_order=True).agg("returned").iter_rows())


# Ann comes in weeks 0, 1 and 3, Bob in weeks 0 and 3, Cleo only in week 1.
THREE = [at("ann", 0), at("ann", 7), at("ann", 21), at("bob", 2), at("bob", 23), at("cleo", 8)]


def test_weeks_that_are_not_over_are_empty(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(26))
    # The fourth week lacks its Sunday.
    assert cells(workspace, 0, 14, intervals=3) == {
        on(0): [2, 1, 0, None],
        on(7): [1, 0, None, None],
    }


def test_weeks_that_are_over_have_their_zeros(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(27))
    assert cells(workspace, 0, 14, intervals=3) == {on(0): [2, 1, 0, 2], on(7): [1, 0, 0, None]}


def test_activity_of_the_day_that_is_loading_is_not_seen(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [*THREE, at("cleo", 28)], watermark=on(27))
    assert cells(workspace, 7, 14, intervals=3)[on(7)] == [1, 0, 0, None]


def test_cohort_that_is_still_growing_is_marked(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(10))
    rows = triangle(workspace, 0, 14, intervals=1)
    assert rows["is_cohort_complete"].to_list() == [True, True, False, False]


def test_on_or_after_counts_any_later_week(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(27))
    found = cells(workspace, 0, 7, intervals=3, criterion="on_or_after")
    assert found == {on(0): [2, 2, 2, 2]}


def test_recurring_counts_a_person_in_every_week_they_start(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(34))
    found = cells(workspace, 0, 28, intervals=2, is_first_time=False)
    assert found == {on(0): [2, 1, 0], on(7): [2, 0, 1], on(21): [2, 0, None]}


def test_brackets_need_to_be_over_as_a_whole(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(27))
    found = cells(workspace, 0, 14, brackets=((1, 1), (2, 3)))
    assert found == {on(0): [2, 1, 2], on(7): [1, 0, None]}


def test_brackets_may_leave_a_gap(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, THREE, watermark=on(27))
    rows = triangle(workspace, 0, 7, brackets=((1, 1), (3, 3)))
    assert rows.select("span", "returned").rows() == [("Week 0", 2), ("Week 1", 1), ("Week 3", 2)]


def test_returns_are_added_up_over_a_bracket(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 1), at("ann", 2), at("bob", 0), at("bob", 1)]
    workspace = workspace_of(tmp_path, rows, watermark=on(5))
    found = cells(workspace, 0, 1, grain="day", brackets=((1, 2),), min_returns=2)
    assert found == {on(0): [2, 1]}


def test_chosen_events_start_and_return(tmp_path: Path) -> None:
    rows = [
        at("ann", 0, "signed_up"),
        at("ann", 7, "bought"),
        at("bob", 0, "signed_up"),
        at("bob", 7, "opened"),
        at("cleo", 0, "opened"),
        at("cleo", 7, "bought"),
    ]
    workspace = workspace_of(tmp_path, rows, watermark=on(13))
    found = cells(
        workspace, 0, 7, intervals=1, start_events=("signed_up",), return_events=("bought",)
    )
    assert found == {on(0): [2, 1]}


def test_first_time_looks_at_all_history(tmp_path: Path) -> None:
    rows = [at("ann", 0, "saved"), at("ann", 7, "saved"), at("bob", 7, "saved")]
    workspace = workspace_of(tmp_path, rows, watermark=on(20))
    assert cells(workspace, 7, 14, intervals=1, start_events=("saved",)) == {on(7): [1, 0]}


def test_event_that_does_not_qualify_can_be_chosen(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 7, "ping"), at("ann", 7, "saved", clock="13:00")]
    workspace = workspace_of(tmp_path, rows, Setup(exclude=("ping",)), watermark=on(13))
    assert cells(workspace, 0, 7, intervals=1, return_events=("ping",)) == {on(0): [1, 1]}


def test_own_clock_runs_from_the_first_start(tmp_path: Path) -> None:
    # Ann is back after 23 h 59, Bob after 24 hours exactly.
    rows = [
        at("ann", 0, clock="12:00"),
        at("ann", 1, clock="11:59"),
        at("bob", 0, clock="12:00"),
        at("bob", 1, clock="12:00"),
    ]
    workspace = workspace_of(tmp_path, rows, watermark=on(3))
    found = cells(workspace, 0, 1, grain="day", clock="own", intervals=1)
    assert found == {on(0): [2, 1]}


def test_own_clock_waits_for_whoever_started_last(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [at("ann", 0)], watermark=on(3))
    # Started at the last minute of day 0, interval 2 would end with day 3.
    found = cells(workspace, 0, 1, grain="day", clock="own", intervals=3)
    assert found == {on(0): [1, 0, 0, None]}


def test_own_clock_sees_the_last_complete_day(tmp_path: Path) -> None:
    rows = [at("ann", 0, clock="23:59"), at("ann", 2, clock="23:58")]
    workspace = workspace_of(tmp_path, rows, watermark=on(2))
    found = cells(workspace, 0, 1, grain="day", clock="own", intervals=2)
    assert found == {on(0): [1, 1, None]}


def test_own_clock_on_or_after_needs_enough_returns_from_then_on(tmp_path: Path) -> None:
    rows = [at("ann", day) for day in (0, 1, 2, 3)]
    workspace = workspace_of(tmp_path, rows, watermark=on(6))
    frame = {"grain": "day", "clock": "own", "criterion": "on_or_after", "intervals": 3}
    assert cells(workspace, 0, 1, min_returns=2, **frame) == {on(0): [1, 1, 1, 0]}


def test_own_clock_on_needs_enough_returns_in_the_interval(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 1), at("ann", 1, clock="13:00"), at("ann", 2)]
    workspace = workspace_of(tmp_path, rows, watermark=on(6))
    frame = {"grain": "day", "clock": "own", "intervals": 2}
    assert cells(workspace, 0, 1, min_returns=2, **frame) == {on(0): [1, 1, 0]}


def test_breakdown_is_the_value_of_the_very_first_event(tmp_path: Path) -> None:
    rows = [
        at("ann", 0, clock="09:00", platform="web"),
        at("ann", 0, clock="10:00", platform="ios"),
        at("ann", 7, platform="ios"),
    ]
    workspace = workspace_of(
        tmp_path, rows, Setup(event_dimensions=("platform",)), watermark=on(13)
    )
    found = triangle(workspace, 0, 7, intervals=1, by="platform")
    assert found.select("segment", "users", "returned").rows() == [("web", 1, 1), ("web", 1, 1)]


def test_weeks_cross_new_year(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [at("ann", -8), at("ann", -2)], watermark=on(6))
    assert cells(workspace, -14, 0, intervals=1) == {on(-14): [1, 1]}


def test_clock_change_does_not_lose_a_day(tmp_path: Path) -> None:
    # Berlin, 25 October 2026 has 25 hours: half past eleven at night is 22:30 UTC.
    rows: list[Row] = [
        ("ann", "opened", "2026-10-24T12:00:00Z", {}),
        ("ann", "opened", "2026-10-25T22:30:00Z", {}),
        ("ann", "opened", "2026-10-26T12:00:00Z", {}),
    ]
    setup = Setup(time_zone="Europe/Berlin")
    workspace = workspace_of(tmp_path, rows, setup, watermark=date(2026, 10, 27))
    start = (date(2026, 10, 24) - MONDAY).days
    found = cells(workspace, start, start + 1, grain="day", intervals=3)
    assert found == {date(2026, 10, 24): [1, 1, 1, 0]}


@pytest.fixture(scope="module", params=[3, 4])
def random(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A workspace of random rows, and the slow roll-ups of the same."""
    rows = random_rows(request.param)
    folder = tmp_path_factory.mktemp("random")
    return workspace_of(folder, rows, RANDOM_SETUP, watermark=on(64)), rollups(
        rows, RANDOM_SETUP.rules
    )


Random = tuple[Workspace, dict[str, Table]]


def days_with(slow: dict[str, Table], event: str) -> slow_counts.Active:
    people: dict[Any, dict[date, int]] = {}
    for row in slow["steps"]:
        if row["event"] == event:
            days = people.setdefault(row["user_key"], {})
            days[row["day"]] = days.get(row["day"], 0) + 1
    return people


def asked(grain: Grain, *spans: tuple[int, int], **more: Any) -> slow_counts.Asked:
    return slow_counts.Asked(grain=grain, spans=spans, watermark=on(64), **more)


UNITS = ((1, 1), (2, 2), (3, 3), (4, 4))


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("on_or_after", [False, True])
@pytest.mark.parametrize("first_time", [False, True])
@pytest.mark.parametrize("needed", [1, 3])
def test_any_event_agrees_with_a_slow_recount(
    random: Random, grain: Grain, *, on_or_after: bool, first_time: bool, needed: int
) -> None:
    workspace, slow = random
    active = slow_counts.active_days_of(slow["user_days"])
    question = asked(grain, *UNITS, on_or_after=on_or_after, first_time=first_time, needed=needed)
    found = cells(
        workspace,
        0,
        56,
        grain=grain,
        intervals=4,
        criterion="on_or_after" if on_or_after else "on",
        is_first_time=first_time,
        min_returns=needed,
    )
    cohorts = Period(on(0), on(56))
    assert found == slow_counts.retention_cells(active, active, cohorts, question)


@pytest.mark.parametrize("grain", ["day", "week"])
def test_chosen_events_agree_with_a_slow_recount(random: Random, grain: Grain) -> None:
    workspace, slow = random
    starts, returns = days_with(slow, "opened"), days_with(slow, "ping")
    spans = ((1, 2), (3, 5))
    found = cells(
        workspace,
        0,
        56,
        grain=grain,
        brackets=spans,
        start_events=("opened",),
        return_events=("ping",),
    )
    cohorts = Period(on(0), on(56))
    assert found == slow_counts.retention_cells(starts, returns, cohorts, asked(grain, *spans))


def test_own_clock_agrees_with_a_slow_recount(random: Random) -> None:
    workspace, slow = random
    moments: dict[Any, list[tuple[date, datetime]]] = {}
    for row in slow["steps"]:
        if row["is_qualifying"] and row["day"] <= on(64):
            moments.setdefault(row["user_key"], []).append((row["day"], row["occurred_at"]))
    found = cells(workspace, 0, 60, grain="day", clock="own", intervals=5)
    counted = slow_counts.own_clock_cells(
        moments, moments, [on(day) for day in range(60)], intervals=5, watermark=on(64)
    )
    assert found == counted


@pytest.mark.parametrize("by", ["platform", "plan"])
def test_breakdown_adds_up_to_the_whole(random: Random, by: str) -> None:
    workspace, _ = random
    whole = triangle(workspace, 0, 56, intervals=4)
    parts = triangle(workspace, 0, 56, intervals=4, by=by)
    added = parts.group_by("cohort", "interval").agg(pl.col("users", "returned").sum())
    seen = whole.filter(pl.col("is_observable")).select("cohort", "interval", "users", "returned")
    joined = seen.join(added, on=["cohort", "interval"], suffix="_of_parts")
    assert joined["users"].to_list() == joined["users_of_parts"].to_list()
    assert joined["returned"].to_list() == joined["returned_of_parts"].to_list()


def test_on_or_after_never_rises(random: Random) -> None:
    workspace, _ = random
    for row in cells(workspace, 0, 56, intervals=6, criterion="on_or_after").values():
        seen = [returned for returned in row if returned is not None]
        assert seen == sorted(seen, reverse=True)
