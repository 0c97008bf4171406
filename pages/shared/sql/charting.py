"""The chart of the rows, and the fields that change it; untouched, it follows the columns."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from pages.shared import plain
from pages.shared.figures.canvas import CONFIG
from pages.shared.sql import chart, tabs
from pages.shared.sql.columns import columns_of
from pages.shared.states import empty
from reports.ask_sql import SqlAnswer
from store import EditorTab

KINDS = {
    "line": ":material/show_chart: Line",
    "bar": ":material/bar_chart: Bar",
    "scatter": ":material/scatter_plot: Scatter",
    "heatmap": ":material/grid_on: Heatmap",
    "pivot": ":material/pivot_table_chart: Pivot",
}
TOTALS = {"sum": "Sum", "mean": "Mean", "min": "Smallest", "max": "Largest", "count": "Number"}
NOTHING = "Nothing"
FIELD = 150  # pixels


def chart_view(tab: EditorTab, answer: SqlAnswer, rows: pl.DataFrame) -> None:
    """The fields, the figure, and what it leaves out."""
    del answer
    if rows.is_empty() or not rows.width:
        empty("There are no rows to draw", "Ask for more, or take away a filter.")
        return
    settings = chart.fitted(rows, chart.settings_from(tab.chart))
    choose = _Chooser(tab, settings)
    choose.kind(rows)
    st.plotly_chart(
        chart.draw(rows, settings),
        key=f"sql_chart_{tab.id}",
        config=CONFIG,
        alt=chart.takeaway(rows, settings),
        width="stretch",
    )
    for note in chart.notes(rows, settings):
        st.caption(f":material/info: {plain.sentence(note)}")
    _fields(choose, rows, settings)


def _fields(choose: "_Chooser", rows: pl.DataFrame, settings: chart.ChartSettings) -> None:
    columns = columns_of(rows)
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="sql_chart_by"
    ):
        if settings.kind == "scatter":
            choose.one("x", "Across", columns.numbers)
            choose.one("y", "Up", columns.numbers)
            choose.one("colour", "Colour", rows.columns, may_be_none=True)
        elif settings.kind in {"heatmap", "pivot"}:
            choose.one("x", "Across", rows.columns)
            choose.one("down", "Down", rows.columns)
            choose.one("y", "Values", columns.numbers, may_be_none=True)
            choose.total()
        else:
            choose.one("x", "Across", rows.columns)
            choose.several("y", "Values", columns.numbers)
            choose.one("colour", "Split by", rows.columns, may_be_none=True)
            choose.total()
        choose.nothing()


class _Chooser:
    """Fields that show the settings, and keep in the tab what is chosen in them."""

    def __init__(self, tab: EditorTab, settings: chart.ChartSettings) -> None:
        self.tab, self.settings = tab, settings

    def kind(self, rows: pl.DataFrame) -> None:
        key = self._shown("kind", self.settings.kind)
        st.segmented_control(
            "Form",
            list(KINDS),
            required=True,
            format_func=KINDS.__getitem__,
            key=key,
            label_visibility="collapsed",
            on_change=lambda: self._keep(chart.as_kind(rows, st.session_state[key])),
        )

    def one(
        self, name: str, label: str, offered: Sequence[str], *, may_be_none: bool = False
    ) -> None:
        value: Any = getattr(self.settings, name)
        value = (value[0] if value else None) if name == "y" else value
        if not offered:
            return
        shown = value if value in offered else None
        key = self._shown(name, shown if shown or may_be_none else offered[0])
        st.selectbox(
            label,
            offered,
            index=None if may_be_none else 0,
            key=key,
            placeholder=NOTHING,
            width=FIELD,
            on_change=self._taker(name, key, lambda v: _as_tuple(v) if name == "y" else v),
        )

    def several(self, name: str, label: str, offered: Sequence[str]) -> None:
        key = self._shown(name, [one for one in self.settings.y if one in offered])
        st.multiselect(
            label,
            offered,
            key=key,
            placeholder="Number of rows",
            max_selections=1 if self.settings.colour else None,
            width=2 * FIELD,
            on_change=self._taker(name, key, tuple),
        )

    def total(self) -> None:
        key = self._shown("total", self.settings.total)
        st.selectbox(
            "Several rows",
            list(TOTALS),
            format_func=TOTALS.__getitem__,
            key=key,
            width=FIELD,
            on_change=self._taker("total", key, lambda value: value),
        )

    def nothing(self) -> None:
        """Leave the choice to the columns again."""
        if self.tab.chart is None:
            return
        st.button(
            "As it suits",
            key="sql_chart_reset",
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=lambda: tabs.change(self.tab.id, chart=None),
        )

    def _shown(self, name: str, value: Any) -> str:
        """The key of a field that shows what the settings say."""
        key = f"sql_chart_{name}_{self.tab.id}"
        st.session_state[key] = value
        return key

    def _taker(self, name: str, key: str, read: Callable[[Any], Any]) -> Callable[[], None]:
        def take() -> None:
            changed = replace(self.settings, **{name: read(st.session_state[key])})
            if name == "colour" and changed.colour:
                changed = replace(changed, y=changed.y[:1])
            self._keep(changed)

        return take

    def _keep(self, settings: chart.ChartSettings) -> None:
        tabs.change(self.tab.id, chart=settings.as_json())


def _as_tuple(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
