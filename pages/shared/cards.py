"""A figure on a card: its value, how far it moved and from what, its recent course."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from metrics.changes import Change
from pages.shared import plain, words
from pages.shared.figures.sparkline import sparkline

COUNTS = {"users", "events", "sessions"}


@dataclass(frozen=True, slots=True)
class Base:
    """How many a rate or mean stands on, and what they are."""

    size: float
    words: str


def card_frame(key: str) -> DeltaGenerator:
    """The border of a card, as tall as its neighbours, its last part at the bottom."""
    return st.container(
        border=True,
        key=f"card_{key}",
        height="stretch",
        vertical_alignment="distribute",
        gap="xsmall",
    )


def metric_card(
    label: str,
    change: Change,
    *,
    unit: str = "users",
    better: str = "higher",
    currency: str = "USD",
    spark: Sequence[float | None] = (),
    base: Base | None = None,
    missing: str | None = None,
) -> None:
    """The value, its difference with sign and base in words, and a sparkline of complete days.

    Args:
        label: What the figure is called.
        change: The value and what it is compared with.
        unit: Decides its form; the difference of a percent is in percentage points.
        better: "higher" or "lower": which direction is good news.
        currency: Of a figure in money.
        spark: Recent values, oldest first.
        base: How many a rate or mean stands on; a count stands on what it is compared with.
        missing: Why there is no value.
    """
    with st.container(gap="xsmall"):
        _value(label, change, unit, better, currency)
        known = [value for value in spark if value is not None]
        if len(known) > 1:
            st.image(sparkline(spark), width="stretch", alt=_course(known, unit, currency))
        if base is not None and change.value is not None:
            st.caption(f"Base {words.full(base.size)} · {plain.markdown(base.words)}")
        if missing:
            st.caption(plain.sentence(missing))
        few = base.size if base else change.base if unit in COUNTS else None
        if difference(change, unit) and words.is_few(few):
            st.caption(f":material/warning: Small base ({words.full(few)}): read with care.")


def _value(label: str, change: Change, unit: str, better: str, currency: str) -> None:
    moved = difference(change, unit)
    is_flat = moved is None or moved.startswith("0.0")
    st.metric(
        plain.markdown(label),
        words.compact(change.value, unit, currency=currency),
        moved,
        delta_color="off" if is_flat else "normal" if better == "higher" else "inverse",
        delta_arrow="off" if is_flat else "auto",
        delta_description=_compared(change, unit, currency),
    )


def difference(change: Change, unit: str) -> str | None:
    """'+4.2%', or '+1.3 pp' for a share; None when there is nothing to compare with."""
    if unit == "percent":
        return words.points(change.absolute)
    return words.change(change.relative)


def _course(known: Sequence[float], unit: str, currency: str) -> str:
    first, last = (words.full(value, unit, currency=currency) for value in (known[0], known[-1]))
    return f"From {first} to {last} over {len(known)} days"


def _compared(change: Change, unit: str, currency: str) -> str | None:
    """'vs 7,106': a percentage alone hides how much it is of."""
    if change.base is None:
        return None
    return f"vs {words.full(change.base, unit, currency=currency)}"
