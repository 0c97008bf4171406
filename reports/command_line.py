"""What the command line answers: `python app.py check`, `build`, `import` and `demo`."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from queries import TidemarkError, Workspace, open_workspace
from queries.tables import TABLES

if TYPE_CHECKING:
    from queries.build.builder import BuildResult

VARIABLE = "TIDEMARK_WORKSPACE"
DEMO = Path(__file__).parents[1] / "sample_data" / "demo"
BAR_WIDTH = 30
# Redrawing a bar more often costs time and tells nobody more.
SECONDS_BETWEEN_DRAWS = 0.1

_folder = click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tidemark: product metrics you can trust, from the Parquet you already have.

    FOLDER is a workspace: a folder with a workspace.toml. Without it, TIDEMARK_WORKSPACE is
    taken, and without that the demo.
    """


@contextmanager
def errors_in_words() -> Iterator[None]:
    """An error that we foresaw is a sentence, not a traceback."""
    try:
        yield
    except TidemarkError as error:
        raise click.ClickException(str(error)) from error


def workspace_folder(folder: Path | None) -> Path:
    """The folder that is meant."""
    return folder or Path(os.environ.get(VARIABLE) or DEMO)


def _open(folder: Path | None) -> Workspace:
    return open_workspace(workspace_folder(folder))


@main.command()
@_folder
def check(folder: Path | None) -> None:
    """Say what each table would be read as, and what would be left out. Writes nothing."""
    from queries.build import check as check_tables

    with errors_in_words():
        workspace = _open(folder)
        bar = _Bar("files")
        tables = check_tables(workspace, progress=bar.draw)
        bar.clear()
    click.echo(f"{workspace.settings.product.name}, {workspace.folder}")
    for table in tables:
        _say_table(table)
    if any(table.problems for table in tables):
        raise click.ClickException("some files cannot be used; the lines marked ! say why")


def _say_table(table: Any) -> None:
    if not table.files:
        needed = ", ".join(TABLES[table.table].required)
        click.echo(f"\n{table.table}: not here; it would need {needed}")
        return
    click.echo(f"\n{table.table}: {table.rows:,} rows in {table.files:,} files, one per "
               f"{TABLES[table.table].row}")  # fmt: skip
    for ours, theirs in table.columns.items():
        click.echo(f"    {ours}" + ("" if ours == theirs else f"  from  {theirs}"))
    if table.missing_columns:
        click.echo(f"    without {', '.join(table.missing_columns)}")
    for note in table.notes:
        click.echo(f"    {note}")
    for reason, rows in table.left_out.items():
        click.echo(f"  - left out: {rows:,} rows, {reason}")
    for path, problem in table.problems.items():
        click.echo(f"  ! {path}: {problem}")


@main.command()
@_folder
@click.option("--no-answers", "is_bare", is_flag=True,
              help="Leave what the pages ask first to the server.")  # fmt: skip
def build(folder: Path | None, *, is_bare: bool) -> None:
    """Bring the roll-ups up to the state of the files, and answer what the pages ask first."""
    from queries.build import build as build_rollups
    from queries.kept_answers import keeping
    from reports.first_questions import ask_first

    with errors_in_words():
        workspace = _open(folder)
        bar = _Bar("rows")
        result = build_rollups(workspace, progress=lambda step, done, of: bar.draw(done, of, step))
        bar.clear()
        if result.is_new:
            _say_built(workspace, result)
        else:
            click.echo(f"Nothing changed since {result.snapshot.built_at:%d %b %Y, %H:%M} UTC.")
    if is_bare:
        return
    if sys.stderr.isatty():
        click.echo("Answering what the pages ask first …", err=True)
    try:
        with keeping():  # so that it waits for readers, also after a restart
            failed = ask_first(workspace)
    except TidemarkError as error:  # what was built is published all the same
        failed = (str(error),)
    for why in failed:
        click.echo(f"  ! what the pages ask first: {why}")


def _say_built(workspace: Workspace, result: "BuildResult") -> None:
    """How long it took, up to when the data are complete, and what was skipped."""
    snapshot = result.snapshot
    rate = result.events_read / result.seconds
    click.echo(
        f"Built in {result.seconds:.1f} s: {result.events_read:,} events read, "
        f"{rate:,.0f} a second; "
        f"complete up to {snapshot.watermark or 'no day yet'}."
    )
    _say_left_out(workspace)


def _say_left_out(workspace: Workspace) -> None:
    """What was skipped, so that nothing is lost silently."""
    snapshot = workspace.snapshot
    if snapshot is None:
        return
    for name, state in snapshot.sources.items():
        for reason, rows in state.quarantined.items():
            click.echo(f"  - {name}: {rows:,} rows left out, {reason}")
        for file in state.files.values():
            if file.problem:
                click.echo(f"  ! {name}: {file.path}: {file.problem}")
    repeated = sum(snapshot.duplicates.values())
    if repeated:
        click.echo(f"  - events: {repeated:,} rows left out, duplicate row")
    late = sum(snapshot.late_rows.values())
    if late:
        click.echo(f"  - events: {late:,} rows came late, for days that had been complete; counted")


@main.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--table", default="events", show_default=True, help="Which table the files hold.")
@click.option("--workspace", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="The workspace; its data folder gets the Parquet.")  # fmt: skip
def import_files(files: tuple[Path, ...], table: str, folder: Path | None) -> None:
    """Turn CSV or JSON FILES into Parquet where the workspace looks for TABLE."""
    from queries.build import convert

    with errors_in_words():
        workspace = _open(folder)
        for file in files:
            target, rows = convert(file, table, workspace.data_folder)
            click.echo(f"{file.name}: {rows:,} rows, now in {target}")


@main.command()
@click.option("--size", default=1.0, show_default=True, help="1 is about 5 million events.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=DEMO)
def demo(size: float, folder: Path) -> None:
    """Make the data of the demo; quick when they are there already."""
    from sample_data.generate import generate

    bar = _Bar("days")
    try:
        generate(folder, size=size, progress=bar.draw)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    bar.clear()


class _Bar:
    """One line of progress with a rate, on a terminal only."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._start = time.perf_counter()
        self._drawn = 0.0
        self._is_shown = sys.stderr.isatty()

    def draw(self, done: int, of: int, step: str = "") -> None:
        """Show how far it is; a rate as soon as there is one."""
        now = time.perf_counter()
        if not self._is_shown or now - self._drawn < SECONDS_BETWEEN_DRAWS:
            return
        self._drawn = now
        share = done / of if of else 0.0
        bar = "#" * int(share * BAR_WIDTH)
        rate = f"{done / (now - self._start):,.0f} {self._unit}/s" if done else ""
        click.echo(f"\r[{bar:<{BAR_WIDTH}}] {share:4.0%} {rate:>20} {step:<24}", nl=False, err=True)

    def clear(self) -> None:
        """Leave the line empty."""
        if self._is_shown:
            click.echo("\r" + " " * (BAR_WIDTH + 60) + "\r", nl=False, err=True)
