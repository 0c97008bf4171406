"""Exchange rates into the reporting currency, as they were on each day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.revenue.history import Days


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """What one unit of each currency is worth in the reporting currency.

    Attributes:
        days: (k,) from this day on, since 1970, ascending; the first rate also holds before it.
        rates: (k, c) above 0; column c is currency number c.

    Raises:
        ValueError: Days that do not ascend, or a rate that is not above 0.
    """

    days: Days
    rates: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len(self.days) != len(self.rates) or not len(self.days):
            raise ValueError(f"got {len(self.days)} days but {len(self.rates)} rows of rates")
        if np.any(self.days[1:] <= self.days[:-1]):
            raise ValueError("days of exchange rates must ascend")
        if not np.all(self.rates > 0):
            raise ValueError("exchange rates must be above 0")

    @classmethod
    def of_one_currency(cls, currencies: int = 1) -> "Exchange":
        """Everything is in the reporting currency already.

        Raises:
            ValueError: There are several currencies, and no rates to add them up.
        """
        if currencies != 1:
            raise ValueError(f"{currencies} currencies need exchange rates to be added up")
        return cls(np.zeros(1, dtype=np.int64), np.ones((1, 1)))

    def value(
        self, amounts: NDArray[np.float64], days: NDArray[np.integer] | int
    ) -> NDArray[np.float64]:
        """(n,) worth of (n, c) amounts on the given day, or on each of the given days."""
        row = np.maximum(np.searchsorted(self.days, days, side="right") - 1, 0)
        worth: NDArray[np.float64] = (amounts * self.rates[row]).sum(axis=1)
        return worth
