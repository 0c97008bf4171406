"""What the Paths page asks: where ways begin or end, what is a node, and which way is followed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from metrics.funnel.question import microseconds
from queries.event_match import EventMatch
from queries.funnel_log import MOST_STEPS
from queries.path_rules import Along, Direction, PathRules
from reports.funnel_question import (
    LONGEST_WINDOW,
    FunnelQuestion,
    FunnelStep,
    span_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_LINKS = 50  # that are drawn, the rest of each place included
MOST_NODES = 8  # on a way, from its anchor on: the steps of a funnel
LENGTHS = (3, 4, 5, 6, 7, 8)  # nodes that may be shown at once
DEFAULT_LENGTH = 5
NOUNS = {"session": "session", "user": "user"}


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """Ways from an anchor, or up to one.

    Attributes:
        rules: What a node is, and what is walked.
        anchor: The node that ways begin with, or end at; None: the first of a visit, or the last.
        direction: "from" the anchor, or up "to" it.
        through: The nodes that are followed, from the anchor outward; None: any at that place.
            With an anchor the first is the anchor itself.
        length: How many nodes are shown from the last one that is followed on.
        within: Longest time between the anchor and a node; None: any.

    Raises:
        ValueError: A length that is not offered, or a way of too many nodes.
    """

    rules: PathRules = field(default_factory=PathRules)
    anchor: str | None = None
    direction: Direction = "from"
    through: tuple[str | None, ...] = ()
    length: int = DEFAULT_LENGTH
    within: timedelta | None = None

    def __post_init__(self) -> None:
        if self.length not in LENGTHS:
            raise ValueError(f"a path shows {LENGTHS[0]} to {LENGTHS[-1]} nodes, got {self.length}")
        if len(self.through) > MOST_NODES:
            raise ValueError(f"a way has at most {MOST_NODES} nodes, got {len(self.through)}")

    @property
    def trail(self) -> tuple[str | None, ...]:
        """The nodes that are followed, the anchor among them."""
        if self.anchor is None:
            return self.through
        return (self.anchor, *self.through[1:])

    @property
    def first_place(self) -> int:
        """How far from the anchor the first node that is shown is, counted from 1."""
        return max(len(self.trail), 1)

    @property
    def sign(self) -> int:
        """Places count up from an anchor, and down to one."""
        return 1 if self.direction == "from" else -1

    @property
    def wanted(self) -> Mapping[int, str]:
        """The node at each place that is followed, but for the anchor."""
        skipped = 0 if self.anchor is None else 1
        return {
            self.sign * place: node
            for place, node in enumerate(self.trail, 1)
            if node is not None and place > skipped
        }

    @property
    def noun(self) -> str:
        """What is walked."""
        return NOUNS[self.rules.visit]

    def going_on(self, place: int, node: str) -> PathQuestion:
        """The same ways, followed to a node at a place."""
        distance = abs(place)
        trail = (*self.trail, *([None] * distance))[: distance - 1]
        return replace(self, through=(*trail, node))

    @property
    def words(self) -> str:
        """The rules, to be printed beside every figure."""
        what = "Events" if self.rules.shown == "event" else "Features"
        visit = {
            "session": "in a session",
            "user": "of a user in these days",
        }[self.rules.visit]
        repeats = {
            "consecutive": "the same one several times in a row is one node",
            "once": "only the first time of each is a node",
            "none": "every one is a node",
        }[self.rules.repeats]
        ends = {
            "from": f"from {self.anchor or 'the first one'} on",
            "to": f"up to {self.anchor or 'the last one'}",
        }[self.direction]
        parts = [f"{what} {visit}", f"{ends}, the first time it is done", repeats]
        if self.anchor is None:
            parts[1] = ends
        if self.within is not None:
            parts.append(f"within {span_words(self.within)}")
        rules = len(self.rules.hidden) + len(self.rules.joined)
        if rules:
            parts.append(f"{rules} cleaning rule{'s' if rules > 1 else ''}")
        return "; ".join(parts)

    @property
    def why_no_funnel(self) -> str | None:
        """What is missing until the way can be a funnel; None: nothing."""
        if len(self.trail) < 2:
            return "Continue from a node first: a funnel needs two steps."
        if self.direction == "to" and self.anchor is None:
            return "Choose what the ways end at first."
        return None

    def parameters(self) -> dict[str, object]:
        """What the texts of paths ask for, beside the days."""
        within = LONGEST_WINDOW if self.within is None else self.within
        return {
            "path_visit": self.rules.visit,
            "path_repeats": self.rules.repeats,
            "path_anchor": self.anchor or "",
            "direction": self.direction,
            "through": [f"{place}: {node}" for place, node in sorted(self.wanted.items())],
            "first_place": self.first_place,
            "node_count": self.length,
            "within_us": microseconds(within),
        }


def way_as_funnel(question: PathQuestion) -> FunnelQuestion:
    """The way that is followed as a funnel, which counts the same visits.

    Raises:
        ValueError: The way is no funnel yet; `why_no_funnel` says why.
    """
    if question.why_no_funnel:
        raise ValueError(question.why_no_funnel)
    trail = question.trail if question.direction == "from" else question.trail[::-1]
    begins = question.trail[0] if question.anchor is None else None
    steps = tuple(
        FunnelStep(EventMatch(() if node is None else (node,))) for node in trail[:MOST_STEPS]
    )
    path = Along(question.rules, question.anchor or "", question.direction, begins or "")
    return along_funnel(steps, path, question.within or LONGEST_WINDOW)


def along_funnel(steps: tuple[FunnelStep, ...], path: Along, window: timedelta) -> FunnelQuestion:
    """A funnel of the nodes of a path; how it counts follows from the path."""
    return FunnelQuestion(
        steps,
        order="strict",
        window=window,
        unit=path.rules.visit,
        attempt="first" if path.direction == "from" else "furthest",
        path=path,
    )
