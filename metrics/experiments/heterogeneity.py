"""Does the effect differ between segments, and what is each one's own once luck is taken out?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metrics.experiments.bayes import Posterior, normal_posterior
from metrics.experiments.distributions import require_fraction

LEAST_SEGMENTS = 5  # with fewer, the spread between segments is a guess


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Whether segments react differently.

    Attributes:
        segments: Segments with a known effect.
        pooled: Effect common to all, weighted by precision; None without segments.
        standard_error: Of the pooled effect if all segments share it; None likewise.
        q: Cochran's statistic: squared deviations in standard errors; None below two segments.
        p_value: That all segments share one effect; None likewise.
        i2: Share of the spread between segments that is not luck, 0 to 1; None likewise.
        between_variance: Variance of the true effects between segments; None likewise.
    """

    segments: int
    pooled: float | None
    standard_error: float | None
    q: float | None
    p_value: float | None
    i2: float | None
    between_variance: float | None


def heterogeneity(
    effects: Sequence[float | None], standard_errors: Sequence[float | None]
) -> Heterogeneity:
    """The one test to read before any segment: is there more than luck between them?

    Twenty segments hold one "significant" one by luck. Only if this test finds something is a list
    of segments worth reading, and then shrunken (`segment_effects`). It has little power when
    segments are few or small: no finding is no proof of sameness.

    Args:
        effects: Lift or difference of each segment; None where it cannot be measured.
        standard_errors: Theirs, above 0; None likewise.

    Raises:
        ValueError: Different lengths, or a standard error not above 0.

    References:
        Cochran (1954), Biometrics 10:101-129. Higgins and Thompson (2002), Stat. Med. 21:1539-1558
        (I squared). DerSimonian and Laird (1986), Controlled Clinical Trials 7:177-188.

    Examples:
        >>> found = heterogeneity([0.10, 0.30, 0.35, 0.60], [0.1, 0.1, 0.1, 0.1])
        >>> round(found.q, 2), round(found.p_value, 4), round(found.i2, 3)
        (12.69, 0.0054, 0.764)
    """
    from scipy.special import chdtrc

    effect, variance = _known(effects, standard_errors)
    count = len(effect)
    if count == 0:
        return Heterogeneity(0, None, None, None, None, None, None)
    weight = 1 / variance
    pooled = float(weight @ effect / weight.sum())
    error = float(1 / sqrt(weight.sum()))
    if count == 1:
        return Heterogeneity(1, pooled, error, None, None, None, None)
    q = float(weight @ (effect - pooled) ** 2)
    free = count - 1
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return Heterogeneity(
        segments=count,
        pooled=pooled,
        standard_error=error,
        q=q,
        p_value=float(chdtrc(free, q)),
        i2=max(0.0, (q - free) / q) if q > 0 else 0.0,
        between_variance=max(0.0, (q - free) / scale),
    )


def segment_effects(
    effects: Sequence[float | None],
    standard_errors: Sequence[float | None],
    *,
    confidence: float = 0.95,
) -> tuple[Posterior | None, ...]:
    """Each segment's effect, pulled towards the common one by how much of its difference is luck.

    The best guess of each is nearer to the middle than what was seen; the most surprising segments
    move most. The intervals count that the middle and the spread of the segments are estimated too;
    below five segments too little is known about that spread, and nothing is pulled.

    Args:
        effects: As in `heterogeneity`.
        standard_errors: As in `heterogeneity`.
        confidence: Level of the intervals.

    Raises:
        ValueError: As in `heterogeneity`; confidence outside its range.

    References:
        Efron and Morris (1975), JASA 70:311-319. Morris (1983), JASA 78:47-55, section 5
        (unequal variances, and the variance of the shrunken effects).

    Examples:
        >>> segments = segment_effects([0.0, 0.1, 0.2, 0.3, 0.4, 1.1], [0.1] * 6)
        >>> [round(one.mean, 3) for one in segments]
        [0.014, 0.11, 0.206, 0.302, 0.398, 1.071]
    """
    require_fraction("confidence", confidence)
    found = heterogeneity(effects, standard_errors)
    effect, variance = _known(effects, standard_errors)
    count, between = found.segments, found.between_variance or 0.0
    if count < LEAST_SEGMENTS:
        means, spreads = effect, variance
    else:
        weight = 1 / (variance + between)
        middle = float(weight @ effect / weight.sum())
        luck = (count - 3) / (count - 1) * variance * weight
        means = luck * middle + (1 - luck) * effect
        doubt = 2 / (count - 3) * luck**2 * (weight / weight.mean())
        spreads = variance * (1 - luck) + variance * luck * weight / weight.sum()
        spreads = spreads + doubt * (effect - middle) ** 2
    shrunken = iter(
        normal_posterior(mean, spread, confidence=confidence)
        for mean, spread in zip(means.tolist(), np.sqrt(spreads).tolist(), strict=True)
    )
    return tuple(
        None if one is None or error is None else next(shrunken)
        for one, error in zip(effects, standard_errors, strict=True)
    )


def _known(
    effects: Sequence[float | None], standard_errors: Sequence[float | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pairs = [
        (effect, error)
        for effect, error in zip(effects, standard_errors, strict=True)
        if effect is not None and error is not None
    ]
    if any(error <= 0 for _, error in pairs):
        raise ValueError(f"standard errors must be above 0, got {list(standard_errors)}")
    table = np.array(pairs, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1] ** 2
