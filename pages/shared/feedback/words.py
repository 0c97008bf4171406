"""What people say in their own words: themes, quotes, and what somebody had done before."""

from datetime import datetime

import polars as pl
import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.downloads import download_buttons
from pages.shared.exhibits import affordances
from pages.shared.sql.opening import open_button
from pages.shared.states import empty, guarded
from pages.shared.tables import show_table
from queries import Workspace
from reports.feedback_words import WordsReport, path_before, quotes_with

MOST_QUOTES = 8
MOST_SEEN, TALLEST = 18, 680  # phrases without scrolling; pixels, as tall as the quotes beside them
NO_WORDS = "Nobody wrote anything in these days"
ASK_FOR_WORDS = "Choose a longer period, or fill the column `text` of `feedback`."
FEW_WORDS = "No word or phrase stands in three texts yet"


def themes_card(report: WordsReport) -> None:
    """Phrases of the unhappy against those of the happy."""
    st.header("Themes", anchor=False)
    rows = report.themes.rows
    if report.hidden:
        st.markdown(f":material/visibility_off: {report.hidden}")
    elif rows.is_empty():
        empty(FEW_WORDS, ASK_FOR_WORDS)
    else:
        st.caption(
            f"{words.counted(report.unhappy, 'text')} of the unhappy against "
            f"{words.counted(report.happy, 'text')} of the happy"
        )
        column = st.column_config
        st.dataframe(
            rows.select(
                "phrase",
                "side",
                pl.format("{} of {}", "unhappy", pl.lit(report.unhappy)).alias("unhappy_of"),
                pl.format("{} of {}", "happy", pl.lit(report.happy)).alias("happy_of"),
                "is_clear",
            ),
            key="feedback_themes",
            hide_index=True,
            height="content" if rows.height <= MOST_SEEN else TALLEST,
            alt=f"{words.counted(rows.height, 'phrase')}, the clearest first",
            column_config={
                "phrase": column.TextColumn("Phrase", pinned=True),
                "side": column.TextColumn("Said by the"),
                "unhappy_of": column.TextColumn("Unhappy"),
                "happy_of": column.TextColumn("Happy"),
                "is_clear": column.CheckboxColumn("Clear"),
            },
        )
    affordances(report.themes, key="feedback_themes")


def quotes_card(workspace: Workspace, report: WordsReport) -> None:
    """The latest quotes, all or those of one theme."""
    st.header("Quotes", anchor=False)
    if report.hidden:
        st.markdown(f":material/visibility_off: {report.hidden}")
        affordances(report.quotes, key="feedback_quotes")
        return
    phrase = st.selectbox(
        "Quotes with",
        report.themes.rows["phrase"].to_list(),
        index=None,
        format_func=plain.visible,
        key="feedback_phrase",
        placeholder="All quotes, or with …",
        icon=":material/filter_alt:",
        label_visibility="collapsed",
        width=240,
    )
    source = quotes_with(report.quotes, phrase) if phrase else report.quotes
    if source.is_empty:
        empty(NO_WORDS, ASK_FOR_WORDS)
    for at, row in enumerate(source.rows.head(MOST_QUOTES).iter_rows(named=True)):
        _quote(workspace, row, at)
    more = source.rows.height - min(source.rows.height, MOST_QUOTES)
    if more:
        st.caption(f"{words.counted(more, 'quote')} more: Data has all of them.")
    affordances(source, key="feedback_quotes")


def _quote(workspace: Workspace, row: dict[str, object], at: int) -> None:
    st.markdown(f"> {plain.markdown(row['words'])}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain.markdown(_about(row)), width="content")
        if st.button(
            "What they did before", key=f"path_{at}", type="tertiary", icon=":material/route:"
        ):
            moment = row["said_at"]
            if isinstance(moment, datetime):
                title = f"Before {dates.full_day(moment.date())}"
                st.dialog(title, width="large")(_path)(workspace, str(row["user_id"]), moment)


def _about(row: dict[str, object]) -> str:
    """'Mon 2 Nov 2026 · 4 (csat) · bulk_edit'."""
    moment = row["said_at"]
    parts = [dates.full_day(moment.date())] if isinstance(moment, datetime) else []
    if row["score"] is not None:
        parts.append(f"{row['score']:g} ({row['scale'] or 'no scale'})")
    parts += [str(row[name]) for name in ("feature", "channel") if row[name]]
    return " · ".join(parts)


def _path(workspace: Workspace, user_id: str, said_at: datetime) -> None:
    with guarded(), st.spinner("Looking it up"):
        found = path_before(workspace, user_id, said_at)
        count = words.counted(found.rows.height, "event")
        st.markdown(f"**{plain.markdown(user_id)}**: {count} in the 14 days before, latest first")
        if found.is_empty:
            empty("They did nothing that was recorded", "Perhaps under another id.")
        else:
            show_table(found.rows, key="path_rows", alt=f"{count} before it was said")
            download_buttons(found.rows, name="path", key="path_download")
        open_button(found, key="path")
