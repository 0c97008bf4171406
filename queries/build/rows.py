"""Events in codes: one array a column, all of the same length."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.columns import array


@dataclass(frozen=True, slots=True)
class EventRows:
    """Good events, in the order of their files.

    Attributes:
        user: Number of the user.
        kind: Number of the (event, feature, action) combination.
        cell: Number of the combination of event dimensions.
        at: Microseconds since 1970 UTC.
        day: Local day number.
        hour: Local hour, 0–23.
        session: Hash of the given session id; 0: none given.
        file: Number of the file, in order of paths.
        row: Row number in the file.
        extras: Columns that only metrics read; no columns when none does.
    """

    user: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    cell: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]
    day: npt.NDArray[np.uint16]
    hour: npt.NDArray[np.uint8]
    session: npt.NDArray[np.int64]
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int64]
    extras: pa.Table

    def __len__(self) -> int:
        return len(self.user)

    def take(self, positions: npt.NDArray[Any]) -> "EventRows":
        """The rows at these positions, in that order."""
        arrays = {name: getattr(self, name)[positions] for name in ARRAYS}
        extras = self.extras.take(array(positions)) if self.extras.num_columns else self.extras
        return EventRows(**arrays, extras=extras)

    def ordered(self, order: npt.NDArray[np.intp]) -> "Ordered":
        """What most roll-ups count, in this order."""
        return Ordered(*(getattr(self, name).take(order) for name in Ordered.__slots__))

    def part(self, start: int, end: int) -> "EventRows":
        """The rows from start to end, end excluded; nothing is copied."""
        arrays = {name: getattr(self, name)[start:end] for name in ARRAYS}
        return EventRows(**arrays, extras=self.extras.slice(start, end - start))

    def by_day(self) -> dict[int, "EventRows"]:
        """The rows of each local day, in their order."""
        if not len(self):
            return {}
        rows = self
        if np.any(self.day[1:] < self.day[:-1]):
            rows = self.take(np.argsort(self.day, kind="stable"))
        cuts = np.flatnonzero(rows.day[1:] != rows.day[:-1]) + 1
        edges = [0, *cuts.tolist(), len(rows)]
        return {int(rows.day[start]): rows.part(start, end) for start, end in pairwise(edges)}


@dataclass(frozen=True, slots=True)
class Ordered:
    """Columns of EventRows by user and time; neighbours in memory, so that counting is quick."""

    user: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    cell: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]
    day: npt.NDArray[np.uint16]
    hour: npt.NDArray[np.uint8]
    session: npt.NDArray[np.int64]

    def only(self, keep: npt.NDArray[np.bool_]) -> "Ordered":
        """The rows that are kept, in the same order."""
        if keep.all():
            return self
        some = np.flatnonzero(keep)
        return Ordered(*(getattr(self, name).take(some) for name in Ordered.__slots__))


ARRAYS = tuple(field.name for field in fields(EventRows) if field.name != "extras")


def concatenated(parts: Iterable[EventRows]) -> EventRows:
    """All rows of the parts, one part after the other; at least one part."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
    extras = pa.concat_tables([part.extras for part in parts], promote_options="permissive")
    return EventRows(**arrays, extras=extras)
