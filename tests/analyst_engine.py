"""An engine in this process over what an analyst may read, to look at rows without a worker."""

from typing import Any

import polars as pl

from queries import Workspace
from queries.analyst import Lake, lake_of
from queries.engine import DuckDBEngine


def lake(workspace: Workspace) -> Lake:
    """What the workspace's viewer may read."""
    snapshot = workspace.snapshot
    assert snapshot is not None
    return lake_of(workspace, snapshot.id)


def analyst_rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """The answer to a text, as the workspace's viewer may see it."""
    engine = DuckDBEngine(lake(workspace).ddl)
    try:
        return pl.DataFrame(pl.from_arrow(engine.query(sql, {}))).rows()
    finally:
        engine.close()
