"""Paths by the kernel, by SQL and by a slow obvious count: equal, whatever is asked."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.periods import Period
from queries import Segment
from queries.path_rules import PathRules
from reports.answer import Source
from reports.funnel import funnel
from reports.funnel_people import InFunnel, people_in_funnel
from reports.path_question import PathQuestion, way_as_funnel
from reports.paths import OnPath, PathsReport, paths, people_on_path
from reports.scope import Scope
from tests.funnel_rows import DAYS, NAMES, TICK, Done, Log, invented, is_in, log_of, sessions_of
from tests.test_queries_funnel import in_sql, segments

EXAMPLES = 40  # each asks one question of eighty small logs at once
JOINED = (("c", "b"), ("[ad]", "never"), ("d*", "z"))
PERIODS = st.sampled_from([DAYS, Period(DAYS.last_day, DAYS.end)])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return log_of(tmp_path_factory.mktemp("paths"), invented(2))


@st.composite
def questions(draw: st.DrawFn) -> PathQuestion:
    shown = draw(st.sampled_from(["event", "event", "feature"]))
    rules = PathRules(
        shown=shown,
        visit=draw(st.sampled_from(["session", "user"])),
        repeats=draw(st.sampled_from(["consecutive", "consecutive", "once", "none"])),
        hidden=draw(st.sampled_from([(), (), ("a",), ("*a*", "x?")])),
        joined=draw(st.sampled_from([(), (), JOINED[:1], JOINED])),
    )
    names = ["x"] if shown == "feature" else ["b", *NAMES]
    asked = PathQuestion(
        rules,
        anchor=draw(st.sampled_from([None, *names])),
        direction=draw(st.sampled_from(["from", "to"])),
        length=draw(st.sampled_from([3, 4])),
        within=draw(st.sampled_from([None, TICK, TICK * 4])),
    )
    more = draw(st.lists(st.sampled_from([None, *names]), max_size=2))
    return replace(asked, through=(draw(st.sampled_from(names)), *more) if more else ())


def scope_of(period: Period, segment: Segment) -> Scope:
    return Scope(period, None, "day", segment)


def slow_walks(
    done: tuple[Done, ...], asked: PathQuestion, period: Period, segment: Segment
) -> list[tuple[str, dict[int, Done], dict[int, str]]]:
    """Who, and the event and node at each place, of every walk that goes the way."""
    kept = {place for place, one in enumerate(done) if is_in(one, segment) and one.day in period}
    sessions = sessions_of(done, segment)
    visits: dict[Any, list[tuple[Any, str, Done]]] = defaultdict(list)
    for place in kept:
        one = done[place]
        name = one.name if asked.rules.shown == "event" else one.feature
        node = None if name is None else slow_node(name, asked.rules)
        visit = one.user if asked.rules.visit == "user" else sessions.get(place)
        if node is not None and visit is not None:
            visits[visit].append((one.at, node, one))
    return [
        (steps[0][2].user, events, nodes)
        for steps in visits.values()
        for events, nodes in [slow_walk(sorted(steps, key=lambda step: step[:2]), asked)]
        if nodes and all(node in (None, nodes.get(asked.sign * place))
                         for place, node in enumerate(asked.trail, 1))
    ]  # fmt: skip


def slow_node(name: str, rules: PathRules) -> str | None:
    hidden = {"a": {"a"}, "*a*": {"a"}, "x?": set()}
    fits = {"c": {"c"}, "[ad]": set(), "d*": {"d"}}
    if any(name in hidden[one] for one in rules.hidden):
        return None
    return next((called for one, called in rules.joined if name in fits[one]), name)


def slow_walk(steps: list[Any], asked: PathQuestion) -> tuple[dict[int, Done], dict[int, str]]:
    left: list[Any] = []
    for step in steps:
        is_again = {
            "none": False,
            "consecutive": bool(left) and left[-1][1] == step[1],
            "once": step[1] in {one[1] for one in left},
        }[asked.rules.repeats]
        left += [] if is_again else [step]
    names = [step[1] for step in left]
    if asked.anchor is not None and asked.anchor not in names:
        return {}, {}
    anchor = names.index(asked.anchor) if asked.anchor else len(names) - 1
    if asked.direction == "from" and asked.anchor is None:
        anchor = 0
    walk = left[anchor:] if asked.direction == "from" else left[anchor::-1]
    walk = walk[: asked.first_place - 1 + asked.length]
    within = asked.within or timedelta(days=9)
    walk = [step for step in walk if abs(step[0] - walk[0][0]) <= within]
    places = {asked.sign * place: step for place, step in enumerate(walk, 1)}
    return ({place: step[2] for place, step in places.items()},
            {place: step[1] for place, step in places.items()})  # fmt: skip


def slow_links(walks: list[Any], first: int) -> dict[Any, tuple[int, int, float, float]]:
    times: dict[Any, list[float]] = defaultdict(list)
    users: dict[Any, set[str]] = defaultdict(set)
    for user, events, nodes in walks:
        for here, there in pairwise(sorted(place for place in nodes if abs(place) >= first)):
            link = here, nodes[here], nodes[there]
            times[link].append((events[there].at - events[here].at).total_seconds())
            users[link].add(user)
    return {
        link: (len(spans), len(users[link]), median(spans), fmean(spans))
        for link, spans in times.items()
    }


THOROUGH = settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def same_in_sql(log: Log, source: Source) -> None:
    assert source.answered is not None
    assert_frame_equal(in_sql(log.workspace, source), source.answered)


@THOROUGH
@given(asked=questions(), segment=segments(), period=PERIODS)
def test_links_and_nodes_are_the_same_three_ways(
    log: Log, asked: PathQuestion, segment: Segment, period: Period
) -> None:
    report = paths(log.workspace, scope_of(period, segment), asked)
    same_in_sql(log, report.links)
    same_in_sql(log, report.nodes)
    walks = slow_walks(log.done, asked, period, segment)
    first = asked.first_place
    found = {row[:3]: row[3:] for row in report.links.rows.iter_rows()}
    expected = slow_links(walks, first)
    assert found.keys() == expected.keys()
    assert all(found[link] == pytest.approx(row) for link, row in expected.items())
    at = Counter((place, node) for _, _, nodes in walks for place, node in nodes.items()
                 if abs(place) >= first)  # fmt: skip
    assert at == {row[:2]: row[2] for row in report.nodes.rows.iter_rows()}
    shown = [user for user, _, nodes in walks if asked.sign * first in nodes]
    assert (report.visits, report.users) == (len(shown), len(set(shown)))


@settings(THOROUGH, max_examples=12)
@given(asked=questions(), period=PERIODS)
def test_lists_are_the_same_in_sql_and_have_the_count(
    log: Log, asked: PathQuestion, period: Period
) -> None:
    scope = scope_of(period, Segment())
    report = paths(log.workspace, scope, asked)
    counted = [
        *((OnPath(*row[:2]), row[3]) for row in report.nodes.rows.head(2).iter_rows()),
        *((OnPath(*row[:3]), row[4]) for row in report.links.rows.head(2).iter_rows()),
    ]
    for whom, users in counted:
        found = people_on_path(log.workspace, scope, asked, whom)
        assert found.count == users
        same_in_sql(log, found.people)


@settings(THOROUGH, max_examples=30)
@given(asked=questions(), segment=segments(), period=PERIODS)
def test_a_way_made_a_funnel_gives_the_same_count(
    log: Log, asked: PathQuestion, segment: Segment, period: Period
) -> None:
    if asked.why_no_funnel:
        return
    scope = scope_of(period, segment)
    way, question = paths(log.workspace, scope, asked), way_as_funnel(asked)
    found = funnel(log.workspace, scope, question)
    assert found.converted.value == way.visits
    same_in_sql(log, found.steps)
    if way.visits:
        last = people_in_funnel(log.workspace, scope, InFunnel(question, len(question.steps)))
        assert last.count == way.visits
        same_in_sql(log, last.people)


def test_what_is_not_named_is_one_row_for_each_place(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.path_counts.MOST_LINKS", 9)
    monkeypatch.setattr("reports.paths.MOST_LINKS", 9)
    scope = scope_of(DAYS, Segment())
    asked = PathQuestion(PathRules(visit="user"), length=3)
    report: PathsReport = paths(log.workspace, scope, replace(asked, within=TICK * 20))
    same_in_sql(log, report.links)
    rest = report.links.rows.filter(pl.col("source").is_null())
    assert (report.links.rows.height, rest["place"].to_list()) == (9, [1, 2])
    for place in (1, 2):
        on = report.nodes.rows.filter(pl.col("place") == place)["goes_on"].sum()
        assert report.links.rows.filter(pl.col("place") == place)["transitions"].sum() == on
