"""Annotations: what people know about the days of a chart, read and written beside it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from metrics.periods import Period
from metrics.periods import words as period_in_words
from pages.shared import dates, plain
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from pages.shared.states import empty, guarded
from queries import Workspace
from store import Annotation, store_of

EDITED = "annotation_edited"  # the id of the one in the form


def annotate_button(workspace: Workspace, period: Period, *, key: str) -> None:
    """Beside a time chart: add to, or read, what is known about its days."""
    label = "Annotate" if viewer().may("annotate") else "Annotations"
    if st.button(label, key=f"annotate_{key}", type="tertiary", icon=":material/flag:"):
        st.session_state.pop(EDITED, None)
        st.dialog("Annotations", width="medium")(annotations)(workspace, period, key)


def annotations(workspace: Workspace, period: Period, key: str) -> None:
    """Those of the period, and a form for one more, or for a change to one."""
    with guarded():
        found = store_of(workspace).annotations(period.start, period.end)
        may = viewer().may("annotate")
        st.caption(
            f"{period_in_words(period)}. Everybody sees them, on every chart over time of these "
            "days." + ("" if may else " Your role may read them, not write them.")
        )
        if not found and not may:
            empty("Nobody has written one for these days", "Choose a longer period.")
        for one in found:
            _shown(workspace, one, key, may=may)
        if may:
            _form(workspace, period, found, key)


def _shown(workspace: Workspace, one: Annotation, key: str, *, may: bool) -> None:
    """One of them; whoever may write may also change and remove it."""
    with st.container(border=True, gap="xsmall", key=f"annotation_{key}_{one.id}"):
        st.markdown(f"**{plain.markdown(one.title)}**{plain.read_more(one.url)}")
        if one.text:
            st.markdown(plain.paragraphs(one.text))
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.caption(f"{dates.full_day(one.day)} · {_whose(one)}", width="content")
            if may:
                with st.container(horizontal=True, width="content", gap="small"):
                    _ways(workspace, one, key)


def _whose(one: Annotation) -> str:
    """Who wrote it, and who changed it since."""
    author = plain.markdown(one.author)
    if one.updated_by == one.author:
        return author
    return f"{author}, changed by {plain.markdown(one.updated_by)}"


def _ways(workspace: Workspace, one: Annotation, key: str) -> None:
    def edit() -> None:
        st.session_state[EDITED] = one.id

    st.button(
        "Edit",
        key=f"annotation_edit_{key}_{one.id}",
        type="tertiary",
        icon=":material/edit:",
        on_click=edit,
    )
    if remove_button(one.title, key=f"annotation_{key}_{one.id}"):
        store_of(workspace).delete_annotation(
            one.id, author=viewer().author, version=one.version
        )
        st.rerun()


def _form(workspace: Workspace, period: Period, found: Sequence[Annotation], key: str) -> None:
    """A new one, or a change to one of those that are shown."""
    edited = next((one for one in found if one.id == st.session_state.get(EDITED)), None)
    draft = edited or Annotation(day=period.last_day, title="")
    # The version is part of the keys: who edits after a change starts from what it says now.
    name = f"{key}_{draft.id or 'new'}_{draft.version}"
    with st.form(f"annotation_form_{name}", border=edited is not None):
        day = st.date_input(
            "Day",
            value=draft.day,
            min_value=period.start,
            max_value=period.last_day,
            format="YYYY-MM-DD",
            key=f"annotation_day_{name}",
        )
        title = st.text_input(
            "Title", draft.title, max_chars=200, key=f"annotation_title_{name}",
            placeholder="What happened, in a line",
        )  # fmt: skip
        text = st.text_area(
            "More about it", draft.text, max_chars=2_000, height=90, key=f"annotation_text_{name}"
        )
        url = st.text_input(
            "Where to read on", draft.url or "", key=f"annotation_url_{name}",
            placeholder="https://",
        )  # fmt: skip
        is_sent = st.form_submit_button("Change it" if edited else "Add it")
    if is_sent:
        written = replace(draft, day=day, title=title, text=text, url=url.strip() or None)
        store_of(workspace).annotate(written, author=viewer().author)
        st.session_state.pop(EDITED, None)
        st.rerun()
