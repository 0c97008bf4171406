"""How good scores are: calibration, discrimination, lift; and whether they are still valid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.rates import Rate, rate, ratio
from metrics.risk.terms import Floats

TOP = 0.10
BINS = 10
DRIFTED = 0.2  # of the stability index: the usual line for "the customers are others now"
LEAST = 1e-6  # keeps logarithms finite
BOOSTING_MARGIN = 0.002  # of Brier: less than this is not worth reasons that cannot be read off


@dataclass(frozen=True, slots=True)
class Bin:
    """Customers with similar scores: a point of the reliability plot.

    Attributes:
        customers: How many.
        predicted: Their mean score.
        left: Share that did leave, with its interval. On the diagonal: well calibrated.
    """

    customers: int
    predicted: float
    left: Rate


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good scores were on customers the model had not seen.

    Attributes:
        customers: How many were judged.
        base_rate: Share that left; None without customers.
        brier: Mean squared error of the scores; lower is better; None without customers.
        base_brier: The same of telling everybody the base rate.
        skill: 1 − brier ÷ base_brier: 0 is useless, below 0 harmful; None where all ended alike.
        auc: Chance that a leaver has a higher score than a stayer; None where all ended alike.
        lift: Share of leavers among the 10 % with the highest scores ÷ base rate; None without
            leavers.
        bins: Tenths by score, lowest first.
    """

    customers: int
    base_rate: float | None
    brier: float | None
    base_brier: float | None
    skill: float | None
    auc: float | None
    lift: float | None
    bins: tuple[Bin, ...]


def judgement(scores: Floats, leaves: NDArray[np.bool_]) -> Judgement:
    """Can the scores be trusted as probabilities, and do they find those who leave?

    Args:
        scores: (n,) probabilities.
        leaves: (n,) whether the customer left.

    Raises:
        ValueError: Columns of different length, or a score that is no probability.

    References:
        Brier (1950), Monthly Weather Review 78:1-3. Steyerberg (2019), Clinical Prediction Models,
        chapter 15.

    Examples:
        >>> found = judgement(np.array([0.9, 0.8, 0.3, 0.1]), np.array([True, False, True, False]))
        >>> found.auc, round(found.brier, 4)
        (0.75, 0.2875)
    """
    if len(scores) != len(leaves):
        raise ValueError(f"got {len(scores)} scores for {len(leaves)} customers")
    if np.any(~((scores >= 0) & (scores <= 1))):
        raise ValueError("scores are probabilities, between 0 and 1")
    if not len(scores):
        return Judgement(0, None, None, None, None, None, None, ())
    base = float(leaves.mean())
    brier = float(np.mean((scores - leaves) ** 2))
    base_brier = base * (1 - base)
    skill = ratio(base_brier - brier, base_brier)
    return Judgement(
        customers=len(scores), base_rate=base, brier=brier, base_brier=base_brier, skill=skill,
        auc=auc(scores, leaves), lift=lift(scores, leaves), bins=reliability(scores, leaves),
    )  # fmt: skip


def auc(scores: Floats, leaves: NDArray[np.bool_]) -> float | None:
    """Chance that a leaver has a higher score than a stayer, equal ones counted half.

    Examples:
        >>> auc(np.array([1.0, 1.0]), np.array([True, False]))
        0.5
    """
    left = int(leaves.sum())
    stayed = len(leaves) - left
    if not left or not stayed:
        return None
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[place][leaves].sum() - left * (left + 1) / 2) / (left * stayed))


def lift(scores: Floats, leaves: NDArray[np.bool_], *, top: float = TOP) -> float | None:
    """How many times more leavers are among the highest scores than among all.

    Customers with equal scores at the edge count in proportion, so that order does not matter.

    Args:
        scores: (n,) any number; higher means sooner.
        leaves: (n,) whether the customer left.
        top: Which share of customers, above 0 and at most 1.

    Raises:
        ValueError: `top` outside its range.

    Examples:
        >>> lift(np.array([9.0, 1, 1, 1]), np.array([True, False, False, False]), top=0.25)
        4.0
    """
    if not 0 < top <= 1:
        raise ValueError(f"top must be above 0 and at most 1, got {top}")
    wanted = top * len(scores)
    if not leaves.any():
        return None
    edge = np.sort(scores)[-max(int(np.ceil(wanted)), 1)]
    above, at = scores > edge, scores == edge
    share = (wanted - above.sum()) / at.sum()
    found = float(leaves[above].sum() + share * leaves[at].sum())
    return found / wanted / float(leaves.mean())


def reliability(
    scores: Floats, leaves: NDArray[np.bool_], *, bins: int = BINS
) -> tuple[Bin, ...]:
    """Scores beside what happened, for groups of equal size, equal scores kept together.

    Raises:
        ValueError: `bins` below 1.
    """
    if bins < 1:
        raise ValueError(f"at least one bin, got {bins}")
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, scores, side="left")
    return tuple(
        Bin(
            int(here.sum()),
            float(scores[here].mean()),
            rate(int(leaves[here].sum()), int(here.sum())),
        )
        for number in np.unique(group)
        for here in [group == number]
    )


@dataclass(frozen=True, slots=True)
class Recalibration:
    """How scores must be bent to be probabilities again.

    Attributes:
        shift: Added to the log odds: above 0, more leave than the scores said.
        slope: They are first multiplied by it: below 1, the scores are too extreme.
    """

    shift: float
    slope: float

    def applied(self, scores: Floats) -> Floats:
        """(n,) the scores, bent."""
        odds = _log_odds(scores)
        bent: Floats = 1 / (1 + np.exp(-(self.shift + self.slope * odds)))
        return bent


def recalibration(scores: Floats, leaves: NDArray[np.bool_]) -> Recalibration:
    """Learn from the last months' outcomes how far scores are off; monthly, without a new model.

    Args:
        scores: (n,) probabilities given then.
        leaves: (n,) what happened.

    Raises:
        ValueError: Nobody left, or everybody did.

    References:
        Cox (1958), Biometrika 45:562-565.
    """
    if leaves.all() or not leaves.any():
        raise ValueError("recalibrating needs some who left and some who stayed")
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(_log_odds(scores)[:, None], leaves)
    return Recalibration(float(fitted.intercept_[0]), float(fitted.coef_[0, 0]))


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether the customers scored now are like those the model learned from.

    Attributes:
        index: Population stability index over tenths: 0 is equal; None without customers.
        has_drifted: The index is 0.2 or more: learn anew before using the scores.
    """

    index: float | None
    has_drifted: bool


def drift(before: Floats, now: Floats) -> Drift:
    """Compare the distribution of scores, or of one attribute, with what was learned from.

    Args:
        before: (n,) then.
        now: (m,) now.

    References:
        Siddiqi (2006), Credit Risk Scorecards, chapter 9: below .1 stable, .2 and more shifted.

    Examples:
        >>> drift(np.arange(100.0), np.arange(100.0) + 50).has_drifted
        True
    """
    if not len(before) or not len(now):
        return Drift(None, has_drifted=False)
    edges = np.unique(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1]))
    shares = [
        np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) / len(values)
        for values in (before, now)
    ]
    old, new = (np.maximum(one, 0.5 / len(now)) for one in shares)
    index = float(np.sum((new - old) * np.log(new / old)))
    return Drift(index, has_drifted=index >= DRIFTED)


def is_boosting_worth_it(additive: Judgement, boosted: Judgement) -> bool:
    """Whether trees beat the additive model by more than the margin of .002 in Brier."""
    if additive.brier is None or boosted.brier is None:
        return False
    return additive.brier - boosted.brier > BOOSTING_MARGIN


def _log_odds(scores: Floats) -> Floats:
    inside = np.clip(scores, LEAST, 1 - LEAST)
    odds: Floats = np.log(inside / (1 - inside))
    return odds
