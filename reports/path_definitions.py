"""What the figures of a path count, and where the big suites differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.path_question import PathQuestion

RULES = (
    "A **visit** is a session, or all that a user did in these days. Its events become **nodes**: "
    "cleaning rules leave some out or join several under one name, and repetitions are one node "
    "as the rule says. A visit has **one walk**: from the first time it does the anchor on, or up "
    "to that time; without an anchor from its first node, or up to its last. Equal moments stand "
    "by name. Only events of these days count: a visit that goes beyond them is cut there."
)


def links(question: PathQuestion) -> str:
    """The definition of a link."""
    return (
        "**Transitions**: visits that went from the one node straight to the other at this place "
        "of their walk. **Users**: different people among them, who may have gone this way in "
        "several visits; suites show one number and often do not say which. Times are from "
        "arriving at the one to arriving at the other. At most 50 links are named, the busiest; "
        "all others of a place are one row without names, so that each place adds up to the visits "
        f"that went on there.\n\n{RULES}\n\nHere: {question.words}."
    )


def nodes(question: PathQuestion) -> str:
    """The definition of a node."""
    return (
        "**Visits**: walks that are at this node at this place. **Users**: different people among "
        "them. **Goes on**: walks that have a node after it; of the last place shown nothing is "
        f"known.\n\n{RULES}\n\nHere: {question.words}."
    )
