"""The difference between users and others of the same stratum, from counts alone."""

from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from metrics.causal.effects import Effect

Counts = NDArray[np.float64]


def stratified(
    used: Counts,
    used_kept: Counts,
    others: Counts,
    others_kept: Counts,
    *,
    confidence: float = 0.95,
) -> Effect:
    """How much more often users stay than others of their stratum, averaged over all people.

    With strata for columns, regression, weighting and the doubly robust estimate are this same
    sum, so counts by stratum are enough for any number of people. It removes what the strata say
    of people and nothing else: a hidden motivation stays in it. Strata without users or without
    others say nothing and are left out.

    Args:
        used: (S,) people who used it, by stratum.
        used_kept: (S,) of those, who stayed.
        others: (S,) people who did not.
        others_kept: (S,) of those, who stayed.
        confidence: Two-sided, between 0 and 1.

    Returns:
        The difference; `trimmed` are the people of strata that say nothing.

    Raises:
        ValueError: A part is more than its whole, or no stratum has both users and others.

    References:
        Direct standardisation: Rothman, Greenland and Lash (2008), Modern Epidemiology, chapter 4.
        Equality with weighting: Hernán and Robins (2020), Causal Inference, section 2.4.

    Examples:
        >>> found = stratified(*(np.array(row) for row in (
        ...     [100.0, 10.0], [60.0, 2.0], [100.0, 190.0], [50.0, 19.0])))
        >>> round(found.value, 3), round(found.naive, 3)
        (0.1, 0.326)
    """
    if np.any(used_kept > used) or np.any(others_kept > others):
        raise ValueError("those who stayed cannot be more than all")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    both = (used > 0) & (others > 0)
    if not both.any():
        raise ValueError("no stratum has both users and others")
    weight = np.where(both, used + others, 0.0)
    weight = weight / weight.sum()
    with_it, without = (
        np.divide(kept, whole, out=np.zeros_like(whole), where=whole > 0)
        for kept, whole in ((used_kept, used), (others_kept, others))
    )
    value = float((weight * (with_it - without)).sum())
    error = sqrt(
        float(
            (weight**2 * (_variance(used_kept, used) + _variance(others_kept, others)))[both].sum()
        )
    )
    margin = NormalDist().inv_cdf((1 + confidence) / 2) * error
    naive = float(used_kept.sum() / used.sum() - others_kept.sum() / others.sum())
    left_out = int((used + others)[~both].sum())
    return Effect(
        value,
        error,
        value - margin,
        value + margin,
        float((weight * without).sum()),
        naive,
        left_out,
    )


def _variance(kept: Counts, whole: Counts) -> Counts:
    """Of a share, with half a person on either side, so that a stratum of one is not certain."""
    share = (kept + 0.5) / (whole + 1)
    return np.asarray(share * (1 - share) / np.maximum(whole, 1.0))
