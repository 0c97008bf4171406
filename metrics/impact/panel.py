"""Segments over time: who got the release when, and how each did."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.impact.simplex import Floats

NEVER = -1  # first treated period of a unit that is never treated


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A balanced panel: every unit seen in every period.

    Attributes:
        outcomes: (units, periods) finite values, on a scale on which effects add up (logarithms of
            counts and durations, usually).
        first_treated: (units,) index of the first period under treatment, at least 1; -1: never.

    Raises:
        ValueError: Shapes that do not fit, unknown values, or a first period that no unit could
            be compared before.
    """

    outcomes: Floats
    first_treated: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.outcomes.ndim != 2 or self.first_treated.shape != self.outcomes.shape[:1]:
            raise ValueError(
                f"outcomes of {self.outcomes.shape} do not fit first periods of "
                f"{self.first_treated.shape}"
            )
        if not np.all(np.isfinite(self.outcomes)):
            raise ValueError("every unit must be known in every period: leave out the others")
        treated = self.first_treated[self.first_treated != NEVER]
        if np.any((treated < 1) | (treated >= self.outcomes.shape[1])):
            raise ValueError(
                f"first treated periods must be -1 or 1 to {self.outcomes.shape[1] - 1}, got "
                f"{sorted(set(treated.tolist()))}"
            )

    @property
    def groups(self) -> tuple[int, ...]:
        """First treated periods that occur, rising."""
        return tuple(sorted({int(one) for one in self.first_treated if one != NEVER}))

    @property
    def is_treated(self) -> NDArray[np.bool_]:
        """(units,) whether each is ever treated."""
        is_treated: NDArray[np.bool_] = self.first_treated != NEVER
        return is_treated

    def only_date(self) -> int:
        """The one first treated period.

        Raises:
            ValueError: Several, or none; or nobody is left untreated.
        """
        if len(self.groups) != 1 or self.is_treated.all():
            raise ValueError(
                f"this needs one date and units never treated, got dates {self.groups} and "
                f"{int((~self.is_treated).sum())} untreated units"
            )
        return self.groups[0]
