"""What are today's figures, and how far are they from what they were?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from metrics.changes import Change
from reports.answer import Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of Today.

    Attributes:
        name: The metric's name, fit for a widget key.
        label: What it is called.
        unit: "users", "events", "sessions", "percent" (the value is a fraction), "seconds",
            "milliseconds", "currency" or "number".
        better: Which direction is good news.
        change: The value of the period and of the comparison, and their difference; the value is
            None when it cannot be measured, and `missing` says why.
        is_rate: Whether the difference is in percentage points (absolute, as a fraction).
        base: How many the figure stands on: the denominator of a rate or mean, or the compared
            value of a count; None when unknown.
        base_words: What the base is, such as "people first active in the weeks measured".
        spark: (day, value) of complete days only, oldest first; a value may be None.
        missing: Why there is no value; None when there is one.
        source: Where the value comes from.
    """

    name: str
    label: str
    unit: str
    better: Literal["higher", "lower"]
    change: Change
    is_rate: bool
    base: float | None
    base_words: str
    spark: tuple[tuple[date, float | None], ...]
    missing: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class HeadlinesReport:
    """The figures of Today, in their order.

    Attributes:
        headlines: One each.
        as_of: The last complete day that they describe; None without data.
    """

    headlines: tuple[Headline, ...]
    as_of: date | None

    @property
    def figures(self) -> dict[str, Source]:
        """The source of each figure, by metric name."""
        return {headline.name: headline.source for headline in self.headlines}


def headlines(workspace: Workspace, scope: Scope) -> HeadlinesReport:
    """The shipped figures and those of `metrics.toml` that have a place on Today."""
    raise NotImplementedError
