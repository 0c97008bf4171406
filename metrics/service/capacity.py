"""When does growth break it? Dates with a probability, from whole futures of the load."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metrics.series.calendar import Days, Floats

CHANCES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class FirstPassage:
    """When a level that drifts and wanders first reaches a limit.

    Attributes:
        by_day: Horizon in days → chance of having reached it by then.
        mean_days: Expected days until then; None when it may never be reached.
        sd_days: Their standard deviation; None as mean_days.
    """

    by_day: dict[float, float]
    mean_days: float | None
    sd_days: float | None


def first_passage(
    level: float, limit: float, *, drift: float, sd: float, horizons: tuple[float, ...]
) -> FirstPassage:
    """The chance that a limit is reached within so many days, in closed form.

    Watched without a break: a level looked at once a day is seen above the limit a little later.

    Args:
        level: Today's.
        limit: Above it.
        drift: Expected change a day.
        sd: Standard deviation of a day's change, above 0.
        horizons: Days, above 0.

    Raises:
        ValueError: A limit not above the level, an sd or horizon not above 0.

    References:
        Schrödinger (1915), Physik. Z. 16:289-295 (inverse Gaussian). Chhikara and Folks (1989),
        "The inverse Gaussian distribution", eq. 2.3.

    Examples:
        >>> found = first_passage(800, 1000, drift=2.0, sd=15.0, horizons=(30,))
        >>> round(found.by_day[30], 5), found.mean_days, found.sd_days
        (0.07137, 100.0, 75.0)
    """
    gap = limit - level
    if gap <= 0 or sd <= 0 or min(horizons) <= 0:
        raise ValueError(
            f"the limit must lie above the level, sd and horizons above 0: got {level}, {limit}, "
            f"{sd}, {horizons}"
        )
    from scipy.special import log_ndtr, ndtr

    by_day = {}
    for days in horizons:
        spread = sd * sqrt(days)
        mirrored = 2 * drift * gap / sd**2 + log_ndtr((-gap - drift * days) / spread)
        by_day[days] = float(ndtr((drift * days - gap) / spread) + np.exp(mirrored))
    if drift <= 0:
        return FirstPassage(by_day, None, None)
    return FirstPassage(by_day, gap / drift, sqrt(gap * sd**2 / drift**3))


@dataclass(frozen=True, slots=True, eq=False)
class LoadCurve:
    """How latency rises with load: steps that never fall.

    Attributes:
        loads: (k,) rising.
        latencies: (k,) of the curve there, never falling.
    """

    loads: Floats
    latencies: Floats

    def at(self, loads: Floats) -> Floats:
        """Latency at some loads, in straight lines between.

        Beyond the largest load seen, the slope of the last quarter goes on. That is hopeful:
        queues grow faster than that.
        """
        inside = np.interp(loads, self.loads, self.latencies)
        start = np.searchsorted(self.loads, self.loads[0] + 0.75 * np.ptp(self.loads))
        start = min(int(start), len(self.loads) - 2) if len(self.loads) > 1 else 0
        run = self.loads[-1] - self.loads[start]
        slope = (self.latencies[-1] - self.latencies[start]) / run if run > 0 else 0.0
        beyond: Floats = inside + slope * np.maximum(loads - self.loads[-1], 0)
        return beyond


def load_curve(loads: Floats, latencies: Floats, *, requests: Floats | None = None) -> LoadCurve:
    """Latency as a function of load that never falls, closest to what was seen.

    Args:
        loads: (n,) load of each hour, 0 or more.
        latencies: (n,) its latency (a quantile), 0 or more.
        requests: (n,) how much each hour counts; None: equally.

    Raises:
        ValueError: Lengths that differ, fewer than 2 hours, unknown values.

    References:
        Barlow, Bartholomew, Bremner and Brunk (1972), "Statistical inference under order
        restrictions", section 1.2 (pool adjacent violators).

    Examples:
        >>> curve = load_curve(np.array([10.0, 20, 30]), np.array([100.0, 90, 200]))
        >>> curve.latencies.tolist()
        [95.0, 95.0, 200.0]
    """
    if len(loads) != len(latencies) or len(loads) < 2:
        raise ValueError(f"{len(loads)} loads do not fit {len(latencies)} latencies")
    weights = np.ones(len(loads)) if requests is None else requests
    if not np.all(np.isfinite(loads) & np.isfinite(latencies) & (weights > 0)):
        raise ValueError("loads and latencies must be known, and their weights above 0")
    from scipy.optimize import isotonic_regression

    unique, of_hour = np.unique(loads, return_inverse=True)
    weight = np.bincount(of_hour, weights)
    mean = np.bincount(of_hour, weights * latencies) / weight
    return LoadCurve(unique, isotonic_regression(mean, weights=weight).x)


@dataclass(frozen=True, slots=True)
class CapacityDates:
    """When a limit is crossed.

    Attributes:
        by_chance: Chance → the first day by which it has been crossed with that chance; None when
            not within the horizon.
        crossed: Chance of having crossed it by the end of the horizon.
        safe_until: The last day up to which waiting costs nothing with the confidence; None when
            even the first day is not safe.
        horizon: The last day looked at.
    """

    by_chance: dict[float, np.datetime64 | None]
    crossed: float
    safe_until: np.datetime64 | None
    horizon: np.datetime64


def capacity_dates(
    days: Days,
    futures: Floats,
    limit: float,
    *,
    chances: tuple[float, ...] = CHANCES,
    confidence: float = 0.95,
) -> CapacityDates:
    """Optimise now or later? Dates by which the limit is crossed with 10, 50 and 90 %.

    Args:
        days: (h,) days to come.
        futures: (paths, h) of the load, or of the latency that a `LoadCurve` makes of it; days of
            a path belong together, as from `metrics.series.paths`.
        limit: What must not be exceeded.
        chances: Of having crossed it.
        confidence: Of the day until which nothing needs to be done.

    Raises:
        ValueError: Days that do not fit the paths, or chances outside 0 to 1.

    Examples:
        >>> days = np.arange("2026-03-01", "2026-03-05", dtype="datetime64[D]")
        >>> futures = np.array([[1.0, 2, 3, 4], [1, 1, 2, 3]])
        >>> found = capacity_dates(days, futures, 2.5, chances=(0.5, 1.0))
        >>> [str(day) for day in found.by_chance.values()], str(found.safe_until)
        (['2026-03-03', '2026-03-04'], '2026-03-02')
    """
    if futures.ndim != 2 or futures.shape[1] != len(days) or len(futures) == 0:
        raise ValueError(f"{len(days)} days do not fit paths of {futures.shape}")
    if not all(0 < chance <= 1 for chance in (*chances, confidence)):
        raise ValueError(f"chances must be above 0 and at most 1, got {chances}, {confidence}")
    crossed = (np.maximum.accumulate(futures, axis=1) > limit).mean(axis=0)
    by_chance = {
        chance: days[int(np.argmax(crossed >= chance))] if crossed[-1] >= chance else None
        for chance in chances
    }
    safe = int((crossed <= 1 - confidence + 1e-12).sum())  # the share never falls
    return CapacityDates(
        by_chance=by_chance,
        crossed=float(crossed[-1]),
        safe_until=days[safe - 1] if safe else None,
        horizon=days[-1],
    )
