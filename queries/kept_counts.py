"""What code counted, kept on disk like the answers of texts: a new process need not count again.

A text says all that its rows depend on, code does not. So a hash of the code is part of the name:
whoever changes a line counts anew.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from queries.kept_answers import is_kept, keep, kept, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import polars as pl

    from queries.workspace import Workspace

QUERIES = Path(__file__).parent
MOST_BYTES = 32 * 2**20  # of one table; a larger one is counted again
KINDS = (".py", ".sql", ".ddl")  # of files that are code


def kept_counts(
    workspace: Workspace,
    what: str,
    question: object,
    make: Callable[[], Mapping[str, pl.DataFrame]],
    *,
    tables: Iterable[str],
    code: Iterable[Path] = (),
) -> Mapping[str, pl.DataFrame]:
    """The tables that are made of a question, or those that an earlier process kept.

    Args:
        workspace: Whose; its sight, its definitions and its snapshot are part of the name.
        what: Names the kind of tables; they are kept while inside `keeping`.
        question: All else that they depend on; its `repr` tells it from others.
        make: Makes them, from nothing that does not lie beside the snapshot.
        tables: Their names.
        code: Files and folders that make them, beside all of `queries`.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: Whatever making them raises.
    """
    snapshot_id = _published(workspace)
    own = tuple(sorted({QUERIES, *code}))
    given = (what, workspace.sight, question, workspace.definitions(), _digest(own))
    names = {table: name_of((*given, table)) for table in tables}
    found = {table: kept(workspace.folder, snapshot_id, name) for table, name in names.items()}
    rows = {table: one[0] for table, one in found.items() if one is not None}
    if len(rows) == len(names):
        return rows
    start = perf_counter()
    made = make()
    seconds = perf_counter() - start
    if is_kept(what) and _published(workspace) == snapshot_id:  # a build may have ended meanwhile
        for table, name in names.items():
            keep(
                workspace.folder, snapshot_id, name, made[table], seconds, most_bytes=MOST_BYTES
            )  # fmt: skip
    return made


def _published(workspace: Workspace) -> str:
    """The snapshot that is read now; the workspace knows its tables from here on."""
    _ = workspace.engine
    snapshot = workspace.snapshot
    return snapshot.id if snapshot else ""


@lru_cache(maxsize=16)
def _digest(places: tuple[Path, ...]) -> str:
    """A hash of all code in files and folders; read once, as a process runs what it has read."""
    found = hashlib.sha256()
    for place in places:
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in inside:
            if path.suffix in KINDS:
                found.update(f"{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()
