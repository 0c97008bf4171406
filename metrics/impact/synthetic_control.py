"""One treated segment: an average of others that went the same way before stands in for it."""

from dataclasses import dataclass

import numpy as np

from metrics.impact.simplex import Floats, simplex_weights

NO_WEIGHT = 1e-6  # what is left of a donor's weight by rounding


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticControl:
    """The treated unit beside its stand-in.

    Attributes:
        effect: Mean gap after the date.
        gaps: (periods,) unit less stand-in, before and after.
        stand_in: (periods,) the average of donors.
        weights: (donors,) of each donor, adding up to 1.
        error_before: Root mean square of the gaps before, in the outcome's unit.
        fit: error_before over the unit's own standard deviation before: up to 0.1 is a good fit;
            None when the unit did not vary.
        ratio: Mean squared gap after over that before; None when the fit before is exact.
    """

    effect: float
    gaps: Floats
    stand_in: Floats
    weights: Floats
    error_before: float
    fit: float | None
    ratio: float | None


def synthetic_control(
    treated: Floats, donors: Floats, date: int, *, ridge: float = 0.0
) -> SyntheticControl:
    """What the treated segment would have done, judged by an average of others.

    Misleads when the fit before is poor, when donors were touched too, and with few periods before,
    which any average can fit. `placebo_in_space` says how unusual the gap is.

    Args:
        treated: (periods,) the treated unit; several: their mean.
        donors: (donors, periods) units that were not treated.
        date: Index of the first treated period, at least 2.
        ridge: As in `simplex_weights`.

    Raises:
        ValueError: Shapes that do not fit, fewer than 2 periods before or none after, or no donors.

    References:
        Abadie, Diamond and Hainmueller (2010), JASA 105:493-505, on outcomes before alone
        (Doudchenko and Imbens 2016, NBER 22791, section 3).

    Examples:
        >>> donors = np.array([[1.0, 2, 3, 4], [3.0, 2, 5, 4]])
        >>> found = synthetic_control(np.array([2.0, 2, 4, 9]), donors, 3)
        >>> found.weights.round(3).tolist(), round(found.effect, 3)
        ([0.5, 0.5], 5.0)
    """
    if donors.ndim != 2 or donors.shape[1] != len(treated):
        raise ValueError(f"donors of {donors.shape} do not fit {len(treated)} periods")
    if not 2 <= date < len(treated):
        raise ValueError(f"the date must leave 2 periods before and 1 after, got {date}")
    weights = simplex_weights(donors[:, :date].T, treated[:date], ridge=ridge)
    stand_in = weights @ donors
    gaps = treated - stand_in
    before, after = float((gaps[:date] ** 2).mean()), float((gaps[date:] ** 2).mean())
    spread = float(treated[:date].std())
    is_exact = before <= 1e-18 * max(float((treated[:date] ** 2).mean()), 1e-300)
    return SyntheticControl(
        effect=float(gaps[date:].mean()),
        gaps=gaps,
        stand_in=stand_in,
        weights=weights,
        error_before=float(np.sqrt(before)),
        fit=float(np.sqrt(before)) / spread if spread > 0 else None,
        ratio=None if is_exact else after / before,
    )


@dataclass(frozen=True, slots=True)
class InSpace:
    """The treated unit among donors that are treated as if they had been.

    Attributes:
        effects: Mean gaps after the date of the placebos kept.
        rank: 1: the treated unit has the largest ratio of gaps after to before.
        units: Treated unit and placebos kept.
        p_value: rank ÷ units.
        left_out: Placebos whose fit before was too poor to compare.
        without_each: Effect with each donor that has weight left out, in the donors' order.
    """

    effects: tuple[float, ...]
    rank: int
    units: int
    p_value: float
    left_out: int
    without_each: dict[int, float]


def placebo_in_space(
    treated: Floats,
    donors: Floats,
    date: int,
    *,
    ridge: float = 0.0,
    worst_fit: float | None = None,
) -> InSpace:
    """Do segments that were not treated show as large an effect?

    The ratio of errors after to before is ranked, not the gap, so that units that are hard to fit
    do not hide a real effect. With n donors no p-value is below 1 ÷ (n + 1).

    Args:
        treated: As in `synthetic_control`.
        donors: As there, at least 2.
        date: As there.
        ridge: As there.
        worst_fit: Placebos whose error before is so many times the treated unit's are left out;
            None: none.

    Raises:
        ValueError: Fewer than 2 donors, or as `synthetic_control`.

    References:
        Abadie, Diamond and Hainmueller (2010), section 3.4; (2015), AJPS 59:495-510 (ratio, and
        leaving one donor out).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> donors = rng.normal(0, 1, (12, 40)).cumsum(axis=1)
        >>> treated = donors[:3].mean(axis=0) + rng.normal(0, 0.1, 40)
        >>> treated[30:] += 5
        >>> placebo_in_space(treated, donors, 30).rank
        1
    """
    if len(donors) < 2:
        raise ValueError(f"placebos need at least 2 donors, got {len(donors)}")
    own = synthetic_control(treated, donors, date, ridge=ridge)
    kept = []
    for at in range(len(donors)):
        one = synthetic_control(donors[at], np.delete(donors, at, axis=0), date, ridge=ridge)
        if worst_fit is None or one.error_before <= worst_fit * own.error_before:
            kept.append(one)
    ratios = [np.inf if one.ratio is None else one.ratio for one in (own, *kept)]
    rank = sum(ratio >= ratios[0] for ratio in ratios)
    without = {
        int(at): synthetic_control(
            treated, np.delete(donors, at, axis=0), date, ridge=ridge
        ).effect
        for at in np.flatnonzero(own.weights > NO_WEIGHT)
    }
    return InSpace(
        effects=tuple(one.effect for one in kept), rank=rank, units=len(ratios),
        p_value=rank / len(ratios), left_out=len(donors) - len(kept), without_each=without,
    )  # fmt: skip
