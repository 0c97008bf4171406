"""Who is at risk of leaving: landmarks, a readable model, its judgement, and the test for leaks."""

from metrics.risk.judgement import (
    Bin,
    Drift,
    Judgement,
    Recalibration,
    auc,
    drift,
    is_boosting_worth_it,
    judgement,
    lift,
    recalibration,
    reliability,
)
from metrics.risk.landmarks import Landmarks, Question, Sides, landmarks, sides
from metrics.risk.leaks import Leak, leaks
from metrics.risk.model import RiskModel, boosted_scores, expected_loss, risk_model
from metrics.risk.terms import Term

__all__ = [
    "Bin",
    "Drift",
    "Judgement",
    "Landmarks",
    "Leak",
    "Question",
    "Recalibration",
    "RiskModel",
    "Sides",
    "Term",
    "auc",
    "boosted_scores",
    "drift",
    "expected_loss",
    "is_boosting_worth_it",
    "judgement",
    "landmarks",
    "leaks",
    "lift",
    "recalibration",
    "reliability",
    "risk_model",
    "sides",
]
