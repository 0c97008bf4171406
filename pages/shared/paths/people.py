"""The users behind each node and link of the ways."""

from collections.abc import Callable, Iterator
from functools import partial

import polars as pl

from pages.shared.churn.accounts import Listing, list_choice
from queries import Workspace
from reports.answer import Source
from reports.paths import OnPath, PathsReport, people_on_path


def people_of_paths(workspace: Workspace, report: PathsReport) -> None:
    """Choose a node or link, and its list opens."""

    def rows(whom: OnPath) -> Source:
        return people_on_path(workspace, report.scope, report.question, whom).people

    list_choice(list(_listings(report, rows)), key="paths", prompt="People behind …")


def _listings(report: PathsReport, rows: Callable[[OnPath], Source]) -> Iterator[Listing]:
    for place, node, users in report.nodes.rows.select("place", "node", "users").iter_rows():
        label = f"{abs(place)} {node}: {users:,}"
        yield Listing(label, partial(rows, OnPath(place, node)), noun="user")
    named = report.links.rows.filter(pl.col("source").is_not_null())
    for place, source, target, users in named.select(
        "place", "source", "target", "users"
    ).iter_rows():
        label = f"{abs(place)} {source} → {target}: {users:,}"
        yield Listing(label, partial(rows, OnPath(place, source, target)), noun="user")
