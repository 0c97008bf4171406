"""What an analyst may read: which tables, with which columns, and the files behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from queries.access import EVERYTHING
from queries.engine import MACROS
from queries.meanings import ROLL_UPS
from queries.narrow import COLUMNS
from queries.snapshot import FOLDER, Snapshot
from queries.tables import SIDE_TABLES, TABLES
from queries.views import view_statements
from queries.workspace import Workspace

Group = Literal["Your tables", "Roll-ups", "Metrics"]


@dataclass(frozen=True, slots=True)
class AnalystTable:
    """A table that may be read.

    Attributes:
        group: Where it stands in a list.
        meaning: What one row is, and what else is worth knowing.
        columns: Meanings of columns by name; a column without one is the user's own.
        personal: Columns that are hashed for all but admins.
        rows: How many rows it has; None: not known without counting.
    """

    group: Group
    meaning: str
    columns: Mapping[str, str]
    personal: frozenset[str] = frozenset()
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Lake:
    """All that the texts of one viewer may read of one snapshot.

    Attributes:
        ddl: Statements that make the tables.
        files: Files behind them.
        tables: Tables by name.
        hidden: Paths that no message may name.
        hides_values: Whether messages keep values out, as they may be of rows that are not seen.
    """

    ddl: tuple[str, ...]
    files: tuple[str, ...]
    tables: Mapping[str, AnalystTable]
    hidden: tuple[str, ...]
    hides_values: bool

    def require_unchanged(self) -> None:
        """Nothing to check yet."""


def lake_of(workspace: Workspace, snapshot: Snapshot) -> Lake:
    """What the workspace's viewer may read of a snapshot."""
    whole = workspace.seen_with(EVERYTHING).snapshot or snapshot
    views = view_statements(workspace.folder, whole, workspace.settings, workspace.sight)
    tables: dict[str, AnalystTable] = {}
    for name in SIDE_TABLES:
        columns: Mapping[str, str] = {one.name: one.meaning for one in TABLES[name].columns}
        tables[name] = AnalystTable("Your tables", f"One row per {TABLES[name].row}.", columns)
    for name in (*COLUMNS, "segment_days", "quarantine", "calendar"):
        meaning, columns = ROLL_UPS[name]
        tables[name] = AnalystTable("Roll-ups", meaning, columns)
    files = [
        str(workspace.folder / FOLDER / one.file)
        for name in tables
        for one in whole.partitions.get(name, ())
    ]
    return Lake(
        ddl=(MACROS.read_text(encoding="utf-8"), *views),
        files=tuple(files),
        tables=tables,
        hidden=(str(workspace.folder), str(workspace.data_folder)),
        hides_values=not workspace.sight.policy.is_empty,
    )
