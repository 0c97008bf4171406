"""The events a funnel reads: sorted columns, one row per event."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.question import MOST_STEPS

Mask = NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Events in the order of who did them and when.

    Rows are sorted by unit, then by time; rows of one unit and one time by `steps` as a number,
    rows without a step last (`sorted_log` sorts like this). Only "strict" needs the rows that are
    neither a step nor an exclusion.

    Attributes:
        units: (n,) integers; who is counted: a key of the user, the account or the session.
        times: (n,) int64; microseconds since 1970, UTC.
        steps: (n,) unsigned; bit k is set when the event, filters included, fits step k.
        exclusions: (n,) unsigned; bit j is set when the event is exclusion j. None: there are none.
        has_own_order: Rows of one unit and time stand as they happened, and are to be taken so:
            what a path's nodes do. Only for "strict".

    Raises:
        ValueError: Columns of different length, or of the wrong type.
    """

    units: NDArray[np.integer]
    times: NDArray[np.int64]
    steps: Mask
    exclusions: Mask | None = None
    has_own_order: bool = False

    def __post_init__(self) -> None:
        columns = {"units": self.units, "times": self.times, "steps": self.steps}
        if self.exclusions is not None:
            columns["exclusions"] = self.exclusions
        shapes = {name: column.shape for name, column in columns.items()}
        if set(shapes.values()) != {(len(self.units),)}:
            raise ValueError(f"columns must have one length, got {shapes}")
        wanted = {"units": "iu", "times": "i", "steps": "u", "exclusions": "u"}
        for name, column in columns.items():
            if column.dtype.kind not in wanted[name]:
                kinds = "an unsigned integer" if wanted[name] == "u" else "an integer"
                raise ValueError(f"{name} must be {kinds}, got {column.dtype}")

    def __len__(self) -> int:
        return len(self.units)


def masks(codes: NDArray[np.integer], sets: Sequence[Collection[int]]) -> Mask:
    """For each event, which of the given sets of codes hold it: bit k for set k.

    Args:
        codes: (n,) non-negative; what each event is.
        sets: For each step (or exclusion) the codes that fit it; at most 64.

    Raises:
        ValueError: More than 64 sets, or a negative code.

    Examples:
        >>> masks(np.array([7, 3, 7, 5]), [{7}, {3, 7}]).tolist()
        [3, 2, 3, 0]
    """
    if len(sets) > MOST_STEPS:
        raise ValueError(f"at most {MOST_STEPS} sets of codes, got {len(sets)}")
    if len(codes) and codes.min() < 0:
        raise ValueError(f"codes must not be negative, got {codes.min()}")
    highest = max([int(codes.max(initial=0)), *(code for one in sets for code in one)])
    table: Mask = np.zeros(highest + 1, dtype=mask_type(len(sets)))
    for bit, one in enumerate(sets):
        for code in one:
            table[code] |= table.dtype.type(1 << bit)
    fits: Mask = table[codes]
    return fits


def mask_type(bits: int) -> np.dtype[np.unsignedinteger]:
    """The narrowest unsigned integer with so many bits."""
    return np.dtype(next(f"u{size}" for size in (1, 2, 4, 8) if bits <= 8 * size))


def sorted_log(
    units: NDArray[np.integer],
    times: NDArray[np.int64],
    steps: Mask,
    exclusions: Mask | None = None,
) -> tuple[Log, NDArray[np.intp]]:
    """The log of events that come in any order, and where each of its rows came from.

    Returns:
        The log, and (n,) positions: row i of the log is event `positions[i]`.

    Examples:
        >>> log, positions = sorted_log(
        ...     np.array([2, 1, 1]), np.array([5, 9, 9]), np.array([1, 0, 1], dtype=np.uint8)
        ... )
        >>> log.units.tolist(), log.steps.tolist(), positions.tolist()
        ([1, 1, 2], [1, 0, 1], [2, 1, 0])
    """
    order = np.lexsort((tie_rank(steps), times, units))
    ordered = exclusions if exclusions is None else exclusions[order]
    return Log(units[order], times[order], steps[order], ordered), order


def tie_rank(steps: Mask) -> Mask:
    """The order of rows with equal unit and time: by mask, 0 last."""
    return steps - steps.dtype.type(1)
