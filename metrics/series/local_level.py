"""A level that wanders, seen through noise: the model that CausalImpact made known, without chance.

Given the ratio of the two variances everything is a Student t in closed form, so a grid of ratios
takes the place of the sampler: equal data give equal answers.
"""

from dataclasses import dataclass

import numpy as np

from metrics.series.bma_t import Noise, noise
from metrics.series.calendar import Floats
from metrics.series.mixture import Predictions

# The defaults of the R package, in its own terms.
LEVEL_SD = 0.01  # guess of the level's daily step, in standard deviations of the values
LEVEL_DEGREES = 32  # observations that this guess is worth
EXPECTED_R2 = 0.8
NOISE_DEGREES = 50
RATIOS = np.logspace(-7, 1, 41)
SEARCH = (-8.0, 8.0)  # of log10 of the ratio, for the likeliest one


@dataclass(frozen=True, slots=True)
class LocalLevel:
    """How a series' noise divides, at the likeliest.

    Attributes:
        irregular: Variance of what is gone the next day, in squared units of the values.
        level: Variance of a day's lasting step.
    """

    irregular: float
    level: float


def local_level(values: Floats) -> LocalLevel:
    """Does the series wander, or only shake? The variances of both, by maximum likelihood.

    Args:
        values: (n,) at even distances, at least 4, not all the same.

    Raises:
        ValueError: Fewer values, unknown ones, or a series that never varies.

    References:
        Durbin and Koopman (2012), "Time series analysis by state space methods", section 2.10
        (diffuse likelihood of the local level; the Nile gives 15,099 and 1,469).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> found = local_level(np.cumsum(rng.normal(0, 0.1, 200)) + rng.normal(0, 1, 200))
        >>> 0.7 < found.irregular < 1.3, found.level < 0.1
        (True, True)
    """
    if len(values) < 4 or not np.all(np.isfinite(values)) or np.ptp(values) == 0:
        raise ValueError("the series needs at least 4 known values that are not all the same")
    from scipy.optimize import minimize_scalar

    days, constant = len(values), np.ones((len(values), 1))

    def fit(log_ratio: float) -> tuple[float, float]:
        one = noise(_walked(days, 10**log_ratio), 1.0, constant, days, np.ones((1, 0)))
        square = float(((one.residuals @ values) ** 2).sum())
        return one.log_weight - (days - 1) / 2 * np.log(square), square

    grid = np.linspace(*SEARCH, 33)
    best = grid[np.argmax([fit(one)[0] for one in grid])]
    step = grid[1] - grid[0]
    found = minimize_scalar(
        lambda one: -fit(one)[0], bounds=(best - step, best + step), method="bounded",
        options={"xatol": 1e-6},
    )  # fmt: skip
    irregular = fit(found.x)[1] / (days - 1)
    return LocalLevel(irregular=irregular, level=float(irregular * 10**found.x))


def structural_predictions(
    values: Floats, columns: Floats, sums: Floats, *, level_sd: float = LEVEL_SD
) -> Predictions:
    """What CausalImpact's model expects of sums over days to come, its priors included.

    Shown beside the verdict for those who know it, never instead: its default prior lets the level
    hardly move, so on real daily series without any event every second "effect" is significant.
    Of its spike-and-slab only the slab's wide end is here: every control stays in.

    Args:
        values: (n,) days before the event.
        columns: (n + h, p) constant and controls, at even distances.
        sums: (m, h) weights of the days to come, as in `factored`.
        level_sd: Guess of the level's step, in standard deviations of the values, above 0.

    Raises:
        ValueError: A guess not above 0, or shapes that do not fit.

    References:
        Brodersen et al. (2015), Ann. Appl. Stat. 9:247-274, section 2, and the defaults of the R
        package CausalImpact 1.3 (prior.level.sd .01 worth 32 observations; expected R² .8, 50).

    Examples:
        >>> values = np.random.default_rng(1).normal(10, 1, 60)
        >>> found = structural_predictions(values, np.ones((67, 1)), np.full((1, 7), 1 / 7))
        >>> 9 < float(found.means[0, 0]) < 11
        True
    """
    days, coming = len(values), sums.shape[1]
    if level_sd <= 0:
        raise ValueError(f"level_sd must be above 0, got {level_sd}")
    if len(columns) != days + coming:
        raise ValueError(f"{days} + {coming} days do not fit columns of {columns.shape}")
    variance = float(values.var(ddof=1))
    kinds = [noise(_walked(len(columns), one), 1.0, columns, days, sums) for one in RATIOS]
    degrees = days - columns.shape[1] + NOISE_DEGREES + LEVEL_DEGREES
    prior = NOISE_DEGREES * (1 - EXPECTED_R2) + LEVEL_DEGREES * level_sd**2 / RATIOS
    squares = np.array([((one.residuals @ values) ** 2).sum() for one in kinds]) + prior * variance
    # The prior of the level's variance, in the ratio on a logarithmic grid.
    base = np.array([one.log_weight for one in kinds]) - LEVEL_DEGREES / 2 * np.log(RATIOS)
    return _mixed(kinds, values, base - degrees / 2 * np.log(squares), squares, degrees)


def _mixed(
    kinds: list[Noise], values: Floats, log_weights: Floats, squares: Floats, degrees: int
) -> Predictions:
    weights = np.exp(log_weights - log_weights.max())
    scales = [
        np.sqrt(square / degrees * one.variances)
        for square, one in zip(squares, kinds, strict=True)
    ]
    return Predictions(
        weights=(weights / weights.sum())[None, :],
        locations=np.stack([one.locations @ values for one in kinds])[None],
        scales=np.stack(scales)[None],
        degrees=degrees,
        is_constant=np.zeros(1, dtype=bool),
    )


def _walked(days: int, ratio: float) -> Floats:
    at = np.arange(1, days + 1, dtype=np.float64)
    return np.eye(days) + ratio * np.minimum(at[:, None], at[None, :])
