"""What a funnel asks: its steps in order, and the rules of an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from metrics.funnel import Exclusion, Funnel
from metrics.funnel.question import DEFAULT_WINDOW, NO_TIME
from queries.event_match import EventMatch
from queries.funnel_log import MOST_EXCLUSIONS, MOST_STEPS
from queries.narrow import NOT_SET
from queries.path_rules import Along

Unit = Literal["user", "account", "session"]
Order = Literal["ordered", "strict", "any"]
Attempt = Literal["furthest", "first"]
Counting = Literal["unique", "total"]
Attribution = Literal["first_touch", "last_touch", "step", "all_steps"]

LONGEST_WINDOW = timedelta(days=366)
ANY_EVENT = "Any event"
UNITS = {"user": "user", "account": "account", "session": "session"}
NAMES_IN_WORDS = 3


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step.

    Attributes:
        match: What an event must be.
        label: What the step is called; empty: by its events.
    """

    match: EventMatch
    label: str = ""

    @property
    def name(self) -> str:
        """What stands beside its bar."""
        return self.label or match_words(self.match)


@dataclass(frozen=True, slots=True)
class FunnelExclusion:
    """What must not happen between two steps.

    Attributes:
        match: What an event must be.
        from_step: The step, counted from 1, after which it is forbidden.
        to_step: The step, counted from 1, up to which it is forbidden.
    """

    match: EventMatch
    from_step: int
    to_step: int


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """A funnel, without the days and the segment, which belong to the page.

    Attributes:
        steps: 1 to 8, in order.
        order: "ordered": other events may come between; "strict": none may; "any": in any order.
        window: Longest time from entry to the last step.
        grace: How much earlier than the step before it a step may be stamped; only "ordered".
        exclusions: At most 3.
        unit: Who is counted.
        counting: "unique": one attempt of each unit; "total": all that do not overlap.
        attempt: Which attempt of a unit counts.
        by: Dimension of the breakdown; None: none.
        attribution: Whose value of it counts.
        attribution_step: For "step", counted from 1.
        path: The path whose nodes the steps are; its rules clean the events, and only those of the
            days of entry count. None: events as they are.

    Raises:
        ValueError: A value outside its range, or two that exclude each other.
    """

    steps: tuple[FunnelStep, ...]
    order: Order = "ordered"
    window: timedelta = DEFAULT_WINDOW
    grace: timedelta = NO_TIME
    exclusions: tuple[FunnelExclusion, ...] = ()
    unit: Unit = "user"
    counting: Counting = "unique"
    attempt: Attempt = "furthest"
    by: str | None = None
    attribution: Attribution = "first_touch"
    attribution_step: int = 1
    path: Along | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise ValueError(f"a funnel has 1 to {MOST_STEPS} steps, got {len(self.steps)}")
        if len(self.exclusions) > MOST_EXCLUSIONS:
            raise ValueError(f"at most {MOST_EXCLUSIONS} exclusions, got {len(self.exclusions)}")
        if self.window > LONGEST_WINDOW:
            raise ValueError(f"a window has at most {LONGEST_WINDOW.days} days, got {self.window}")
        if not 1 <= self.attribution_step <= len(self.steps):
            raise ValueError(
                f"attribution_step must be 1 to {len(self.steps)}, got {self.attribution_step}"
            )
        if self.path is not None and not (self.is_by_node and self.order == "strict"):
            raise ValueError("a funnel along a path is strict, and has nodes as steps alone")
        _ = self.rules  # which has rules of its own

    @property
    def rules(self) -> Funnel:
        """The same for the kernel that counts."""
        return Funnel(
            len(self.steps),
            order=self.order,
            window=self.window,
            grace=self.grace,
            exclusions=tuple(
                Exclusion(one.from_step - 1, one.to_step - 1) for one in self.exclusions
            ),
            attempt=self.attempt,
            counting=self.counting,
        )

    @property
    def is_by_node(self) -> bool:
        """Whether its steps could be a path's nodes: names, and nothing else."""
        plain = all(not (step.match.features or step.match.segment.filters) for step in self.steps)
        return plain and self.by is None and not self.exclusions

    @property
    def names(self) -> tuple[str, ...]:
        """What each step is called."""
        return tuple(step.name for step in self.steps)

    @property
    def counted(self) -> str:
        """What a count counts, in the singular: 'user', or 'attempt' where each one counts."""
        return UNITS[self.unit] if self.counting == "unique" else "attempt"

    @property
    def words(self) -> str:
        """The rules, to be printed beside every figure."""
        how = {
            "ordered": "in this order, other events may come between",
            "strict": "in this order, with no other event between",
            "any": "in any order",
        }[self.order]
        parts = [f"{self.counted}s", how, f"within {span_words(self.window)} of entry"]
        if self.grace:
            parts.append(f"stamps may be {span_words(self.grace)} early")
        if self.counting == "unique":
            rule = {"furthest": "the furthest attempt", "first": "the first entry"}[self.attempt]
            parts.append(f"{rule} of each {self.unit} counts")
        else:
            parts.append(f"every attempt of each {self.unit} counts, a new one after the last")
        if self.path is not None:
            parts.append("along a path, whose rules clean the events of these days")
        for one in self.exclusions:
            between = f"between steps {one.from_step} and {one.to_step}"
            parts.append(f"without {match_words(one.match)} {between}")
        return "; ".join(parts)


def match_words(match: EventMatch) -> str:
    """What an event must be, in words.

    Examples:
        >>> match_words(EventMatch(features=(("reports", "opened"),)))
        'reports: opened'
        >>> match_words(EventMatch(("a", "b")))
        'a or b'
    """
    of_features = [feature_words(*one) for one in match.features]
    names = [*match.events, *of_features]
    text = " or ".join(names[:NAMES_IN_WORDS]) + (" or …" if len(names) > NAMES_IN_WORDS else "")
    filters = [
        f"{one.dimension}: {' or '.join(NOT_SET if v is None else v for v in one.values)}"
        for one in match.segment.filters
    ]
    return (text or ANY_EVENT) + (f" ({', '.join(filters)})" if filters else "")


def feature_words(feature: str, action: str | None) -> str:
    """A feature and perhaps an action of it.

    Examples:
        >>> feature_words("reports", None)
        'reports: any action'
    """
    return f"{feature}: {action or 'any action'}"


def span_words(span: timedelta) -> str:
    """A length of time in its largest whole unit.

    Examples:
        >>> span_words(timedelta(days=14)), span_words(timedelta(minutes=90))
        ('14 days', '90 minutes')
        >>> span_words(timedelta(milliseconds=1500))
        '1.5 seconds'
    """
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count = span.total_seconds() / size
        if (count >= 1 and count == int(count)) or size == 1:
            return f"{count:g} {name}" if count == 1 else f"{count:g} {name}s"
    return ""
