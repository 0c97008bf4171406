"""Keeping a text under a name, with what it answers and tags; changing the name of a tab."""

from dataclasses import replace

import streamlit as st

from pages.shared import plain
from pages.shared.sign_in import viewer
from pages.shared.sql import tabs
from pages.shared.sql.asking import values_of
from pages.shared.states import guarded
from pages.shared.workspaces import current, whole
from queries import TidemarkError
from store import EditorTab, SavedQuery, StoreConflict, StoreMissing, store_of


def save(tab: EditorTab, *, is_new: bool = False) -> None:
    """Open the form; a tab of a saved query changes that one, unless asked otherwise."""
    st.dialog("Save the query", icon=":material/save:")(_form)(tab, is_new=is_new)


def pin(tab: EditorTab) -> None:
    """Open the way to a board, or the form first where nothing is saved."""
    with guarded():
        kept = saved_of(tab)
        if kept is None:
            save(tab)
            return
        from pages.shared.boards.pin import pin_dialog

        pin_dialog(kept)


def rename(tab: EditorTab) -> None:
    """Open the form for the tab's title."""
    st.dialog("Rename the tab")(_title)(tab)


def saved_of(tab: EditorTab) -> SavedQuery | None:
    """The saved query of a tab; None: there is none, or not any more."""
    if tab.query_id is None:
        return None
    try:
        return store_of(whole()).query(tab.query_id)
    except StoreMissing:
        return None


def is_edited(tab: EditorTab, kept: SavedQuery) -> bool:
    """Whether the tab says something else than what is saved."""
    return (tab.sql, dict(tab.parameters), tab.chart) != (
        kept.sql, dict(kept.parameters), kept.chart,
    )  # fmt: skip


def _form(tab: EditorTab, *, is_new: bool) -> None:
    with guarded():
        kept = None if is_new else saved_of(tab)
        known = sorted({tag for query in store_of(whole()).queries() for tag in query.tags})
        own = list(kept.tags) if kept else []
        name = st.text_input("Name", value=kept.name if kept else tab.title, key="sql_save_name")
        about = st.text_area(
            "What it answers",
            value=kept.description if kept else "",
            key="sql_save_about",
            placeholder="Who would ask this, and what should they watch out for?",
        )
        tags = st.multiselect(
            "Tags",
            list(dict.fromkeys([*own, *known])),
            default=own,
            accept_new_options=True,
            key="sql_save_tags",
            placeholder="Write a tag …",
        )
        if kept is not None:
            who = plain.markdown(kept.updated_by)
            st.caption(f"Version {kept.version}, last changed by {who}.")
        base = kept or SavedQuery(name=name, sql=tab.sql)
        wanted = replace(
            base,
            name=name.strip(),
            sql=tab.sql,
            description=about.strip(),
            tags=tuple(tags),
            parameters=values_of(tab, current()),
            chart=tab.chart,
            version=(tabs.version_of(tab.id) or base.version) if kept else 0,
        )
        if st.button("Save", key="sql_save_now", icon=":material/save:"):
            _keep(tab, wanted)


def _keep(tab: EditorTab, wanted: SavedQuery) -> None:
    """Save, and close the form; a change by somebody else is told, and nothing is lost."""
    try:
        kept = store_of(whole()).save_query(wanted, author=viewer().author)
    except StoreConflict as error:
        st.error(plain.sentence(error), icon=":material/merge_type:")
        st.caption(
            "Nothing has been saved, and your text is still in its tab. Close this, then save it "
            "as a new query (More), or open the saved one to see the other change."
        )
    except TidemarkError as error:
        st.error(plain.sentence(error), icon=":material/error:")
    else:
        tabs.belong(tab.id, kept)
        tabs.change(tab.id, parameters=kept.parameters)
        st.rerun()


def _title(tab: EditorTab) -> None:
    title = st.text_input(
        "Title", value=tab.title, key="sql_title", max_chars=tabs.LONGEST_TITLE
    ).strip()
    if st.button("Rename", key="sql_rename_now", disabled=not title):
        tabs.change(tab.id, title=title)
        st.rerun()
