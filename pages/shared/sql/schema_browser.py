"""What can be asked: tables, roll-ups and metrics with their columns; a click writes the name."""

from collections.abc import Iterable, Iterator

import streamlit as st

from pages.shared import plain, words
from pages.shared.sql.workbench import write_name
from queries import Workspace
from queries.quoting import quoted
from reports.schema import Schema, SchemaColumn, SchemaTable, samples, schema

SEARCH = "sql_schema_search"
PLAIN_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
GROUPS = ("Your tables", "Roll-ups", "Metrics")
LONGEST_TYPE = 24  # characters


def schema_browser(workspace: Workspace) -> None:
    """A search box and the tables in their groups, each to be opened."""
    st.text_input(
        "Find a table or column",
        key=SEARCH,
        placeholder="Find a table or column …",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    wanted = str(st.session_state.get(SEARCH) or "").strip().lower()
    found = list(_found(schema(workspace), wanted))
    if not found:
        st.caption("Nothing is called that.")
    for group in GROUPS:
        tables = [table for table in found if table.group == group]
        if tables:
            st.caption(f"**{group}**")
            for table in tables:
                _table(workspace, table, wanted)


def _found(known: Schema, wanted: str) -> Iterator[SchemaTable]:
    for table in known.tables:
        names: Iterable[str] = (table.name, *(column.name for column in table.columns))
        if any(wanted in name.lower() for name in names):
            yield table


def _table(workspace: Workspace, table: SchemaTable, wanted: str) -> None:
    rows = "" if table.rows is None else f" · {words.compact(table.rows)}"
    box = st.expander(
        f"{plain.markdown(table.name)}:gray[{rows}]",
        key=f"sql_table_{table.name}",
        on_change="rerun",
    )
    if not box.open:
        return
    with box, st.container(gap="xsmall"):
        st.caption(plain.sentence(table.meaning))
        if table.rows is not None:
            st.caption(words.counted(table.rows, "row"))
        _name_button(table.name, key=f"sql_name_{table.name}", icon=":material/table:")
        for column in table.columns:
            if wanted in column.name.lower() or wanted in table.name.lower():
                _column(table, column)
        _samples(workspace, table)


def _column(table: SchemaTable, column: SchemaColumn) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        meaning = column.meaning or "a column of your own"
        hidden = " Personal: hashed for all but admins." if column.is_personal else ""
        _name_button(
            column.name,
            key=f"sql_column_{table.name}_{column.name}",
            about=plain.sentence(f"{meaning}.{hidden}"),
        )
        kind = column.type.lower()
        short = kind if len(kind) <= LONGEST_TYPE else f"{kind[: LONGEST_TYPE - 1]}…"
        st.caption(plain.markdown(short), width="content")


def _name_button(name: str, *, key: str, icon: str | None = None, about: str | None = None) -> None:
    st.button(
        plain.markdown(name),
        key=key,
        type="tertiary",
        icon=icon,
        help=about,
        on_click=write_name,
        args=(written(name),),
    )


def written(name: str) -> str:
    """A name as SQL takes it."""
    is_plain = PLAIN_NAME.issuperset(name) and not name[:1].isdigit()
    return name if is_plain else quoted(name)


def _samples(workspace: Workspace, table: SchemaTable) -> None:
    """Some values of one column, looked up when it is chosen."""
    chosen = st.selectbox(
        "Values of a column",
        [column.name for column in table.columns],
        index=None,
        key=f"sql_samples_{table.name}",
        placeholder="Some values of …",
        label_visibility="collapsed",
    )
    if chosen is None:
        return
    values = samples(workspace, table.name, chosen)
    said = " · ".join(plain.markdown(value) for value in values)
    st.caption(said or "Every row is without a value.")
