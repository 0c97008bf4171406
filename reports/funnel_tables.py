"""Counted attempts as the rows that `funnel.sql` gives, and the text that gives them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from metrics.funnel.question import microseconds
from queries.funnel_log import MOST_EXCLUSIONS, MOST_STEPS, midnight
from queries.funnel_text import funnel_text, path_read
from queries.narrow import EVERYONE, NOT_SET
from queries.path_log import path_names
from queries.path_text import along_parameters
from reports.answer import Source
from reports.event_names import event_names
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from queries import Workspace
    from queries.event_match import EventMatch
    from queries.funnel_log import FunnelRead
    from reports.funnel_counts import Counted, FunnelCounts
    from reports.funnel_question import FunnelQuestion

Shown = Literal["whole", "groups", "periods"]
ALL_DAYS = "all"
SECOND = 1_000_000  # microseconds
# Rows of counts that are kept, for as long as these are.
ROWS: WeakKeyDictionary[Counted, dict[Any, pl.DataFrame]] = WeakKeyDictionary()
_EPOCH = date(1970, 1, 1).toordinal()
SCHEMA = {
    "segment": pl.String, "period_start": pl.Date, "step": pl.Int64, "attempts": pl.Int64,
    "units": pl.Int64, "ripe_attempts": pl.Int64, "median_seconds": pl.Float64,
    "mean_seconds": pl.Float64,
}  # fmt: skip


def step_rows(
    counted: Counted, starts: Sequence[date], names: Sequence[str] | None, ripe_before: int
) -> pl.DataFrame:
    """One row per (segment, period, step) that anybody reached, as `funnel.sql` gives them.

    Args:
        counted: The attempts.
        starts: First day of each period that they belong to; one: they all belong to it.
        names: What the codes of their groups stand for; None: they are everybody's.
        ripe_before: Moment before which an entry has had its whole window.
    """
    key = (tuple(starts), None if names is None else tuple(names), ripe_before)
    known_rows = ROWS.setdefault(counted, {})
    if key not in known_rows:
        known_rows[key] = _step_rows(counted, starts, names, ripe_before)
    return known_rows[key]


def _step_rows(
    counted: Counted, starts: Sequence[date], names: Sequence[str] | None, ripe_before: int
) -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for group, period, here in _parts(counted, is_one_period=len(starts) == 1):
        name = EVERYONE if names is None else NOT_SET if group < 0 else names[group]
        rows += [
            (name, starts[period], *one) for one in _steps(counted.attempts, here, ripe_before)
        ]
    found = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return found.sort("segment", "period_start", "step")


def _parts(counted: Counted, *, is_one_period: bool) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """Code of the group, number of the period, and the places of their attempts."""
    periods = np.zeros_like(counted.periods) if is_one_period else counted.periods
    order = np.lexsort((periods, counted.groups))
    groups, periods = counted.groups[order], periods[order]
    changes = (groups[1:] != groups[:-1]) | (periods[1:] != periods[:-1])
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(order)]
    for first, end in pairwise(edges):
        if end > first:
            yield int(groups[first]), int(periods[first]), order[first:end]


def _steps(attempts: Any, here: NDArray[np.intp], ripe_before: int) -> Iterator[tuple[Any, ...]]:
    """Step, attempts, units, ripe attempts, median and mean seconds."""
    levels, units, times = attempts.levels[here], attempts.units[here], attempts.times[here]
    is_ripe = times[:, 0] < ripe_before
    for step in range(times.shape[1]):
        reached = levels > step
        count = int(reached.sum())
        if not count:
            return
        seconds = (times[reached, step] - times[reached, step - 1]) / SECOND if step else None
        yield (
            step + 1,
            count,
            _different(units[reached]),
            int((reached & is_ripe).sum()),
            None if seconds is None else float(np.median(seconds)),
            None if seconds is None else float(np.mean(seconds)),
        )


def _different(units: NDArray[np.integer]) -> int:
    """How many units; they ascend, so no two that are alike stand apart."""
    return 1 + int(np.count_nonzero(units[1:] != units[:-1])) if len(units) else 0


def seen_until(workspace: Workspace, asked: FunnelRead) -> int:
    """Up to when steps are seen, in microseconds since 1970; along a path, in these days alone."""
    complete = known(workspace).watermark + timedelta(days=1)
    return midnight(workspace, complete if asked.path is None else min(complete, asked.until_day))


def ripe_before(workspace: Workspace, asked: FunnelRead, question: FunnelQuestion) -> int:
    """The moment before which an entry has had its whole window, in microseconds since 1970."""
    return seen_until(workspace, asked) - microseconds(question.window)


def funnel_source(
    workspace: Workspace,
    counts: FunnelCounts,
    question: FunnelQuestion,
    rows: pl.DataFrame,
    *,
    title: str,
    definition: str,
    shown: Shown = "whole",
    caveats: tuple[str, ...] = (),
) -> Source:
    """A figure whose rows are the kernel's, with the text that gives the same ones in SQL."""
    asked = counts.asked if shown == "groups" else replace(counts.asked, by=None)
    grain = counts.grain if shown == "periods" else ALL_DAYS
    snapshot = workspace.snapshot
    more = {"ripe_before_us": ripe_before(workspace, asked, question) - _origin(asked)}
    return Source(
        title=title,
        definition=definition,
        rows=rows,
        sql=funnel_text(workspace, "funnel", asked),
        parameters=parameters(workspace, asked, question, grain) | more,
        as_of=snapshot.watermark if snapshot else None,
        snapshot_id=snapshot.id if snapshot else "",
        seconds=counts.seconds,
        caveats=caveats,
        answered=rows,
    )


def parameters(
    workspace: Workspace, asked: FunnelRead, question: FunnelQuestion, grain: str = ALL_DAYS
) -> dict[str, Any]:
    """Values of the parameters that every text of a funnel has."""
    everything = _names(workspace, asked)

    def names(matches: Sequence[EventMatch], place: int) -> list[str]:
        if place >= len(matches):
            return []
        match = matches[place]
        return sorted(everything if match.is_any else match.events)

    steps = {f"step_{n + 1}": names(asked.steps, n) for n in range(MOST_STEPS)}
    voids = {f"exclusion_{n + 1}": names(asked.exclusions, n) for n in range(MOST_EXCLUSIONS)}
    return {
        "start_date": asked.entry_from,
        "end_date": asked.entry_until,
        "read_from": asked.from_day,
        "read_until": asked.until_day,
        "grain": grain,
        "unit": question.unit,
        "order": question.order,
        "attempt": question.attempt,
        "counting": question.counting,
        "attribution": question.attribution if asked.by else "first_touch",
        "attribution_step": question.attribution_step if asked.by else 1,
        "window_us": microseconds(question.window),
        "grace_us": microseconds(question.grace),
        "read_names": list(asked.names),
        "step_count": len(asked.steps),
        **steps,
        "exclusion_spans": [
            f"{number}: {one.from_step} to {one.to_step}"
            for number, one in enumerate(question.exclusions, 1)
        ],
        **voids,
        **({} if asked.path is None else along_parameters(asked.path)),
    }


def _names(workspace: Workspace, asked: FunnelRead) -> Sequence[str]:
    """What any event may be called: by a path's rules, its nodes."""
    if asked.path is None:
        return event_names(workspace)
    names = path_names(workspace, path_read(asked, asked.path))
    return sorted(set(asked.path.rules.nodes(names).values()))


def _origin(asked: FunnelRead) -> int:
    """The moment that the text counts from, in microseconds since 1970: $read_from in UTC."""
    days = asked.from_day.toordinal() - _EPOCH
    return days * 86_400 * SECOND
