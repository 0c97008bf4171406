"""Does the brief keep its promises on this product's own history?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.brief import SelfAudit, self_audit
from reports.brief_votes import votes

if TYPE_CHECKING:
    from queries import Workspace
    from reports.brief_items import Brief

HIGH = 0.08  # share of p < .05 on ordinary days from which the tests do not fit the data


@dataclass(frozen=True, slots=True)
class Audit:
    """The self-audit.

    Attributes:
        found: The figures.
        days: p-values of ordinary days that they stand on.
        tested: Series × days that were tested.
        told: Items told of them.
        words: What it comes to.
    """

    found: SelfAudit
    days: int
    tested: int
    told: int
    words: str


def audit(workspace: Workspace, brief: Brief) -> Audit:
    """Placebo share, realised flag rate and votes, of the brief of a build."""
    counted = {"useful": 0, "noise": 0}
    for one in votes(workspace):
        counted[one.opinion] += 1
    found = self_audit(brief.placebo_p, told=brief.told, tested=brief.replayed, votes=counted)
    return Audit(found, len(brief.placebo_p), brief.replayed, brief.told, _words(found))


def _words(found: SelfAudit) -> str:
    if found.placebo_share is None:
        return "No past day is free of releases, incidents and holidays, so nothing can be said."
    if found.placebo_share <= HIGH:
        return "The tests keep their promise here: ordinary days look ordinary."
    return (
        "More ordinary days look unusual than should: read small movements with care, and note "
        "incidents and holidays so that they are not learnt from."
    )
