"""The rules of the funnel as controls, all of them in the address."""

from datetime import timedelta
from typing import Any, cast

import streamlit as st

from pages.shared import plain
from pages.shared.funnels.along import KEY as PATH
from pages.shared.funnels.along import chosen_path, look_along
from pages.shared.funnels.exclusions import exclusions_builder
from queries import QueryError, Workspace
from queries.path_rules import Along
from reports.funnel_address import Parts, span
from reports.funnel_choices import FunnelChoices
from reports.funnel_question import (
    Attempt,
    Attribution,
    Counting,
    FunnelQuestion,
    Order,
    Unit,
)
from reports.path_question import along_funnel

ORDERS = {"ordered": "In order", "strict": "Strict", "any": "Any order"}
UNITS = {"user": "Users", "account": "Accounts", "session": "Sessions"}
COUNTINGS = {"unique": "Each once", "total": "Every attempt"}
ATTEMPTS = {"furthest": "Furthest attempt", "first": "First entry"}
ATTRIBUTIONS = {
    "first_touch": "First value",
    "last_touch": "Last value",
    "step": "At a step",
    "all_steps": "On all steps",
}
WINDOWS = ("1h", "1d", "7d", "14d", "30d", "90d")
GRACES = ("0s", "1s", "2s", "5s", "60s")
DEFAULT_WINDOW, DEFAULT_GRACE = "14d", "0s"
# The controls whose values are kept with a saved funnel.
CONTROLS = (
    "funnel_order", "funnel_window", "funnel_grace", "funnel_unit", "funnel_counting",
    "funnel_attempt", "funnel_by", "funnel_touch", "funnel_touch_step",
    PATH,
)  # fmt: skip
URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def funnel_rules(workspace: Workspace, choices: FunnelChoices, parts: Parts) -> FunnelQuestion:
    """Draw the controls, and the funnel with what they ask for."""
    steps, exclusions = parts
    path = chosen_path()
    if path is not None:
        found = _along(parts, path)
        if found is not None:
            return found
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        order = cast("Order", _one_of("Order", ORDERS, "funnel_order"))
        window = _span("Within", WINDOWS, DEFAULT_WINDOW, "funnel_window")
        unit = cast("Unit", _one_of("Count", UNITS, "funnel_unit"))
        by = _breakdown(workspace)
        attribution, step = _attribution(len(steps)) if by else ("first_touch", 1)
    attempt: Attempt = "furthest"
    grace = timedelta(0)
    more = st.expander("More rules", key="funnel_more")
    with more, st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        counting = cast("Counting", _one_of("How often", COUNTINGS, "funnel_counting"))
        if counting == "unique":
            attempt = cast("Attempt", _one_of("Which attempt counts", ATTEMPTS, "funnel_attempt"))
        if order == "ordered":
            grace = _span("Stamps may be early by", GRACES, DEFAULT_GRACE, "funnel_grace")
    with more:
        exclusions_builder(workspace, choices, parts)
    return FunnelQuestion(
        steps,
        order=order,
        window=window,
        grace=grace,
        exclusions=exclusions,
        unit=unit,
        counting=counting,
        attempt=attempt,
        by=by,
        attribution=cast("Attribution", attribution),
        attribution_step=step,
    )


def _along(parts: Parts, path: Along) -> FunnelQuestion | None:
    """The funnel along a path, which decides all but the window; None: its steps are no nodes."""
    steps, exclusions = parts
    if exclusions or not FunnelQuestion(steps).is_by_node:
        st.warning("These steps are more than nodes of a path, so plain events are counted.",
                   icon=":material/conversion_path_off:")  # fmt: skip
        look_along(None)
        return None
    written = str(st.session_state.get("funnel_window") or DEFAULT_WINDOW)
    offered = tuple(dict.fromkeys([*WINDOWS, written]))
    window = _span("Within", offered, DEFAULT_WINDOW, "funnel_window")
    return along_funnel(steps, path, window)


def _one_of(label: str, options: dict[str, str], key: str) -> str:
    chosen = st.segmented_control(
        label,
        options,
        default=next(iter(options)),
        required=True,
        format_func=options.__getitem__,
        key=key,
        **URL,
    )
    return chosen if chosen in options else next(iter(options))


def _span(label: str, options: tuple[str, ...], default: str, key: str) -> timedelta:
    """A length of time from a list or written, such as 36h."""
    text = st.selectbox(
        label,
        options,
        index=options.index(default),
        key=key,
        accept_new_options=True,
        width=175,
        **URL,
    )
    try:
        return span(text or default)
    except QueryError as error:
        st.warning(plain.sentence(error), icon=":material/timer:")
        return span(default)


def _breakdown(workspace: Workspace) -> str | None:
    options = list(workspace.dimensions)
    chosen = st.selectbox(
        "Break down by",
        options,
        index=None,
        format_func=lambda name: name.replace("_", " ").capitalize(),
        key="funnel_by",
        placeholder="Nothing",
        width=180,
        **URL,
    )
    return chosen if chosen in options else None


def _attribution(count: int) -> tuple[str, int]:
    chosen = _one_of("Value that counts", ATTRIBUTIONS, "funnel_touch")
    if chosen != "step":
        return chosen, 1
    steps = list(range(1, count + 1))
    step = st.selectbox("Step", steps, key="funnel_touch_step", width=90, **URL)
    return chosen, step if step in steps else 1
