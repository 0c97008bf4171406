"""What those who convert do more often than those who do not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.attempts import Attempts
from metrics.funnel.question import Funnel, microseconds
from metrics.multiplicity import adjusted_p_values
from metrics.proportion_tests import share_test

SMOOTHING = 1  # added to each cell, so that an empty one gives no infinite ratio


@dataclass(frozen=True, slots=True)
class Driver:
    """How one thing that people did goes with converting. Not a cause: see `drivers`.

    Attributes:
        name: What they did, or were.
        converted_with: Who converted and did it.
        failed_with: Who did not convert and did it.
        odds_ratio: Odds of converting with it ÷ without it; above 1 it goes with success. Each cell
            is raised by 1 (see References), which pulls small groups towards 1.
        p_value: Fisher's exact test, two-sided; None when nobody converted or nobody failed.
        adjusted_p: Raised so that at most 5 % of those at or below 0.05 are expected to be chance.
    """

    name: str
    converted_with: int
    failed_with: int
    odds_ratio: float
    p_value: float | None
    adjusted_p: float | None


def drivers(
    candidates: Mapping[str, tuple[int, int]], *, converted: int, failed: int
) -> tuple[Driver, ...]:
    """Which of many things go with converting, the strongest first.

    Those who want something both look around more and convert more: a driver is a question for an
    experiment, not an answer. Leave out the funnel's own steps. Ask about all candidates at once,
    because the adjustment counts them.

    Args:
        candidates: For each name (who converted and did it, who failed and did it).
        converted: All who converted.
        failed: All who entered and did not.

    Raises:
        ValueError: More did it than there are.

    References:
        PostHog, "Correlation analysis": ((a+1)(d+1)) / ((c+1)(b+1)). Fisher (1935), JRSS 98:39-82.
        Benjamini and Hochberg (1995), JRSS B 57:289-300.

    Examples:
        >>> drivers({"invited": (2, 0)}, converted=3, failed=1)[0].odds_ratio
        3.0
    """
    for name, (success, failure) in candidates.items():
        if not (0 <= success <= converted and 0 <= failure <= failed):
            raise ValueError(
                f"{name!r}: {success} of {converted} who converted and {failure} of {failed} "
                "who did not is impossible"
            )
    p_values = [
        share_test((failure, failed), (success, converted), method="fisher").p_value
        for success, failure in candidates.values()
    ]
    found = [
        Driver(name, success, failure, _odds_ratio(success, failure, converted, failed), p, q)
        for (name, (success, failure)), p, q in zip(
            candidates.items(), p_values, adjusted_p_values(p_values, method="bh"), strict=True
        )
    ]
    strength = {one.name: max(one.odds_ratio, 1 / one.odds_ratio) for one in found}
    return tuple(sorted(found, key=lambda one: (-strength[one.name], one.name)))


def did(
    attempts: Attempts,
    funnel: Funnel,
    units: NDArray[np.integer],
    times: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """(m,) whether each attempt's unit did something on the way.

    On the way means after entry and before the last step, or, where that was never reached, until
    the end of the window: what was done later cannot have led there.

    Args:
        attempts: Those that count.
        funnel: The rules they were chosen by.
        units: (e,) who did it, any order.
        times: (e,) when, microseconds since 1970, UTC.

    Raises:
        ValueError: The two differ in length.
    """
    if len(units) != len(times):
        raise ValueError(f"got {len(units)} units but {len(times)} times")
    if np.all(attempts.units[1:] > attempts.units[:-1]):
        return _did_once(attempts, funnel, units, times)
    count = len(attempts)
    order = np.lexsort(
        (
            np.concatenate((np.ones(count), np.zeros(len(units)))),  # at entry is not after entry
            np.concatenate((attempts.times[:, 0], times)),
            np.concatenate((attempts.units, units)),
        )
    )
    last_attempt = np.maximum.accumulate(np.where(order < count, order, -1))
    events = order >= count
    owner, event = last_attempt[events], order[events] - count
    has_owner = owner >= 0
    owner, event = owner[has_owner], event[has_owner]
    is_own = attempts.units[owner] == units[event]
    last = attempts.rows.shape[1] - 1
    ends = attempts.times[owner, 0] + microseconds(funnel.window)
    in_time = np.where(
        attempts.levels[owner] > last,
        times[event] < attempts.times[owner, last],
        times[event] <= ends,
    )
    found = np.zeros(count, dtype=np.bool_)
    found[owner[is_own & in_time]] = True
    return found


def _did_once(
    attempts: Attempts,
    funnel: Funnel,
    units: NDArray[np.integer],
    times: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """The same where each unit has one attempt: nothing needs sorting."""
    found = np.zeros(len(attempts), dtype=np.bool_)
    if not len(attempts):
        return found
    own = np.minimum(np.searchsorted(attempts.units, units), len(attempts) - 1)
    last = attempts.rows.shape[1] - 1
    entries = attempts.times[:, 0]
    # After entry and up to the end; a last step's own moment is too late.
    ends = np.where(
        attempts.levels > last,
        attempts.times[:, last] - 1,
        entries + microseconds(funnel.window),
    )
    is_inside = (attempts.units[own] == units) & (times > entries[own]) & (times <= ends[own])
    found[own[is_inside]] = True
    return found


def _odds_ratio(success: int, failure: int, converted: int, failed: int) -> float:
    a, b = success + SMOOTHING, failure + SMOOTHING
    c, d = converted - success + SMOOTHING, failed - failure + SMOOTHING
    return a * d / (c * b)
