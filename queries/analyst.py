"""What an analyst may read: which tables, with which columns, and the files behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from queries.engine import MACROS
from queries.errors import QueryError
from queries.event_rows import ADDED, changed, event_rows
from queries.meanings import ROLL_UPS
from queries.metric_views import COLUMNS as METRIC_COLUMNS
from queries.metric_views import meaning, metric_view, view_name
from queries.sighted import Base
from queries.snapshot import FOLDER, Snapshot, SourceFile, read_snapshot
from queries.tables import SIDE_TABLES, TABLES
from queries.views import base_selects, sighted, view_statements
from queries.workspace import Workspace

Group = Literal["Your tables", "Roll-ups", "Metrics"]
# Rows of these files are not rows of the table: parts of visits, users who are not known any more.
NOT_COUNTED = ("sessions", "users", "calendar")
# Nothing is moved past it, so that no condition of a text sees a row that a policy leaves out.
BARRIER = f"limit {2**63 - 1}"


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
        hidden: What no message may name: paths, and the secret of hashes.
        hides_values: Whether messages keep values out, as they may be of rows that are not seen.
        sources: The user's files of events, as they were when they were built.
    """

    ddl: tuple[str, ...]
    files: tuple[str, ...]
    tables: Mapping[str, AnalystTable]
    hidden: tuple[str, ...]
    hides_values: bool
    sources: Mapping[str, SourceFile] = field(default_factory=dict)

    def require_unchanged(self) -> None:
        """Make sure that `events` is what the roll-ups were made of.

        Raises:
            QueryError: A file is not what it was.
        """
        other = changed(self.sources)
        if other:
            count = "a file" if len(other) == 1 else f"{len(other)} files"
            raise QueryError(
                f"{count} of events changed since the last build, so events and roll-ups would "
                "not agree; build again, then ask again"
            )


def lake_of(workspace: Workspace, snapshot_id: str) -> Lake:
    """What the workspace's viewer may read of a snapshot.

    Raises:
        QueryError: The snapshot is gone, or a policy names a dimension that is not there.
        WorkspaceError: Personal columns cannot be hashed.
    """
    whole = read_snapshot(workspace.folder, snapshot_id)
    if whole is None:
        raise QueryError("the data were built anew just now; ask again")
    return _Making(workspace, whole).lake()


class _Making:
    """A lake while it is made."""

    def __init__(self, workspace: Workspace, whole: Snapshot) -> None:
        self.workspace = workspace
        self.whole = whole
        self.settings = workspace.settings
        self.sight = workspace.sight
        self.seen = sighted(workspace.folder, whole, self.settings, self.sight)
        self.bases = dict(base_selects(workspace.folder, whole))
        self.events = event_rows(whole, self.settings, self._files("quarantine"))
        if self.events is not None:
            self.bases["events"] = Base(self.events.select, self.events.columns)
        self.metrics = {
            view_name(name): (name, metric)
            for name, metric in workspace.metrics.items()
            if view_name(name) not in self.bases
        }

    def lake(self) -> Lake:
        """All of it."""
        own = self.events.files if self.events else ()
        rolled_up = [path for name in self.bases for path in self._files(name)]
        state = self.whole.sources["events"]
        secret = () if self.sight.shows_personal else (self.seen.salt,)
        return Lake(
            ddl=tuple(self._statements()),
            files=tuple(dict.fromkeys((*rolled_up, *own))),
            tables={**self._your_tables(), **self._roll_ups(), **self._metric_tables()},
            hidden=(str(self.workspace.folder), str(self.workspace.data_folder), *secret),
            hides_values=not self.sight.policy.is_empty,
            sources={path: state.files[path] for path in own},
        )

    def _files(self, table: str) -> list[str]:
        files = self.whole.partitions.get(table, ())
        return [str(self.workspace.folder / FOLDER / one.file) for one in files]

    def _statements(self) -> Iterator[str]:
        calendar = view_statements(self.workspace.folder, self.whole, self.settings)[0]
        yield from (MACROS.read_text(encoding="utf-8"), calendar)
        yield from self.events.setup if self.events else ()
        for name, base in self.bases.items():
            yield f"create view {name} as {self._select(name, base)}"
        for name, metric in self.metrics.values():
            yield metric_view(name, metric, self.whole)

    def _select(self, name: str, base: Base) -> str:
        if self.sight.is_everything:
            return base.select
        select = self.seen.select(name, base)
        return select if self.sight.policy.is_empty else f"select * from ({select}) {BARRIER}"

    # What they mean

    def _your_tables(self) -> dict[str, AnalystTable]:
        names = [name for name in ("events", "users", *SIDE_TABLES) if name in self.bases]
        return {name: self._table(name, "Your tables", *self._described(name)) for name in names}

    def _roll_ups(self) -> dict[str, AnalystTable]:
        names = [name for name in ROLL_UPS if name != "users"]
        return {name: self._table(name, "Roll-ups", *ROLL_UPS[name]) for name in names}

    def _metric_tables(self) -> dict[str, AnalystTable]:
        return {
            view: AnalystTable("Metrics", meaning(metric), METRIC_COLUMNS)
            for view, (_, metric) in self.metrics.items()
        }

    def _described(self, name: str) -> tuple[str, Mapping[str, str]]:
        if name == "users":
            return ROLL_UPS[name]
        columns = {one.name: one.meaning for one in TABLES[name].columns}
        more = ADDED if name == "events" else {}
        return f"One row per {TABLES[name].row}.", {**columns, **more}

    def _table(
        self, name: str, group: Group, meaning: str, columns: Mapping[str, str]
    ) -> AnalystTable:
        canonical = name if name in TABLES else "events"
        personal = frozenset(self.settings.access.personal_columns(canonical))
        return AnalystTable(group, meaning, columns, personal, self._rows(name))

    def _rows(self, name: str) -> int | None:
        """Rows, where nobody has to count and nothing is held back."""
        if not self.sight.policy.is_empty or name in NOT_COUNTED:
            return None
        if name == "events":
            return sum(rows for rows, _, _ in self.whole.days.values())
        return sum(one.rows for one in self.whole.partitions.get(name, ()))
