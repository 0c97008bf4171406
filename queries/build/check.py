"""`check`: what each table would be read as, and what would be left out; nothing is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from queries.build.days import local_time, microseconds
from queries.build.inputs import Inputs, find_inputs
from queries.build.mapping import FileProblem
from queries.build.metric_days import extra_columns
from queries.build.plan import no_numberings
from queries.build.reading import EventReader, merged_reasons, source_name
from queries.build.side_tables import read_side_table
from queries.build.sources import Found
from queries.build.users_build import event_dimensions, user_dimensions
from queries.settings import Settings
from queries.tables import SIDE_TABLES, TABLES
from queries.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TableCheck:
    """What one table would be read as.

    Attributes:
        table: Its name.
        files: How many files it has; 0: it is missing.
        rows: Rows that count; for events, before duplicates are looked for.
        columns: Our columns, each with the user's column or expression.
        left_out: Rows that do not count, by reason.
        problems: Files that cannot be used at all, with the reason.
        notes: What else is worth knowing, such as the dimensions.
    """

    table: str
    files: int
    rows: int
    columns: Mapping[str, str]
    left_out: Mapping[str, int]
    problems: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Our optional columns that the files do not have."""
        return tuple(name for name in TABLES[self.table].names if name not in self.columns)


def check(
    workspace: Workspace,
    *,
    now: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[TableCheck]:
    """Read everything as `build` would, without keeping it.

    Args:
        workspace: The workspace.
        now: The moment after which a stamp is in the future; None: this moment.
        progress: Called with files read and files in all.

    Raises:
        WorkspaceError: The settings name what is not there.
        BuildError: A metric is no SQL.
    """
    now = now or datetime.now(UTC)
    inputs = find_inputs(workspace)
    of_users, sides = _side_checks(workspace, inputs, microseconds(now))
    events = _events_check(workspace, inputs, of_users, now, progress or _silent)
    return [events, *sides]


def _side_checks(
    workspace: Workspace, inputs: Inputs, now: int
) -> tuple[tuple[str, ...], list[TableCheck]]:
    of_users: tuple[str, ...] = ()
    checks = []
    for name in ("users", *SIDE_TABLES):
        files = inputs.files.get(name, [])
        side = read_side_table(name, files, workspace.settings, now)
        notes: tuple[str, ...] = ()
        if name == "users":
            of_users = user_dimensions(workspace.settings, side.rows)
            notes = (f"dimensions: {', '.join(of_users) or 'none'}",) if files else ()
        reasons: dict[str, int] = {}
        for file in side.files.values():
            for reason, rows in file.quarantined.items():
                reasons[reason] = reasons.get(reason, 0) + rows
        problems = {source_name(path, workspace.data_folder): file.problem
                    for path, file in side.files.items() if file.problem}  # fmt: skip
        checks.append(
            TableCheck(name, len(files), side.rows.height, side.columns, reasons, problems, notes)
        )
    return of_users, checks


def _events_check(
    workspace: Workspace,
    inputs: Inputs,
    of_users: tuple[str, ...],
    now: datetime,
    progress: Callable[[int, int], None],
) -> TableCheck:
    settings = workspace.settings
    of_events = event_dimensions(settings, inputs.event_columns, of_users)
    numbers = no_numberings()
    reader = EventReader(settings, numbers, local_time(settings.product.zone, now),
                         microseconds(now), dimensions=of_events)  # fmt: skip
    rows, reasons, problems = 0, dict[str, int](), dict[str, str]()
    files = inputs.files["events"]
    for position, file in enumerate(files):
        try:
            good, found = _read(reader, file, position)
        except FileProblem as problem:
            problems[source_name(file.path, workspace.data_folder)] = str(problem)
        else:
            rows += good
            for reason, count in found.items():
                reasons[reason] = reasons.get(reason, 0) + count
        progress(position + 1, len(files))
    notes = (
        f"dimensions: {', '.join(of_events) or 'none'}",
        *_kinds_note(numbers.kinds.values, settings),
        *_metrics_note(workspace, of_events, inputs),
    )
    return TableCheck("events", len(files), rows, inputs.event_mapping, reasons, problems, notes)


def _silent(done: int, of: int) -> None:
    """Tell nobody."""


def _read(reader: EventReader, file: Found, position: int) -> tuple[int, dict[str, int]]:
    rows, reasons = 0, dict[str, int]()
    for batch in reader.batches(file.path, position):
        rows += len(batch.good)
        reasons = merged_reasons(reasons, batch)
    return rows, reasons


def _kinds_note(
    kinds: list[tuple[str, str | None, str | None, bool]], settings: Settings
) -> tuple[str, ...]:
    names = {kind[0] for kind in kinds}
    features = {kind[1] for kind in kinds if kind[1]}
    silent = sorted({kind[0] for kind in kinds if not kind[3]})
    notes = [f"{len(names)} different events, {len(features)} features"]
    if settings.features and not features:
        notes.append("no event matches a rule of [[features]]")
    if silent:
        notes.append(f"not counted as activity: {', '.join(silent[:10])}")
    return tuple(notes)


def _metrics_note(
    workspace: Workspace, of_events: tuple[str, ...], inputs: Inputs
) -> tuple[str, ...]:
    needed = extra_columns(workspace.metrics, of_events)
    there = set(inputs.event_columns)
    return tuple(
        f"metric {name} cannot be computed: events has no column {', '.join(missing)}"
        for name, columns in needed.items()
        if (missing := sorted(set(columns) - there))
    )
