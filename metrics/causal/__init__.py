"""Does using a feature go with staying, once what is known of people is taken out?"""

from metrics.causal.effects import Effect, doubly_robust, inverse_weighted, regression_adjusted
from metrics.causal.placebo import Centred, centred, is_confounded
from metrics.causal.stratified import stratified
from metrics.causal.unmeasured import EValue, e_value

__all__ = [
    "Centred",
    "EValue",
    "Effect",
    "centred",
    "doubly_robust",
    "e_value",
    "inverse_weighted",
    "is_confounded",
    "regression_adjusted",
    "stratified",
]
