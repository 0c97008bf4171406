"""A funnel by the kernel, by SQL and by a slow obvious count: equal, whatever is asked."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from statistics import fmean, median
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.periods import Grain, Period
from queries import Filter, Segment, Workspace
from queries.event_match import EventMatch
from reports.answer import Source
from reports.funnel_counts import KEPT, FunnelCounts, funnel_counts
from reports.funnel_counts import Counted as Kernels
from reports.funnel_people import InFunnel, people_in_funnel
from reports.funnel_question import FunnelExclusion, FunnelQuestion, FunnelStep
from reports.funnel_tables import Shown, funnel_source, ripe_before, step_rows
from reports.scope import Scope
from tests.funnel_rows import DAYS, NAMES, TICK, Counted, Log, invented, log_of, slowly

SEEDS = (1,)
EXAMPLES = 100  # each asks one question of eighty small logs at once
PLATFORMS, PLANS = ("ios", "web", None), ("free", "pro", None)


@pytest.fixture(scope="module", params=SEEDS)
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Log:
    return log_of(tmp_path_factory.mktemp("funnel"), invented(request.param))


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    filters = []
    for name, values in (("platform", PLATFORMS), ("plan", PLANS)):
        if draw(st.integers(0, 3)) == 0:
            chosen = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
            filters.append(Filter(name, tuple(chosen)))
    return Segment(tuple(filters))


@st.composite
def matches(draw: st.DrawFn) -> EventMatch:
    kind = draw(st.sampled_from(["event", "event", "event", "events", "feature", "either", "any"]))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True))
    narrow = draw(segments()) if draw(st.booleans()) else Segment()
    return {
        "event": EventMatch(tuple(names[:1]), segment=narrow),
        "events": EventMatch(tuple(names), segment=narrow),
        "feature": EventMatch(features=(("x", None),), segment=narrow),
        "either": EventMatch(tuple(names[:1]), (("x", None),), segment=narrow),
        "any": EventMatch(segment=narrow),
    }[kind]


@st.composite
def questions(draw: st.DrawFn) -> FunnelQuestion:
    steps = tuple(FunnelStep(draw(matches())) for _ in range(draw(st.integers(1, 4))))
    order = draw(st.sampled_from(["ordered", "ordered", "strict", "any"]))
    counting = draw(st.sampled_from(["unique", "unique", "total"]))
    rules = ["furthest", "first"] if counting == "unique" else ["furthest"]
    spans = [(a, b) for a in range(1, len(steps)) for b in range(a + 1, len(steps) + 1)]
    picked = draw(st.lists(st.sampled_from(spans), max_size=2)) if spans else []
    by = draw(st.sampled_from([None, "platform", "plan"]))
    return FunnelQuestion(
        steps,
        order=order,
        window=TICK * draw(st.sampled_from([0, 1, 3, 8, 30])),
        grace=TICK * draw(st.sampled_from([0, 0, 1, 4])) if order == "ordered" else timedelta(0),
        exclusions=tuple(FunnelExclusion(draw(matches()), *span) for span in picked),
        unit=draw(st.sampled_from(["user", "user", "account", "session"])),
        counting=counting,
        attempt=draw(st.sampled_from(rules)),
        by=by,
        attribution=draw(st.sampled_from(["first_touch", "last_touch", "step", "all_steps"])),
        attribution_step=draw(st.integers(1, len(steps))),
    )


PERIODS = st.sampled_from([
    DAYS, Period(DAYS.start, DAYS.last_day), Period(DAYS.last_day, DAYS.end)
])  # fmt: skip
THOROUGH = settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),  # to make a log smaller takes too long
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def in_sql(space: Workspace, source: Source) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(space.engine.query(source.sql, source.parameters)))


def rows_of(space: Workspace, counts: FunnelCounts, question: FunnelQuestion, shown: Shown) -> Any:
    """The kernel's rows, and the source that gives them in SQL."""
    ripe = ripe_before(space, counts.asked, question)
    first = [counts.asked.entry_from]
    kernels: dict[Shown, tuple[Kernels, list[Any], tuple[str, ...] | None]] = {
        "whole": (counts.whole, first, None),
        "groups": (counts.grouped, first, counts.names if question.by else None),
        "periods": (counts.by_period, [one.start for one in counts.periods], None),
    }
    rows = step_rows(*kernels[shown], ripe)
    source = funnel_source(
        space, counts, question, rows, title="", definition="", shown=shown
    )  # fmt: skip
    return rows, source


def table(counted: list[Counted], *, has_groups: bool, period: Any = None) -> dict[Any, Any]:
    """(attempts, median, mean) by group, period and step."""
    times: dict[Any, list[Any]] = defaultdict(list)
    for one in counted:
        group = one.group if has_groups else "All users"
        for step, at in enumerate(one.attempt.times):
            since = (at - one.attempt.times[step - 1]) / 1e6 if step else None
            times[group, period or one.period, step + 1].append(since)
    return {
        key: (len(spans), *((None, None) if key[2] == 1 else (median(spans), fmean(spans))))
        for key, spans in times.items()
    }


def told(rows: pl.DataFrame) -> dict[Any, Any]:
    wanted = rows.select(
        "segment", "period_start", "step", "attempts", "median_seconds", "mean_seconds"
    )
    return {row[:3]: row[3:] for row in wanted.iter_rows()}


def same(found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        assert found[key] == pytest.approx(row), key


@THOROUGH
@given(question=questions(), segment=segments(), period=PERIODS)
def test_steps_are_the_same_three_ways(
    log: Log, question: FunnelQuestion, segment: Segment, period: Period
) -> None:
    space, done = log.workspace, log.done
    counts = funnel_counts(space, period, segment, question, "day")
    rows, source = rows_of(space, counts, question, "whole")
    assert_frame_equal(in_sql(space, source), rows)
    together = replace(question, by=None, attribution="first_touch")
    slow = slowly(done, together, period, segment, None)
    same(told(rows), table(slow, has_groups=False, period=period.start))


@THOROUGH
@given(question=questions(), segment=segments(), period=PERIODS)
def test_groups_are_the_same_three_ways(
    log: Log, question: FunnelQuestion, segment: Segment, period: Period
) -> None:
    space, done = log.workspace, log.done
    counts = funnel_counts(space, period, segment, question, "day")
    rows, source = rows_of(space, counts, question, "groups")
    assert_frame_equal(in_sql(space, source), rows)
    slow = slowly(done, question, period, segment, None)
    same(told(rows), table(slow, has_groups=True, period=period.start))


@THOROUGH
@given(question=questions(), segment=segments(), grain=st.sampled_from(["day", "week"]))
def test_periods_are_the_same_three_ways(
    log: Log, question: FunnelQuestion, segment: Segment, grain: Grain
) -> None:
    space = log.workspace
    counts = funnel_counts(space, DAYS, segment, question, grain)
    rows, source = rows_of(space, counts, question, "periods")
    assert_frame_equal(in_sql(space, source), rows)
    together = replace(question, by=None, attribution="first_touch")
    slow = slowly(log.done, together, DAYS, segment, grain)
    same(told(rows), table(slow, has_groups=False))


@THOROUGH
@given(question=questions(), segment=segments(), kind=st.sampled_from(["passed", "dropped"]))
def test_lists_are_the_same_in_sql_and_have_the_count(
    log: Log, question: FunnelQuestion, segment: Segment, kind: str
) -> None:
    space = log.workspace
    scope = Scope(DAYS, None, "day", segment)
    counts = funnel_counts(space, DAYS, segment, question, "day")
    levels = counts.whole.attempts.levels
    step = len(question.steps)
    whom = InFunnel(question, step, is_dropped=kind == "dropped")
    found = people_in_funnel(space, scope, whom)
    assert found.count == int((levels >= step).sum())
    assert found.people.answered is not None
    assert_frame_equal(in_sql(space, found.people), found.people.answered)


@settings(THOROUGH, max_examples=20)
@given(question=questions(), segment=segments(), size=st.sampled_from([1, 40]))
def test_parts_that_are_counted_apart_add_up(
    log: Log, question: FunnelQuestion, segment: Segment, size: int
) -> None:
    space = log.workspace

    def told_of_all() -> list[dict[Any, Any]]:
        KEPT.forget()
        counts = funnel_counts(space, DAYS, segment, question, "day")
        kinds: tuple[Shown, ...] = ("whole", "groups", "periods")
        return [told(rows_of(space, counts, question, shown)[0]) for shown in kinds]

    together = told_of_all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("queries.packed_sort.ROWS_PER_PART", size)
        apart = told_of_all()
    for whole, parts in zip(together, apart, strict=True):
        same(parts, whole)
