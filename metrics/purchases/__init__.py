"""Customers who never cancel: who is still one, how often they will buy, and for how much."""

from metrics.purchases.bg_nbd import BetaGeometric, beta_geometric
from metrics.purchases.buyers import Buyers
from metrics.purchases.gamma_gamma import GammaGamma, gamma_gamma
from metrics.purchases.pareto_nbd import ParetoNbd, pareto_nbd

__all__ = [
    "BetaGeometric",
    "Buyers",
    "GammaGamma",
    "ParetoNbd",
    "beta_geometric",
    "gamma_gamma",
    "pareto_nbd",
]
