"""All files of a workspace, by table; tables that are a query are asked and kept as Parquet."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from queries.build.mapping import FileProblem, mapping
from queries.build.parquet_columns import parquet_file
from queries.build.sources import Found, files_of, table_files
from queries.errors import WorkspaceError
from queries.link import memory_link
from queries.quoting import file_list, quoted, text
from queries.settings import FILE_NAME, Settings
from queries.snapshot import FOLDER, Snapshot, TableState
from queries.tables import TABLES
from queries.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where everything is.

    Attributes:
        files: Files by table; a table without files is missing.
        event_columns: Our columns of `events`, over all of its readable files.
        event_mapping: The same, each with the user's column or expression.
    """

    files: Mapping[str, list[Found]]
    event_columns: tuple[str, ...]
    event_mapping: Mapping[str, str]


def find_inputs(workspace: Workspace, old: Snapshot | None = None) -> Inputs:
    """Every file of the workspace.

    Args:
        workspace: The workspace.
        old: The snapshot before; files that it knows are not looked into again.

    Raises:
        WorkspaceError: There are no events, a declared file is missing, or a query fails.
    """
    settings, folder = workspace.settings, workspace.data_folder
    files: dict[str, list[Found]] = {}
    for name in TABLES:
        source = settings.tables.get(name)
        if source is not None and source.query is not None:
            files[name] = [_prepared(name, source.query, workspace)]
        else:
            found = table_files(name, settings, folder)
            if found:
                files[name] = found
    if "events" not in files:
        raise WorkspaceError(
            f"there are no events in {folder}. Put events.parquet or a folder events/ there, or "
            f'name the files in {FILE_NAME}: [tables.events] files = "…/*.parquet"'
        )
    known = old.sources["events"] if old is not None else TableState()
    new = [file for file in files["events"] if file.path not in known.files]
    columns = {**known.columns, **_event_mapping(new, settings)}
    return Inputs(files, tuple(columns), columns)


def _event_mapping(files: list[Found], settings: Settings) -> dict[str, str]:
    """Our columns over all files; files written alike are looked at once."""
    columns: dict[str, str] = {}
    seen: set[tuple[str, ...]] = set()
    for file in files:
        try:
            with parquet_file(file.path) as source:
                names = tuple(source.schema_arrow.names)
            if names not in seen:
                seen.add(names)
                columns |= mapping("events", settings, names).described()
        except FileProblem:
            continue  # the file is described as a problem when it is read
    return columns


def _prepared(table: str, query: str, workspace: Workspace) -> Found:
    """The answer to a table's query as one Parquet file, made again only when a source changed."""
    folder = workspace.folder / FOLDER / "prepared"
    sources = {
        name: files_of(patterns, workspace.data_folder, f"sources.{name}")
        for name, patterns in workspace.settings.sources.items()
    }
    state = repr([(n, [(f.path, f.size, f.modified_ns) for f in s]) for n, s in sources.items()])
    digest = hashlib.sha256((query + state).encode()).hexdigest()[:16]
    path = folder / f"{table}-{digest}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _ask(table, query, sources, path)
        for older in folder.glob(f"{table}-*.parquet"):
            if older != path:
                older.unlink(missing_ok=True)
    stat = path.stat()
    return Found(str(path), stat.st_size, stat.st_mtime_ns)


def _ask(table: str, query: str, sources: Mapping[str, list[Found]], path: Path) -> None:
    beside = path.with_suffix(".new")
    with memory_link() as link:
        for name, files in sources.items():
            listed = file_list(file.path for file in files)
            link.execute(f"create view {quoted(name)} as select * from read_parquet({listed})")
        try:
            link.execute(
                f"copy ({query.strip().rstrip(';')}) to {text(str(beside))} (format parquet)"
            )
        except duckdb.Error as error:
            beside.unlink(missing_ok=True)
            raise WorkspaceError(f"tables.{table}.query: {error}") from error
    beside.replace(path)
