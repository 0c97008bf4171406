"""Sample ratio mismatch: did the variants get the shares of units that they should have?

A broken split (a redirect that loses visitors, bots in one arm, a logging gap) biases every metric,
so it is looked at before any result. Small imbalances of large experiments are the common case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.experiments.distributions import tail_p_value
from metrics.multiplicity import adjusted_p_values

CONCENTRATION = 10_000  # units of prior belief that a broken split is still close to the plan


@dataclass(frozen=True, slots=True)
class Allocation:
    """Units counted while one plan of allocation was in force.

    Attributes:
        counts: Units per variant, >= 0.
        weights: Planned shares per variant, > 0, of any scale.
    """

    counts: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the split is what was planned.

    Attributes:
        p_value: Fixed test, valid for one look; None without units.
        excess: Units per variant above the plan (negative: missing).
    """

    p_value: float | None
    excess: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PlaceOfMismatch:
    """One value of a dimension (or one day) and its split.

    Attributes:
        place: The value, as given.
        ratio: Its split, on its own.
        adjusted_p: p-value adjusted for all places looked at (Holm); None without units.
    """

    place: str
    ratio: SampleRatio
    adjusted_p: float | None


def sample_ratio(
    periods: Sequence[Allocation],
    *,
    method: Literal["chi-square", "exact", "corrected"] = "chi-square",
) -> SampleRatio:
    """The fixed test of the split: read it once, at the end.

    Periods of different allocation (a ramp from 10 % to 50 %) are each compared with their own
    plan and added up; pooling the counts would call every ramp broken, or hide a broken one.

    Args:
        periods: One per plan of allocation, variants in one order.
        method: "chi-square" for any number of variants; "exact" (binomial) and "corrected" (normal
            with continuity correction) for two variants and one period.

    Raises:
        ValueError: Counts below 0, weights not above 0, periods with different variants, or an
            exact or corrected test of more than two variants or one period.

    References:
        Fabijan et al. (2019), KDD, "Diagnosing sample ratio mismatch in online controlled
        experiments". Kohavi, Tang and Xu (2020), chapter 21 (the example).

    Examples:
        >>> found = sample_ratio([Allocation((821_588, 815_482), (1, 1))])
        >>> f"{found.p_value:.1e}", found.excess
        ('1.8e-06', (3053.0, -3053.0))
    """
    _require_periods(periods)
    counts = np.array([p.counts for p in periods], dtype=float)
    shares = np.array([np.array(p.weights) / sum(p.weights) for p in periods])
    sizes = counts.sum(axis=1)
    excess = counts.sum(axis=0) - sizes @ shares
    used = sizes > 0
    if not used.any():
        return SampleRatio(None, tuple(excess.tolist()))
    if method == "chi-square":
        return SampleRatio(_chi_square(excess, sizes[used], shares[used]), tuple(excess.tolist()))
    if counts.shape != (1, 2):
        raise ValueError(f"method {method!r} compares two variants in one period")
    if method == "exact":
        from scipy.stats import binomtest

        p_value = float(binomtest(int(counts[0, 1]), int(sizes[0]), float(shares[0, 1])).pvalue)
    else:
        spread = sqrt(sizes[0] * shares[0, 0] * shares[0, 1])
        p_value = tail_p_value(max(0.0, abs(float(excess[1])) - 0.5) / spread)
    return SampleRatio(p_value, tuple(excess.tolist()))


def sequential_sample_ratio(
    batches: Sequence[Allocation], *, concentration: float = CONCENTRATION
) -> tuple[float, ...]:
    """The test of the split that may be read after every batch: anytime-valid p-values.

    Bayes factor of "some other split, probably close" against "the planned one"; the p-value is its
    inverse, at its smallest so far. When the plan changes, belief about how a broken split looks
    starts anew and the evidence is kept.

    Args:
        batches: Units of each day in order, with the plan of that day.
        concentration: Prior units of belief that a broken split is near the plan, above 0: large is
            sharp for small imbalances, small for gross ones.

    Raises:
        ValueError: As `sample_ratio`; concentration not above 0.

    References:
        Lindon and Malek (2022), NeurIPS, "Anytime-valid inference for multinomial count data",
        equations 3 to 6.

    Examples:
        >>> days = [Allocation((5000, 5100), (1, 1)), Allocation((4700, 5200), (1, 1))]
        >>> [round(p, 4) for p in sequential_sample_ratio(days)]
        [1.0, 0.0043]
    """
    from scipy.special import gammaln

    _require_periods(batches)
    if concentration <= 0:
        raise ValueError(f"concentration must be above 0, got {concentration}")
    p_values: list[float] = []
    kept, evidence, smallest = 0.0, 0.0, 1.0
    plan: NDArray[np.float64] | None = None
    for batch in batches:
        share = np.array(batch.weights) / sum(batch.weights)
        if plan is None or not np.allclose(share, plan, rtol=0, atol=1e-12):
            kept, plan, seen = kept + evidence, share, np.zeros(len(share))
        seen = seen + np.array(batch.counts)
        prior = concentration * share
        evidence = float(
            gammaln(concentration) - gammaln(concentration + seen.sum())
            + np.sum(gammaln(prior + seen) - gammaln(prior) - seen * np.log(share))
        )  # fmt: skip
        smallest = min(smallest, exp(-min(700.0, kept + evidence)))
        p_values.append(smallest)
    return tuple(p_values)


def mismatch_places(places: Mapping[str, Sequence[Allocation]]) -> tuple[PlaceOfMismatch, ...]:
    """Where the split is broken: each browser, country or day on its own, worst first.

    Args:
        places: Value of the dimension and its periods. All values, so that the adjustment counts
            how many were looked at.

    Raises:
        ValueError: As `sample_ratio`.

    References:
        Fabijan et al. (2019), KDD, section 5 (segments). Holm (1979), Scand. J. Stat. 6:65-70.

    Examples:
        >>> web, app = Allocation((5200, 4800), (1, 1)), Allocation((5010, 4990), (1, 1))
        >>> found = mismatch_places({"app": [app], "web": [web]})
        >>> [(one.place, f"{one.adjusted_p:.4f}") for one in found]
        [('web', '0.0001'), ('app', '0.8415')]
    """
    ratios = {place: sample_ratio(periods) for place, periods in places.items()}
    adjusted = adjusted_p_values([ratio.p_value for ratio in ratios.values()])
    rows = [
        PlaceOfMismatch(place, ratio, p)
        for (place, ratio), p in zip(ratios.items(), adjusted, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (row.ratio.p_value is None, row.ratio.p_value or 0)))


def _chi_square(
    excess: NDArray[np.float64], sizes: NDArray[np.float64], shares: NDArray[np.float64]
) -> float:
    """Pearson's statistic; over several plans, with the covariance of their sum."""
    from scipy.special import chdtrc

    covariance = np.diag(sizes @ shares) - (shares * sizes[:, None]).T @ shares
    kept = slice(0, len(excess) - 1)  # the last variant follows from the others
    statistic = excess[kept] @ np.linalg.solve(covariance[kept, kept], excess[kept])
    return float(chdtrc(len(excess) - 1, max(0.0, float(statistic))))


def _require_periods(periods: Sequence[Allocation]) -> None:
    widths = {len(p.counts) for p in periods} | {len(p.weights) for p in periods}
    if len(widths) > 1 or (widths and min(widths) < 2):
        raise ValueError(f"every period needs the same two or more variants, got {sorted(widths)}")
    for period in periods:
        if min(period.counts) < 0 or min(period.weights) <= 0:
            raise ValueError(f"counts must be >= 0 and weights > 0, got {period}")
