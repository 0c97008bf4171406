"""The segment: filters as removable chips in one box, kept in the address.

One filter is written "country:DE", with or without a space. Filters of one dimension add up (DE or
FR); different dimensions narrow each other. Text from the address that names no dimension is
dropped, and the reader told.
"""

from collections.abc import Iterable
from functools import lru_cache

import streamlit as st

from pages.shared import plain
from queries import Filter, Segment, Workspace
from reports.dimension_values import NOT_SET, dimension_values

KEY = "where"


def segment_filters(workspace: Workspace) -> None:
    """The box: type or pick to add a filter, x on a chip to remove it, x at its end for all."""
    if not workspace.dimensions:
        return
    st.multiselect(
        "Filters",
        list(dict.fromkeys([*offered(workspace), *_chosen()])),
        format_func=_words,
        key=KEY,
        bind="query-params",
        persist_state="session",
        accept_new_options=True,
        select_all=False,
        placeholder="Everybody. Add a filter …",
        label_visibility="collapsed",
    )
    unknown = [text for text in _chosen() if parsed(text, workspace.dimensions) is None]
    if unknown:
        known = ", ".join(workspace.dimensions)
        st.warning(
            f"Not a filter, so left out: {plain.markdown(', '.join(unknown))}. "
            f"Write one as *dimension:value*; dimensions: {plain.markdown(known)}.",
            icon=":material/filter_alt_off:",
        )


def chosen_segment(workspace: Workspace) -> Segment:
    """Whom the filters leave."""
    return segment_of(_chosen(), workspace.dimensions)


def segment_of(texts: Iterable[str], dimensions: Iterable[str]) -> Segment:
    """Filters of the same dimension as one; unknown ones left out."""
    values: dict[str, list[str | None]] = {}
    for text in texts:
        found = parsed(text, dimensions)
        if found:
            values.setdefault(found[0], []).append(found[1])
    return Segment(tuple(Filter(name, tuple(chosen)) for name, chosen in sorted(values.items())))


def parsed(text: str, dimensions: Iterable[str]) -> tuple[str, str | None] | None:
    """'country:DE' as (country, DE); None for text that names no dimension.

    Examples:
        >>> parsed("country: DE", {"country": 1}), parsed("plan:(not set)", {"plan": 1})
        (('country', 'DE'), ('plan', None))
        >>> parsed("shoe size:44", {"country": 1}) is None
        True
    """
    names = [name for name in dimensions if text.startswith(f"{name}:")]
    if not names:
        return None
    name = max(names, key=len)
    value = text[len(name) + 1 :].removeprefix(" ")
    return (name, None if value == NOT_SET else value) if value else None


def add_filter(dimension: str, value: str) -> None:
    """Narrow to one more value: for callbacks of drill-downs."""
    texts = [*_chosen(), f"{dimension}:{value}"]
    st.session_state[KEY] = list(dict.fromkeys(texts))


def _chosen() -> list[str]:
    return [text for text in st.session_state.get(KEY) or [] if isinstance(text, str)]


def offered(workspace: Workspace) -> tuple[str, ...]:
    """The most frequent values of every dimension, as filters."""
    snapshot = workspace.snapshot
    return _known(workspace, snapshot.id) if snapshot else ()


@lru_cache(maxsize=32)
def _known(workspace: Workspace, snapshot_id: str) -> tuple[str, ...]:  # noqa: ARG001
    """Every value of every dimension that the sight shows; asked once for each snapshot."""
    return tuple(
        f"{name}:{value}"
        for name in workspace.dimensions
        for value in dimension_values(workspace, name)
    )


def _words(text: str) -> str:
    return plain.visible(text.replace(":", ": ", 1))
