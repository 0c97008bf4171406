"""How long customers stay: curves, comparisons, drivers and projections from censored lifetimes."""

from metrics.survival.comparison import (
    LogRank,
    MeanDifference,
    RestrictedMean,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
)
from metrics.survival.concordance import concordance
from metrics.survival.cox import AtAges, Cox, Driver, cox, cox_by_age
from metrics.survival.kaplan_meier import Curve, Hazard, hazards, kaplan_meier
from metrics.survival.lifetimes import Lifetimes
from metrics.survival.proportionality import Constancy, Proportionality
from metrics.survival.sbg import BackTest, ShiftedBetaGeometric, back_test, shifted_beta_geometric
from metrics.survival.weibull import Weibull, weibull

__all__ = [
    "AtAges",
    "BackTest",
    "Constancy",
    "Cox",
    "Curve",
    "Driver",
    "Hazard",
    "Lifetimes",
    "LogRank",
    "MeanDifference",
    "Proportionality",
    "RestrictedMean",
    "ShiftedBetaGeometric",
    "Weibull",
    "back_test",
    "concordance",
    "cox",
    "cox_by_age",
    "hazards",
    "kaplan_meier",
    "log_rank",
    "restricted_mean",
    "restricted_mean_difference",
    "shifted_beta_geometric",
    "weibull",
]
