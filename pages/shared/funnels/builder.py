"""The builder: a row for each step, to fill, name, filter, move and remove."""

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shared import plain
from pages.shared.filters import offered
from pages.shared.funnels.along import look_along
from pages.shared.funnels.asked import IDS, ids, keep, new_id, show
from pages.shared.funnels.choices import (
    Choice,
    choice_words,
    choices_of,
    filters_of,
    match_of,
    options,
)
from pages.shared.funnels.kept import kept_funnels
from queries import Workspace
from queries.event_match import EventMatch
from queries.funnel_log import MOST_STEPS
from reports.funnel_address import LONGEST_LABEL, Parts
from reports.funnel_choices import FunnelChoices
from reports.funnel_question import FunnelStep


def steps_builder(workspace: Workspace, choices: FunnelChoices, parts: Parts) -> None:
    """Draw the rows; a change is in the address before the page runs again."""
    steps, _ = parts
    offered_choices = options(choices, [step.match for step in steps])
    for place, row in enumerate(ids(IDS, len(steps))):
        _step(workspace, offered_choices, parts, place, row)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Add a step", key="funnel_add", icon=":material/add:", on_click=_add,
            args=(parts, choices), disabled=len(steps) >= MOST_STEPS,
        )  # fmt: skip
        _suggestions(choices)
        kept_funnels(parts)


def _step(
    workspace: Workspace, offered_choices: list[Choice], parts: Parts, place: int, row: int
) -> None:
    """One row: number, what it is, filters and name, and where it stands."""
    steps, _ = parts
    step = steps[place]
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"funnel_row_{place + 1}"
    ):
        st.markdown(f"**{place + 1}**", width=18)
        change: dict[str, Any] = {"on_change": _changed, "args": (parts, place, row)}
        st.multiselect(
            f"Step {place + 1} is",
            offered_choices,
            default=choices_of(step.match),
            format_func=choice_words,
            key=f"funnel_what_{row}",
            placeholder="Any event",
            label_visibility="collapsed",
            select_all=False,
            width="stretch",
            **change,
        )
        filters = filters_of(step.match)
        count = f" · {len(filters)}" if filters else ""
        with st.popover(
            f":material/tune:{count}", key=f"funnel_more_{row}", type="tertiary",
            help="Filters, and what the step is called",
        ):  # fmt: skip
            st.multiselect(
                "Only events with",
                list(dict.fromkeys([*offered(workspace), *filters])),
                default=filters,
                format_func=lambda text: plain.visible(text.replace(":", ": ", 1)),
                key=f"funnel_where_{row}",
                placeholder="Everything. Add a filter …",
                select_all=False,
                accept_new_options=True,
                **change,
            )
            st.text_input(
                "Called",
                step.label,
                key=f"funnel_label_{row}",
                max_chars=LONGEST_LABEL,
                placeholder=plain.visible(replace(step, label="").name),
                **change,
            )
        _place_buttons(parts, place, row)


def _place_buttons(parts: Parts, place: int, row: int) -> None:
    last = len(parts[0]) - 1
    for name, label, icon, by, is_off in (
        ("up", "Earlier", "arrow_upward", -1, place == 0),
        ("down", "Later", "arrow_downward", 1, place == last),
    ):
        st.button(
            f":material/{icon}:", key=f"funnel_{name}_{row}", help=label, type="tertiary",
            on_click=_move, args=(parts, place, by), disabled=is_off,
        )  # fmt: skip
    st.button(
        ":material/close:", key=f"funnel_remove_{row}", help="Remove the step", type="tertiary",
        on_click=_remove, args=(parts, place), disabled=last == 0,
    )  # fmt: skip


def _suggestions(choices: FunnelChoices) -> None:
    """Ways through features, each a funnel with one click."""
    key = "funnel_suggested"

    def take() -> None:
        chosen = choices.suggestions.get(st.session_state[key] or "")
        if chosen:
            look_along(None)
            show(chosen)
        st.session_state[key] = None

    st.selectbox(
        "Suggested by the data",
        list(choices.suggestions),
        index=None,
        format_func=plain.visible,
        key=key,
        placeholder="Suggested by the data …",
        icon=":material/lightbulb:",
        label_visibility="collapsed",
        on_change=take,
        width=230,
    )


def _changed(parts: Parts, place: int, row: int) -> None:
    from pages.shared.workspaces import current

    steps, exclusions = parts
    state = st.session_state
    match = match_of(
        state[f"funnel_what_{row}"], state[f"funnel_where_{row}"], current().dimensions
    )
    step = FunnelStep(match, (state[f"funnel_label_{row}"] or "").strip())
    keep((*steps[:place], step, *steps[place + 1 :]), exclusions)


def _move(parts: Parts, place: int, by: int) -> None:
    steps, exclusions = list(parts[0]), parts[1]
    rows = ids(IDS, len(steps))
    for one in (steps, rows):
        one[place], one[place + by] = one[place + by], one[place]
    st.session_state[IDS] = rows
    keep(tuple(steps), exclusions)


def _remove(parts: Parts, place: int) -> None:
    steps, exclusions = list(parts[0]), parts[1]
    rows = ids(IDS, len(steps))
    del steps[place], rows[place]
    st.session_state[IDS] = rows
    keep(tuple(steps), tuple(one for one in exclusions if one.to_step <= len(steps)))


def _add(parts: Parts, choices: FunnelChoices) -> None:
    """One more step: the event of most people that is no step yet."""
    steps, exclusions = parts
    taken = {name for step in steps for name in step.match.events}
    free = next((name for name in choices.events if name not in taken), None)
    rows = [*ids(IDS, len(steps)), new_id()]
    st.session_state[IDS] = rows
    step = FunnelStep(EventMatch(() if free is None else (free,)))
    keep((*steps, step), exclusions)
