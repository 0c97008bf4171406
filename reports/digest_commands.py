"""`python app.py digest` and `alerts`: what is new, printed or sent, for cron."""

from __future__ import annotations

from pathlib import Path

import click

from reports.command_line import errors_in_words, workspace_folder

PRINTED = "printed"  # the reader of what is not sent
NEWS = 10  # exit code with --exit-code when there is something new

_folder = click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))


@click.command()
@_folder
@click.option(
    "--to",
    "addresses",
    multiple=True,
    envvar="TIDEMARK_DIGEST_TO",
    help="Where to send it: mailto://, slack://, msteams://, json://; else it is printed.",
)
@click.option("--all", "is_all", is_flag=True, help="All of it, also what was told before.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent; nothing counts as told.")
@click.option("--exit-code", is_flag=True, help=f"End with {NEWS} when there is something new.")
def digest(
    folder: Path | None, addresses: tuple[str, ...], *, is_all: bool, dry_run: bool, exit_code: bool
) -> None:
    """Say what is new or changed since the last time; nothing when nothing happened."""
    from queries import open_workspace
    from reports.digest import digest as new_entries
    from reports.digest import remember, told_before
    from reports.digest_sending import send

    has_news = False
    with errors_in_words():
        workspace = open_workspace(workspace_folder(folder))
        for reader in addresses or (PRINTED,):
            told = {} if is_all else told_before(workspace, reader)
            found = new_entries(workspace, told)
            has_news = has_news or bool(found.entries)
            if found.entries and (dry_run or reader == PRINTED):
                click.echo(f"{found.title}\n\n{found.text}")
            elif found.entries:
                send(reader, title=found.title, text=found.text)
            if not dry_run:
                remember(workspace, reader, found)
    if exit_code and has_news:
        raise SystemExit(NEWS)


@click.command()
@_folder
@click.option("--days", default=90, show_default=True, help="How many days back.")
def alerts(folder: Path | None, days: int) -> None:
    """Say how often each alert of workspace.toml would have fired. Sends nothing."""
    from queries import open_workspace
    from reports.alerts import alerts as over_history

    with errors_in_words():
        found = over_history(open_workspace(workspace_folder(folder)), days=days)
    if not found:
        click.echo("workspace.toml has no [[alerts]].")
    for report in found:
        click.echo(report.sentence)
        for one in report.fired:
            click.echo(f"    {one.day}  {one.text}")
