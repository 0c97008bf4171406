"""What an analyst may read: which tables, with which columns, and the files behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from queries.engine import MACROS
from queries.errors import QueryError
from queries.event_rows import ADDED, changed, event_rows
from queries.meanings import ROLL_UPS
from queries.metric_views import COLUMNS as METRIC_COLUMNS
from queries.metric_views import meaning, metric_view, reads, view_name
from queries.outcomes import MEANINGS as OF_EXPERIMENTS
from queries.outcomes import OUTCOMES, UNIT_DIMENSIONS, outcomes_view, unit_dimensions_view
from queries.sighted import Base
from queries.snapshot import FOLDER, Snapshot, SourceFile, read_snapshot
from queries.tables import SIDE_TABLES, TABLES
from queries.views import CELLS, base_selects, dimensions_of, sighted, view_statements
from queries.workspace import Workspace

Group = Literal["Your tables", "Roll-ups", "Metrics"]
# Rows of these files are not rows of the table: parts of visits, users who are not known any more.
NOT_COUNTED = ("sessions", "users", "calendar")
# Nothing is moved past it, so that no condition of a text sees a row that a policy leaves out.
BARRIER = f"limit {2**63 - 1}"


@dataclass(frozen=True, slots=True)
class Part:
    """A file behind a table: the days that it holds, None: undated, and its rows."""

    first_day: date | None
    last_day: date | None
    rows: int


@dataclass(frozen=True, slots=True)
class AnalystTable:
    """A table that may be read.

    Attributes:
        group: Where it stands in a list.
        meaning: What one row is, and what else is worth knowing.
        columns: Meanings of columns by name; a column without one is the user's own.
        personal: Columns that are hashed for all but admins.
        rows: How many rows it has; None: not known without counting.
        parts: Files behind it; empty where a policy keeps their number back.
        stored: Columns of these files.
        stored_date: Of those, the one by which files are told apart; None: they are undated.
        dated_by: The same as the table's own column.
        reads: Tables that it is made of; empty: it has files of its own.
    """

    group: Group
    meaning: str
    columns: Mapping[str, str]
    personal: frozenset[str] = frozenset()
    rows: int | None = None
    parts: tuple[Part, ...] = ()
    stored: frozenset[str] = frozenset()
    stored_date: str | None = None
    dated_by: str | None = None
    reads: tuple[str, ...] = ()


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
        rolled_up = [path for name in (*self.bases, CELLS) for path in self._files(name)]
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
        dimensions = dimensions_of(self.whole)
        has_events = self.events is not None
        yield outcomes_view(self.workspace.metrics, dimensions, has_events=has_events)
        yield unit_dimensions_view(self.bases["exposures"].columns, dimensions)

    def _select(self, name: str, base: Base) -> str:
        if self.sight.is_everything:
            return base.select
        select = self.seen.select(name, base)
        return select if self.sight.policy.is_empty else f"select * from ({select}) {BARRIER}"

    # What they mean, and what is behind them

    def _your_tables(self) -> dict[str, AnalystTable]:
        names = [name for name in ("events", "users", *SIDE_TABLES) if name in self.bases]
        return {name: self._table(name, "Your tables", *self._described(name)) for name in names}

    def _roll_ups(self) -> dict[str, AnalystTable]:
        names = [name for name in ROLL_UPS if name != "users"]
        return {name: self._table(name, "Roll-ups", *ROLL_UPS[name]) for name in names}

    def _metric_tables(self) -> dict[str, AnalystTable]:
        behind = {OUTCOMES: ("steps", "users"), UNIT_DIMENSIONS: ("exposures", "users")}
        of_experiments = {
            name: AnalystTable("Metrics", *OF_EXPERIMENTS[name], reads=read)
            for name, read in behind.items()
        }
        return of_experiments | {
            view: AnalystTable("Metrics", meaning(metric), METRIC_COLUMNS, reads=reads(metric))
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
        there = self.bases[name].columns if name in self.bases else ()
        personal = frozenset(self.settings.access.personal_columns(canonical)) & set(there)
        table = AnalystTable(group, meaning, columns, personal, self._rows(name))
        if not self.sight.policy.is_empty or name not in self.bases:
            return table
        return replace(table, **self._behind(name))

    def _behind(self, name: str) -> dict[str, Any]:
        """The files behind a table, and how they are told apart."""
        if name == "events":
            state = self.whole.sources["events"]
            moment = state.columns.get("occurred_at", "occurred_at")
            parts = (
                Part(_day(one.first_at), _day(one.last_at), one.rows or 0)
                for one in state.files.values()
                if one.problem is None
            )
            stored = {"filename", "file_row_number", *state.columns.values()}
            return {
                "parts": tuple(parts), "stored": frozenset(stored), "stored_date": moment,
                "dated_by": "occurred_at",
            }  # fmt: skip
        files = self.whole.partitions.get(name, ())
        is_dated = any(one.first_day for one in files)
        return {
            "parts": tuple(Part(one.first_day, one.last_day, one.rows) for one in files),
            "stored": frozenset({*self.bases[name].columns, "is_known", "is_start"}),
            "stored_date": "day" if is_dated else None,
            "dated_by": "day" if is_dated else None,
        }

    def _rows(self, name: str) -> int | None:
        """Rows, where nobody has to count and nothing is held back."""
        if not self.sight.policy.is_empty or name in NOT_COUNTED:
            return None
        if name == "events":
            return sum(rows for rows, _, _ in self.whole.days.values())
        return sum(one.rows for one in self.whole.partitions.get(name, ()))


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
