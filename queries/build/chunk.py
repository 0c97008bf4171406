"""Some consecutive days of events become rows of the roll-ups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.arrow import (
    dates,
    feature_days_table,
    kind_columns,
    qualifying,
    stamps,
)
from queries.build.columns import array
from queries.build.days import DAY, EPOCH_AT, SECOND, LocalTime
from queries.build.duplicates import duplicates
from queries.build.grouping import UserDays, feature_days, segment_days
from queries.build.kinds import Kind
from queries.build.metric_days import Evaluator, Meaning, metric_days
from queries.build.rows import EventRows, Ordered
from queries.build.sessions import Moments
from queries.build.sorting import lengths, stable_order, starts
from queries.definitions import MetricDefinition


@dataclass(frozen=True, slots=True)
class Codebook:
    """What the codes of a chunk mean.

    Attributes:
        kinds: (event, feature, action, is_qualifying) by number.
        cells: Event dimensions by number.
        dimensions: Names of the event dimensions.
        paths: Path by file number.
    """

    kinds: tuple[Kind, ...]
    cells: Sequence[tuple[str | None, ...]]
    dimensions: tuple[str, ...]
    paths: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What is remembered of one day: good rows, duplicates left out, second of its last event."""

    rows: int
    duplicates: int
    last_second: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """All that does not depend on other days.

    Attributes:
        days: Facts of each day, by number, ascending.
        parts: `segment_days`, with sessions still to be counted.
        moments: Qualifying events by user and time.
        tables: Finished roll-ups by name.
        duplicate_file: File number of each row left out as a duplicate.
        duplicate_row: Its row number.
        duplicate_day: Its local day.
        users: Numbers of the users with any event.
    """

    days: Mapping[int, DayFacts]
    parts: UserDays
    moments: Moments
    tables: Mapping[str, pa.Table]
    duplicate_file: npt.NDArray[np.int32]
    duplicate_row: npt.NDArray[np.int64]
    duplicate_day: npt.NDArray[np.uint16]
    users: npt.NDArray[np.int32]


def chunk(
    rows: EventRows,
    book: Codebook,
    metrics: Mapping[str, MetricDefinition],
    clock: LocalTime,
    only: frozenset[str],
    evaluator: Evaluator,
) -> Chunk:
    """Rows of whole days in any order, rolled up.

    Args:
        rows: All good rows of those days, from all files.
        book: What their codes mean.
        metrics: Metrics that can be computed from these rows.
        clock: The workspace's local time.
        only: Names of the roll-ups that are wanted.
        evaluator: Evaluates the metrics' expressions.
    """
    by_time = _time_order(rows.at)
    order = stable_order(rows.user, by_time)
    ordered = rows.ordered(order)
    repeated = duplicates(rows, order, ordered, book.paths)
    left_out = rows.take(repeated)
    facts = _facts(rows, by_time, repeated, clock)
    if len(repeated):
        rows = rows.take(np.delete(np.arange(len(rows)), repeated))
        ordered = rows.ordered(stable_order(rows.user, _time_order(rows.at)))
    active = ordered.only(qualifying(ordered.kind, book.kinds))
    parts = segment_days(active.user, active.day, active.cell, active.hour)
    tables: dict[str, pa.Table] = {}
    if only & {"steps", "feature_days"}:
        tables |= _by_kind(ordered, book, only)
    if "metric_days" in only and metrics:
        tables["metric_days"] = _metrics(rows, parts, book, metrics, evaluator)
    return Chunk(
        days=facts,
        parts=parts,
        moments=Moments(active.user, active.session, active.at, active.day, active.cell),
        tables=tables,
        duplicate_file=left_out.file,
        duplicate_row=left_out.row,
        duplicate_day=left_out.day,
        users=_different(ordered.user),
    )


def _different(ordered: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Each value once, of values in order."""
    return ordered[starts(ordered)]


def _time_order(at: npt.NDArray[np.int64]) -> npt.NDArray[np.intp] | None:
    if np.all(at[1:] >= at[:-1]):
        return None
    return np.argsort(at, kind="stable")


def _by_kind(rows: Ordered, book: Codebook, only: frozenset[str]) -> dict[str, pa.Table]:
    """`steps` and `feature_days`, both clustered by event name."""
    rank = _name_ranks(book.kinds)
    order = stable_order(rank.take(rows.kind) if len(rank) else rows.kind)
    kind, user, cell = rows.kind.take(order), rows.user.take(order), rows.cell.take(order)
    day, at = rows.day.take(order), rows.at.take(order)
    tables = {}
    if "feature_days" in only:
        counts = feature_days(kind, user, day, cell)
        tables["feature_days"] = feature_days_table(counts, book.kinds)
    if "steps" in only:
        tables["steps"] = pa.table({
            "day": dates(day),
            **kind_columns(kind, book.kinds),
            "user_key": array(user),
            "occurred_at": stamps(at),
            "is_qualifying": array(qualifying(kind, book.kinds)),
            "cell": array(cell),
        })  # fmt: skip
    return tables


def _name_ranks(kinds: Sequence[Kind]) -> npt.NDArray[np.int32]:
    """Position of each kind among all, sorted by name."""
    order = sorted(range(len(kinds)), key=lambda n: tuple(part or "" for part in kinds[n][:3]))
    rank = np.empty(len(kinds), dtype=np.int32)
    rank[order] = np.arange(len(kinds), dtype=np.int32)
    return rank


def _metrics(
    rows: EventRows,
    active: UserDays,
    book: Codebook,
    metrics: Mapping[str, MetricDefinition],
    evaluator: Evaluator,
) -> pa.Table:
    meaning = Meaning(book.kinds, book.cells, book.dimensions)
    return metric_days(rows, active, metrics, meaning, evaluator)


def _facts(
    rows: EventRows,
    by_time: npt.NDArray[np.intp] | None,
    repeated: npt.NDArray[np.intp],
    clock: LocalTime,
) -> dict[int, DayFacts]:
    """Good rows, duplicates and last second of each day; a duplicate is as late as its like."""
    if not len(rows):
        return {}
    day, at = rows.day, rows.at
    if by_time is not None:
        day, at = day[by_time], at[by_time]
    first = starts(day)
    counts = lengths(first, len(day))
    last = clock.local(at[np.append(first[1:], len(day)) - 1])
    again = np.bincount(rows.day[repeated], minlength=int(day[-1]) + 1)
    return {
        number: DayFacts(int(count - again[number]), int(again[number]), int(second))
        for number, count, second in zip(
            day[first].tolist(), counts, (last - EPOCH_AT) % DAY // SECOND, strict=True
        )
    }
