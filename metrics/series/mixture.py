"""Averages of Student t distributions: chances, quantiles by root finding, and p-values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.series.calendar import Floats

MOST_STEPS = 60
CLOSE = 1e-10  # in widths of the narrowest kind


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What m sums of each of s series would be: mixtures of k Student t distributions.

    Attributes:
        weights: (s, k) of the kinds of noise, adding up to 1 in each series.
        locations: (s, k, m) centres, on the working scale.
        scales: (s, k, m) widths.
        degrees: Degrees of freedom, the same for all.
        is_constant: (s,) whether a series never varied but by its columns: it has no noise to
            compare with, and every answer about it is NaN here, None in what is shown.
    """

    weights: Floats
    locations: Floats
    scales: Floats
    degrees: int
    is_constant: NDArray[np.bool_]

    @property
    def means(self) -> Floats:
        """(s, m) expected values."""
        return self._averaged(self.locations)

    def only(self, which: NDArray[np.intp]) -> "Predictions":
        """Those of some of the series."""
        return Predictions(
            self.weights[which], self.locations[which], self.scales[which], self.degrees,
            self.is_constant[which],
        )  # fmt: skip

    def below(self, values: Floats) -> Floats:
        """(s, m) chances that the sums are at most these values; NaN for constant series."""
        from scipy.special import stdtr

        distances = (values[:, None, :] - self.locations) / self.scales
        chances = self._averaged(stdtr(self.degrees, distances))
        chances[self.is_constant] = np.nan
        return chances

    def p_values(self, values: Floats) -> Floats:
        """(s, m) two-sided chances of values at least as far out; NaN for constant series.

        Args:
            values: (s, m) what was seen.
        """
        from scipy.special import stdtr

        # Each tail on its own: 1 − a chance near 1 would lose the digits that matter.
        distances = (values[:, None, :] - self.locations) / self.scales
        tails = [
            self._averaged(stdtr(self.degrees, sign * distances))
            for sign in (1, -1)
        ]
        found: Floats = np.minimum(1.0, 2 * np.minimum(*tails))
        found[self.is_constant] = np.nan
        return found

    def quantiles(self, chance: float) -> Floats:
        """(s, m) values below which the sums lie with this chance; NaN for constant series.

        Raises:
            ValueError: chance not strictly between 0 and 1.
        """
        from scipy.special import stdtr, stdtrit

        if not 0 < chance < 1:
            raise ValueError(f"chance must be between 0 and 1, got {chance}")
        own = self.locations + self.scales * stdtrit(self.degrees, chance)
        # A mixture's quantile lies between the smallest and the largest of its parts'; Newton's
        # steps towards it are halvings where they would leave that bracket.
        low, high = own.min(axis=1), own.max(axis=1)
        at = self._averaged(own)
        close = CLOSE * self.scales.min(axis=1)
        for _ in range(MOST_STEPS):
            distances = (at[:, None, :] - self.locations) / self.scales
            over = self._averaged(stdtr(self.degrees, distances)) - chance
            low, high = np.where(over < 0, at, low), np.where(over < 0, high, at)
            step = over / self._density(distances)
            if np.all((np.abs(step) <= close) | (high - low <= close)):
                break
            goes_out = (at - step <= low) | (at - step >= high)
            at = np.where(goes_out, (low + high) / 2, at - step)
        found: Floats = at
        found[self.is_constant] = np.nan
        return found

    def _density(self, distances: Floats) -> Floats:
        from scipy.special import gammaln

        half = (self.degrees + 1) / 2
        top = np.exp(gammaln(half) - gammaln(self.degrees / 2)) / np.sqrt(self.degrees * np.pi)
        heights = top * (1 + distances**2 / self.degrees) ** -half / self.scales
        return self._averaged(heights)

    def _averaged(self, of_kinds: Floats) -> Floats:
        """(s, m) averages over the kinds of noise of what each says, (s, k, m)."""
        averages: Floats = np.einsum("sk,skm->sm", self.weights, of_kinds)
        return averages
