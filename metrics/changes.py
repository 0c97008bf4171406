"""How far a figure has moved from what it is compared with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A figure beside the figure it is compared with.

    Attributes:
        value: The figure; None when it cannot be measured.
        base: What it is compared with; None when that cannot be measured.
        absolute: value - base, in the figure's own unit (a difference of shares is a fraction:
            0.021 is 2.1 percentage points); None when either is.
        relative: absolute ÷ base, as a fraction; None when either is None or the base is not
            above 0, because growth from nothing has no percentage.
    """

    value: float | None
    base: float | None
    absolute: float | None
    relative: float | None


def change(value: float | None, base: float | None) -> Change:
    """A figure and its difference from a base; for shares the difference is in points.

    Args:
        value: The figure of the period looked at.
        base: The same figure of the period compared with.

    Examples:
        >>> change(120, 100)
        Change(value=120, base=100, absolute=20, relative=0.2)
        >>> change(5, 0).relative is None, change(5, None).absolute is None
        (True, True)
    """
    if value is None or base is None:
        return Change(value=value, base=base, absolute=None, relative=None)
    absolute = value - base
    return Change(
        value=value, base=base, absolute=absolute, relative=absolute / base if base > 0 else None
    )
