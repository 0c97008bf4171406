"""What an event is to a funnel, as one small number that sorts as rows of one moment stand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from queries.narrow import NOT_SET

MISSING = -1  # the code of a value that is not set
MASKS = 256  # of at most eight steps


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """What events are, as one small number each, which sorts as rows of one moment are to stand.

    Attributes:
        steps: What each code says of steps.
        values: What it says of the value.
        voids: What it says of exclusions.
    """

    steps: NDArray[np.uint8]
    values: NDArray[np.int32]
    voids: NDArray[np.uint8]

    @classmethod
    def of(
        cls,
        steps: NDArray[np.uint8],
        values: NDArray[np.int32] | None,
        names: tuple[str, ...],
        voids: NDArray[np.uint8] | None,
    ) -> tuple["Kinds", NDArray[np.unsignedinteger]]:
        """What the codes of events stand for, and the code of each event.

        They ascend by the steps that events fit, none last, then by value, then by exclusions.
        """
        masks = np.flatnonzero(np.bincount(steps, minlength=MASKS)).astype(np.uint8)
        masks = np.append(masks[masks > 0], np.uint8(0))
        in_order = _values_in_order(names)
        most_voids = 1 if voids is None else int(voids.max(initial=0)) + 1
        count = len(masks) * len(in_order) * most_voids
        kind = np.min_scalar_type(count)
        codes = _ranks(masks, MASKS, kind)[steps]
        if values is not None:
            codes *= kind.type(len(in_order))
            codes += _ranks(in_order - MISSING, len(in_order), kind)[values - MISSING]
        if voids is not None:
            codes *= kind.type(most_voids)
            codes += voids.astype(kind)
        every = np.arange(count)  # small tables undo what was put together
        kinds = cls(
            masks[every // most_voids // len(in_order)],
            in_order[every // most_voids % len(in_order)],
            (every % most_voids).astype(np.uint8),
        )
        return kinds, codes


def _ranks(
    in_order: NDArray[np.integer], count: int, kind: np.dtype[np.unsignedinteger]
) -> NDArray[np.unsignedinteger]:
    """(count,) where each number stands in an order."""
    ranks = np.zeros(count, dtype=kind)
    ranks[in_order] = np.arange(len(in_order), dtype=kind)
    return ranks


def _values_in_order(names: tuple[str, ...]) -> NDArray[np.int32]:
    """Codes of the values by name; one that is not set stands where its words do."""
    before = [code for code, name in enumerate(names) if name < NOT_SET]
    after = [code for code, name in enumerate(names) if name >= NOT_SET]
    return np.array([*before, MISSING, *after], dtype=np.int32)
