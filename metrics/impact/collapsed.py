"""One date, several segments: each is one number, and chance is who happened to be treated."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from metrics.impact.panel import Panel
from metrics.impact.simplex import Floats

MOST_ASSIGNMENTS = 20_000  # beyond it they are drawn, not counted
FAR = 60.0  # standard errors within which the interval's ends are looked for
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Collapsed:
    """A difference in differences from one change for each segment.

    Attributes:
        effect: Mean change of the treated less mean change of the others.
        low: Lower end of the interval; None when too few segments to exclude anything.
        high: Upper end; None as low.
        p_value: Share of assignments of the treatment with as large an effect, either sign.
        smallest_p: The smallest p-value that so few segments can reach.
        assignments: How many ways to choose the treated were looked at.
        treated: Treated segments.
        untreated: Other segments.
    """

    effect: float
    low: float | None
    high: float | None
    p_value: float
    smallest_p: float
    assignments: int
    treated: int
    untreated: int


def collapsed(
    panel: Panel, *, skip: int = 0, confidence: float = 0.95, seed: int = 1
) -> Collapsed:
    """Did treated segments change more than the others, beyond how segments differ anyway?

    Days are averaged away before comparing, because they repeat each other; and p-value and
    interval come from exchanging the labels, which is exact however few segments there are, when
    it was chance who was treated. With few segments no p-value can be small: see `smallest_p`.

    Args:
        panel: One date, segments as units.
        skip: Periods from the date on that belong to neither side (the launch day).
        confidence: Of the interval: the effects that the same test would not reject.
        seed: Of the drawn assignments, where there are too many to count.

    Raises:
        ValueError: Several dates, nobody untreated, or no period left after the skipped ones.

    References:
        Bertrand, Duflo and Mullainathan (2004), QJE 119:249-275, section IV.C (collapsing).
        Fisher (1935), "The design of experiments", sections 21-21.1. Interval by inversion:
        Lehmann and Romano (2005), "Testing statistical hypotheses", section 5.12. Drawn
        assignments count the real one: Phipson and Smyth (2010), SAGMB 9:39.

    Examples:
        >>> outcomes = np.array([[1.0, 4.0], [2.0, 5.5], [1.0, 1.5], [3.0, 3.0], [0.0, 1.0]])
        >>> found = collapsed(Panel(outcomes, np.array([1, 1, -1, -1, -1])))
        >>> round(found.effect, 9), found.p_value, found.smallest_p
        (2.75, 0.1, 0.1)
    """
    date = panel.only_date()
    if date + skip >= panel.outcomes.shape[1]:
        raise ValueError(f"no period is left after {skip} from period {date} on")
    after = panel.outcomes[:, date + skip :].mean(axis=1)
    changes = after - panel.outcomes[:, :date].mean(axis=1)
    labels = _assignments(panel, seed)
    treated = int(panel.is_treated.sum())
    untreated = len(changes) - treated
    per_label = 1 / treated + 1 / untreated
    effects = labels @ changes * per_label - changes.sum() / untreated
    # What a treatment effect of 1 for the really treated adds to each assignment's effect.
    shares = labels @ panel.is_treated * per_label - treated / untreated
    mirrors = int(np.isclose(shares, -1.0).sum())
    low, high = _inverted(effects, shares, 1 - confidence)
    return Collapsed(
        effect=float(effects[0]), low=low, high=high,
        p_value=_p_value(effects, shares, 0.0),
        smallest_p=(1 + mirrors) / len(labels),
        assignments=len(labels), treated=treated, untreated=untreated,
    )  # fmt: skip


def _assignments(panel: Panel, seed: int) -> Floats:
    """Rows of 0 and 1, the real assignment first; all there are, or some drawn."""
    real, count = panel.is_treated, len(panel.is_treated)
    treated = int(real.sum())
    if comb(count, treated) <= MOST_ASSIGNMENTS:
        chosen = np.array(list(combinations(range(count), treated)))
        rows = np.zeros((len(chosen), count))
        np.put_along_axis(rows, chosen, 1.0, axis=1)
        is_real = (rows == real).all(axis=1)
        return np.vstack([rows[is_real], rows[~is_real]])
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(real.astype(float), (MOST_ASSIGNMENTS - 1, 1)), axis=1)
    return np.vstack([real.astype(float), drawn])


def _p_value(effects: Floats, shares: Floats, truth: float) -> float:
    """Share of assignments whose effect is as large, were `truth` the real one and taken away."""
    distances = np.abs(effects - truth * shares)
    return float((distances >= distances[0] * (1 - 1e-9) - 1e-12).mean())


def _inverted(
    effects: Floats, shares: Floats, alpha: float
) -> tuple[float | None, float | None]:
    spread = float(effects.std())
    if spread == 0:
        return None, None
    ends: list[float | None] = []
    for sign in (-1.0, 1.0):
        inside, outside = float(effects[0]), float(effects[0]) + sign * FAR * spread
        if _p_value(effects, shares, outside) > alpha:
            ends.append(None)
            continue
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            is_kept = _p_value(effects, shares, middle) > alpha
            inside, outside = (middle, outside) if is_kept else (inside, middle)
        ends.append((inside + outside) / 2)
    return ends[0], ends[1]
