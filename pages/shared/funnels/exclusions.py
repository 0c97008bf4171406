"""What must not happen on the way: rows of what, after which step, before which."""

from typing import Any

import streamlit as st

from pages.shared.funnels.asked import EXCLUSION_IDS, ids, keep, new_id
from pages.shared.funnels.choices import Choice, choice_words, choices_of, match_of, options
from queries import Workspace
from queries.event_match import EventMatch
from queries.funnel_log import MOST_EXCLUSIONS
from reports.funnel_address import Parts
from reports.funnel_choices import FunnelChoices
from reports.funnel_question import FunnelExclusion


def exclusions_builder(workspace: Workspace, choices: FunnelChoices, parts: Parts) -> None:
    """Draw a row for each exclusion; a change is in the address before the page runs again."""
    steps, exclusions = parts
    offered = options(choices, [one.match for one in exclusions])
    for place, row in enumerate(ids(EXCLUSION_IDS, len(exclusions))):
        _exclusion(workspace, offered, parts, place, row)
    st.button(
        "Exclude an event",
        key="funnel_exclude",
        icon=":material/block:",
        on_click=_add,
        args=(parts, choices),
        disabled=len(steps) == 1 or len(exclusions) >= MOST_EXCLUSIONS,
        help="Whoever does it between two steps is out, unless another attempt is clean",
    )


def _exclusion(
    workspace: Workspace, offered: list[Choice], parts: Parts, place: int, row: int
) -> None:
    steps, exclusions = parts
    one = exclusions[place]
    change: dict[str, Any] = {"on_change": _changed, "args": (workspace, parts, place, row)}
    numbers = list(range(1, len(steps) + 1))
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key=f"funnel_without_{place + 1}"
    ):
        st.multiselect(
            "Without",
            offered,
            default=choices_of(one.match),
            format_func=choice_words,
            key=f"funnel_without_what_{row}",
            placeholder="Any event",
            select_all=False,
            **change,
        )
        for name, label, value, some in (
            ("from", "After step", one.from_step, numbers[:-1]),
            ("to", "Before step", one.to_step, numbers[1:]),
        ):
            st.selectbox(
                label,
                some,
                index=some.index(value),
                key=f"funnel_without_{name}_{row}",
                width=110,
                **change,
            )
        st.button(
            ":material/close:",
            key=f"funnel_without_remove_{row}",
            help="Remove the exclusion",
            type="tertiary",
            on_click=_remove,
            args=(parts, place),
        )


def _changed(workspace: Workspace, parts: Parts, place: int, row: int) -> None:
    steps, exclusions = parts
    state = st.session_state
    chosen: list[Choice] = state[f"funnel_without_what_{row}"]
    first, last = state[f"funnel_without_from_{row}"], state[f"funnel_without_to_{row}"]
    if last <= first:  # the one that has just been chosen is meant
        is_first_new = first != exclusions[place].from_step
        first, last = (first, first + 1) if is_first_new else (last - 1, last)
        state[f"funnel_without_from_{row}"], state[f"funnel_without_to_{row}"] = first, last
    match = match_of(chosen, [], workspace.dimensions)
    changed = FunnelExclusion(match, first, last)
    keep(steps, (*exclusions[:place], changed, *exclusions[place + 1 :]))


def _remove(parts: Parts, place: int) -> None:
    steps, exclusions = parts[0], list(parts[1])
    rows = ids(EXCLUSION_IDS, len(exclusions))
    del exclusions[place], rows[place]
    st.session_state[EXCLUSION_IDS] = rows
    keep(steps, tuple(exclusions))


def _add(parts: Parts, choices: FunnelChoices) -> None:
    """One more: the event of most people that is no step, between the first and the last."""
    steps, exclusions = parts
    taken = {name for step in steps for name in step.match.events}
    free = next((name for name in choices.events if name not in taken), choices.events[0])
    st.session_state[EXCLUSION_IDS] = [*ids(EXCLUSION_IDS, len(exclusions)), new_id()]
    keep(steps, (*exclusions, FunnelExclusion(EventMatch((free,)), 1, len(steps))))
