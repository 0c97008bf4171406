"""Reports that take seconds to compute, remembered for everybody who may see the same."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from queries import Segment, Workspace
from reports.made_once import Room

Report = TypeVar("Report")

_reports: Room[Any] = Room(most=64)


def remembered(
    report: Callable[..., Report],
    workspace: Workspace,
    segment: Segment,
    *more: Any,
    **options: Any,
) -> Report:
    """The report of these questions; computed once for each build and each viewer's sight."""
    key = (report.__name__, segment.canonical(), repr(more), repr(sorted(options.items())))
    return cast(
        "Report",
        _reports.now(workspace, key, lambda: report(workspace, segment, *more, **options)),
    )
