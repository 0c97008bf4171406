"""The reference cases of funnels, from files of events to the reports that the page shows."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metrics.periods import Grain, Period
from queries import Filter, QueryError, Segment, Workspace
from queries.event_match import EventMatch
from reports.answer import Source
from reports.funnel import FunnelReport, funnel
from reports.funnel_address import read
from reports.funnel_drivers import funnel_drivers
from reports.funnel_groups import funnel_groups
from reports.funnel_people import InFunnel, people_in_funnel
from reports.funnel_question import FunnelExclusion, FunnelQuestion, FunnelStep
from reports.funnel_times import funnel_times
from reports.funnel_trend import funnel_trend
from reports.scope import Scope
from tests.test_cases_funnel import ALL, ORDERS, RULES, Case, case_named
from tests.tiny_workspaces import Setup, workspace_of


def cases(kind: str) -> Callable[..., Any]:
    """One test for each case of a kind."""
    chosen = [case for case in ALL if case["kind"] == kind]
    return pytest.mark.parametrize("case", chosen, ids=[case["id"] for case in chosen])


def column(name: str) -> str:
    """What a property is called as a column of ours."""
    return name.removeprefix("$").replace(" ", "_")


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


class Opened:
    """A case's events in a workspace, asked as the page asks."""

    def __init__(self, case: Case, folder: Path, grain: Grain = "day") -> None:
        self.case, self.grain = case, grain
        params, events = case["params"], case["events"]
        names = sorted({column(name) for event in events for name in event[3]})
        rows = [
            (user, name, moment, {column(key): str(value) for key, value in more.items()})
            for user, name, moment, more in events
        ]
        days = [day(moment) for _, _, moment, _ in events]
        days += [day(params[edge]) for edge in ("date_from", "date_to") if edge in params]
        self.period = Period(min(days), max(days) + timedelta(days=1))
        self.workspace: Workspace = workspace_of(
            folder,
            rows,
            Setup(event_dimensions=tuple(names)),
            watermark=max(days) + timedelta(days=20),
        )

    @property
    def scope(self) -> Scope:
        where = self.case["params"].get("where", {})
        return Scope(self.period, None, self.grain, segment_of(where))

    def question(self, **changed: Any) -> FunnelQuestion:
        params = self.case["params"]
        rules = {
            "order": ORDERS[params["order"]],
            "window": timedelta(**{f"{params['window']['unit']}s": params["window"]["value"]}),
            "grace": timedelta(seconds=params.get("grace_seconds", 0)),
            "attempt": RULES[params.get("attempt", "best")],
            "exclusions": tuple(
                FunnelExclusion(match_of(one), one["from_step"] + 1, one["to_step"] + 1)
                for one in params.get("exclusions", ())
            ),
        }
        steps = tuple(FunnelStep(match_of(step)) for step in params["steps"])
        return FunnelQuestion(steps, **rules | changed)

    def report(self, **changed: Any) -> FunnelReport:
        return funnel(self.workspace, self.scope, self.question(**changed))

    def same_in_sql(self, source: Source) -> None:
        """What "Open in SQL" shows is what the page shows."""
        answer = self.workspace.engine.query(source.sql, source.parameters)
        assert source.answered is not None
        assert_frame_equal(pl.DataFrame(pl.from_arrow(answer)), source.answered)


def match_of(wanted: dict[str, Any]) -> EventMatch:
    return EventMatch((wanted["event"],), segment=segment_of(wanted.get("where", {})))


def segment_of(properties: dict[str, Any]) -> Segment:
    return Segment(tuple(Filter(column(n), (str(value),)) for n, value in properties.items()))


@cases("funnel")
def test_counts_and_lists(case: Case, tmp_path: Path) -> None:
    opened = Opened(case, tmp_path)
    report, question = opened.report(), opened.question()
    expected = case["expected"]
    assert report.steps.rows["count"].to_list() == expected["counts"]
    for place, count in enumerate(expected["counts"]):
        whom = InFunnel(question, place + 1)
        found = people_in_funnel(opened.workspace, opened.scope, whom)
        assert found.count == count
        wanted = expected.get("users_at_step", {}).get(str(place + 1))
        if wanted is not None:
            assert sorted(found.people.rows["user_id"]) == sorted(wanted)
    opened.same_in_sql(report.steps)


@cases("funnel")
def test_times(case: Case, tmp_path: Path) -> None:
    rows = Opened(case, tmp_path).report().steps.rows
    for theirs, ours in (("avg", "mean_seconds"), ("median", "median_seconds")):
        if f"{theirs}_seconds_from_prev" in case["expected"]:
            assert rows[ours].to_list() == case["expected"][f"{theirs}_seconds_from_prev"]


@cases("funnel_time_to_convert")
def test_time_to_convert(case: Case, tmp_path: Path) -> None:
    opened, params = Opened(case, tmp_path), case["params"]
    found = funnel_times(
        opened.workspace, opened.scope, opened.question(),
        from_step=params["from_step"] + 1, to_step=params["to_step"] + 1, widths="equal",
    )  # fmt: skip
    bins = [[start, count] for start, _, count in found.bins.rows.iter_rows()]
    assert bins == case["expected"]["bins"]
    assert found.mean == case["expected"]["average"]
    opened.same_in_sql(found.bins)


@cases("funnel_trend")
def test_trend(case: Case, tmp_path: Path) -> None:
    opened, expected = Opened(case, tmp_path, case["params"]["interval"]), case["expected"]
    found = funnel_trend(opened.workspace, opened.scope, opened.question())
    rows = found.periods.rows
    assert [one.isoformat() for one in rows["period_start"]] == expected["buckets"]
    assert rows["entered"].to_list() == expected["entered"]
    assert rows["converted"].to_list() == expected["converted"]
    # PostHog draws 0 % where nobody entered; here that is undefined, on purpose.
    nobody = [count == 0 for count in expected["entered"]]
    theirs = [None if no else r / 100 for no, r in zip(nobody, expected["rate"], strict=True)]
    assert rows["share"].to_list() == pytest.approx(theirs)
    opened.same_in_sql(found.periods)


@cases("funnel_breakdown")
def test_breakdown(case: Case, tmp_path: Path) -> None:
    opened, params = Opened(case, tmp_path), case["params"]
    question = opened.question(
        by=column(params["breakdown"]), attribution=params["attribution"]
    )  # fmt: skip
    found = funnel_groups(opened.workspace, opened.scope, question)
    groups = dict(found.groups.rows.select("segment", "reached").iter_rows())
    assert groups == case["expected"]["groups"]
    opened.same_in_sql(found.groups)


@cases("funnel_totals")
def test_reentry_by_segment(case: Case, tmp_path: Path) -> None:
    opened = Opened(case, tmp_path)
    question = opened.question(
        counting="total", by="item", attribution="step", attribution_step=1
    )  # fmt: skip
    found = funnel_groups(opened.workspace, opened.scope, question).groups
    opened.same_in_sql(found)
    assert found.answered is not None
    groups: dict[str, dict[str, int]] = {}
    for group, step, units in found.answered.select("segment", "step", "units").iter_rows():
        counts = groups.setdefault(group, {"entries": 0, "conversions": 0})
        counts[["entries", "conversions"][step - 1]] = units
    assert groups == case["expected"]["groups"]


@cases("funnel_validation")
def test_impossible_exclusions_are_refused(case: Case) -> None:
    for low, high in case["params"]["exclusion_ranges"]:
        text = '{"steps":["a","b"],"without":[{"what":"x","from":%d,"to":%d}]}'
        with pytest.raises(QueryError, match="exclusion"):
            read(text % (low + 1, high + 1))


@cases("funnel_correlation")
def test_drivers(case: Case, tmp_path: Path) -> None:
    opened = Opened(case, tmp_path)
    found = funnel_drivers(opened.workspace, opened.scope, opened.question())
    rows = found.events.rows.select("event", "converted_with", "failed_with", "odds_ratio").rows()
    assert {
        name: {
            "success": success,
            "failure": failure,
            "odds_ratio": ratio,
            "type": "success" if ratio > 1 else "failure",
        }
        for name, success, failure, ratio in rows
    } == case["expected"]
    opened.same_in_sql(found.events)


def test_attempt_rule_is_what_divides_the_suites(tmp_path: Path) -> None:
    # Mixpanel's default and ours give different counts on the same data, on purpose.
    opened = Opened(case_named("fun_mx_same_data_best_attempt"), tmp_path)
    assert opened.report().steps.rows["count"].to_list() == [1, 1, 1]
    first = opened.report(attempt="first")
    assert first.steps.rows["count"].to_list() == [1, 1, 0]
    opened.same_in_sql(first.steps)
