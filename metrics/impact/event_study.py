"""Effects of waves put together: by time since treatment, over all, and what could be missed."""

from dataclasses import dataclass

import numpy as np

from metrics.impact.simplex import Floats
from metrics.impact.staggered import GroupTimeEffects

DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Average:
    """A weighted mean of effects.

    Attributes:
        at: Periods since treatment (0 is the first one, below 0 before it); None over all.
        effect: The mean, waves weighted by their units.
        error: Its standard error, which counts that wave sizes are of a sample; None when unknown.
        low: Lower end; None with error.
        high: Upper end; None with error.
    """

    at: int | None
    effect: float
    error: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects by time since treatment.

    Attributes:
        periods: One for each, rising; their intervals hold all together with the confidence.
        overall: Mean of the periods from treatment on, with an interval of its own.
        critical: Standard errors that the joint intervals reach; None when errors are unknown.
    """

    periods: tuple[Average, ...]
    overall: Average
    critical: float | None


def event_study(
    effects: GroupTimeEffects,
    *,
    balanced: int | None = None,
    confidence: float = 0.95,
    seed: int = 1,
) -> EventStudy:
    """How the effect built up since each unit was reached, and whether something began before.

    Args:
        effects: Of all waves and periods.
        balanced: Only waves seen for so many periods after the first, and only those periods, so
            that the mix of waves cannot make a trend. None: all.
        confidence: Of the intervals.
        seed: Of the draws for the joint intervals.

    Raises:
        ValueError: No period after treatment is left.

    References:
        Callaway and Sant'Anna (2021), J. Econometrics 225:200-230, eq. 3.4 and 3.11, section 4.2
        (simultaneous bands by the multiplier bootstrap); widened by Student's t with the degrees of
        the smallest side, after Welch (1947), Biometrika 34:28-35, as segments are few.

    Examples:
        >>> from metrics.impact.panel import Panel
        >>> from metrics.impact.staggered import group_time_effects
        >>> outcomes = np.array([[1, 2, 5.0], [0, 1, 3], [1, 2, 2], [3, 4, 5]])
        >>> cells = group_time_effects(Panel(outcomes, np.array([2, 2, -1, -1])))
        >>> [(one.at, one.effect) for one in event_study(cells).periods]
        [(-1, 0.0), (0, 2.0)]
    """
    last = max(cell.period for cell in effects.cells)
    waves = [g for g in effects.sizes if balanced is None or g + balanced <= last]
    since = sorted(
        {c.period - c.group for c in effects.cells if c.group in waves}
        & (set(range(-last, last + 1)) if balanced is None else set(range(-last, balanced + 1)))
    )
    if balanced is not None:  # before treatment too, only periods that every wave has
        since = [at for at in since if at >= 0 or all(g + at >= 1 for g in waves)]
    if not any(at >= 0 for at in since):
        raise ValueError("no wave is seen after its treatment")
    found = [_at(effects, at, waves) for at in since]
    after = [one for at, one in zip(since, found, strict=True) if at >= 0]
    alone = _critical(effects, confidence)
    critical = _joint_critical([pull for _, pull in found], confidence, seed, alone)
    overall = (float(np.mean([e for e, _ in after])), np.mean([p for _, p in after], axis=0))
    return EventStudy(
        periods=tuple(
            _average(at, *one, critical) for at, one in zip(since, found, strict=True)
        ),
        overall=_average(None, *overall, alone),
        critical=critical,
    )


def simple_average(effects: GroupTimeEffects, *, confidence: float = 0.95) -> Average:
    """The effect over all waves and periods after treatment, each weighted by its units.

    Long-treated waves count for more; `event_study` says how the effect built up.

    Args:
        effects: Of all waves and periods.
        confidence: Of the interval.

    Raises:
        ValueError: No period after treatment.

    References:
        Callaway and Sant'Anna (2021), eq. 3.10.
    """
    after = [at for at, cell in enumerate(effects.cells) if cell.period >= cell.group]
    if not after:
        raise ValueError("no wave is seen after its treatment")
    return _average(None, *_weighted(effects, after), _critical(effects, confidence))


def _at(effects: GroupTimeEffects, since: int, waves: list[int]) -> tuple[float, Floats]:
    chosen = [
        at for at, cell in enumerate(effects.cells)
        if cell.period - cell.group == since and cell.group in waves
    ]  # fmt: skip
    return _weighted(effects, chosen)


def _weighted(effects: GroupTimeEffects, chosen: list[int]) -> tuple[float, Floats]:
    """Mean of some cells by the sizes of their waves, and each unit's pull on it."""
    groups = list(effects.sizes)
    of_cell = [groups.index(effects.cells[at].group) for at in chosen]
    shares = effects.indicators.mean(axis=0)[of_cell]
    weights = shares / shares.sum()
    values = np.array([effects.cells[at].effect for at in chosen])
    mean = float(weights @ values)
    # The weights are estimated too: a unit more in a wave moves the mean towards its effect.
    moved = (effects.indicators[:, of_cell] - shares) @ (values - mean) / shares.sum()
    return mean, effects.influence[:, chosen] @ weights + moved


def _average(at: int | None, effect: float, pull: Floats, critical: float | None) -> Average:
    error = float(np.sqrt((pull**2).sum())) / len(pull)
    if error == 0 or critical is None:
        return Average(at, effect, None, None, None)
    return Average(at, effect, error, effect - critical * error, effect + critical * error)


def _critical(effects: GroupTimeEffects, confidence: float) -> float:
    """Of Student's t with the degrees of the smallest side, which is careful where it is small."""
    from scipy.special import stdtrit

    never = len(effects.indicators) - sum(effects.sizes.values())
    smallest = min([*effects.sizes.values(), *([never] if never else [])])
    return float(stdtrit(max(smallest - 1, 1), (1 + confidence) / 2))


def _joint_critical(
    pulls: list[Floats], confidence: float, seed: int, alone: float
) -> float | None:
    influence = np.column_stack(pulls)
    errors = np.sqrt((influence**2).sum(axis=0))
    known = errors > 0
    if not known.any():
        return None
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (DRAWS, len(influence)))
    largest = np.abs(signs @ influence[:, known] / errors[known]).max(axis=1)
    from scipy.special import ndtri

    # Drawn for many units; as much wider for few ones as one interval is.
    wider = alone / float(ndtri((1 + confidence) / 2))
    return max(float(np.quantile(largest, confidence)) * wider, alone)
