"""Who is at risk: a model whose every reason can be read off."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.risk.terms import Column, Floats, Term, term

Features = Mapping[str, Column]
FEWEST_OF_A_KIND = 10  # leavers, and stayers, below which nothing can be learned


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A fitted model: log odds of leaving = base + what each attribute adds.

    Attributes:
        base: Log odds of the average customer learned from.
        terms: One for each attribute.
        rows: Customers learned from.
        leavers: Of those, who left.
    """

    base: float
    terms: tuple[Term, ...]
    rows: int
    leavers: int

    def contributions(self, features: Features) -> dict[str, Floats]:
        """For each attribute (n,) what it adds to each customer's log odds, exactly.

        They add up, with the base, to the log odds: no approximation. They say what the score is
        made of, not what would happen if the attribute were changed.

        Raises:
            ValueError: An attribute that the model learned is missing.
        """
        missing = [one.name for one in self.terms if one.name not in features]
        if missing:
            raise ValueError(f"the model also needs {', '.join(missing)}")
        return {one.name: one.contribution(features[one.name]) for one in self.terms}

    def scores(self, features: Features) -> Floats:
        """(n,) probability that each customer leaves within the horizon."""
        added = np.sum([*self.contributions(features).values()], axis=0)
        return _probability(self.base + added)


def risk_model(
    features: Features, leaves: NDArray[np.bool_], *, strength: float = 1.0
) -> RiskModel:
    """Learn from landmarks who leaves: logistic regression, numbers as smooth curves.

    Additive on purpose: a customer's reasons are the terms themselves. It cannot see that two
    attributes matter only together; check it against boosting (`boosted_scores`) before trusting
    it, and judge it on later landmarks of other accounts. "Associated with", never "because of".

    Args:
        features: For each attribute (n,) values at the landmark: numbers, NaN where missing, or
            texts.
        leaves: (n,) whether the customer left within the horizon.
        strength: Inverse of the shrinkage towards "no attribute matters", above 0.

    Raises:
        ValueError: No attribute, columns of different length, fewer than ten who left or stayed.

    References:
        Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 5.2.1 and 9.1.
        Fitted by scikit-learn, LogisticRegression.

    Examples:
        >>> days = np.repeat([1.0, 25.0], 50)
        >>> leaves = np.arange(100) % 10 < np.where(days < 9, 6, 1)
        >>> model = risk_model({"active_days": days}, leaves)
        >>> bool(np.diff(model.scores({"active_days": np.array([1.0, 25.0])}))[0] < 0)
        True
    """
    _require(features, leaves)
    if strength <= 0:
        raise ValueError(f"strength must be above 0, got {strength}")
    from sklearn.linear_model import LogisticRegression

    terms = [term(name, values) for name, values in features.items()]
    blocks = [one.columns(features[one.name]) for one in terms]
    fitted = LogisticRegression(C=strength, max_iter=2000, tol=1e-7).fit(np.hstack(blocks), leaves)
    cuts = np.cumsum([block.shape[1] for block in blocks])[:-1]
    weights = np.split(fitted.coef_[0], cuts)
    return RiskModel(
        base=float(fitted.intercept_[0]),
        terms=tuple(
            replace(one, weights=tuple(part.tolist()))
            for one, part in zip(terms, weights, strict=True)
        ),
        rows=len(leaves),
        leavers=int(leaves.sum()),
    )


def boosted_scores(
    features: Features, leaves: NDArray[np.bool_], judged: Features, *, seed: int = 0
) -> Floats:
    """(m,) what gradient-boosted trees would say: a yardstick for the additive model.

    Args:
        features: Learned from.
        leaves: (n,) whether they left.
        judged: The same attributes of customers to score.
        seed: Of the trees.

    Raises:
        ValueError: As `risk_model`.

    References:
        Friedman (2001), Ann. Stat. 29:1189-1232; scikit-learn, HistGradientBoostingClassifier.
    """
    _require(features, leaves)
    from sklearn.ensemble import HistGradientBoostingClassifier

    learned, scored = [], []
    for name, values in features.items():
        if values.dtype.kind in "fiub":
            learned.append(values.astype(np.float64))
            scored.append(judged[name].astype(np.float64))
            continue
        for level in np.unique(values.astype(np.str_)):
            learned.append((values.astype(np.str_) == level).astype(np.float64))
            scored.append((judged[name].astype(np.str_) == level).astype(np.float64))
    trees = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.06, max_leaf_nodes=12, random_state=seed
    )
    scores: Floats = trees.fit(np.column_stack(learned), leaves).predict_proba(
        np.column_stack(scored)
    )[:, 1]
    return scores


def expected_loss(scores: Floats, amounts: Floats) -> Floats:
    """(n,) recurring amount a month at stake with each customer: probability × what they pay.

    Raises:
        ValueError: Columns of different length, or a score that is no probability.

    Examples:
        >>> expected_loss(np.array([0.5, 0.1]), np.array([100.0, 900.0])).tolist()
        [50.0, 90.0]
    """
    if len(scores) != len(amounts):
        raise ValueError(f"got {len(scores)} scores but {len(amounts)} amounts")
    if np.any((scores < 0) | (scores > 1)):
        raise ValueError("scores are probabilities, between 0 and 1")
    return scores * amounts


def _probability(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))


def _require(features: Features, leaves: NDArray[np.bool_]) -> None:
    if not features:
        raise ValueError("a model needs at least one attribute")
    for name, values in features.items():
        if len(values) != len(leaves):
            raise ValueError(f"{name!r} has {len(values)} values for {len(leaves)} customers")
    left = int(leaves.sum())
    if min(left, len(leaves) - left) < FEWEST_OF_A_KIND:
        raise ValueError(
            f"a model needs {FEWEST_OF_A_KIND} who left and as many who stayed, "
            f"got {left} and {len(leaves) - left}"
        )
