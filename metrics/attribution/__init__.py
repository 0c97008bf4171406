"""Why a figure changed: identities that add up exactly, then segments as candidates."""

from metrics.attribution.identities import Part, additive_parts, product_parts
from metrics.attribution.mix_and_rate import (
    MixAndRate,
    SegmentPart,
    ThreeWay,
    mix_and_rate,
    three_way,
)
from metrics.attribution.search import (
    SUPPORT,
    Attribution,
    Candidate,
    Named,
    Segment,
    Slice,
    attribution,
    telling,
)
from metrics.attribution.surprise import explanatory_power, surprise

__all__ = [
    "SUPPORT",
    "Attribution",
    "Candidate",
    "MixAndRate",
    "Named",
    "Part",
    "Segment",
    "SegmentPart",
    "Slice",
    "ThreeWay",
    "additive_parts",
    "attribution",
    "explanatory_power",
    "mix_and_rate",
    "product_parts",
    "surprise",
    "telling",
    "three_way",
]
