"""The daily brief: what moved among hundreds of series, and what of it is told."""

from metrics.brief.families import Family, families, simes
from metrics.brief.headlines import (
    Headline,
    Movement,
    SelfAudit,
    band,
    clusters,
    headlines,
    score,
    self_audit,
    smallest_relevant,
)

__all__ = [
    "Family",
    "Headline",
    "Movement",
    "SelfAudit",
    "band",
    "clusters",
    "families",
    "headlines",
    "score",
    "self_audit",
    "simes",
    "smallest_relevant",
]
