"""What a funnel asks: its steps, their order, and which attempt counts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Order = Literal["ordered", "strict", "any"]
AttemptRule = Literal["furthest", "first"]
Counting = Literal["unique", "total"]

MOST_STEPS = 64  # a step is a bit of an unsigned integer
DEFAULT_WINDOW = timedelta(days=14)
NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An event that voids an attempt when it falls between two of its steps.

    Attributes:
        from_step: The step, counted from 0, after which it is forbidden.
        to_step: The step, counted from 0, up to which it is forbidden; above `from_step`.

    Raises:
        ValueError: Not 0 <= from_step < to_step.
    """

    from_step: int
    to_step: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_step < self.to_step:
            raise ValueError(
                "an exclusion lies between a step and a later one, counted from 0, "
                f"got {self.from_step} to {self.to_step}"
            )


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel's rules; the package's docstring says exactly what each means.

    Attributes:
        steps: How many steps, 1 to 64.
        order: "ordered": other events may come between; "strict": none may; "any": the steps may
            come in any order.
        window: Longest time from entry to the last step, both ends included.
        grace: How much earlier than the step before it a step may be stamped; only "ordered".
        exclusions: What voids an attempt; exclusion j is bit j of the log's `exclusions`.
        attempt: Which attempt of a unit counts: the one that got "furthest" (of these the
            earliest), or the "first" entry whatever became of it.
        counting: "unique": one attempt for each unit; "total": every attempt, a new one only after
            the unit left the one before.

    Raises:
        ValueError: A value outside its range, or two that exclude each other.
    """

    steps: int
    order: Order = "ordered"
    window: timedelta = DEFAULT_WINDOW
    grace: timedelta = NO_TIME
    exclusions: tuple[Exclusion, ...] = ()
    attempt: AttemptRule = "furthest"
    counting: Counting = "unique"

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MOST_STEPS:
            raise ValueError(f"a funnel has 1 to {MOST_STEPS} steps, got {self.steps}")
        if self.window < NO_TIME:
            raise ValueError(f"window must not be negative, got {self.window}")
        if self.grace < NO_TIME:
            raise ValueError(f"grace must not be negative, got {self.grace}")
        if self.grace and self.order != "ordered":
            raise ValueError(f"grace needs order 'ordered', got {self.order!r}")
        if self.counting == "total" and self.attempt == "first":
            raise ValueError("counting 'total' counts every attempt, so attempt cannot be 'first'")
        late = [one for one in self.exclusions if one.to_step >= self.steps]
        if late:
            raise ValueError(f"the last step is {self.steps - 1}, got an exclusion to {late[0]}")
        if len(self.exclusions) > MOST_STEPS:
            raise ValueError(f"at most {MOST_STEPS} exclusions, got {len(self.exclusions)}")


def microseconds(span: timedelta) -> int:
    """A span of time as whole microseconds, the unit of a log's times.

    Examples:
        >>> microseconds(timedelta(milliseconds=3))
        3000
    """
    return span // timedelta(microseconds=1)
