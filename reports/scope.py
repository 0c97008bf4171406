"""What a page is looking at: when, compared with when, how finely, and whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from metrics.periods import Grain, Period

if TYPE_CHECKING:
    from queries import Segment


@dataclass(frozen=True, slots=True)
class Scope:
    """The question's frame, shared by every report of a page.

    Attributes:
        period: The days looked at.
        comparison: The days they are compared with; None: nothing.
        grain: What one point of a time chart is.
        segment: Whose events count; an empty segment is everybody.
    """

    period: Period
    comparison: Period | None
    grain: Grain
    segment: Segment

    def over(self, period: Period) -> Scope:
        """The same question about other days, compared with nothing."""
        return replace(self, period=period, comparison=None)
