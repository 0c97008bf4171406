"""A field for each `$parameter` of the text; a value that nobody touches stays as it came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.shared import plain
from pages.shared.sql import tabs
from pages.shared.sql.defaults import CHOICES, default_of
from queries import Snapshot, Workspace
from reports.schema import Parameter
from store import EditorTab

WIDTH = 190  # pixels
WIDE = 300  # of a list


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter with its value at this moment.

    Attributes:
        name: Without the $.
        kind: Which field it gets.
        value: What the text would run with.
    """

    name: str
    kind: str
    value: Any


def fields_of(
    tab: EditorTab, parameters: Sequence[Parameter], workspace: Workspace, snapshot: Snapshot
) -> list[Field]:
    """Each parameter with the tab's own value, else with one that makes sense."""
    found = []
    for one in parameters:
        is_known = one.name in tab.parameters
        value = tab.parameters[one.name] if is_known else default_of(one, workspace, snapshot)
        found.append(Field(one.name, _kind(value, one.kind), value))
    return found


def values(fields: Sequence[Field]) -> dict[str, Any]:
    """What the text runs with."""
    return {field.name: field.value for field in fields}


def parameter_fields(tab: EditorTab, fields: Sequence[Field]) -> None:
    """A row of fields; nothing for a text without parameters."""
    if not fields:
        return
    with st.container(horizontal=True, gap="small", key="sql_parameters"):
        for field in fields:
            DRAWN[field.kind](tab, field)


def _kind(value: Any, guessed: str) -> str:
    """By the value that is there; by the guess where there is none."""
    for kinds, name in KINDS:
        if isinstance(value, kinds):
            return name
    return guessed if value is None and guessed in DRAWN else "text"


def _key(tab: EditorTab, field: Field) -> str:
    """Another one after the page itself has changed the values: the field then shows them."""
    return f"sql_value_{tab.id}_{tabs.revision(tab.id)}_{field.name}_{field.kind}"


def _changer(
    tab: EditorTab, field: Field, read: Callable[[Any], Any] = lambda value: value
) -> Callable[[], None]:
    """Takes the value over into the tab, in the form that it had."""
    key = _key(tab, field)

    def changed() -> None:
        given = st.session_state[key]
        if given is None:
            return
        now = tabs.tabs().get(tab.id)
        if now is not None:
            tabs.change(tab.id, parameters={**now.parameters, field.name: read(given)})

    return changed


def _label(field: Field) -> str:
    return plain.markdown(field.name.replace("_", " ").capitalize())


def _day(tab: EditorTab, field: Field) -> None:
    st.date_input(
        _label(field),
        value=field.value,
        key=_key(tab, field),
        format="YYYY-MM-DD",
        min_value=date(1900, 1, 1),
        max_value=date(2200, 1, 1),
        on_change=_changer(tab, field),
        width=WIDTH,
    )


def _whole(tab: EditorTab, field: Field) -> None:
    st.number_input(
        _label(field),
        value=field.value if isinstance(field.value, int) else 1,
        step=1,
        key=_key(tab, field),
        on_change=_changer(tab, field),
        width=WIDTH,
    )


def _decimal(tab: EditorTab, field: Field) -> None:
    kind = type(field.value)
    st.number_input(
        _label(field),
        value=float(field.value),
        key=_key(tab, field),
        format="%g",
        on_change=_changer(tab, field, lambda value: kind(str(value))),
        width=WIDTH,
    )


def _truth(tab: EditorTab, field: Field) -> None:
    st.selectbox(
        _label(field),
        [True, False],
        index=0 if field.value else 1,
        format_func=lambda value: "yes" if value else "no",
        key=_key(tab, field),
        on_change=_changer(tab, field),
        width=WIDTH,
    )


def _moment(tab: EditorTab, field: Field) -> None:
    st.datetime_input(
        _label(field),
        value=field.value,
        key=_key(tab, field),
        format="YYYY-MM-DD",
        on_change=_changer(tab, field),
        width=WIDTH,
    )


def _text(tab: EditorTab, field: Field) -> None:
    offered = CHOICES.get(field.name)
    if offered:
        st.selectbox(
            _label(field),
            list(dict.fromkeys([*offered, str(field.value)])),
            index=list(dict.fromkeys([*offered, str(field.value)])).index(str(field.value)),
            accept_new_options=True,
            key=_key(tab, field),
            on_change=_changer(tab, field),
            width=WIDTH,
        )
        return
    st.text_input(
        _label(field),
        value="" if field.value is None else str(field.value),
        key=_key(tab, field),
        on_change=_changer(tab, field),
        width=WIDTH,
    )


def _list(tab: EditorTab, field: Field) -> None:
    """Values that may be picked off and written; each keeps the type of the first."""
    known = list(field.value or [])
    texts = [str(value) for value in known]
    kind = type(known[0]) if known else str
    by_text = dict(zip(texts, known, strict=True))

    def read(given: Sequence[str]) -> list[Any]:
        return [by_text[text] if text in by_text else _as(kind, text) for text in given]

    st.multiselect(
        _label(field),
        texts,
        default=texts,
        accept_new_options=True,
        key=_key(tab, field),
        placeholder="Write a value …",
        on_change=_changer(tab, field, read),
        width=WIDE,
    )


def _as(kind: type, text: str) -> Any:
    """A written value in the type of its neighbours, where it has that form; else the text."""
    try:
        if kind in {int, float, Decimal}:
            return kind(text)
        if kind in {date, datetime}:
            return kind.fromisoformat(text)
    except (ValueError, ArithmeticError):
        return text
    return text


DRAWN: dict[str, Callable[[EditorTab, Field], None]] = {
    "date": _day,
    "moment": _moment,
    "number": _whole,
    "decimal": _decimal,
    "truth": _truth,
    "list": _list,
    "text": _text,
}
# In this order: a truth is also a number, a moment also a day.
KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "truth"),
    (int, "number"),
    ((float, Decimal), "decimal"),
    (datetime, "moment"),
    (date, "date"),
    ((list, tuple), "list"),
    (str, "text"),
)
