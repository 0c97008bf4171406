"""How long customers stayed, as far as is known: the input of every survival function."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lifetimes:
    """One row per customer.

    Attributes:
        durations: (n,) time from the first paid day to the event, or to the last day known; 0 or
            more, in days, months or renewals: never two of these in one table.
        is_event: (n,) whether the customer left then; False: still there when last seen.
        entries: (n,) age at which the customer came under observation, below the duration; a
            customer older than the data is seen only from there on. None: all from the start.

    Raises:
        ValueError: Columns of different length, negative or unknown durations, or an entry that
            does not lie between 0 and its duration.
    """

    durations: Floats
    is_event: NDArray[np.bool_]
    entries: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.durations) != len(self.is_event):
            raise ValueError(
                f"got {len(self.durations)} durations but {len(self.is_event)} events"
            )
        if not np.all(np.isfinite(self.durations) & (self.durations >= 0)):
            raise ValueError("durations must be 0 or more; a running one ends when last seen")
        if self.entries is None:
            return
        if len(self.entries) != len(self.durations):
            raise ValueError(f"got {len(self.entries)} entries for {len(self.durations)} customers")
        if not np.all((self.entries >= 0) & (self.entries < self.durations)):
            raise ValueError("an entry lies between 0 and its duration, the duration excluded")

    def __len__(self) -> int:
        return len(self.durations)

    def only(self, which: NDArray[np.bool_]) -> "Lifetimes":
        """The rows for which `which` holds."""
        entries = None if self.entries is None else self.entries[which]
        return Lifetimes(self.durations[which], self.is_event[which], entries)

    def between(self, start: float, end: float) -> tuple["Lifetimes", NDArray[np.bool_]]:
        """What is seen of ages above `start` up to `end`, and which rows have a part there."""
        entries = np.zeros(len(self)) if self.entries is None else self.entries
        seen = (self.durations > start) & (entries < end)
        here = Lifetimes(
            np.minimum(self.durations, end)[seen],
            (self.is_event & (self.durations <= end))[seen],
            np.maximum(entries, start)[seen],
        )
        return here, seen


def standard_normal_quantile(confidence: float) -> float:
    """How many standard errors an interval reaches to each side.

    Raises:
        ValueError: A level that does not lie between 0 and 1.
    """
    from statistics import NormalDist

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)
