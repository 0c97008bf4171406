"""Under-used features: not found, not managed, or not needed?"""

from metrics.diagnosis.counts import Durations, Groups, Ladder, ProductCounts, Traffic
from metrics.diagnosis.evidence import Evidence, evidence
from metrics.diagnosis.gains import Gain, gain
from metrics.diagnosis.instrumenting import NextEvent, next_events
from metrics.diagnosis.moves import Move, moved
from metrics.diagnosis.power import Power, power
from metrics.diagnosis.product import Diagnosis, ProductDiagnosis, diagnose
from metrics.diagnosis.reversals import Reversal, if_kind_is_sure, reversals
from metrics.diagnosis.rungs import Rung, rungs
from metrics.diagnosis.tracking import Tracking, tracking
from metrics.diagnosis.underuse import UnderUse, under_use
from metrics.diagnosis.verdicts import Probabilities, Verdict, verdict

__all__ = [
    "Diagnosis",
    "Durations",
    "Evidence",
    "Gain",
    "Groups",
    "Ladder",
    "Move",
    "NextEvent",
    "Power",
    "Probabilities",
    "ProductCounts",
    "ProductDiagnosis",
    "Reversal",
    "Rung",
    "Tracking",
    "Traffic",
    "UnderUse",
    "Verdict",
    "diagnose",
    "evidence",
    "gain",
    "if_kind_is_sure",
    "moved",
    "next_events",
    "power",
    "reversals",
    "rungs",
    "tracking",
    "under_use",
    "verdict",
]
