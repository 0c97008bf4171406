"""Anytime-valid evidence about one share: the beta-binomial mixture."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.experiments.anytime import tuning
from metrics.experiments.distributions import require_fraction
from metrics.rates import NOT_MEASURABLE, Rate

BISECTIONS = 60  # halvings of an interval within [0, 1]: to the last bit


def share_evidence(
    seen: ArrayLike,
    n: int,
    *,
    share: float,
    planned: float,
    planned_alpha: float = 0.05,
) -> NDArray[np.float64]:
    """Log of the evidence against "the share is this", given the share that was seen.

    At most 0 on average while the claim holds, however long one looks: above log(20) it is
    refused at 5 %.

    Args:
        seen: Shares seen, any shape, 0 to 1.
        n: Units they were seen in.
        share: The claim, strictly between 0 and 1.
        planned: Units at which the test is sharpest, above 0.
        planned_alpha: The error it is sharpest for.

    Raises:
        ValueError: share or planned_alpha outside its range.

    References:
        Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49:1055-1080,
        proposition 7 (two-sided beta-binomial mixture).

    Examples:
        >>> evidence = share_evidence([0.5, 0.7], 100, share=0.5, planned=100)
        >>> evidence.round(2).tolist()
        [-1.15, 6.25]
    """
    from scipy.special import betaln

    require_fraction("share", share)
    a, b = _mixture(share, planned, planned_alpha)
    done = np.asarray(seen, dtype=float) * n
    misses = n - done
    log_likelihood = done * np.log(share) + misses * np.log1p(-share)
    return np.asarray(betaln(a + done, b + misses) - betaln(a, b) - log_likelihood)


def least_evident_share(
    n: int, *, share: float, planned: float, planned_alpha: float = 0.05
) -> float:
    """The share, close to the claim, that would bring the least evidence against it.

    Args:
        n: Units, above 0.
        share: The claim, strictly between 0 and 1.
        planned: As in `share_evidence`.
        planned_alpha: As in `share_evidence`.

    Examples:
        >>> least_evident_share(1000, share=0.5, planned=100)
        0.5
    """
    from scipy.special import digamma

    a, b = _mixture(share, planned, planned_alpha)
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        seen = (low + high) / 2
        slope = digamma(a + n * seen) - digamma(b + n - n * seen)
        low, high = (low, seen) if slope > np.log(share / (1 - share)) else (seen, high)
    return round((low + high) / 2, 12)


def anytime_share(
    part: int,
    whole: int,
    *,
    planned: float,
    planned_alpha: float = 0.05,
    confidence: float = 0.95,
) -> Rate:
    """A share with an interval that holds at every look at once.

    Args:
        part: Units that did it, 0 <= part <= whole.
        whole: Units so far; 0 gives an undefined rate.
        planned: Units at which the interval is narrowest, above 0.
        planned_alpha: The error it is narrowest for.
        confidence: Level over all looks together.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49:1055-1080, section 3.2.

    Examples:
        >>> one = anytime_share(15, 50, planned=50)
        >>> round(one.low, 4), round(one.high, 4)
        (0.1296, 0.5119)
    """
    require_fraction("confidence", confidence)
    if not 0 <= part <= whole:
        raise ValueError(f"part must be between 0 and whole, got {part} of {whole}")
    if whole == 0:
        return NOT_MEASURABLE
    seen, limit = part / whole, -np.log(1 - confidence)
    ends = []
    for end in (0.0, 1.0):
        inside, outside = seen, end
        for _ in range(BISECTIONS * (inside != outside)):
            middle = (inside + outside) / 2
            evidence = share_evidence(
                seen, whole, share=middle, planned=planned, planned_alpha=planned_alpha
            )
            inside, outside = (inside, middle) if evidence > limit else (middle, outside)
        ends.append((inside + outside) / 2 if inside != outside else end)
    return Rate(value=seen, low=ends[0], high=ends[1])


def _mixture(share: float, planned: float, planned_alpha: float) -> tuple[float, float]:
    """Shapes of the beta distribution that other shares are believed with, centred on the claim."""
    spread = share * (1 - share)
    prior = max(tuning(planned * spread, alpha=planned_alpha) - spread, 1e-3 * spread)
    return prior / (1 - share), prior / share
