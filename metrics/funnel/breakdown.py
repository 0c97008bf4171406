"""A funnel by a property: which value an attempt counts for, and how the groups differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.attempts import Attempts, attempts
from metrics.funnel.log import Log
from metrics.funnel.question import Funnel
from metrics.multiplicity import adjusted_p_values
from metrics.proportion_tests import FEW_EXPECTED, share_test
from metrics.proportions import Contrast, Group, share_difference

Attribution = Literal["first_touch", "last_touch", "step", "all_steps"]
MISSING = -1  # the value of an event that has none: a group of its own
NO_GROUP = -2  # an attempt that never reached the step whose value counts


@dataclass(frozen=True, slots=True)
class Segment:
    """One group of a breakdown.

    Attributes:
        value: Code of its value; -1: the property was missing.
        attempts: (steps) attempts that reached each step.
        units: (steps) distinct units among them: the same, unless every attempt is counted.
    """

    value: int
    attempts: tuple[int, ...]
    units: tuple[int, ...]


def breakdown(
    log: Log,
    funnel: Funnel,
    values: NDArray[np.integer],
    *,
    attribution: Attribution = "first_touch",
    step: int = 0,
) -> tuple[Segment, ...]:
    """A funnel for each value of a property, ascending by value, the missing one first.

    Which event's value counts decides the picture: choose it by what the property describes.
    "first_touch": the first value that the attempt's steps carry; "last_touch": the last one;
    "step": the value at one step, and attempts that never reached it belong to no group;
    "all_steps": each value has a funnel of its own, whose every step must carry that value, so one
    unit may be in several and groups may add up to more than the whole.

    Args:
        log: The events, sorted.
        funnel: The rules.
        values: (n,) code of each event's value, 0 or more; -1: missing. 0 is a value.
        attribution: Which of an attempt's values counts.
        step: For "step", counted from 0.

    Raises:
        ValueError: A value below -1, or as many values as the log has not; a step it has not.

    References:
        PostHog, "Funnels: attribution type"; Mixpanel, "Funnels advanced: attributed by".

    Examples:
        >>> log = Log(np.array([1, 1, 2]), np.array([0, 9, 0]), np.array([1, 2, 1], dtype="u1"))
        >>> groups = breakdown(log, Funnel(2), np.array([-1, 0, 0]))
        >>> [(group.value, group.units) for group in groups]
        [(0, (2, 1))]
    """
    _require_values(log, values)
    if attribution == "all_steps":
        return tuple(
            segment
            for value, found in attempts_by_value(log, funnel, values)
            for segment in _segments(found, np.int64(value))
        )
    counted = attempts(log, funnel)
    return _segments(counted, attributed(counted, values, attribution=attribution, step=step))


def attempts_by_value(
    log: Log,
    funnel: Funnel,
    values: NDArray[np.integer],
    *,
    cohorts: NDArray[np.integer] | None = None,
) -> Iterator[tuple[int, Attempts]]:
    """The attempts whose every step carries a value, for each value in turn, the missing first.

    Args:
        log: The events, sorted.
        funnel: The rules.
        values: (n,) code of each event's value, 0 or more; -1: missing.
        cohorts: (n,) as for `attempts`.

    Yields:
        The value's code, and its attempts; their rows are those of the log.
    """
    for value in np.unique(values[log.steps != 0]):
        yield int(value), _only(log, funnel, values, int(value), cohorts)


def attributed(
    attempts: Attempts,
    values: NDArray[np.integer],
    *,
    attribution: Literal["first_touch", "last_touch", "step"] = "first_touch",
    step: int = 0,
) -> NDArray[np.int64]:
    """(m,) the value each attempt counts for; -1: missing; -2: it never reached the step.

    Raises:
        ValueError: The funnel has no such step.
    """
    width = attempts.rows.shape[1]
    if not 0 <= step < width:
        raise ValueError(f"step must be 0 to {width - 1}, got {step}")
    reached = attempts.rows >= 0
    carried = np.where(reached, values[attempts.rows], MISSING).astype(np.int64)
    if attribution == "step":
        return np.where(reached[:, step], carried[:, step], NO_GROUP)
    has_value = carried != MISSING
    first = has_value.argmax(axis=1)
    last = width - 1 - has_value[:, ::-1].argmax(axis=1)
    place = first if attribution == "first_touch" else last
    return np.where(has_value.any(axis=1), carried[np.arange(len(carried)), place], MISSING)


@dataclass(frozen=True, slots=True)
class Difference:
    """How one group's conversion differs from another's.

    Attributes:
        difference: Share of the group minus that of the base, with Newcombe's interval.
        p_value: Two-sided; None when a group is empty.
        adjusted_p: Raised for the number of groups compared (Holm); None with the p-value.
    """

    difference: Contrast
    p_value: float | None
    adjusted_p: float | None


def differences(
    groups: Mapping[str, Group], *, base: str | None = None, confidence: float = 0.95
) -> dict[str, Difference]:
    """How much each group converts above or below a base, as far as chance allows.

    Args:
        groups: For each group (converted, entered).
        base: The group that the others are compared with; None: each with all the others together.
        confidence: Of each interval, strictly between 0 and 1.

    Raises:
        ValueError: An unknown base, or an impossible group.

    References:
        Newcombe (1998), Stat. Med. 17:873-890, method 10. Fisher (1935), JRSS 98:39-82.
        Holm (1979), Scand. J. Stat. 6:65-70.

    Examples:
        >>> found = differences({"web": (50, 100), "ios": (30, 100)}, base="web")
        >>> round(found["ios"].difference.value, 2), round(found["ios"].p_value, 4)
        (-0.2, 0.0039)
    """
    if base is not None and base not in groups:
        raise ValueError(f"base must be one of {sorted(groups)}, got {base!r}")
    compared = {name: (_against(groups, name, base), groups[name]) for name in groups}
    compared.pop(base or "", None)
    p_values = [_p_value(other, group) for other, group in compared.values()]
    adjusted = adjusted_p_values(p_values, method="holm")
    return {
        name: Difference(share_difference(other, group, confidence=confidence), p, adjusted_p)
        for (name, (other, group)), p, adjusted_p in zip(
            compared.items(), p_values, adjusted, strict=True
        )
    }


def _p_value(other: Group, group: Group) -> float | None:
    """By z, or Fisher's test where a cell expects few: sharper tests take seconds for a table."""
    successes, people = other[0] + group[0], other[1] + group[1]
    fewest = min(successes, people - successes) * min(other[1], group[1])
    has_enough = fewest >= FEW_EXPECTED * people
    return share_test(other, group, method="z" if has_enough else "fisher").p_value


def _against(groups: Mapping[str, Group], name: str, base: str | None) -> Group:
    if base is not None:
        return groups[base]
    others = [group for other, group in groups.items() if other != name]
    return sum(part for part, _ in others), sum(whole for _, whole in others)


def _only(
    log: Log,
    funnel: Funnel,
    values: NDArray[np.integer],
    value: int,
    cohorts: NDArray[np.integer] | None,
) -> Attempts:
    steps = np.where(values == value, log.steps, log.steps.dtype.type(0))
    order = _tie_order(log, steps)
    excluded = None if log.exclusions is None else log.exclusions[order]
    narrowed = Log(log.units, log.times, steps[order], excluded)
    found = attempts(narrowed, funnel, cohorts=cohorts)
    rows = np.where(found.rows >= 0, order[found.rows], found.rows)
    return Attempts(found.units, rows, found.times, found.levels)


def _tie_order(log: Log, steps: NDArray[np.unsignedinteger]) -> NDArray[np.intp]:
    """The order that puts rows which no longer fit a step behind those of their unit and time."""
    order = np.arange(len(log))
    same = (log.units[1:] == log.units[:-1]) & (log.times[1:] == log.times[:-1])
    if not same.any():
        return order
    tie = np.concatenate(([0], np.cumsum(~same)))
    return np.lexsort((steps == 0, tie))


def _segments(counted: Attempts, values: NDArray[np.int64] | np.integer) -> tuple[Segment, ...]:
    group = np.broadcast_to(values, len(counted))
    return tuple(
        Segment(
            value=int(value),
            attempts=tuple(int(here.sum()) for here in reached),
            units=tuple(len(np.unique(counted.units[here])) for here in reached),
        )
        for value in np.unique(group[group != NO_GROUP])
        for reached in [
            [(group == value) & (counted.levels > step) for step in range(counted.rows.shape[1])]
        ]
    )


def _require_values(log: Log, values: NDArray[np.integer]) -> None:
    if len(values) != len(log):
        raise ValueError(f"values must be one per event: got {len(values)} for {len(log)}")
    if len(values) and values.min() < MISSING:
        raise ValueError(f"values must be codes of 0 or more, or -1, got {values.min()}")
