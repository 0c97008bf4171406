"""One text, answered within its limits: rows as they come, how far it is, and when it must stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import ipc

from queries.sandbox.wire import PROGRESS, Outlet, Question, RowsSink

ROWS_AT_ONCE = 2_048
PROGRESS_SECONDS = 0.2


class TooLarge(Exception):
    """One row is larger than all rows together may be."""


def send_rows(relation: Any, question: Question, outlet: Outlet) -> dict[str, Any]:
    """Rows until there are no more, or no more may be sent.

    Returns:
        Types by column, which limit cut the rows (None: they are all), and seconds.

    Raises:
        TooLarge: Not even one row may be sent.
    """
    start = time.perf_counter()
    names = unique_names(relation.columns)
    types = dict(zip(names, map(str, relation.types), strict=True))
    with relation.to_arrow_reader(ROWS_AT_ONCE) as reader:
        fields = [field.with_name(name) for field, name in zip(reader.schema, names, strict=True)]
        schema, cut, sent = pa.schema(fields), None, 0
        with ipc.new_stream(pa.PythonFile(RowsSink(outlet), "w"), schema) as stream:
            for batch, why in capped(reader, question.rows, question.bytes):
                cut, sent = why, sent + batch.num_rows
                stream.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    if cut == "bytes" and not sent:
        raise TooLarge
    return {"types": types, "cut": cut, "seconds": time.perf_counter() - start}


def capped(
    batches: Iterator[pa.RecordBatch], most_rows: int, most_bytes: int
) -> Iterator[tuple[pa.RecordBatch, str | None]]:
    """Batches within the limits; the last one says which limit cut it."""
    rows = size = 0
    for batch in batches:
        kept, cut = batch, None
        if rows + kept.num_rows > most_rows:
            kept, cut = kept.slice(0, most_rows - rows), "rows"
        while kept.num_rows and size + kept.nbytes > most_bytes:
            kept, cut = kept.slice(0, kept.num_rows // 2), "bytes"
        rows, size = rows + kept.num_rows, size + kept.nbytes
        yield kept, cut
        if cut:
            return


def unique_names(names: list[str]) -> list[str]:
    """Names of columns, the second of a kind with a number behind it.

    Examples:
        >>> unique_names(["a", "a", "b"])
        ['a', 'a_2', 'b']
    """
    unique: list[str] = []
    for name in names:
        number, own = 1, name
        while own in unique or (number > 1 and own in names):
            number += 1
            own = f"{name}_{number}"
        unique.append(own)
    return unique


@contextmanager
def watched(cursor: duckdb.DuckDBPyConnection, seconds: float, outlet: Outlet) -> Iterator[None]:
    """Tell how far the engine is, and ask it to stop at the deadline."""
    done = threading.Event()
    end = time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(min(PROGRESS_SECONDS, max(0.01, end - time.monotonic()))):
            if time.monotonic() >= end:
                cursor.interrupt()
            else:
                percent = cursor.query_progress()
                outlet.words(PROGRESS, {"share": None if percent < 0 else percent / 100})

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
