"""Invented lifetimes whose truth is known: in days or whole months, cut off today."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.survival import Lifetimes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """How customers leave and are seen.

    Attributes:
        name: In words.
        shape: Of a Weibull: below 1 the risk falls with age.
        scale: Months by which 63 % have left.
        seen: Longest time since joining; joining is spread evenly over it.
        in_months: Whether ages are whole months, so that many leave at the same age.
        is_truncated: Whether the data begin a year after the oldest joined.
    """

    name: str
    shape: float = 1.0
    scale: float = 20.0
    seen: float = 24.0
    in_months: bool = False
    is_truncated: bool = False

    def survival(self, age: float) -> float:
        """True share still there at an age."""
        return float(np.exp(-((age / self.scale) ** self.shape)))

    def draw(
        self, rng: np.random.Generator, customers: int, *, hazard: Floats | float = 1.0
    ) -> tuple[Lifetimes, NDArray[np.bool_]]:
        """Lifetimes of so many customers, and which of those drawn are seen at all."""
        stays = self.scale * (rng.exponential(1, customers) / hazard) ** (1 / self.shape)
        known = rng.uniform(0, self.seen, customers)
        if self.in_months:
            # Left within month k: a customer of k months. Still there: seen for whole months only.
            stays, known = np.ceil(stays), np.floor(known)
        entries = np.maximum(known - 12, 0) if self.is_truncated else np.zeros(customers)
        durations, is_event = np.minimum(stays, known), stays <= known
        is_seen = (durations > entries) & (durations > 0)
        begin = entries[is_seen] if self.is_truncated else None
        return Lifetimes(durations[is_seen], is_event[is_seen], begin), is_seen


WORLDS = (
    World("constant risk"),
    World("falling risk", shape=0.6, scale=30.0),
    World("rising risk, whole months", shape=1.5, in_months=True),
    World("constant risk, older than the data", is_truncated=True),
)
