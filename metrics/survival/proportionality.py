"""Whether a hazard ratio is the same for young and old customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.survival.lifetimes import Floats, Lifetimes


@dataclass(frozen=True, slots=True)
class Constancy:
    """Whether one attribute's ratio changes with age.

    Attributes:
        name: The attribute.
        chi2: With one degree of freedom.
        p_value: Small: the ratio changes with age.
    """

    name: str
    chi2: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Proportionality:
    """Whether the ratios of a model hold at all ages.

    Attributes:
        attributes: One for each attribute.
        chi2: Of all together, with as many degrees of freedom as attributes; None with fewer than
            two different ages.
        p_value: None with the statistic. Ask this one first: of twenty attributes one is below .05
            by chance.
    """

    attributes: tuple[Constancy, ...]
    chi2: float | None
    p_value: float | None


def proportionality(
    lifetimes: Lifetimes,
    design: Floats,
    coefficients: Floats,
    covariance: Floats,
    names: tuple[str, ...],
    *,
    strata: NDArray[np.integer] | None = None,
    time: Literal["rank", "age"] = "rank",
) -> Proportionality:
    """Do the residuals of a Cox model drift with age? Then a ratio is not one number.

    Ages enter by their rank, so that a few very old customers do not decide.

    Args:
        lifetimes: One row per customer.
        design: (n, p) attributes.
        coefficients: (p,) fitted.
        covariance: (p, p) of the coefficients.
        names: (p) of the attributes.
        strata: (n,) as in the model.
        time: Drift with the "rank" of the age at leaving (equal ages share one), or the "age".

    References:
        Grambsch and Therneau (1994), Biometrika 81:515-526.
    """
    from scipy.stats import chi2

    residuals, ages = schoenfeld(lifetimes, design, coefficients, strata=strata)
    clock = _mean_ranks(ages) if time == "rank" else ages
    clock = clock - clock.mean()
    spread = float((clock**2).sum())
    events = len(ages)
    if spread == 0:
        return Proportionality((), None, None)
    drift = clock @ residuals
    scaled = events * (drift @ covariance)
    each = scaled**2 / (events * np.diag(covariance) * spread)
    together = float(events * drift @ covariance @ drift / spread)
    return Proportionality(
        tuple(
            Constancy(name, float(one), float(chi2.sf(one, 1)))
            for name, one in zip(names, each, strict=True)
        ),
        together,
        float(chi2.sf(together, len(names))),
    )


def schoenfeld(
    lifetimes: Lifetimes,
    design: Floats,
    coefficients: Floats,
    *,
    strata: NDArray[np.integer] | None = None,
) -> tuple[Floats, Floats]:
    """For each who left: attributes less those expected of the ones at risk; and the age.

    References:
        Schoenfeld (1982), Biometrika 69:239-241; ties as Efron (1977).
    """
    groups = np.zeros(len(lifetimes)) if strata is None else strata
    parts = [
        (rows - expected, np.full(len(rows), age))
        for group in np.unique(groups)
        for age, rows, expected in _expected(
            lifetimes.only(groups == group), design[groups == group], coefficients
        )
    ]
    return np.concatenate([one for one, _ in parts]), np.concatenate([age for _, age in parts])


def _expected(
    lifetimes: Lifetimes, design: Floats, coefficients: Floats
) -> Iterator[tuple[float, Floats, Floats]]:
    """At each age: the attributes of who left, and the mean expected of those at risk."""
    score = design @ coefficients
    weight = np.exp(score - score.max(initial=0))
    weighted = np.column_stack((weight, weight[:, None] * design))
    staying = _sums_from(lifetimes.durations, weighted)
    entering = None if lifetimes.entries is None else _sums_from(lifetimes.entries, weighted)
    for age in np.unique(lifetimes.durations[lifetimes.is_event]):
        leaves = lifetimes.is_event & (lifetimes.durations == age)
        at_risk = staying(age) if entering is None else staying(age) - entering(age)
        leaving = weighted[leaves].sum(axis=0)
        shares = np.arange(leaves.sum())[:, None] / leaves.sum()
        sums = at_risk - shares * leaving
        yield float(age), design[leaves], (sums[:, 1:] / sums[:, :1]).mean(axis=0)


class _sums_from:  # noqa: N801 - reads as the function it is
    """Sums over all rows with at least a given value."""

    def __init__(self, values: Floats, rows: Floats) -> None:
        order = np.argsort(values)
        self._values = values[order]
        total = np.cumsum(rows[order][::-1], axis=0)[::-1]
        self._sums = np.vstack((total, np.zeros((1, rows.shape[1]))))

    def __call__(self, value: float) -> Floats:
        sums: Floats = self._sums[np.searchsorted(self._values, value, side="left")]
        return sums


def _mean_ranks(ages: Floats) -> Floats:
    """Rank of each age, the mean of their ranks for equal ones."""
    _, place, counts = np.unique(ages, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[place]
