"""Post-stratification: arms compared within groups of like units, then averaged."""

from collections.abc import Sequence

import numpy as np

from metrics.experiments.arms import Arm, mean_arm
from metrics.experiments.differences import Difference
from metrics.experiments.moments import Moments


def post_stratified(strata: Sequence[tuple[Moments, Moments]]) -> Difference:
    """The difference as the average over strata, each weighted by its share of all units.

    Takes out chance differences of the mix (more of plan A in one arm), as a covariate does; for
    this the strata must be known before exposure. A stratum where an arm has fewer than two units
    cannot be compared, and then the whole is not known: join small strata first.

    Args:
        strata: (control, treated) moments of each stratum.

    References:
        Miratrix, Sekhon and Yu (2013), JRSS B 75:369-396, equation 2; the variance also counts
        that the shares of the strata are estimated (units sampled from a population).

    Examples:
        >>> heavy = Moments(40, 20.0, 4.0), Moments(60, 21.0, 4.0)
        >>> light = Moments(60, 2.0, 1.0), Moments(40, 3.0, 1.0)
        >>> one = post_stratified([heavy, light])
        >>> one.value, round(one.variance, 4)
        (1.0, 0.0521)
    """
    cells = [(mean_arm(control), mean_arm(treated)) for control, treated in strata]
    n = sum(control.n + treated.n for control, treated in cells)
    used = [cell for cell in cells if cell[0].n + cell[1].n > 0]
    values = [(a.value, b.value, a.variance, b.variance) for a, b in used]
    if not used or any(value is None for row in values for value in row):
        return Difference(n, None, None, None, None, None, None, None, None)
    table = np.array(values, dtype=float)
    weight = np.array([a.n + b.n for a, b in used]) / n
    control, treated = weight @ table[:, 0], weight @ table[:, 1]
    within = weight**2 @ table[:, 2:]
    off_control, off = table[:, 0] - control, table[:, 1] - table[:, 0] - (treated - control)
    return Difference(
        n=n,
        control=float(control),
        treated=float(treated),
        value=float(treated - control),
        variance=float(within.sum() + weight @ off**2 / n),
        df=_satterthwaite(used, weight**2),
        base=float(control),
        base_variance=float(within[0] + weight @ off_control**2 / n),
        covariance=float(weight @ (off_control * off) / n - within[0]),
    )


def _satterthwaite(cells: Sequence[tuple[Arm, Arm]], share: np.ndarray) -> float:
    parts = [
        (w * (arm.variance or 0.0), arm.df or 1.0)
        for cell, w in zip(cells, share.tolist(), strict=True)
        for arm in cell
    ]
    below = sum(part**2 / df for part, df in parts)
    return sum(part for part, _ in parts) ** 2 / below if below else sum(df for _, df in parts)
