"""A tile: a saved query, run for the board's period and filters, and drawn as it was saved."""

from typing import Any

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.annotations import annotate_button
from pages.shared.boards.arranging import arrange
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.figures.happenings import add_happenings
from pages.shared.sign_in import viewer
from pages.shared.sql import chart
from pages.shared.states import SKELETON_HEIGHT, failed, guarded
from pages.shared.tables import show_table
from queries import QueryError, Workspace
from reports.ask_sql import cut_words
from reports.board_tiles import LIMITS, TileAnswer, tile_answer
from reports.markers import markers
from reports.scope import Scope
from store import SavedQuery, Tile

SQL_PAGE = "../sql.py"  # from the main script
SECONDS_REMEMBERED = 600  # beside a new build, files of one's own may have changed
ANSWERS_REMEMBERED = 64
MOST_ROWS_OF_A_TABLE = 200


def tile_card(
    workspace: Workspace, tile: Tile, query: SavedQuery, scope: Scope, *, is_arranged: bool
) -> None:
    """The card; all tiles of a board are asked at once, and each fails alone."""
    with st.container(border=True, height="stretch", key=f"card_tile_{tile.id}"):
        st.subheader(plain.markdown(tile.title or query.name), anchor=False)
        if is_arranged:
            with guarded():
                arrange(workspace, tile, query)
        st.fragment(parallel=True)(_answered)(workspace, tile, query, scope)


def _answered(workspace: Workspace, tile: Tile, query: SavedQuery, scope: Scope) -> None:
    with guarded():
        try:
            with st.skeleton(height=SKELETON_HEIGHT):
                found = _remembered(workspace, query, scope)
                _drawn(workspace, tile, query, found, scope)
        except QueryError as error:
            failed(error)
            _open_query(tile)
            return
        for sentence in found.passed_over:
            st.caption(f":material/filter_alt_off: {plain.sentence(sentence)}")


def _open_query(tile: Tile) -> None:
    """The way to where a query that fails can be mended."""
    if viewer().may("sql") and st.button(
        "Open the query", key=f"open_query_{tile.id}", type="tertiary", icon=":material/terminal:"
    ):
        st.switch_page(SQL_PAGE, query_params={"q": tile.query_id})


def _remembered(workspace: Workspace, query: SavedQuery, scope: Scope) -> TileAnswer:
    """The answer, asked once for each build, viewer's sight, query, period and filters."""
    snapshot = workspace.snapshot
    key = (
        str(workspace.folder),
        snapshot.id if snapshot else "",
        workspace.sight,
        workspace.settings.model_dump_json(),
        query.id,
        query.version,
        scope,
    )
    return _asked(workspace, query, viewer().author, key)


@st.cache_resource(show_spinner=False, ttl=SECONDS_REMEMBERED, max_entries=ANSWERS_REMEMBERED)
def _asked(
    _workspace: Workspace, _query: SavedQuery, _asker: str, key: tuple[Any, ...]
) -> TileAnswer:
    return tile_answer(_workspace, _query, key[-1], asker=_asker)


def _drawn(
    workspace: Workspace, tile: Tile, query: SavedQuery, found: TileAnswer, scope: Scope
) -> None:
    """As it was saved; a single number large, and rows without a chart as a table."""
    answer, key = found.answer, f"tile_{tile.id}"
    settings = chart.settings_from(tile.chart or query.chart)
    cut = cut_words(answer, LIMITS)
    if answer.rows.shape == (1, 1) and answer.rows.dtypes[0].is_numeric():
        _number(answer.rows)
    elif settings is None and not answer.rows.is_empty():
        shown = answer.rows.head(MOST_ROWS_OF_A_TABLE)
        show_table(shown, key=f"table_{key}", alt=f"{shown.height} rows")
    else:
        exhibit(
            answer.source,
            lambda rows: _figure(workspace, rows, settings, scope),
            key=key,
            alt="" if answer.rows.is_empty() else chart.takeaway(answer.rows, settings),
            mend="Choose a longer period, remove a filter, or change the query.",
        )
    if cut:
        st.caption(f":material/content_cut: {plain.sentence(cut)}")
    with affordances_around(answer.source, key=key):
        if settings is not None and days_column(answer.rows, settings):
            annotate_button(workspace, scope.period, key=key)


def _number(rows: pl.DataFrame) -> None:
    value = rows.item()
    st.metric(
        plain.markdown(rows.columns[0]),
        words.full(None if value is None else float(value)),
        label_visibility="collapsed",
    )


def _figure(
    workspace: Workspace, rows: pl.DataFrame, settings: chart.ChartSettings, scope: Scope
) -> Any:
    """The chart, with what happened meanwhile where it runs over time."""
    drawing = chart.draw(rows, settings)
    column = days_column(rows, settings)
    if column:
        days = rows[column].cast(pl.Date).drop_nulls().to_list()
        add_happenings(drawing, markers(workspace, scope.period), days)
    return drawing


def days_column(rows: pl.DataFrame, settings: chart.ChartSettings) -> str | None:
    """The column of days that a line or bars run over; None: they run over something else."""
    drawn = chart.fitted(rows, settings)
    if drawn.kind not in {"line", "bar"} or drawn.x is None:
        return None
    is_time = rows.schema[drawn.x] == pl.Date or isinstance(rows.schema[drawn.x], pl.Datetime)
    return drawn.x if is_time else None


