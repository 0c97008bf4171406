"""Many questions at once: p-values and intervals that stay honest when several are read."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Method = Literal["bonferroni", "holm", "hochberg", "hommel", "bh", "by"]


def adjusted_p_values(
    p_values: Sequence[float | None],
    *,
    method: Method = "holm",
    weights: Sequence[float] | None = None,
) -> tuple[float | None, ...]:
    """Each p-value, raised by what it costs to have asked all of them.

    An adjusted value at or below alpha is a finding. "holm" keeps the chance of *any* false finding
    at alpha whatever the dependence, and always beats "bonferroni"; "hochberg" and "hommel" find a
    little more but need independent or positively dependent tests. "bh" keeps the expected share
    of false findings *among the findings* at alpha under the same dependence, "by" under any. A
    question left out of the family makes the promise void, so ask the whole family here.

    Args:
        p_values: One per question, 0 to 1; None (not measurable) stays None and costs nothing.
        method: The rule.
        weights: How much each question matters before the data were seen, >= 0, of any scale;
            only for "bonferroni", "holm" and "bh". A weight of 0 gives a question up. None: equal.

    Raises:
        ValueError: A p-value outside 0 to 1; weights of another length, negative, all 0, or with
            a method that has none.

    References:
        Holm (1979), Scand. J. Stat. 6:65-70 (weights: section 4). Hochberg (1988), Biometrika
        75:800-802. Hommel (1988), Biometrika 75:383-386. Benjamini and Hochberg (1995), JRSS B
        57:289-300. Genovese, Roeder and Wasserman (2006), Biometrika 93:509-524 (weights of BH).
        Benjamini and Yekutieli (2001), Ann. Stat. 29:1165-1188.

    Examples:
        >>> [round(p, 4) for p in adjusted_p_values([0.118, 0.0211, 0.0213, 0.00218])]
        [0.118, 0.0633, 0.0633, 0.0087]
        >>> adjusted_p_values([0.01, None, 0.02], method="bh")
        (0.02, None, 0.02)
    """
    known = [at for at, p in enumerate(p_values) if p is not None]
    p = np.array([p for p in p_values if p is not None], dtype=float)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p-values must lie between 0 and 1, got {p_values}")
    share = _shares(weights, len(p_values), method)[known]
    adjusted: list[float | None] = [None] * len(p_values)
    if not known:
        return tuple(adjusted)
    share = share * len(known) / share.sum() if share.sum() > 0 else share
    for at, value in zip(known, np.clip(_adjust(p, share, method), 0, 1), strict=True):
        adjusted[at] = float(value)
    return tuple(adjusted)


def adjusted_confidences(
    p_values: Sequence[float | None],
    *,
    method: Literal["bonferroni", "bh"] = "bonferroni",
    weights: Sequence[float] | None = None,
    alpha: float = 0.05,
) -> tuple[float | None, ...]:
    """The confidence that each question's interval needs, so that reading several stays honest.

    "bonferroni" covers all at once with 1 - alpha; it fits p-values adjusted by Bonferroni or Holm
    (Holm finds a little more than these intervals show). "bh" keeps the expected share of false
    intervals *among those of the R findings* of m questions at alpha (the false coverage rate),
    with 1 - alpha R / m; what is not a finding gets that level too.

    Args:
        p_values: One per question; None stays None.
        method: Which promise.
        weights: As in `adjusted_p_values`; a question of weight 0 has no interval (None).
        alpha: The error shared by all, strictly between 0 and 1.

    Raises:
        ValueError: As `adjusted_p_values`; alpha outside its range.

    References:
        Benjamini and Yekutieli (2005), JASA 100:71-81, definition 1 (FCR-adjusted BH intervals).

    Examples:
        >>> adjusted_confidences([0.001, 0.3, 0.02, None], method="bonferroni", alpha=0.06)
        (0.98, 0.98, 0.98, None)
        >>> [round(c, 4) for c in adjusted_confidences([0.001, 0.3, 0.02, 0.9], method="bh")]
        [0.975, 0.975, 0.975, 0.975]
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha}")
    adjusted = adjusted_p_values(p_values, method=method, weights=weights)
    share = _shares(weights, len(p_values), method)
    known = np.array([p is not None for p in adjusted], dtype=bool)
    total = float(share[known].sum())
    findings = sum(1 for p in adjusted if p is not None and p <= alpha)
    # Nothing found: one interval is still looked at, the most promising.
    spent = alpha * (max(1, findings) if method == "bh" else 1)
    return tuple(
        1 - min(alpha, spent * float(one) / total) if is_known and one > 0 else None
        for is_known, one in zip(known, share, strict=True)
    )


def _shares(weights: Sequence[float] | None, count: int, method: Method) -> NDArray[np.float64]:
    if weights is None:
        return np.ones(count)
    share = np.asarray(weights, dtype=float)
    if method not in {"bonferroni", "holm", "bh"}:
        raise ValueError(f"weights need bonferroni, holm or bh, got {method}")
    if share.shape != (count,) or np.any(share < 0) or share.sum() <= 0:
        raise ValueError(f"weights must be {count} numbers >= 0, not all 0, got {weights}")
    return share


def _adjust(
    p: NDArray[np.float64], share: NDArray[np.float64], method: Method
) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        weighted = np.where(share > 0, p / np.where(share > 0, share, 1), np.inf)
    count = len(p)
    if method == "bonferroni":
        return weighted * count
    if method == "hommel":
        return _hommel(p)
    order = np.argsort(weighted, kind="stable")
    ordered = weighted[order]
    if method == "holm":
        left = np.cumsum(share[order][::-1])[::-1]  # weight of this question and of all after it
        raised = np.where(np.isinf(ordered), 1.0, np.minimum(ordered, 1e9) * left)
        steps = np.maximum.accumulate(raised)
    else:
        steps = np.minimum.accumulate((ordered * _factors(count, method))[::-1])[::-1]
    adjusted = np.empty(count)
    adjusted[order] = steps
    return adjusted


def _factors(count: int, method: Method) -> NDArray[np.float64]:
    """What the i-th smallest p-value is multiplied with, going down from the largest."""
    rank = np.arange(1, count + 1)
    if method == "hochberg":
        return (count + 1 - rank).astype(float)
    every = np.sum(1 / rank) if method == "by" else 1.0
    return every * count / rank


def _hommel(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hommel's adjusted values by Wright's algorithm (1992, Biometrics 48:1005-1013, fig. 1)."""
    count = len(p)
    order = np.argsort(p, kind="stable")
    ordered, adjusted = p[order], p[order].copy()
    for size in range(count, 1, -1):
        largest = np.arange(count - size + 1, count)
        smallest = float(np.min(size * ordered[largest] / np.arange(2, size + 1)))
        adjusted[largest] = np.maximum(adjusted[largest], smallest)
        rest = np.arange(count - size + 1)
        adjusted[rest] = np.maximum(
            adjusted[rest], np.minimum(smallest, np.minimum(size * ordered[rest], 1))
        )
    result = np.empty(count)
    result[order] = adjusted
    return result
