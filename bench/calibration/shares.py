"""A share of simulated runs, with its standard error and the goal it is held to."""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Goal:
    """What a share should be.

    Attributes:
        low: At least, as a fraction.
        high: At most.
        text: How the goal is written in a table.
    """

    low: float
    high: float
    text: str


FIXED_ERROR = Goal(0.045, 0.055, ".045 to .055")
AT_MOST_5 = Goal(0.0, 0.05, "at most .050")
GROUP_SEQUENTIAL_ERROR = Goal(0.0, 0.052, "at most .052")
COVERAGE = Goal(0.945, 0.955, ".945 to .955")
AT_LEAST_95 = Goal(0.95, 1.0, "at least .950")
SHOWN = Goal(0.0, 1.0, "")  # shown for comparison, held to nothing


def significant(p_value: float | None) -> bool:
    """Whether a p-value is known and at or below .05."""
    return p_value is not None and p_value <= 0.05


@dataclass(frozen=True, slots=True)
class Share:
    """How often something happened in independent simulated runs.

    Attributes:
        hits: Runs in which it happened.
        runs: All runs.
    """

    hits: int
    runs: int

    @property
    def value(self) -> float:
        """The share, as a fraction."""
        return self.hits / self.runs

    @property
    def error(self) -> float:
        """Its standard error."""
        return sqrt(self.value * (1 - self.value) / self.runs)

    def meets(self, goal: Goal) -> bool:
        """Whether it is where it should be, but for at most two standard errors."""
        return goal.low - 2 * self.error <= self.value <= goal.high + 2 * self.error

    def text(self, goal: Goal = SHOWN) -> str:
        """'.0496 ± .0015', with a mark when it misses the goal."""
        mark = "" if self.meets(goal) else " **missed**"
        return f"{self.value:.4f} ± {self.error:.4f}{mark}".replace("0.", ".")
