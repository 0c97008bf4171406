"""The features at a glance, on a map, and how much hangs on a few of them."""

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from pages.shared import figures, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.palette import THIS_PERIOD
from reports.adoption import AdoptionReport

NO_USE = "Nobody used a feature in these days"
FEW_FEATURES = 10  # up to here each has a tick of its own
QUADRANTS = {  # broad or narrow, often or seldom
    "core": "Broad, often",
    "occasional": "Broad, seldom",
    "specialist": "Narrow, often",
    "marginal": "Narrow, seldom",
}


def overview_cards(report: AdoptionReport) -> None:
    """How many are used, by how many, and what share of them makes most of the use."""
    rows = report.reach.rows
    used = rows.filter(pl.col("users") > 0).height
    most, gini = report.most_used, report.spread.gini
    share = words.full(report.spread.head, "percent")
    shown = (
        ("Features used", f"{used} of {rows.height}", "with a use day in the period"),
        ("Active users", words.compact(report.active), "active in the period"),
        ("Make 80 % of use", _part(most, rows.height), f"{share} of all features"),
        ("Gini of use", words.full(gini), "0: all features alike"),
    )
    with st.grid(4, min_column_width=150, key="cards_adoption"):
        for label, value, note in shown:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value)
                st.caption(note)


def _part(part: int | None, whole: int) -> str:
    return words.full(None) if part is None else f"{part} of {whole}"


def map_card(report: AdoptionReport) -> None:
    """Breadth against frequency, with the medians as quadrant lines."""
    st.header("Breadth and frequency", anchor=False)
    known = report.use_days.rows.filter(pl.col("quadrant").is_not_null())
    exhibit(
        report.use_days,
        lambda _: figures.feature_map(
            [
                figures.Bubble(
                    row["label"],
                    row["breadth_share"],
                    row["days_per_week"],
                    row["users"],
                    QUADRANTS[row["quadrant"]],
                )
                for row in known.iter_rows(named=True)
            ],
            lines=(report.median_breadth, report.median_frequency),
        ),
        key="map",
        alt=_map_takeaway(known),
        has_nothing=known.is_empty(),
        missing=NO_USE,
    )
    affordances(report.use_days, key="map")


def _map_takeaway(known: pl.DataFrame) -> str:
    counts = {name: known.filter(pl.col("quadrant") == name).height for name in QUADRANTS}
    said = ", ".join(f"{QUADRANTS[name].lower()}: {count}" for name, count in counts.items())
    return f"{words.counted(known.height, 'feature')} with users. {said}."


def concentration_card(report: AdoptionReport) -> None:
    """The share of use that the most used features make together."""
    st.header("Concentration", anchor=False)
    rows = report.cumulated.rows
    exhibit(
        report.cumulated,
        _curve,
        key="concentration",
        alt=_concentration_takeaway(report),
        has_nothing=rows.is_empty(),
        missing=NO_USE,
    )
    affordances(report.cumulated, key="concentration")


def _curve(rows: pl.DataFrame) -> go.Figure:
    drawing = figures.days_after(
        rows["place"].to_list(),
        [("Share of all use days", rows["cumulated_share"].to_list(), THIS_PERIOD)],
        x_title="Features, the most used one first",
        unit="percent",
    )
    if rows.height <= FEW_FEATURES:
        drawing.update_xaxes(dtick=1)
    return drawing


def _concentration_takeaway(report: AdoptionReport) -> str:
    if report.spread.head is None:
        return f"{NO_USE}."
    made = f"{report.most_used} of {words.counted(report.reach.rows.height, 'feature')}"
    return f"{made} make 80 % of use. Gini {words.full(report.spread.gini)}."
