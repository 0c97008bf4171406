"""The controls of the Paths page: where ways begin or end, and what is a node."""

from typing import Any, cast

import streamlit as st

from pages.shared import plain
from pages.shared.paths.way import chosen_way, forget_way
from queries import QueryError
from queries.path_rules import Direction, PathRules, Repeats, Shown, Visit
from reports.funnel_address import span
from reports.funnel_choices import FunnelChoices
from reports.path_address import join_rule
from reports.path_question import DEFAULT_LENGTH, LENGTHS, PathQuestion

DIRECTIONS = {"from": "From", "to": "Up to"}
SHOWN = {"event": "Events", "feature": "Features"}
VISITS = {"session": "In a session", "user": "Of a user"}
REPEATS = {"consecutive": "Runs as one", "once": "Only the first", "none": "All"}
ANY_TIME = "Any time"
WITHIN = (ANY_TIME, "10m", "1h", "1d", "7d", "14d")
MOST_OFFERED = 800  # nodes; those of most people first
ANCHOR_WIDTH = 270  # pixels
URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def path_question(choices: FunnelChoices) -> PathQuestion:
    """Draw the controls, and what they ask for."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        direction = _one_of("Ways", DIRECTIONS, "path_direction")
        place = st.container(width=ANCHOR_WIDTH)
        shown = _one_of("A node is", SHOWN, "path_shown")
        visit = _one_of("What is walked", VISITS, "path_visit")
        length = st.selectbox(
            "Nodes",
            LENGTHS,
            index=LENGTHS.index(DEFAULT_LENGTH),
            key="path_length",
            width=85,
            **URL,
        )
    with (
        st.expander("More rules", key="path_more"),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        within = st.selectbox("Within", WITHIN, key="path_within", accept_new_options=True,
                              width=140, **URL)  # fmt: skip
        repeats = _one_of("The same again", REPEATS, "path_repeats")
        rules = PathRules(
            cast("Shown", shown), cast("Visit", visit), cast("Repeats", repeats),
            hidden=_hidden(choices, shown), joined=_joined(),
        )  # fmt: skip
    with place:
        anchor = _anchor(choices, rules, direction)
    return PathQuestion(
        rules,
        anchor=anchor,
        direction=cast("Direction", direction),
        through=chosen_way(),
        length=length if length in LENGTHS else DEFAULT_LENGTH,
        within=_within(within),
    )


def _one_of(label: str, options: dict[str, str], key: str) -> str:
    chosen = st.segmented_control(
        label,
        options,
        default=next(iter(options)),
        required=True,
        format_func=options.__getitem__,
        key=key,
        on_change=forget_way,
        **URL,
    )
    return chosen if chosen in options else next(iter(options))


def _names(choices: FunnelChoices, shown: str) -> list[str]:
    if shown == "event":
        return list(choices.events)
    return list(dict.fromkeys(feature for feature, _ in choices.features))


def _anchor(choices: FunnelChoices, rules: PathRules, direction: str) -> str | None:
    nodes = list(dict.fromkeys(rules.nodes(_names(choices, rules.shown)).values()))
    everything = {
        "from": f"The first {rules.shown} of each visit",
        "to": f"The last {rules.shown} of each visit",
    }[direction]
    chosen = st.selectbox(
        "Beginning with" if direction == "from" else "Ending at",
        nodes[:MOST_OFFERED],
        index=None,
        format_func=plain.visible,
        key="path_anchor",
        placeholder=everything,
        on_change=forget_way,
        width=ANCHOR_WIDTH,
        **URL,
    )
    return chosen if chosen in nodes else None


def _hidden(choices: FunnelChoices, shown: str) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Leave out",
        list(dict.fromkeys([*_names(choices, shown)[:MOST_OFFERED], *_texts("path_hidden")])),
        format_func=plain.visible,
        key="path_hidden",
        placeholder="Nothing. A name, or a pattern like ping_*",
        accept_new_options=True,
        select_all=False,
        width=300,
        **URL,
    )
    return tuple(text.strip() for text in chosen if text.strip())


def _joined() -> tuple[tuple[str, str], ...]:
    chosen = st.multiselect(
        "Join under one name",
        _texts("path_joined"),
        format_func=plain.visible,
        key="path_joined",
        placeholder="Nothing. Write page_*: Pages",
        accept_new_options=True,
        select_all=False,
        width=300,
        **URL,
    )
    rules = {text: join_rule(text) for text in chosen}
    wrong = [text for text, rule in rules.items() if rule is None]
    if wrong:
        st.warning(
            f"Not a rule, so left out: {plain.markdown(', '.join(wrong))}. "
            "Write one as *pattern: name*, such as page_*: Pages.",
            icon=":material/join_inner:",
        )
    return tuple(rule for rule in rules.values() if rule is not None)


def _texts(key: str) -> list[str]:
    return [text for text in st.session_state.get(key) or [] if isinstance(text, str)]


def _within(text: str | None) -> Any:
    if not text or text == ANY_TIME:
        return None
    try:
        return span(text)
    except QueryError as error:
        st.warning(plain.sentence(error), icon=":material/timer:")
        return None
