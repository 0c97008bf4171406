"""Rates of small groups, pulled towards the others: what to believe before there is much data."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cosh, log, sqrt

import numpy as np
from numpy.typing import NDArray

from metrics.rates import Rate

Floats = NDArray[np.float64]

LARGEST = 14.0  # of log(a + b): spreads beyond it are "all alike" for a million people


@dataclass(frozen=True, slots=True)
class Pulled:
    """Means of several groups, pulled towards their mean.

    Attributes:
        mean: Of all groups.
        keep: Which fraction of its distance from the mean each group keeps, 0 to 1.
        values: One for each group.
    """

    mean: float
    keep: float
    values: tuple[float, ...]


def james_stein(shares: Sequence[float], n: int) -> Pulled:
    """Shares of groups of equal size, pulled towards their mean as far as chance explains them.

    All together are closer to the truth than the shares as seen; a single group that truly is far
    out is pulled too hard. With unequal sizes use `beta_binomial`.

    Args:
        shares: Of at least four groups, 0 to 1.
        n: People in each group, at least 1.

    Raises:
        ValueError: Fewer groups, or a share or size outside its range.

    References:
        Efron and Morris (1977), Scientific American 236(5):119-127.

    Examples:
        >>> found = james_stein([0.1, 0.2, 0.3, 0.4, 0.5], 20)
        >>> round(found.mean, 2), round(found.keep, 3)
        (0.3, 0.79)
    """
    if len(shares) < 4:
        raise ValueError(f"needs at least 4 groups, got {len(shares)}")
    if n < 1 or not all(0 <= share <= 1 for share in shares):
        raise ValueError("shares lie between 0 and 1, of groups of at least one")
    seen = np.asarray(shares, dtype=np.float64)
    mean = float(seen.mean())
    spread = float(((seen - mean) ** 2).sum())
    noise = mean * (1 - mean) / n
    keep = max(0.0, 1 - (len(seen) - 3) * noise / spread) if spread > 0 else 0.0
    return Pulled(mean, keep, tuple((mean + keep * (seen - mean)).tolist()))


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """How the true shares of groups are spread: a Beta distribution.

    Attributes:
        a: First parameter at the maximum of the likelihood.
        b: Second parameter; a ÷ (a + b) is the mean share.
        log_likelihood: At the maximum, without the binomial coefficients.
        plausible: (a, b, weight) of other spreads that the groups could come from as well; weights
            add up to 1. Few or small groups leave many.
    """

    a: float
    b: float
    log_likelihood: float
    plausible: tuple[tuple[float, float, float], ...]

    @property
    def mean(self) -> float:
        """Mean share of all groups."""
        return self.a / (self.a + self.b)

    def shrunk(self, part: int, whole: int, *, confidence: float = 0.80) -> Rate:
        """The share of one of the groups, pulled towards the others, with its credible interval.

        Averages over all plausible spreads: with the likeliest one alone, 80 % intervals of small
        groups cover two thirds. A group of nobody has the others' mean: say so beside it.

        Raises:
            ValueError: Not 0 <= part <= whole, or `confidence` outside 0 to 1.

        References:
            Gelman et al. (2013), Bayesian Data Analysis, section 5.3.
        """
        if not 0 <= part <= whole:
            raise ValueError(f"part must be between 0 and whole, got {part} of {whole}")
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
        a, b, weight = np.array(self.plausible).T
        a, b = a + part, b + whole - part
        low, high = (
            _quantile(a, b, weight, level)
            for level in ((1 - confidence) / 2, (1 + confidence) / 2)
        )
        return Rate(float((weight * a / (a + b)).sum()), low, high)


def beta_binomial(parts: Sequence[int], wholes: Sequence[int]) -> BetaBinomial:
    """Learn from all groups how far their true shares lie apart.

    Args:
        parts: People who did it, for each group.
        wholes: People who could have.

    Raises:
        ValueError: Fewer than two groups with somebody, or an impossible group.

    References:
        Skellam (1948), JRSS B 10:257-261. Casella (1985), American Statistician 39:83-87. Prior of
        the spread: Gelman et al. (2013), eq. 5.9, (a + b)^(-5/2).

    Examples:
        >>> found = beta_binomial([2, 30, 55, 4], [100, 100, 100, 10])
        >>> 0.2 < found.mean < 0.4
        True
    """
    if len(parts) != len(wholes):
        raise ValueError(f"got {len(parts)} parts but {len(wholes)} wholes")
    x, n = np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64)
    if np.any((x < 0) | (x > n)):
        raise ValueError("each part must be between 0 and its whole")
    if (n > 0).sum() < 2:
        raise ValueError("needs at least two groups with somebody in them")
    from scipy.optimize import minimize

    mean = min(max(float(x.sum() / n.sum()), 1e-4), 1 - 1e-4)
    # When chance alone explains the groups, a + b has no maximum: a bound stands for "all alike".
    found = min(
        (
            minimize(
                lambda point: -_log_likelihood(point, x, n), [log(mean / (1 - mean)), log(size)],
                method="Nelder-Mead", bounds=[(-12, 12), (-7, LARGEST)],
                options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000},
            )
            for size in (5.0, 500.0)
        ),
        key=lambda one: float(one.fun),
    )  # fmt: skip
    a, b = _parameters(found.x)
    return BetaBinomial(a, b, -float(found.fun), _plausible(x, n))


def laplace(part: int, whole: int) -> float:
    """The rule of succession, (part + 1) ÷ (whole + 2): a first guess for a single group.

    Raises:
        ValueError: Not 0 <= part <= whole.

    References:
        Laplace (1814), Essai philosophique sur les probabilités.

    Examples:
        >>> laplace(0, 0), laplace(3, 10)
        (0.5, 0.3333333333333333)
    """
    if not 0 <= part <= whole:
        raise ValueError(f"part must be between 0 and whole, got {part} of {whole}")
    return (part + 1) / (whole + 2)


def _log_likelihood(point: Floats, x: Floats, n: Floats) -> float:
    from scipy.special import betaln

    a, b = _parameters(point)
    return float((betaln(a + x, b + n - x) - betaln(a, b)).sum())


def _parameters(point: Floats) -> tuple[float, float]:
    """(a, b) from the log odds of the mean and the log of their sum."""
    mean, size = 1 / (1 + np.exp(-point[0])), np.exp(point[1])
    return float(mean * size), float((1 - mean) * size)


def _plausible(x: Floats, n: Floats) -> tuple[tuple[float, float, float], ...]:
    """(a, b, weight) on a grid of means and sizes, by likelihood and prior."""
    share = (x.sum() + 0.5) / (n.sum() + 1)
    spread = sqrt(1 / (n.sum() * share * (1 - share)) + 1 / int((n > 0).sum()))
    odds = log(share / (1 - share)) + np.linspace(-3, 3, 13) * spread
    points = [np.array([mean, size]) for mean in odds for size in np.linspace(0, LARGEST, 29)]
    # (a + b)^(-5/2) over (a, b) is mean·(1 − mean)·(a + b)^(-1/2) over log odds and log size.
    logs = np.array(
        [_log_likelihood(one, x, n) - one[1] / 2 - 2 * log(2 * cosh(one[0] / 2)) for one in points]
    )
    weights = np.exp(logs - logs.max())
    kept = weights > 1e-5 * weights.sum()
    total = weights[kept].sum()
    return tuple(
        (*_parameters(points[place]), float(weights[place] / total))
        for place in np.flatnonzero(kept)
    )


def _quantile(a: Floats, b: Floats, weight: Floats, level: float) -> float:
    """Of a mixture of Beta distributions, by halving, to 8 digits."""
    from scipy.special import betainc

    low, high = 0.0, 1.0
    for _ in range(26):
        middle = (low + high) / 2
        if float(weight @ betainc(a, b, middle)) < level:
            low = middle
        else:
            high = middle
    return (low + high) / 2
