"""The choices that change a churn number, in words, and which of them the data can tell apart."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from metrics.revenue import PRESETS, Rules

if TYPE_CHECKING:
    from reports.revenue_spans import PaidSpans


@dataclass(frozen=True, slots=True)
class Choice:
    """One switch.

    Attributes:
        label: What it decides.
        options: Each value in words.
        needs: The column of subscriptions without which it changes nothing; None: it always may.
    """

    label: str
    options: dict[object, str]
    needs: str | None = None


CHOICES: dict[str, Choice] = {
    "churn_date": Choice(
        "Churn is dated",
        {
            "paid_end": "at the end of paid time",
            "cancelled": "when cancelled",
            "scheduled": "when the customer says so",
        },
        "cancelled",
    ),
    "grace_days": Choice(
        "An unpaid bill may still come for",
        {
            0: "no day",
            7: "7 days",
            15: "15 days",
            30: "30 days",
            60: "60 days",
            90: "90 days",
            None: "as long as it is not cancelled",
        },
        "ending",
    ),
    "pause": Choice(
        "A paused subscription",
        {"churn": "counts as left", "keep": "goes on"},
        "ending",
    ),
    "discount": Choice(
        "Discounts",
        {"deduct": "are deducted", "ignore": "are ignored"},
        "listed",
    ),
    "reactivation_days": Choice(
        "Who comes back is new again",
        {None: "never", 30: "after 30 days", 90: "after 90 days", 365: "after a year"},
    ),
    "joined_and_left": Choice(
        "Joined and left in one month",
        {
            "exclude": "is not a loss of the start",
            "include": "counts as lost",
            "ignore": "is left out of everything",
        },
    ),
    "mode": Choice(
        "A month",
        {"net": "compares its start and end", "event": "adds up every movement"},
    ),
}
COLUMNS = {"cancelled": "cancelled_at", "ending": "ending", "listed": "list_mrr"}


def in_words(name: str, value: object) -> str:
    """A choice in words: 'when cancelled'."""
    return CHOICES[name].options.get(value, f"{value} days")


def rules_in_words(rules: Rules) -> str:
    """All choices in one line, to be printed beside the numbers."""
    parts = [
        f"{CHOICES[field.name].label.lower()} {in_words(field.name, getattr(rules, field.name))}"
        for field in fields(rules)
    ]
    return "; ".join(parts)


def preset_of(rules: Rules) -> str | None:
    """The name of the preset with these rules; None: they are somebody's own."""
    return next((name for name, one in PRESETS.items() if one == rules), None)


def without_effect(paid: PaidSpans) -> tuple[str, ...]:
    """A caveat for each column whose absence makes choices change nothing."""
    missing = [name for name in COLUMNS if not _tells(paid, name)]
    return tuple(
        f"No span has a value of {COLUMNS[name]}, so these choices change nothing: "
        + ", ".join(one.label.lower() for one in CHOICES.values() if one.needs == name)
        + "."
        for name in missing
    )


def _tells(paid: PaidSpans, column: str) -> bool:
    rows = paid.source.rows
    if column == "listed":
        return bool((rows["listed"] != rows["amount"]).any())
    return paid.knows(column)
