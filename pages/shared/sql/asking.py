"""Running the text of a tab, and what is known of it afterwards."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.shared.audit import recorder
from pages.shared.sign_in import viewer
from pages.shared.sql import runs, tabs
from pages.shared.sql.parameters import fields_of, values
from pages.shared.workspaces import whole
from queries import TidemarkError, Workspace
from queries.sandbox import Cancelled, StoppedByLimit
from reports.schema import parameters_of
from store import EditorTab, Run, store_of

LONGEST_REASON = 500  # characters of an error in the history


def place_of(tab: EditorTab, workspace: Workspace) -> runs.Place:
    """Whose run, in which tab, of what can be seen."""
    return (str(workspace.folder), viewer().author, workspace.sight, tab.id)


def run_of(tab: EditorTab, workspace: Workspace) -> runs.Run | None:
    """The last run of the tab."""
    return runs.at(place_of(tab, workspace))


def values_of(tab: EditorTab, workspace: Workspace) -> Mapping[str, Any]:
    """What the `$parameters` of the tab's text are worth at this moment."""
    snapshot = workspace.snapshot
    if snapshot is None:
        return {}
    return values(fields_of(tab, parameters_of(tab.sql), workspace, snapshot))


def ask(tab_id: str, workspace: Workspace) -> None:
    """Run the text of a tab in the background; nothing happens for an empty one."""
    tab = tabs.tabs()[tab_id]
    if tab.sql.strip():
        parameters = values_of(tab, workspace)
        runs.start(
            place_of(tab, workspace), workspace, tab.sql, parameters, _noter(tab.query_id)
        )


def _noter(query_id: str | None) -> Callable[[runs.Run], None]:
    """Keeps a finished run in the history and in the log of what was done."""
    author, workspace, note = viewer().author, whole(), recorder("ran", query_id or "")

    def keep(run: runs.Run) -> None:
        answer, outcome = run.answer, _outcome(run)
        rows = answer.rows.height if answer else None
        note(sql=run.sql, parameters=dict(run.parameters), outcome=outcome, rows=rows)
        try:
            store_of(workspace).record_run(
                Run(
                    author=author,
                    sql=run.sql,
                    parameters=run.parameters,
                    outcome=outcome,
                    seconds=run.seconds,
                    rows=rows,
                    error=str(run.error)[:LONGEST_REASON] if run.error else None,
                    snapshot_id=answer.snapshot_id if answer else None,
                    query_id=query_id,
                )
            )
        except TidemarkError as error:
            runs.LOG.warning("not kept in the history: %s", error)

    return keep


def _outcome(run: runs.Run) -> Any:
    for kind, word in ((Cancelled, "cancelled"), (StoppedByLimit, "stopped")):
        if isinstance(run.error, kind):
            return word
    return "failed" if run.error else "answered"


def cancel(tab: EditorTab, workspace: Workspace) -> None:
    """Take the tab's question back."""
    run = run_of(tab, workspace)
    if run is not None:
        run.token.cancel()


def redraw_after(change: Callable[[], None]) -> Callable[[], None]:
    """A callback of a part of the page after which all of the page is drawn anew."""

    def changed() -> None:
        change()
        st.session_state[REDRAW] = True

    return changed


REDRAW = "sql_redraw"


def redraw_if_asked() -> None:
    """Draw all of the page anew where a part of it has changed more than itself."""
    if st.session_state.pop(REDRAW, False):
        st.rerun()
