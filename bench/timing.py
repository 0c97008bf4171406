"""How long something takes: the best of several runs, and the middle one."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock seconds of several runs of the same work.

    Attributes:
        best: The quickest run: what the machine can do when nothing disturbs it.
        median: The middle run: what to expect.
        runs: How many there were.
    """

    best: float
    median: float
    runs: int


def timed(work: Callable[[], Result], *, runs: int) -> tuple[Result, Timing]:
    """The last result of `work`, and how long each of `runs` took; one more warms up, unseen."""
    result = work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return result, Timing(min(seconds), statistics.median(seconds), runs)
