"""What is asked when asking whether people come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from metrics.periods import Grain
    from queries import Segment

Criterion = Literal["on", "on_or_after"]
Clock = Literal["calendar", "own"]
Spans = tuple[tuple[int, int], ...]

# Length of an interval of one's own clock, in spans of 24 hours.
OWN_CLOCK_DAYS: dict[str, int] = {"day": 1, "week": 7, "month": 30}
FROM_TO = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class RetentionQuestion:
    """What counts as starting and as coming back.

    Attributes:
        grain: What one interval is.
        criterion: "on": a return in interval k; "on_or_after": in k or any later one.
        clock: "calendar": intervals are calendar days, weeks or months; "own": spans of 24 hours
            (7 or 30 times that) from each person's own start.
        intervals: How many intervals after the first one, at least 1; ignored with brackets.
        brackets: Spans of intervals as (first, last), both included, such as ((1, 6), (7, 13));
            empty: one interval each. Not with "on_or_after".
        is_first_time: Whether a person belongs to the cohort of their first start only, or to
            every period in which they start.
        start_events: Names that start; empty: any qualifying event.
        return_events: Names that count as return; empty: any qualifying event.
        min_returns: Return events needed within the interval, at least 1.
        by: Dimension whose value at the start splits the cohorts; None: not split.
        start_segment: Narrows the start events only, not the returns; None: it does not.

    Raises:
        ValueError: A number or bracket lies outside its range.
    """

    grain: Grain = "week"
    criterion: Criterion = "on"
    clock: Clock = "calendar"
    intervals: int = 12
    brackets: Spans = ()
    is_first_time: bool = True
    start_events: tuple[str, ...] = ()
    return_events: tuple[str, ...] = ()
    min_returns: int = 1
    by: str | None = None
    start_segment: Segment | None = None

    def __post_init__(self) -> None:
        if self.intervals < 1 or self.min_returns < 1:
            raise ValueError(
                "intervals and min_returns must be at least 1, "
                f"got {self.intervals} and {self.min_returns}"
            )
        if self.brackets and self.criterion == "on_or_after":
            raise ValueError("brackets have an end, so they cannot be asked 'on_or_after'")
        edges = [edge for bracket in self.brackets for edge in (bracket[0], bracket[1] + 1)]
        if any(a > b for a, b in zip([1, *edges], edges, strict=False)):
            raise ValueError(f"brackets must follow each other from 1 on, got {self.brackets}")
        if any(first > last for first, last in self.brackets):
            raise ValueError(f"a bracket ends no earlier than it starts, got {self.brackets}")

    @property
    def spans(self) -> Spans:
        """First and last interval of each column after the start.

        Examples:
            >>> RetentionQuestion(intervals=3).spans
            ((1, 1), (2, 2), (3, 3))
        """
        return self.brackets or tuple((k, k) for k in range(1, self.intervals + 1))

    @property
    def last_interval(self) -> int:
        """The last interval that a column covers."""
        return self.spans[-1][1]

    @property
    def span_starts(self) -> list[str]:
        """Where columns start, as queries take it; a gap between brackets is a column, too.

        Examples:
            >>> RetentionQuestion(brackets=((1, 6), (14, 20))).span_starts
            ['1', '7', '14']
        """
        edges = {1} | {edge for a, b in self.spans for edge in (a, b + 1)}
        return [str(edge) for edge in sorted(edges) if edge <= self.last_interval]

    @property
    def is_commonest(self) -> bool:
        """Whether it asks what `retention_first_active.sql` answers, but for a breakdown."""
        return (
            self.clock == "calendar"
            and self.is_first_time
            and self.min_returns == 1
            and not (self.brackets or self.start_events or self.return_events)
            and self.start_segment is None
        )

    def span_words(self, first: int, last: int) -> str:
        """A column's heading.

        Examples:
            >>> RetentionQuestion().span_words(3, 3), RetentionQuestion().span_words(1, 6)
            ('Week 3', 'Weeks 1\u20136')
        """
        unit = self.grain.capitalize()
        return f"{unit} {first}" if first == last else f"{unit}s {first}{FROM_TO}{last}"

    @property
    def words(self) -> str:
        """The rule, to be printed beside every figure."""
        start, back = _events(self.start_events), _events(self.return_events)
        back = back if self.return_events else f"any {back}"
        times = "" if self.min_returns == 1 else f" at least {self.min_returns} times"
        since = "their first" if self.is_first_time else "some"
        column = f"the {self.grain}s of the column" if self.brackets else f"{self.grain} k"
        later = " or any later one" if self.criterion == "on_or_after" else ""
        return f"did {back}{times} in {column}{later} after {since} {start} ({self._clock_words})"

    @property
    def _clock_words(self) -> str:
        if self.clock == "calendar":
            return f"calendar {self.grain}s"
        hours = 24 * OWN_CLOCK_DAYS[self.grain]
        return f"spans of {hours} hours from their own start"


def _events(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names) or "qualifying event"
