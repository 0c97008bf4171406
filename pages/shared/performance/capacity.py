"""Capacity: when growth pushes a route over its limit, and what waiting costs."""

from datetime import date

import numpy as np
import streamlit as st

from pages.shared import dates, figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.states import card, empty
from queries import Workspace
from reports.capacity import Capacity, capacities

DEFINE = (
    'An objective of latency brings this: a section [slo.NAME] in workspace.toml with kind = '
    '"latency", latency_ms, objective = 0.95 and a route.'
)


def capacity_cards(workspace: Workspace) -> None:
    """One card for each limit."""
    found = capacities(workspace)
    if not found:
        with card("capacity"):
            empty("No limit is defined", DEFINE)
    for one in found:
        with card(f"capacity_{one.name}"):
            _capacity(one)


def _capacity(one: Capacity) -> None:
    st.header(plain.markdown(one.name), anchor=False)
    st.markdown(f"**{plain.sentence(one.sentence)}**")
    if one.missing:
        empty("Nothing can be said yet", plain.sentence(one.missing))
        return
    st.caption(_facts(one))
    exhibit(
        one.course,
        lambda rows: figures.limit_course(
            rows["day"].to_list(),
            rows["latency_ms"].to_list(),
            rows["fitted_ms"].to_list(),
            (rows["low_ms"].to_list(), rows["middle_ms"].to_list(), rows["high_ms"].to_list()),
            limit=one.slo.latency_ms,
        ),
        key=f"capacity_{one.name}",
        alt=one.sentence,
    )
    st.caption(
        "Grey: each day. Line: what the load alone explains. Band: 80% of the futures. "
        "Dotted: the limit."
    )
    affordances(one.course, key=f"capacity_{one.name}")
    with st.expander("Latency by load", key=f"curve_{one.name}"):
        exhibit(
            one.curve,
            lambda rows: figures.load_steps(rows["load"].to_list(), rows["latency_ms"].to_list()),
            key=f"curve_{one.name}",
            alt="Latency by load, in steps that never fall",
        )
        affordances(one.curve, key=f"curve_{one.name}")


def _facts(one: Capacity) -> str:
    parts = [f"Last week {words.full(one.now_ms, 'milliseconds')}"]
    if one.growth is not None:
        parts.append(f"load {words.change(one.growth)} in 90 days")
    if one.dates is not None:
        passed = ", ".join(
            f"{chance:.0%}: {_day(day, one)}" for chance, day in one.dates.by_chance.items()
        )
        parts.append(f"passed with a chance of {passed}")
    tested = one.tested
    if tested is not None:
        parts.append(
            f"the load's forecast, tested on the past {tested.days_ahead} days ahead: "
            f"{words.full(tested.coverage, 'percent')} of days inside 95% intervals, MASE "
            f"{words.full(tested.mase)}; as a week ago: {words.full(tested.naive)}"
        )
    return " · ".join(parts)


def _day(day: np.datetime64 | None, one: Capacity) -> str:
    if day is None:
        horizon: date = one.dates.horizon.astype(date) if one.dates else date.min
        return f"not by {dates.plain_day(horizon)}"
    return dates.plain_day(day.astype("datetime64[D]").astype(date))

