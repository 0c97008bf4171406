"""The rows of a roll-up's files, read without an engine.

For whoever may see everything and asks for nobody in particular, an engine adds nothing to what the
files say, and takes three times as long: rows come out of it one copy later, and an event's name as
letters where the file has a number. Whoever is narrowed in any way is answered by the engine.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from queries.narrow import Segment
from queries.settings import DEFAULT_ENGINE
from queries.snapshot import FOLDER, Partition

if TYPE_CHECKING:
    from queries.workspace import Workspace


def may_read_files(workspace: "Workspace", segment: Segment) -> bool:
    """Whether the files alone say what is asked."""
    return (
        workspace.snapshot is not None
        and workspace.sight.is_everything
        and segment.is_empty
        and workspace.settings.engine.url == DEFAULT_ENGINE
    )


def files_of(workspace: "Workspace", table: str, since: date, until: date) -> list[Partition]:
    """The files of a roll-up that hold a day of some."""
    snapshot = workspace.snapshot
    parts = snapshot.partitions.get(table, ()) if snapshot else ()
    return [
        one for one in parts
        if one.first_day is None or one.last_day is None
        or (one.first_day < until and one.last_day >= since)
    ]  # fmt: skip


def read_file(
    folder: Path,
    part: Partition,
    columns: list[str],
    since: date,
    until: date,
    *,
    early: timedelta = timedelta(0),
    events: Collection[str] = (),
) -> pa.Table:
    """Some columns of a file, of the rows of some days.

    Args:
        folder: The workspace's.
        part: The file.
        columns: Which.
        since: First day.
        until: Day after the last one.
        early: How much earlier than the file's days a row's own day may be.
        events: Blocks of rows with none of these are left out, others are whole; empty: none is.
    """
    whole = (
        part.first_day is not None and part.last_day is not None
        and part.first_day - early >= since and part.last_day < until
    )  # fmt: skip
    wanted = columns if whole else [*columns, "day"]
    with pq.ParquetFile(folder / FOLDER / part.file, memory_map=True) as file:
        table = file.read_row_groups(_blocks(file, events), wanted, use_threads=False)
    if whole:
        return table
    day = table["day"].cast(pa.int32()).to_numpy()
    first, end = ((one - date(1970, 1, 1)).days for one in (since, until))
    return table.filter(pa.array((day >= first) & (day < end))).drop_columns("day")


def _blocks(file: pq.ParquetFile, events: Collection[str]) -> list[int]:
    """The blocks of rows that may hold some events, by the first and last name in each."""
    blocks = range(file.metadata.num_row_groups)
    if not events:
        return list(blocks)
    place = file.schema_arrow.get_field_index("event")
    said = (file.metadata.row_group(block).column(place).statistics for block in blocks)
    return [
        block for block, one in enumerate(said)
        if one is None or not one.has_min_max or any(one.min <= name <= one.max for name in events)
    ]  # fmt: skip


def numbers(table: pa.Table, column: str) -> NDArray[Any]:
    """A column of numbers or moments; moments as microseconds since 1970, UTC."""
    found: NDArray[Any] = table[column].to_numpy()
    return found.view(np.int64) if found.dtype.kind == "M" else found


def coded(
    table: pa.Table, column: str, codes: Mapping[str, int], kind: np.dtype[np.unsignedinteger]
) -> NDArray[np.unsignedinteger]:
    """A column of names as numbers; 0: the name has none, or there is no name."""
    found = [np.empty(0, dtype=kind)]
    for chunk in table[column].chunks:
        names = chunk if isinstance(chunk, pa.DictionaryArray) else chunk.dictionary_encode()
        known = [codes.get(name, 0) for name in names.dictionary.to_pylist()]
        places = names.indices
        if places.null_count:
            places = places.fill_null(len(known))
        found.append(np.array([*known, 0], dtype=kind)[places.to_numpy()])
    return np.concatenate(found)
