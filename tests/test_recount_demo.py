"""What the pages say of the demo, beside a recount from its raw files in plain Polars."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.periods import Period, comparison, relative_period
from queries import Filter, Segment, Workspace, open_workspace
from queries.build import build
from queries.event_match import EventMatch
from reports.active_users import active_users
from reports.adoption import adoption
from reports.breakdown import breakdown
from reports.data_health import data_health
from reports.engagement import engagement
from reports.experiment import experiment
from reports.feedback import feedback
from reports.funnel import funnel
from reports.funnel_question import FunnelQuestion, FunnelStep
from reports.headlines import headlines
from reports.known import known
from reports.lifecycle import lifecycle
from reports.objectives import objectives
from reports.path_question import PathQuestion
from reports.paths import paths
from reports.performance import performance
from reports.release_facts import all_releases, reach, window_of
from reports.retention import RetentionQuestion, retention
from reports.revenue_bridge import revenue_report
from reports.scope import Scope
from reports.sessions import sessions
from tests.recount import DAY, Raw, local, people, within

EVERYBODY = Segment()
GERMANS = Segment((Filter("country", ("DE",)),))
CLOCK_CHANGE = date(2026, 10, 25)  # a day of 25 hours
WEEK = 7 * DAY


@pytest.fixture(scope="module")
def workspace(demo_folder: Path) -> Workspace:
    opened = open_workspace(demo_folder)
    build(opened)
    return opened


@pytest.fixture(scope="module")
def raw(demo_folder: Path) -> Raw:
    return Raw(demo_folder)


@pytest.fixture(scope="module")
def last(workspace: Workspace) -> date:
    return known(workspace).watermark


def days(text: str, last: date, segment: Segment = EVERYBODY, grain: Any = "day") -> Scope:
    period = relative_period(text, last_day=last)
    return Scope(period, comparison(period), grain, segment)


def of(raw: Raw, segment: Segment) -> pl.DataFrame:
    return raw.of_people("country", "DE") if segment == GERMANS else raw.qualifying


@pytest.mark.parametrize("segment", [EVERYBODY, GERMANS], ids=["everybody", "DE"])
def test_active_people(workspace: Workspace, raw: Raw, last: date, segment: Segment) -> None:
    found = active_users(workspace, days("28d", last, segment))
    events = of(raw, segment)

    def until(day: date, length: int) -> int:
        return people(within(events, day - (length - 1) * DAY, day + DAY))

    before = last - 28 * DAY
    for length, shown in (
        (1, found.daily_users),
        (7, found.weekly_users),
        (28, found.window_users),
    ):
        assert (shown.value, shown.absolute) == (
            until(last, length), until(last, length) - until(before, length),
        )  # fmt: skip
    daily = [until(last - n * DAY, 1) for n in range(28)]
    assert found.stickiness_now.value == pytest.approx(sum(daily) / 28 / until(last, 28))


def test_a_day_of_25_hours_counts_once(workspace: Workspace, raw: Raw) -> None:
    period = Period(CLOCK_CHANGE - DAY, CLOCK_CHANGE + 2 * DAY)
    shown = active_users(workspace, Scope(period, None, "day", EVERYBODY)).daily.rows
    assert shown["daily_users"].to_list() == [
        people(within(raw.qualifying, period.start + n * DAY, period.start + (n + 1) * DAY))
        for n in range(3)
    ]


@pytest.mark.parametrize("segment", [EVERYBODY, GERMANS], ids=["everybody", "DE"])
def test_lifecycle(workspace: Workspace, raw: Raw, last: date, segment: Segment) -> None:
    events = of(raw, segment)
    first = events.group_by("user_id").agg(pl.col("day").min().alias("first"))
    for row in lifecycle(workspace, days("6w", last, segment, "week")).states.rows.iter_rows(
        named=True
    ):
        start, end = row["period_start"], row["period_end"]
        now = set(within(events, start, end)["user_id"])
        before = set(within(events, start - WEEK, start)["user_id"])
        new = first.filter(pl.col("first").is_between(start, end - DAY)).height
        kept = len(now & before)
        shown = [row[f"{name}_users"] for name in ("active", "new", "retained", "resurrected")]
        assert shown == [len(now), new, kept, len(now) - new - kept]
        if row["is_complete"]:
            assert row["dormant_users"] == len(before) - kept


@pytest.mark.parametrize("segment", [EVERYBODY, GERMANS], ids=["everybody", "DE"])
def test_retention(workspace: Workspace, raw: Raw, last: date, segment: Segment) -> None:
    events = of(raw, segment)
    first = events.group_by("user_id").agg(pl.col("day").min().alias("first"))
    asked = RetentionQuestion(grain="week", intervals=4)
    for row in retention(workspace, days("6w", last, segment), asked).triangle.rows.iter_rows(
        named=True
    ):
        start = row["cohort"]
        cohort = first.filter(pl.col("first").is_between(start, start + WEEK - DAY))
        assert row["users"] == cohort.height
        if row["returned"] is not None and row["interval"]:
            came = within(
                events, start + row["interval"] * WEEK, start + (row["interval"] + 1) * WEEK
            )
            assert row["returned"] == cohort.join(came, on="user_id", how="semi").height


def test_active_days_sessions_and_groups(workspace: Workspace, raw: Raw, last: date) -> None:
    scope = days("28d", last)
    inside = within(raw.qualifying, scope.period.start, scope.period.end)
    active = inside.group_by("user_id").agg(pl.col("day").n_unique().alias("days"))["days"]
    shown = engagement(workspace, scope)
    assert shown.month.rows["users"].to_list() == [(active == n).sum() for n in range(1, 29)]
    visits = raw.qualifying.group_by("user_id", "session_id").agg(
        pl.col("day").min(),
        (pl.col("occurred_at").max() - pl.col("occurred_at").min()).alias("length"),
    )
    begun = within(visits, scope.period.start, scope.period.end)
    found = sessions(workspace, scope)
    assert found.sessions.value == begun.height
    assert found.mean_seconds.value == pytest.approx(
        begun["length"].dt.total_milliseconds().mean() / 1000
    )
    assert found.median_seconds.value == pytest.approx(
        begun["length"].dt.total_milliseconds().median() / 1000
    )
    groups = breakdown(workspace, scope, by="platform").groups.rows
    for row in groups.iter_rows(named=True):
        own = inside.filter(pl.col("platform") == row["segment"])
        assert (row["users"], row["events"]) == (people(own), own.height)


def test_headlines_and_their_changes(workspace: Workspace, raw: Raw, last: date) -> None:
    scope = days("28d", last)
    shown = {one.name: one.change for one in headlines(workspace, scope).headlines}

    def counted(period: Period | None) -> dict[str, float]:
        assert period is not None
        inside = within(raw.qualifying, period.start, period.end)
        ended = inside.filter(pl.col("action").is_in(["completed", "failed", "abandoned"]))
        bad = ended.filter(pl.col("action") != "completed").height
        done = inside.filter(pl.col("event") == "work_orders_completed").height
        first = raw.qualifying.group_by("user_id").agg(pl.col("day").min())
        new = within(first, period.start, period.end).height
        return {
            "work_orders_completed": done, "failed_attempts": bad / ended.height, "new_users": new,
        }  # fmt: skip

    now, before = counted(scope.period), counted(scope.comparison)
    for name, value in now.items():
        assert shown[name].value == pytest.approx(value)
        assert shown[name].absolute == pytest.approx(value - before[name])


STEPS = ("invoice_run_opened", "invoice_run_started", "invoice_run_completed")


@pytest.mark.parametrize("segment", [EVERYBODY, GERMANS], ids=["everybody", "DE"])
def test_a_funnel(workspace: Workspace, raw: Raw, last: date, segment: Segment) -> None:
    scope = days("28d", last, segment)
    asked = FunnelQuestion(tuple(FunnelStep(EventMatch((name,))) for name in STEPS))
    rows = funnel(workspace, scope, asked).steps.rows
    mine = of(raw, segment).filter(pl.col("event").is_in(STEPS))
    mine = mine.filter(pl.col("day") >= scope.period.start).sort("occurred_at")
    reached = [
        _furthest(list(one.select("event", "occurred_at", "day").iter_rows()), scope.period)
        for _, one in mine.group_by("user_id", maintain_order=True)
    ]
    assert rows["count"].to_list() == [sum(n >= step for n in reached) for step in (1, 2, 3)]


def _furthest(events: Sequence[tuple[str, Any, date]], period: Period) -> int:
    """The furthest step of any attempt that begins in the period, within 14 days of its entry."""
    best = 0
    for name, entered, day in events:
        if name == STEPS[0] and day in period:
            at, level = entered, 1
            for step in STEPS[1:]:
                later = [
                    moment for other, moment, _ in events
                    if other == step and at <= moment <= entered + timedelta(days=14)
                ]  # fmt: skip
                if not later:
                    break
                at, level = min(later), level + 1
            best = max(best, level)
    return best


def test_where_ways_begin(workspace: Workspace, raw: Raw, last: date) -> None:
    scope = days("7d", last)
    found = paths(workspace, scope, PathQuestion())
    inside = within(raw.qualifying, scope.period.start, scope.period.end).sort("occurred_at")
    assert (found.visits, found.users) == (inside["session_id"].n_unique(), people(inside))
    begun = inside.group_by("session_id").agg(pl.col("event", "user_id").first())
    shown = found.nodes.rows.filter(pl.col("place") == 1).row(0, named=True)
    own = begun.filter(pl.col("event") == shown["node"])
    assert (shown["visits"], shown["users"]) == (own.height, people(own))


@pytest.mark.parametrize("segment", [EVERYBODY, GERMANS], ids=["everybody", "DE"])
def test_adoption(workspace: Workspace, raw: Raw, last: date, segment: Segment) -> None:
    scope = days("28d", last, segment)
    found = adoption(workspace, scope)
    assert found is not None
    inside = within(of(raw, segment), scope.period.start, scope.period.end)
    assert found.active == people(inside)
    for row in found.reach.rows.iter_rows(named=True):
        own = inside.filter(pl.col("feature") == row["feature"])
        used = own.filter(pl.col("action") == "completed").select("user_id", "day").unique()
        assert (row["users"], row["use_days"]) == (people(used), used.height)
        assert row["breadth_share"] == pytest.approx(people(used) / people(inside))
        assert row["days_per_week"] == pytest.approx(used.height / people(used) / 4)


def test_recurring_revenue(workspace: Workspace, raw: Raw) -> None:
    found = revenue_report(workspace, EVERYBODY)
    first = dict(raw.paid.group_by("account_id").agg(pl.col("since").min()).iter_rows())
    for row in found.months.rows.filter(pl.col("is_complete")).tail(3).iter_rows(named=True):
        eve = row["month"] - DAY
        before, after = raw.paying(eve), raw.paying(row["month_end"] - DAY)
        came = {one: first[one] > eve for one in after if one not in before}
        moved = [after[one] - before[one] for one in before if one in after]
        lost = [one for one in before if one not in after]
        amounts = (
            sum(before.values()), sum(after[one] for one, is_new in came.items() if is_new),
            sum(after[one] for one, is_new in came.items() if not is_new),
            sum(one for one in moved if one > 0), sum(one for one in moved if one < 0),
            -sum(before[one] for one in lost), sum(after.values()),
        )  # fmt: skip
        names = ("start", "new", "reactivation", "expansion", "contraction", "churn", "end")
        assert [row[name] for name in names] == pytest.approx(amounts)
        assert (row["accounts_start"], row["accounts_lost"]) == (len(before), len(lost))
        assert row["logo_churn_share"] == pytest.approx(len(lost) / len(before))
    year = found.retained.rows.row(0, named=True)
    before, after = raw.paying(year["from_day"] - DAY), raw.paying(year["until_day"] - DAY)
    kept = sum(min(paid, after.get(one, 0.0)) for one, paid in before.items())
    assert year["nrr_share"] == pytest.approx(
        sum(after.get(one, 0.0) for one in before) / sum(before.values())
    )
    assert year["grr_share"] == pytest.approx(kept / sum(before.values()))


@pytest.mark.parametrize("name", ["aa_navigation", "one_click_invoice"])
def test_arms_of_an_experiment(workspace: Workspace, raw: Raw, name: str) -> None:
    found = experiment(workspace, name)
    plan = found.plan
    seen = raw.table("exposures").filter(pl.col("experiment") == name).group_by("unit_id")
    units = seen.agg(pl.col("exposed_at").min(), pl.col("variant").unique()).filter(
        pl.col("variant").list.len() == 1, pl.col("exposed_at") >= plan.started_at
    )
    units = units.with_columns(pl.col("variant").list.first()).rename({"unit_id": "user_id"})
    sizes = dict(units.group_by("variant").len().iter_rows())
    assert dict(found.split.rows.select("variant", "units").iter_rows()) == sizes


def test_people_reached_by_a_release(workspace: Workspace, raw: Raw, last: date) -> None:
    listed = all_releases(workspace)
    release = next(one for one in listed if one.rollout == "staged")
    contacts = raw.table("rollouts").filter(pl.col("release") == release.name)
    contacts = contacts.group_by("unit_id").agg(pl.col("reached_at").min())
    met = dict(contacts.select("unit_id", local("reached_at")).iter_rows())
    window = window_of(release, listed, known(workspace))
    for _, day, active, reached in reach(workspace, release, window).rows.iter_rows():
        there = set(within(raw.qualifying, day, day + DAY)["user_id"])
        assert (active, reached) == (
            len(there),
            sum(met.get(one, last + DAY) <= day for one in there),
        )


def test_speed_errors_and_budgets(workspace: Workspace, raw: Raw, last: date) -> None:
    scope = days("28d", last)
    served = pl.read_parquet(raw.folder / "requests.parquet")
    served = served.with_columns(local("occurred_at").alias("day"))
    inside = within(served, scope.period.start, scope.period.end)
    requests = inside["count"].sum()
    failed = inside.filter(pl.col("status") >= 500)["count"].sum()
    now = performance(workspace, scope).now
    assert (now.requests, now.error_rate) == (requests, pytest.approx(failed / requests))
    took = np.repeat(inside["duration_ms"].to_numpy(), inside["count"].to_numpy())
    shown = (now.p50_ms, now.p95_ms, now.p99_ms)
    exact = np.quantile(took, (0.5, 0.95, 0.99), method="inverted_cdf")
    assert shown == pytest.approx(tuple(exact), rel=0.011)
    (available,) = (one for one in objectives(workspace) if one.name == "availability")
    assert available.budget is not None
    assert (available.requests, available.budget.spent) == (requests, failed)
    assert available.budget.consumed == pytest.approx(failed / (0.005 * requests))


def test_what_users_said(workspace: Workspace, raw: Raw, last: date) -> None:
    scope = days("12w", last)
    found = feedback(workspace, scope)
    said = within(raw.table("feedback", "said_at"), scope.period.start, scope.period.end)
    nps = said.filter(pl.col("scale") == "nps", pl.col("score").is_between(0, 10))["score"]
    csat = said.filter(pl.col("scale") == "csat", pl.col("score").is_between(1, 5))["score"]
    assert (found.said, found.nps.answers, found.csat.answers) == (said.height, len(nps), len(csat))
    assert found.nps.value == pytest.approx(100 * ((nps >= 9).mean() - (nps <= 6).mean()))
    assert found.csat.value == pytest.approx((csat >= 4).mean())


def test_what_the_data_page_counts(workspace: Workspace, raw: Raw) -> None:
    found = data_health(workspace)
    (counted,) = found.tables.rows.filter(pl.col("table") == "events")["rows"]
    assert counted == raw.events.height
    for row in found.days.rows.tail(3).iter_rows(named=True):
        day = within(raw.events, row["day"], row["day"] + DAY)
        active = within(raw.qualifying, row["day"], row["day"] + DAY)
        assert (row["events"], row["active_users"]) == (day.height, people(active))
