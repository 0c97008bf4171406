"""What `python app.py store` answers: where is it, what is in it, and how does it move?"""

from collections.abc import Mapping
from pathlib import Path

import click

from queries import open_workspace
from reports.command_line import errors_in_words, workspace_folder
from store import store_of

_workspace = click.option(
    "--workspace",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The workspace whose store is meant.",
)


@click.group()
def store() -> None:
    """What people have written: saved queries, boards, annotations, goals, the log.

    The store is the file tidemark.sqlite in the workspace's folder, unless workspace.toml or
    TIDEMARK_STORE names another.
    """


@store.command()
@_workspace
def check(folder: Path | None) -> None:
    """Say where the store is, what is in it, and whether it is sound. Changes nothing."""
    with errors_in_words():
        kept = store_of(open_workspace(workspace_folder(folder)))
        if kept.path is not None and not kept.path.exists():
            click.echo(f"{kept.place}: not made yet; the first thing somebody writes makes it")
            return
        counts = kept.counts()
        damage = kept.damage()
        version, is_writable = kept.version(), kept.is_writable
        kept.close()
    click.echo(f"{kept.place}, schema {version}" + ("" if is_writable else ", for reading only"))
    _say(counts)
    for problem in damage:
        click.echo(f"  ! {problem}")
    if damage:
        raise click.ClickException("the store is damaged: restore a backup, see docs/store.md")


@store.command()
@_workspace
def upgrade(folder: Path | None) -> None:
    """Bring the schema up to this version of Tidemark, as opening it would."""
    with errors_in_words():
        kept = store_of(open_workspace(workspace_folder(folder)))
        before, after = kept.migrate()
        kept.close()
    if before == after:
        click.echo(f"{kept.place}: schema {after}, nothing to do")
    else:
        click.echo(f"{kept.place}: schema {after}, before {before}")


@store.command()
@click.argument("target", type=click.Path(path_type=Path))
@_workspace
def export(target: Path, folder: Path | None) -> None:
    """Write everything into TARGET: a folder, or a file that ends in .zip."""
    with errors_in_words():
        kept = store_of(open_workspace(workspace_folder(folder)))
        counts = kept.export(target)
        kept.close()
    click.echo(f"{kept.place} is now in {target}")
    _say(counts)


@store.command(name="import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@_workspace
def import_export(source: Path, folder: Path | None) -> None:
    """Bring the export in SOURCE into the store; what is there stays.

    Of the same thing the newer version wins, and the audit log keeps the older. Of two that were
    changed differently, the one in the store stays, and the other is named.
    """
    with errors_in_words():
        kept = store_of(open_workspace(workspace_folder(folder)))
        merged = kept.merge(source, author="command line")
        kept.close()
    click.echo(f"{source} is now in {kept.place}")
    for label, counts in (
        ("new", merged.added),
        ("newer than here", merged.replaced),
        ("the same or older", merged.unchanged),
    ):
        if counts:
            click.echo(f"  {label}:")
            _say(counts)
    for conflict in merged.conflicts:
        click.echo(f"  ! {conflict}")
    if merged.conflicts:
        raise click.ClickException("what is marked ! was changed on both sides; see docs/store.md")


def _say(counts: Mapping[str, int]) -> None:
    for table, rows in counts.items():
        click.echo(f"    {rows:>8,}  {table.replace('_', ' ')}")
