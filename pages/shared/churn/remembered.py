"""Reports that take seconds to compute, remembered for everybody who may see the same."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from queries import Segment, Workspace

Report = TypeVar("Report")


def remembered(
    report: Callable[..., Report],
    workspace: Workspace,
    segment: Segment,
    *more: Any,
    **options: Any,
) -> Report:
    """The report of these questions; computed once for each build and each viewer's sight."""
    snapshot = workspace.snapshot
    key = (
        report.__name__,
        str(workspace.folder),
        snapshot.id if snapshot else "",
        workspace.sight,
        segment.canonical(),
        more,
        sorted(options.items()),
    )
    found: Report = _computed(repr(key), lambda: report(workspace, segment, *more, **options))
    return found


@st.cache_data(ttl=3_600, max_entries=64, show_spinner=False)
def _computed(key: str, _compute: Callable[[], Any]) -> Any:  # noqa: ARG001  (the key is the cache's)
    return _compute()
