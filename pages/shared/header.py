"""The head of every page: what is looked at, how fresh it is, and the shared controls."""

import streamlit as st

from metrics.periods import words as period_in_words
from pages.shared import dates, plain, states
from pages.shared.controls import chosen_scope, last_day_of, period_controls
from pages.shared.copy_link import copy_link
from pages.shared.filters import segment_filters
from queries import Snapshot, Workspace
from reports.scope import Scope

# Their periods are chosen among their own controls, or are an experiment's own.
WITHOUT_PERIOD = {"retention", "churn", "paths", "experiments", "releases", "diagnosis"}
WITHOUT_COMPARISON = {"adoption", "feedback"}  # they show a course instead
# About all days, or with controls of their own.
WITHOUT_SCOPE = {"data", "sql", "boards", "leadership"}


def header(page: st.Page, workspace: Workspace) -> bool:
    """Title, period in words, freshness and controls; False when there is nothing to look at."""
    product = workspace.settings.product
    snapshot = workspace.snapshot
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.title(page.title, anchor=False, width="content")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            st.caption(plain.markdown(product.name), width="content")
            copy_link()
    if snapshot is None:
        with st.container(border=True, key="card_not_built"):
            states.not_built(workspace.folder)
        return False
    fresh = _freshness(snapshot, product.time_zone)
    if page.url_path in WITHOUT_SCOPE:
        st.caption(fresh)
        return True
    line = st.empty()
    if page.url_path not in WITHOUT_PERIOD:
        is_compared = page.url_path not in WITHOUT_COMPARISON
        period_controls(snapshot, has_comparison=is_compared)
        scope = chosen_scope(workspace, snapshot)
        scope = scope if is_compared else scope.over(scope.period)
        fresh = f"{_looked_at(scope, snapshot)} · {fresh}"
    line.caption(fresh)
    segment_filters(workspace)
    return True


def snapshot_of_page(workspace: Workspace) -> Snapshot:
    """What has been built; the header has said so when nothing has, and this ends the page."""
    snapshot = workspace.snapshot
    if snapshot is None:
        st.stop()
    return snapshot


def scope_of_page(workspace: Workspace) -> Scope:
    """What the controls in the header ask for."""
    return chosen_scope(workspace, snapshot_of_page(workspace))


def _looked_at(scope: Scope, snapshot: Snapshot) -> str:
    """'26 Oct – 22 Nov compared with 28 Sep – 25 Oct'."""
    year = last_day_of(snapshot).year
    return f"**{period_in_words(scope.period, scope.comparison, this_year=year)}**"


def _freshness(snapshot: Snapshot, time_zone: str) -> str:
    complete = dates.full_day(snapshot.watermark)
    built = dates.age(snapshot.built_at)
    return f"Complete to {complete} ({plain.markdown(time_zone)}), built {built}"
