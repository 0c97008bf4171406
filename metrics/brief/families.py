"""Hundreds of series at once: which metrics moved, and in which segments, with few false ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.multiplicity import adjusted_p_values

Q = 0.05


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with its segments.

    Attributes:
        p_value: Of the metric: total and segments together; None when none could be tested.
        adjusted_p: After all metrics were asked (Benjamini-Hochberg); None with p_value.
        is_selected: Whether the metric moved.
        segments: Those that moved, of a metric that is selected; the smallest p-value first.
        level: What the segments were held to, q × selected ÷ metrics; None when not selected.
    """

    p_value: float | None
    adjusted_p: float | None
    is_selected: bool
    segments: tuple[str, ...]
    level: float | None


def simes(p_values: Sequence[float | None]) -> float | None:
    """Did any of them move? One p-value for a set of related tests.

    Args:
        p_values: None are left out.

    Returns:
        The smallest of p(i) × n ÷ i; None when nothing is known.

    References:
        Simes (1986), Biometrika 73:751-754. It holds for independent and positively dependent
        tests (Sarkar 1998, Ann. Stat. 26:494-504).

    Examples:
        >>> simes([0.5, 0.01, 0.02])
        0.03
    """
    known = np.sort([p for p in p_values if p is not None])
    if not len(known):
        return None
    return float(np.min(known * len(known) / np.arange(1, len(known) + 1)))


def families(
    totals: Mapping[str, float | None],
    segments: Mapping[str, Mapping[str, float | None]],
    *,
    q: float = Q,
) -> dict[str, Family]:
    """Which metrics moved, then where: false ones are at most q of those named, in either step.

    Testing all segments of all metrics as one heap would drown a total in its segments; testing
    each metric by itself would find something every day.

    Args:
        totals: Metric → p-value of its total; None when it has no verdict.
        segments: Metric → segment → p-value; metrics without segments may be missing.
        q: The share of false ones.

    Raises:
        ValueError: q outside 0 to 1, a p-value outside 0 to 1, or segments of an unknown metric.

    References:
        Benjamini and Bogomolov (2014), JRSS B 76:297-318 (selection, then q × R ÷ m inside).
        Benjamini and Hochberg (1995), JRSS B 57:289-300.

    Examples:
        >>> found = families({"users": 0.5, "errors": 0.4},
        ...                  {"errors": {"ios": 0.0001, "web": 0.9}})
        >>> found["errors"].segments, found["users"].is_selected
        (('ios',), False)
    """
    if not 0 < q < 1:
        raise ValueError(f"q must be between 0 and 1, got {q}")
    strange = sorted(set(segments) - set(totals))
    if strange:
        raise ValueError(f"segments of metrics without a total: {', '.join(strange)}")
    p_values = [
        _together(total, list(segments.get(name, {}).values())) for name, total in totals.items()
    ]
    adjusted = adjusted_p_values(p_values, method="bh")
    asked = sum(p is not None for p in p_values)
    selected = sum(p is not None and p <= q for p in adjusted)
    found = {}
    for name, p_value, raised in zip(totals, p_values, adjusted, strict=True):
        is_selected = raised is not None and raised <= q
        level = q * selected / asked if is_selected else None
        moved = _moved(segments.get(name, {}), level) if level is not None else ()
        found[name] = Family(p_value, raised, is_selected, moved, level)
    return found


def _together(total: float | None, segments: Sequence[float | None]) -> float | None:
    """Total and segments, two questions: twice the smaller; one alone costs nothing."""
    known = [p for p in (total, simes(segments)) if p is not None]
    return min(1.0, len(known) * min(known)) if known else None


def _moved(segments: Mapping[str, float | None], level: float) -> tuple[str, ...]:
    adjusted = adjusted_p_values(list(segments.values()), method="bh")
    pairs = zip(segments, adjusted, strict=True)
    below = sorted((p, name) for name, p in pairs if p is not None and p <= level)
    return tuple(name for _, name in below)
