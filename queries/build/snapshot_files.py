"""The files of a new snapshot: old ones without what was made anew, and new ones."""

from collections.abc import Sequence
from datetime import date, timedelta

from queries.build.days import day_of
from queries.build.partitions import Partitions, take_out
from queries.build.plan import ROLLUPS, Built
from queries.snapshot import Partition, Snapshot

# More files of a day or two than this, each with few rows, are better one.
MOST_SMALL = 32
SMALL_ROWS = 500_000
SMALL_DAYS = 2


def put_together(
    partitions: Partitions, old: Snapshot | None, built: Built
) -> dict[str, tuple[Partition, ...]]:
    """Every roll-up's files after a build, by its name."""
    held = {name: old.partitions.get(name, ()) if old else () for name in ROLLUPS}
    user_days = held.pop("user_days")
    left = take_out(partitions, held, {day_of(day) for day in built.touched})
    left["user_days"] = _before(partitions, user_days, built.rewritten_from)
    joined = {name: (*left[name], *built.partitions[name]) for name in ROLLUPS}
    return {name: _compacted(partitions, name, files) for name, files in joined.items()}


def _before(
    partitions: Partitions, files: Sequence[Partition], first: date | None
) -> tuple[Partition, ...]:
    """User-days before the day from which they were all written anew."""
    if first is None:
        return tuple(files)
    kept = []
    for one in files:
        if one.last_day is None or one.first_day is None or one.last_day < first:
            kept.append(one)
        elif one.first_day < first:
            length = (one.last_day - first).days + 1
            days = [first + timedelta(days=n) for n in range(length)]
            rest = partitions.without("user_days", one, days)
            kept += [rest] if rest else []
    return tuple(kept)


def _compacted(
    partitions: Partitions, name: str, files: tuple[Partition, ...]
) -> tuple[Partition, ...]:
    """The files, the small ones among them put together once there are many."""
    small = [one for one in files if _is_small(one)]
    if len(small) <= MOST_SMALL:
        return files
    together = partitions.together(name, small)
    return (*(one for one in files if not _is_small(one)), together)


def _is_small(partition: Partition) -> bool:
    """Whether a file holds so little that many of them are better one."""
    if partition.first_day is None or partition.last_day is None:
        return False
    days = (partition.last_day - partition.first_day).days + 1
    return days <= SMALL_DAYS and partition.rows < SMALL_ROWS
