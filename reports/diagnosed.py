"""All features of a product diagnosed at once, and kept while the data stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.diagnosis import (
    Gain,
    ProductDiagnosis,
    Tracking,
    UnderUse,
    Verdict,
    diagnose,
    gain,
    tracking,
    under_use,
    verdict,
)
from metrics.diagnosis.product import FEWEST
from metrics.diagnosis.signals import SIGNALS, signals
from metrics.diagnosis.verdicts import CAUSE, Probabilities
from reports.diagnosis_counts import FeatureCounts, feature_counts
from reports.feature_list import Feature
from reports.made_once import Room

if TYPE_CHECKING:
    from metrics.diagnosis import Diagnosis
    from metrics.periods import Period
    from queries import Segment, Workspace

NOTHING_LIKELY = Probabilities(
    {"discoverability": 0.0, "usability": 0.0, "value": 0.0}, {}, none=0.0
)  # where no model could be made


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of one feature.

    Attributes:
        feature: Which.
        tracking: Whether its logs can be trusted.
        under_use: Whether it is used too little.
        verdict: What may be said.
        diagnosis: Probabilities as well; None: there are too few features to learn from.
        gain: What repairing its likeliest cause would bring; None: no cause is named.
    """

    feature: Feature
    tracking: Tracking
    under_use: UnderUse
    verdict: Verdict
    diagnosis: Diagnosis | None
    gain: Gain | None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Diagnosed:
    """A product in a period.

    Attributes:
        counted: What was counted.
        product: The diagnosis; None: fewer features than one can learn from, or nobody.
        found: One for each feature, by name.
        unknown: Signals that no feature has.
    """

    counted: FeatureCounts
    product: ProductDiagnosis | None
    found: Mapping[str, Found]
    unknown: frozenset[str]


_products: Room[Diagnosed] = Room(most=16)


def diagnosed(workspace: Workspace, segment: Segment, period: Period) -> Diagnosed:
    """The diagnosis of every feature among the people of a segment.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """

    def make() -> Diagnosed:
        return _diagnosed(workspace, feature_counts(workspace, segment, period))

    return _products.now(workspace, (segment.canonical(), period), make)


def _diagnosed(workspace: Workspace, counted: FeatureCounts) -> Diagnosed:
    counts = counted.counts
    if counts is None:
        return Diagnosed(counted, None, {}, frozenset(SIGNALS))
    entries = {one.name: workspace.settings.feature(one.name) for one in counted.features}
    targets = {name: entry.target for name, entry in entries.items() if entry.target is not None}
    seen = signals(counts).is_known
    unknown = frozenset(name for at, name in enumerate(SIGNALS) if not seen[:, at].any())
    if len(counts.names) < FEWEST:
        return Diagnosed(counted, None, _without_model(counted, targets), unknown)
    sure = frozenset(name for name, entry in entries.items() if entry.is_kind_sure)
    product = diagnose(counts, targets=targets, sure_kinds=sure)
    found = {
        feature.name: Found(
            feature, one.tracking, one.under_use, one.verdict, one, _gain(product, one)
        )
        for feature, one in zip(counted.features, product.features, strict=True)
    }
    return Diagnosed(counted, product, found, unknown)


def _without_model(counted: FeatureCounts, targets: Mapping[str, float]) -> dict[str, Found]:
    """Tracking and the gate need no model."""
    counts = counted.counts
    if counts is None:
        return {}
    checks, gates = tracking(counts), under_use(counts, targets=targets)
    return {
        feature.name: Found(feature, check, gate, _said(check, gate), None, None)
        for feature, check, gate in zip(counted.features, checks, gates, strict=True)
    }


def _said(check: Tracking, gate: UnderUse) -> Verdict:
    low = None if gate.probability is None else gate.is_underused
    return verdict(NOTHING_LIKELY, is_tracked=not check.problems, is_underused=low)


def _gain(product: ProductDiagnosis, found: Diagnosis) -> Gain | None:
    """Of the repair that is worth most among the named causes."""
    if found.verdict.kind != CAUSE:
        return None
    worth = gain(product, found.feature)
    return next((one for one in worth if one.cause in found.verdict.causes), None)
