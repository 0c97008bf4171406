"""Why is this one feature under-used, what speaks for it, and what would change the answer?"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import polars as pl

from metrics.diagnosis import (
    NextEvent,
    Probabilities,
    Reversal,
    Rung,
    evidence,
    if_kind_is_sure,
    next_events,
    power,
    reversals,
    rungs,
)
from metrics.diagnosis.signature import CAUSE_OF, CAUSES
from metrics.diagnosis.verdicts import CAUSE
from reports import diagnosis_definitions as definitions
from reports.answer import Report, Source, source
from reports.diagnosed import Diagnosed, Found, diagnosed
from reports.diagnosis import missing_words, period_of
from reports.diagnosis_people import touched
from reports.diagnosis_words import (
    BASE_WORDS,
    RUNG_WORDS,
    SIGNAL_WORDS,
    actions,
    gate_words,
    sentence,
)

if TYPE_CHECKING:
    from metrics.diagnosis import Evidence, ProductDiagnosis
    from metrics.periods import Period
    from queries import Segment, Workspace

LADDER: dict[str, Any] = {
    "rung": pl.String, "did": pl.Int64, "of": pl.Int64, "base": pl.String, "seen_share": pl.Float64,
    "pulled_share": pl.Float64, "low": pl.Float64, "high": pl.Float64, "peers_share": pl.Float64,
    "peers_low": pl.Float64, "peers_high": pl.Float64,
}  # fmt: skip
CAUSE_ROWS: dict[str, Any] = {"cause": pl.String, "probability_share": pl.Float64}
EVIDENCE: dict[str, Any] = {
    "signal": pl.String, "seen": pl.String, "peers": pl.String, "people": pl.Int64,
    "distance": pl.Float64, "discoverability": pl.Float64, "usability": pl.Float64,
    "value": pl.Float64,
}  # fmt: skip
POWER: dict[str, Any] = {
    "rung": pl.String, "people": pl.Int64, "chance": pl.Float64, "natural": pl.Float64,
    "is_thin": pl.Boolean, "more_people": pl.Int64,
}  # fmt: skip


_lock = threading.Lock()
_kept: WeakKeyDictionary[Diagnosed, dict[str, FeatureDiagnosis]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class FeatureDiagnosis(Report):
    """Everything about one feature.

    Attributes:
        ladder: One row per rung, from being shown to the habit.
        causes: One row per cause and sub-cause, and "nothing wrong"; None: no model.
        evidence: One row per known signal, the weightiest first; None: no model.
        power: One row per known rung: can more people tell?; None: no model.
        found: What is said of it.
        rungs: The same as `ladder`, as values.
        sentence: The verdict in words.
        actions: What to do next, the first repair first.
        period: The complete days that were read.
        reversals: What would change the answer.
        if_sure: Probabilities, were its type beyond doubt; None: it behaves like its type.
        next_events: Which missing event would tell most.
        missing: What the product does not send, in words.
        rung_touched: On which rung the people stop whom the cause touches; None: no cause.
        counts: People on each rung that can be listed, by its name in `diagnosis_people`.
        released: Releases of the feature inside the period.
    """

    ladder: Source
    causes: Source | None
    evidence: Source | None
    power: Source | None
    found: Found
    rungs: tuple[Rung, ...]
    sentence: str
    actions: tuple[str, ...]
    period: Period
    reversals: tuple[Reversal, ...]
    if_sure: Probabilities | None
    next_events: tuple[NextEvent, ...]
    missing: tuple[str, ...]
    rung_touched: str | None
    counts: Mapping[str, int]
    released: tuple[str, ...]


def feature_diagnosis(
    workspace: Workspace, segment: Segment, name: str, *, weeks: int, until: date | None = None
) -> FeatureDiagnosis | None:
    """The screen of one feature; None: no event names it in these weeks, or nobody was active.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
        ValueError: `weeks` is not one that is offered.
    """
    every = diagnosed(workspace, segment, period_of(workspace, weeks, until))
    found = every.found.get(name)
    if found is None:
        return None
    with _lock:
        kept = _kept.setdefault(every, {})
    if name not in kept:
        kept[name] = _feature_diagnosis(every, found)
    return kept[name]


def _feature_diagnosis(every: Diagnosed, found: Found) -> FeatureDiagnosis:
    name, label, counts = found.feature.name, found.feature.label, every.counted.counts
    answer, product = every.counted.answers[name], every.product
    ladder = rungs(counts, name) if counts is not None else ()

    def shown(title: str, definition: str, rows: pl.DataFrame | None) -> Source | None:
        if rows is None:
            return None
        return source(answer, title=f"{title} {label}", definition=definition).showing(rows)

    model = _Model(product, name) if product is not None else None
    return FeatureDiagnosis(
        ladder=source(answer, title=f"Ladder of {label}", definition=definitions.LADDER).showing(
            _ladder(ladder)
        ),
        causes=shown("Causes of", definitions.CAUSES, model.causes() if model else None),
        evidence=shown("Evidence on", definitions.EVIDENCE, model.evidence() if model else None),
        power=shown("Power of", definitions.POWER, model.power() if model else None),
        found=found,
        rungs=ladder,
        sentence=model.sentence(label, ladder) if model else _without_model(found),
        actions=actions(found),
        period=every.counted.period,
        reversals=model.reversals if model else (),
        if_sure=model.if_sure() if model else None,
        next_events=next_events(product, name) if product is not None else (),
        missing=missing_words(every),
        rung_touched=_touched(found, ladder),
        counts=_counts(ladder, found),
        released=tuple(every.counted.released.get(name, ())),
    )


def _without_model(found: Found) -> str:
    problems = " and ".join(found.tracking.problems)
    doubt = f" Its logs cannot be trusted ({problems})." if problems else ""
    return f"{gate_words(found.feature.label, found.under_use)}{doubt}"


class _Model:
    """What the model says of one feature, as rows."""

    def __init__(self, product: ProductDiagnosis, name: str) -> None:
        self.product, self.name = product, name
        self.found = product.features[product.place(name)]
        self.shown: tuple[Evidence, ...] = evidence(product, name)
        is_named = self.found.verdict.kind == CAUSE
        self.reversals = reversals(product, name) if is_named else ()

    def sentence(self, label: str, ladder: tuple[Rung, ...]) -> str:
        return sentence(label, self.found, ladder, self.shown)

    def causes(self) -> pl.DataFrame:
        likely = self.found.probabilities
        rows: list[tuple[str, float]] = []
        for cause in sorted(CAUSES, key=lambda one: -likely.causes[one]):
            rows.append((cause, likely.causes[cause]))
            own = [one for one in CAUSE_OF if CAUSE_OF[one] == cause and one != cause]
            rows += [(f"{cause}: {one}", likely.subcauses[one]) for one in own]
        return pl.DataFrame(
            [*rows, ("nothing wrong", likely.none)], schema=CAUSE_ROWS, orient="row"
        )

    def evidence(self) -> pl.DataFrame:
        return pl.DataFrame(
            [
                (
                    SIGNAL_WORDS[one.signal], _value(one.signal, one.share),
                    _value(one.signal, one.usual), round(one.of), one.distance,
                    one.weights["discoverability"], one.weights["usability"], one.weights["value"],
                )
                for one in self.shown
            ],
            schema=EVIDENCE,
            orient="row",
        )  # fmt: skip

    def power(self) -> pl.DataFrame:
        return pl.DataFrame(
            [
                (SIGNAL_WORDS[one.rung], one.people, one.sampling_error, one.natural_spread,
                 one.is_thin, one.more_people)
                for one in power(self.product, self.name)
            ],
            schema=POWER,
            orient="row",
        )  # fmt: skip

    def if_sure(self) -> Probabilities | None:
        if self.found.likely_kind == self.found.kind:
            return None
        return if_kind_is_sure(self.product, self.name)


def _ladder(ladder: tuple[Rung, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                RUNG_WORDS[one.name], one.did, one.of, BASE_WORDS[one.base], one.share,
                one.shrunk.value, one.shrunk.low, one.shrunk.high, one.usual, one.usual_low,
                one.usual_high,
            )
            for one in ladder
        ],
        schema=LADDER,
        orient="row",
    )  # fmt: skip


def _counts(ladder: tuple[Rung, ...], found: Found) -> dict[str, int]:
    """How many people are on each rung, and how many stopped right before it."""
    counts = {"eligible": found.under_use.eligible}
    for one in ladder:
        name = "any_try" if (one.name, one.base) == ("tried", "eligible") else one.name
        counts |= {name: one.did, f"not {name}": one.of - one.did}
    return counts


def _value(signal: str, share: float | None) -> str:
    if share is None:
        return "–"
    return f"{share:,.0f} s" if signal == "slowness" else f"{share:.1%}"


def _touched(found: Found, ladder: tuple[Rung, ...]) -> str | None:
    """Without exposures nobody is known to have been shown it: those who did not try it."""
    rung = touched(found)
    has_exposures = any(one.name == "exposed" for one in ladder)
    return "not any_try" if rung in {"not exposed", "not tried"} and not has_exposures else rung
