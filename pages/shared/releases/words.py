"""A release in the words, icons and signs of its pages."""

from typing import Any, Literal

from pages.shared import words

Colour = Literal["red", "orange", "green", "blue", "gray"]
GRADES: dict[str, Colour] = {"A": "green", "B": "blue", "C": "orange", "D": "gray"}
STANDINGS = {"planned": "Planned", "insufficient": "Insufficient data", "judged": "Judged"}
DIRECTIONS = {"up": ":material/trending_up:", "down": ":material/trending_down:",
              "unclear": ":material/trending_flat:"}  # fmt: skip
SAID = {"met": ":material/check_circle:", "not met": ":material/cancel:",
        "cannot tell": ":material/help:"}  # fmt: skip


def effect(value: float | None, form: str, unit: str, *, currency: str) -> str:
    """'+4.2%', '+1.3 pp', '−38 ms'."""
    if value is None:
        return words.DASH
    if form == "relative":
        return words.change(value) or words.DASH
    if form == "points":
        return words.points(value) or words.DASH
    sign = "+" if value > 0 else ""
    return f"{sign}{words.full(value, unit, currency=currency)}"


def with_interval(row: dict[str, Any], *, currency: str) -> str:
    """'+4.2% (+1.0% to +7.5%)'; an end that is not there has no end."""
    if row["effect"] is None:
        return words.DASH

    def said(name: str) -> str:
        return effect(row[name], row["form"], row["unit"], currency=currency)

    ends = ["no end" if row[name] is None else said(name) for name in ("low", "high")]
    return f"{said('effect')} ({ends[0]} to {ends[1]})"
