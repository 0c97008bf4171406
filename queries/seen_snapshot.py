"""A snapshot's description as a viewer under a policy may read it: without counts and names.

Days up to which data are complete, columns and dimensions describe the product and stay. How many
rows there are, in which files, and which events there are is about everybody, and goes.
"""

from collections.abc import Mapping
from dataclasses import replace

from queries.access import Sight
from queries.snapshot import Partition, Snapshot, SourceFile, TableState

HIDDEN = SourceFile("", 0, 0, "", None, {}, {})


def seen_snapshot(snapshot: Snapshot, sight: Sight) -> Snapshot:
    """The description without what a policy holds back; the same object without a policy."""
    if sight.policy.is_empty:
        return snapshot
    return replace(
        snapshot,
        partitions=_without_counts(snapshot.partitions),
        sources={name: _without_files(state) for name, state in snapshot.sources.items()},
        kinds=(),
        days={},
        late_rows={},
    )


def _without_counts(
    partitions: Mapping[str, tuple[Partition, ...]],
) -> dict[str, tuple[Partition, ...]]:
    """Which days each table reaches over, and no more."""
    return {
        name: tuple(Partition("", one.first_day, one.last_day, 0, 0) for one in files)
        for name, files in partitions.items()
    }


def _without_files(state: TableState) -> TableState:
    """Whether there are files and rows, not which and how many."""
    files = {"": HIDDEN} if state.files else {}
    return replace(state, files=files, rows=1 if state.rows else 0)
