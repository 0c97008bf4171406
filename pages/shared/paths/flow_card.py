"""The ways drawn, the way that is followed, and the doors: continue, back, make it a funnel."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.exhibits import affordances_around
from pages.shared.figures.canvas import CONFIG
from pages.shared.figures.flow import Band, Stop, flow
from pages.shared.paths.making import funnel_button
from pages.shared.paths.people import people_of_paths
from pages.shared.paths.way import follow, go_back, go_on
from pages.shared.states import empty
from queries import Workspace
from reports.paths import PathsReport

NOBODY = "Nobody goes this way in these days"
CHANGE = "Choose another beginning, a longer period, or remove a filter or a cleaning rule."
MOST_CHOICES = 200
MOST_ON_A_PHONE = 3  # columns; more are scrolled sideways there


def flow_card(workspace: Workspace, report: PathsReport) -> None:
    """The figure; a node that is picked is continued from, and so is one chosen in the box."""
    st.header("Ways", anchor=False)
    _way(report)
    if not report.visits:
        empty(NOBODY, CHANGE)
    else:
        _figure(report)
    with affordances_around(report.links, key="paths_links"):
        people_of_paths(workspace, report)


def _way(report: PathsReport) -> None:
    """What is followed, as words, with the doors that change it."""
    question = report.question
    key = f"path_continue_{len(question.trail)}_{question.direction}"
    targets = dict(_choices(report))

    def chosen() -> None:
        picked = targets.get(st.session_state[key] or "")
        if picked:
            go_on(question, *picked)
        st.session_state[key] = None

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="path_doors"):
        if question.trail:
            st.markdown(_trail_words(report), width="content")
        if len(question.trail) > (question.anchor is not None):
            st.button("Back", key="path_back", icon=":material/undo:", type="tertiary",
                      on_click=go_back, args=(question,))  # fmt: skip
            st.button("Start again", key="path_restart", icon=":material/restart_alt:",
                      type="tertiary", on_click=follow, args=((),))  # fmt: skip
        if targets:
            st.selectbox(
                "Continue from a node",
                list(targets),
                index=None,
                format_func=plain.visible,
                key=key,
                placeholder="Continue from …",
                icon=":material/conversion_path:",
                label_visibility="collapsed",
                on_change=chosen,
                width=230,
            )
        funnel_button(report)


def _trail_words(report: PathsReport) -> str:
    question = report.question
    trail = question.trail if question.direction == "from" else question.trail[::-1]
    arrow = " → "
    return f"**{arrow.join('…' if one is None else plain.markdown(one) for one in trail)}**"


def _choices(report: PathsReport) -> Iterator[tuple[str, tuple[int, str]]]:
    """Every node that could be continued from, nearest to the anchor first."""
    question = report.question
    is_fixed = len(question.trail) > 0
    rows = report.nodes.rows.with_columns(pl.col("place").abs().alias("distance"))
    for place, node, visits, distance in (
        rows.sort("distance", "visits", descending=[False, True])
        .select("place", "node", "visits", "distance")
        .head(MOST_CHOICES)
        .iter_rows()
    ):
        if distance > question.first_place or not is_fixed:
            yield f"{distance} {node}: {visits:,}", (place, node)


def _figure(report: PathsReport) -> None:
    question = report.question
    key = f"chart_paths_{abs(hash((question, report.scope.period)))}"

    def picked() -> None:
        chosen: Any = st.session_state[key]
        for point in chosen["selection"]["points"]:
            place, name, _ = point.get("customdata") or (0, "", "")
            if name and abs(int(place)) > len(question.trail):
                go_on(question, int(place), str(name))
                return

    stops, bands = _drawn(report)
    is_wide = len({stop.place for stop in stops}) > MOST_ON_A_PHONE
    with st.container(key="path_flow_wide" if is_wide else "path_flow"):
        st.plotly_chart(
            flow(stops, bands),
            key=key,
            config=CONFIG,
            alt=takeaway(report),
            width="stretch",
            on_select=picked,
            selection_mode="points",
        )
    st.caption(
        "Click a node to continue from it. Bands are visits that went from one node straight to "
        "the next; grey are all that are not named."
    )


def _drawn(report: PathsReport) -> tuple[list[Stop], list[Band]]:
    links, noun = report.links.rows, report.question.noun
    named = links.filter(pl.col("source").is_not_null())
    sign = report.question.sign
    ends = {
        *named.select("place", "source").iter_rows(),
        *((place + 1, target) for place, target in named.select("place", "target").iter_rows()),
    }
    stops: list[Stop] = []
    left: dict[int, int] = {}
    for place, node, visits, users, goes_on in report.nodes.rows.iter_rows():
        if (place, node) in ends or place == sign * report.question.first_place:
            stops.append(Stop(place, node, visits, _node_words(node, visits, users, goes_on, noun)))
        else:
            left[place] = left.get(place, 0) + visits
    bands = [
        Band(place, source, target, transitions, _link_words(source, target, *rest, noun=noun))
        for place, source, target, transitions, *rest in (
            (row[0], row[1], row[2], row[3], row[3], row[4], row[5]) for row in links.iter_rows()
        )
    ]
    for band in bands:
        if band.source is None:
            for place in (band.place, band.place + 1):
                left[place] = max(left.get(place, 0), band.count)
    stops += [
        Stop(place, None, visits, f"All that are not named<br>{words.counted(visits, noun)}")
        for place, visits in left.items()
    ]
    return stops, bands


def _node_words(node: str, visits: int, users: int, goes_on: int, noun: str) -> str:
    lines = [f"<b>{plain.chart(node)}</b>", words.counted(visits, noun)]
    if noun != "user":
        lines.append(words.counted(users, "user"))
    lines.append(f"{goes_on:,} go on")
    return "<br>".join(lines)


def _link_words(
    source: str | None,
    target: str | None,
    transitions: int,
    users: int,
    median_seconds: float,
    *,
    noun: str,
) -> str:
    names = (
        "All ways that are not named"
        if source is None or target is None
        else f"<b>{plain.chart(source)}</b> → <b>{plain.chart(target)}</b>"
    )
    lines = [names, words.counted(transitions, noun)]
    if noun != "user":
        lines.append(words.counted(users, "user"))
    lines.append(f"median {words.duration(median_seconds)}")
    return "<br>".join(lines)


def takeaway(report: PathsReport) -> str:
    """The busiest link in a sentence, for who cannot see the figure."""
    named = report.links.rows.filter(pl.col("source").is_not_null())
    if named.is_empty():
        return f"{words.counted(report.visits, report.question.noun)}, and nobody goes on."
    row = named.sort("transitions", descending=True).row(0, named=True)
    return (
        f"{words.counted(report.visits, report.question.noun)}; most often from "
        f"{plain.short(row['source'])} to {plain.short(row['target'])}: {row['transitions']:,}."
    )
