"""How one attribute enters a risk model: a smooth curve, a straight line, or a level each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Column = NDArray[np.float64] | NDArray[np.str_]

KNOTS = (0.05, 0.35, 0.65, 0.95)  # Harrell's quantiles for four knots
FEWEST_DISTINCT = 8  # with fewer values a curve is no more than its points
RAREST_LEVEL = 0.005  # a level of fewer customers is "other"


@dataclass(frozen=True, slots=True)
class Term:
    """One attribute of a model.

    Attributes:
        name: The attribute.
        knots: Where a curve may bend; empty: a straight line, or levels.
        levels: Categories with a value of their own; empty: a number.
        fill: What stands for a missing number; missing also has a coefficient of its own.
        centre: Mean of each column over the customers learned from.
        scale: Its standard deviation; 1 where it does not vary.
        weights: Coefficient of each column, once fitted.
    """

    name: str
    knots: tuple[float, ...]
    levels: tuple[str, ...]
    fill: float
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def columns(self, values: Column) -> Floats:
        """(n, k) what the model sees: each column with mean 0 and deviation 1 where it learned."""
        return (_raw(values, self.knots, self.levels, self.fill) - self.centre) / self.scale

    def contribution(self, values: Column) -> Floats:
        """(n,) what the attribute adds to the log odds; 0 is the average customer learned from."""
        added: Floats = self.columns(values) @ np.array(self.weights)
        return added


def term(name: str, values: Column) -> Term:
    """Choose how an attribute enters, from the customers learned from.

    Args:
        name: The attribute.
        values: (n,) numbers, NaN where missing; or texts, of which the empty one is a level.

    Raises:
        ValueError: No value at all.

    References:
        Harrell (2015), Regression Modeling Strategies, section 2.4.5: restricted cubic splines.
    """
    if not len(values):
        raise ValueError(f"{name!r} has no values to learn from")
    knots: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    fill = 0.0
    if values.dtype.kind in "fiub":
        known = values[np.isfinite(values.astype(np.float64))].astype(np.float64)
        fill = float(np.median(known)) if len(known) else 0.0
        places = np.unique(np.quantile(known, KNOTS)) if len(known) else np.empty(0)
        if len(places) >= 3 and len(np.unique(known)) >= FEWEST_DISTINCT:
            knots = tuple(places.tolist())
    else:
        found, counts = np.unique(values.astype(np.str_), return_counts=True)
        often = counts >= RAREST_LEVEL * len(values)
        levels = tuple(str(level) for level in found[often])
    raw = _raw(values, knots, levels, fill)
    deviation = raw.std(axis=0)
    scale = np.where(deviation > 1e-12, deviation, 1.0)
    return Term(name, knots, levels, fill, tuple(raw.mean(axis=0).tolist()), tuple(scale.tolist()))


def _raw(
    values: Column, knots: tuple[float, ...], levels: tuple[str, ...], fill: float
) -> Floats:
    if values.dtype.kind not in "fiub":
        names = np.array(levels, dtype=np.str_)
        is_level: Floats = (values.astype(np.str_)[:, None] == names[None, :]).astype(np.float64)
        return is_level
    numbers = values.astype(np.float64)
    is_missing = ~np.isfinite(numbers)
    numbers = np.where(is_missing, fill, numbers)
    return np.column_stack((numbers, *_bends(numbers, knots), is_missing))


def _bends(numbers: Floats, knots: tuple[float, ...]) -> list[Floats]:
    """The curved columns of a restricted cubic spline: straight beyond the outer knots."""
    if not knots:
        return []
    last, before = knots[-1], knots[-2]
    width = (last - knots[0]) ** 2

    def cubed(knot: float) -> Floats:
        return np.maximum(numbers - knot, 0) ** 3

    return [
        (
            cubed(knot)
            - cubed(before) * (last - knot) / (last - before)
            + cubed(last) * (before - knot) / (last - before)
        )
        / width
        for knot in knots[:-2]
    ]
