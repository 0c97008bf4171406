"""How conversion moved: by the period in which people entered, with the unripe ones apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.attempts import Attempts
from metrics.funnel.question import Funnel, microseconds
from metrics.rates import Rate, rate


@dataclass(frozen=True, slots=True)
class Entered:
    """Those who entered a funnel in one period.

    Attributes:
        entered: Attempts that opened in the period.
        converted: Of those, that reached the last step so far.
        rate: converted ÷ entered; undefined when nobody entered, never 0.
        ripe: Attempts whose whole window has passed.
        ripe_converted: Of those, that reached the last step: no later event can change it.
        fair_rate: ripe_converted ÷ ripe: the only one to compare over time; undefined without any.
        is_ripe: Whether the window has passed for every entry that the period can have; else it
            is drawn hatched.
    """

    entered: int
    converted: int
    rate: Rate
    ripe: int
    ripe_converted: int
    fair_rate: Rate
    is_ripe: bool


def trend(
    attempts: Attempts, edges: NDArray[np.int64], funnel: Funnel, *, complete_until: int
) -> tuple[Entered, ...]:
    """Conversion by period of entry.

    A recent period always looks worse than it is: its people have had less time. Only the fair
    rate is free of that. To see everybody who entered in a period, not only the attempt that got
    furthest in all periods, choose the attempts with the period as `cohorts`.

    Args:
        attempts: Those that count.
        edges: (p + 1,) when each period starts and the last one ends, microseconds since 1970, UTC.
        funnel: The rules the attempts were chosen by.
        complete_until: Moment up to which the data are complete, microseconds since 1970, UTC; an
            entry is ripe when its window ended before.

    Raises:
        ValueError: The edges do not ascend, or are fewer than two.

    Examples:
        >>> from metrics.funnel import Log, attempts
        >>> log = Log(np.array([1, 2]), np.array([0, 60]), np.array([1, 1], dtype="u1"))
        >>> days = trend(attempts(log, Funnel(1)), np.array([0, 50, 99]), Funnel(1),
        ...              complete_until=99)
        >>> [(day.entered, day.ripe) for day in days]
        [(1, 0), (1, 0)]
    """
    if len(edges) < 2 or np.any(edges[1:] <= edges[:-1]):
        raise ValueError(f"a trend needs two or more ascending edges, got {edges}")
    opened = attempts.times[:, 0]
    period = np.searchsorted(edges, opened, side="right") - 1
    is_converted = attempts.levels >= attempts.rows.shape[1]
    latest = complete_until - microseconds(funnel.window)
    is_ripe = opened < latest

    def count(which: NDArray[np.bool_]) -> list[int]:
        inside = period[which & (period >= 0) & (period < len(edges) - 1)]
        return [int(one) for one in np.bincount(inside, minlength=len(edges) - 1)]

    everybody = np.ones(len(attempts), dtype=np.bool_)
    columns = zip(
        count(everybody), count(is_converted), count(is_ripe), count(is_ripe & is_converted),
        edges[1:], strict=True,
    )  # fmt: skip
    return tuple(
        Entered(
            entered, converted, rate(converted, entered),
            ripe, ripe_converted, rate(ripe_converted, ripe), is_ripe=bool(end <= latest),
        )
        for entered, converted, ripe, ripe_converted, end in columns
    )  # fmt: skip
