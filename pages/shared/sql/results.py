"""What came back: the rows, a chart of them, what their columns hold, and the files of them."""

import re
from typing import Any

import polars as pl
import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.downloads import download_buttons
from pages.shared.harmless import flat
from pages.shared.sql.charting import chart_view
from pages.shared.sql.filtering import filtered
from pages.shared.sql.mistakes import mistake
from pages.shared.sql.runs import Run
from pages.shared.states import empty
from pages.shared.tables import column_config
from reports.ask_sql import SqlAnswer, cut_words
from store import EditorTab

VIEWS = {"rows": "Rows", "chart": "Chart", "columns": "Columns"}
VIEW = "sql_view"
GRID_HEIGHT = 420  # pixels
LONGEST_LABEL = 60  # characters
ROWS_WITHOUT_SCROLLING = 10
NOT_ASKED = "Nothing has been asked yet"
HOW = "Write a question and press Run, or Ctrl+Enter in the editor."


def result(tab: EditorTab, run: Run | None) -> None:
    """What the last run of the tab gave, or why it gave nothing."""
    if run is None:
        empty(NOT_ASKED, HOW)
    elif run.error is not None:
        mistake(tab, run.sql, run.error)
    elif run.answer is not None:
        _answer(tab, run.answer)


def _answer(tab: EditorTab, answer: SqlAnswer) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = st.segmented_control(
            "Shown as",
            VIEWS,
            default="rows",
            required=True,
            format_func=VIEWS.__getitem__,
            key=VIEW,
            persist_state="session",
            label_visibility="collapsed",
        )
        rows = filtered(answer.rows, key=f"sql_filter_{tab.id}")
    st.caption(_summary(answer, rows))
    cut = cut_words(answer)
    if cut:
        st.warning(
            f"{plain.sentence(cut)} Charts and files have only these.",
            icon=":material/content_cut:",
        )
    if answer.sql != tab.sql:
        st.caption(":material/history: The text has changed since: this is what it said before.")
    {"rows": _rows, "chart": chart_view, "columns": _columns}[view](tab, answer, rows)
    download_buttons(rows, name=_file_name(tab), key="sql_download", subject=answer.sql)


def _summary(answer: SqlAnswer, rows: pl.DataFrame) -> str:
    shown = words.counted(rows.height, "row")
    if rows.height != answer.rows.height:
        shown = f"{rows.height:,} of {words.counted(answer.rows.height, 'row')}"
    width = words.counted(answer.rows.width, "column")
    took = words.duration(answer.seconds)
    complete = dates.full_day(answer.watermark)
    build = plain.markdown(answer.snapshot_id)
    return f"{shown}, {width} · {took} · data complete to {complete} · build {build}"


def _rows(tab: EditorTab, answer: SqlAnswer, rows: pl.DataFrame) -> None:
    if not rows.width:
        empty("No columns came back", "Ask for something: select …")
        return
    st.dataframe(
        shown_rows(rows),
        key=f"sql_rows_{tab.id}",
        hide_index=True,
        width="stretch",
        height=GRID_HEIGHT if rows.height > ROWS_WITHOUT_SCROLLING else "auto",
        column_config=_typed(rows, answer),
        placeholder="–",
        alt=f"{words.counted(rows.height, 'row')} of {tab.title}",
    )


def shown_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as the grid can show them: records, bytes and spans as text, lists as they are."""
    return pl.DataFrame(
        [
            column if _is_shown(column.dtype) else flat(column.to_frame()).to_series()
            for column in rows.get_columns()
        ]
    )


def _is_shown(kind: pl.DataType) -> bool:
    if isinstance(kind, pl.List):
        return kind.inner in {pl.String, pl.Boolean} or kind.inner.is_numeric()
    is_huge = kind in {pl.Int128, pl.UInt128} if hasattr(pl, "UInt128") else kind == pl.Int128
    return not (kind.is_nested() or is_huge or kind in {pl.Binary, pl.Duration, pl.Null})


def _typed(rows: pl.DataFrame, answer: SqlAnswer) -> dict[str, Any]:
    """Each column by the name that the text gives it, with its type."""
    shown = shown_rows(rows).schema
    labels = {
        name: f"{name} · {answer.types.get(name, '').lower()}"[:LONGEST_LABEL] for name in shown
    }
    lists = {name for name, kind in shown.items() if isinstance(kind, pl.List)}
    plain_ones = {name: kind for name, kind in shown.items() if name not in lists}
    return column_config(plain_ones, labels) | {
        name: st.column_config.ListColumn(labels[name]) for name in lists
    }


def _columns(tab: EditorTab, answer: SqlAnswer, rows: pl.DataFrame) -> None:
    """Type, blanks, different values and ends of each column."""
    st.dataframe(
        pl.DataFrame([_described(rows[name], answer.types.get(name, "")) for name in rows.columns]),
        key=f"sql_columns_{tab.id}",
        hide_index=True,
        width="stretch",
        column_config={
            "missing": st.column_config.NumberColumn("Missing", format="localized"),
            "different": st.column_config.NumberColumn("Different values", format="localized"),
            "column": "Column", "type": "Type", "lowest": "Lowest", "highest": "Highest",
        },
        placeholder="–",
        alt=f"{words.counted(rows.width, 'column')} of {tab.title}",
    )  # fmt: skip


def _described(column: pl.Series, kind: str) -> dict[str, Any]:
    told = flat(column.to_frame()).to_series()
    has_order = not column.dtype.is_nested()
    low, high = (told.min(), told.max()) if has_order and told.len() else (None, None)
    return {
        "column": column.name,
        "type": kind.lower(),
        "missing": column.null_count(),
        "different": told.n_unique(),
        "lowest": None if low is None else str(low),
        "highest": None if high is None else str(high),
    }


def _file_name(tab: EditorTab) -> str:
    """Letters and digits of the title."""
    return re.sub(r"[^a-z0-9]+", "_", tab.title.lower()).strip("_")[:40] or "rows"


