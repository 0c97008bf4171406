"""The same analysis where nothing happened: how often is as large an effect found there?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.series.calendar import Days, Floats
from metrics.series.interruption import interruption
from metrics.series.scales import Scale


@dataclass(frozen=True, slots=True)
class Placebos:
    """An effect among those that the same method finds at dates without any event.

    Attributes:
        effects: The placebos' effects, in the order of their dates.
        as_large: How many of them are at least as large as the real one, either sign.
        count: How many there are.
        p_value: (1 + as_large) ÷ (1 + count); None without placebos.
        flagged: How many the method itself called significant; None when it was not asked.
    """

    effects: tuple[float, ...]
    as_large: int
    count: int
    p_value: float | None
    flagged: int | None


def placebos(
    effect: float, effects: Sequence[float], *, p_values: Sequence[float] | None = None,
    alpha: float = 0.05,
) -> Placebos:  # fmt: skip
    """Rank an effect among placebos: "11 of 60 ordinary days show as large a change".

    Placebos that share days are not independent: the p-value is then coarser than it looks, but
    its size is right on average.

    Args:
        effect: The real one.
        effects: Of the placebos, by the same method on the same scale.
        p_values: The method's own, of the placebos, for the realised rate of false alarms.
        alpha: What the method calls significant.

    Raises:
        ValueError: An unknown effect, or p-values of another number.

    References:
        Abadie, Diamond and Hainmueller (2015), AJPS 59:495-510 (in time). Phipson and Smyth (2010),
        SAGMB 9:39 (the real one counts).

    Examples:
        >>> found = placebos(-3.0, [1.0, -2.0, 4.0, 0.5])
        >>> found.as_large, found.count, found.p_value
        (1, 4, 0.4)
    """
    sizes = np.abs(np.asarray(effects, dtype=np.float64))
    if not np.all(np.isfinite(np.append(sizes, effect))):
        raise ValueError("effects must be known: leave out placebos that have none")
    if p_values is not None and len(p_values) != len(effects):
        raise ValueError(f"{len(effects)} placebos need as many p-values, got {len(p_values)}")
    as_large = int((sizes >= abs(effect)).sum())
    return Placebos(
        effects=tuple(float(one) for one in effects),
        as_large=as_large,
        count=len(sizes),
        p_value=(1 + as_large) / (1 + len(sizes)) if len(sizes) else None,
        flagged=None if p_values is None else sum(p <= alpha for p in p_values),
    )


def placebo_dates(
    days: Days,
    values: Floats,
    *,
    before: int,
    after: int,
    scale: Scale = "count",
    controls: Floats | None = None,
    step: int = 1,
) -> tuple[tuple[np.datetime64, float, float], ...]:
    """The interruption that each past date would have shown, had an event been there.

    Args:
        days: (n,) days before the real event alone, rising.
        values: (n,) on the working scale.
        before: Days that each placebo learns from.
        after: Days that it compares: as many as the real one.
        scale: As in `interruption`.
        controls: (n, k), as there.
        step: Days between placebo dates.

    Returns:
        (date, effect, p-value) for each; dates in whose past the series never varied are left out.

    Raises:
        ValueError: As `interruption`; a step below 1.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-05-01", dtype="datetime64[D]")
        >>> values = np.random.default_rng(1).normal(0, 1, len(days))
        >>> len(placebo_dates(days, values, before=56, after=7, scale="value", step=14))
        5
    """
    if step < 1:
        raise ValueError(f"step must be 1 day or more, got {step}")
    found = []
    for date in range(before, len(days) - after + 1, step):
        span = slice(date - before, date + after)
        one = interruption(
            days[span], values[span], before, scale=scale,
            controls=None if controls is None else controls[span],
        )  # fmt: skip
        if one.effect is not None and one.p_value is not None:
            found.append((days[date], one.effect, one.p_value))
    return tuple(found)


def placebo_periods(
    outcomes: Floats, date: int, after: int, effect: Callable[[Floats, int], float], *, first: int
) -> tuple[float, ...]:
    """The effect that any method on a panel finds at each earlier date, on earlier periods alone.

    Args:
        outcomes: (units, periods).
        date: Index of the real date; nothing from it on is used.
        after: Periods that each placebo compares.
        effect: Gives the effect of outcomes cut off after a placebo, and the placebo's date.
        first: Earliest placebo date: the periods that the method needs before.

    Raises:
        ValueError: No placebo date fits.

    Examples:
        >>> outcomes = np.arange(12.0).reshape(2, 6)
        >>> placebo_periods(outcomes, 5, 1, lambda seen, at: float(seen[0, at:].mean()), first=3)
        (3.0, 4.0)
    """
    dates = range(first, date - after + 1)
    if not dates:
        raise ValueError(f"no date from {first} on leaves {after} periods before {date}")
    return tuple(effect(outcomes[:, : at + after], at) for at in dates)
