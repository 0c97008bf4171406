"""Can the logs of a feature be trusted? Asked before anything else."""

from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.counts import Counts, ProductCounts
from metrics.diagnosis.signals import SIGNALS, UNKNOWN, Signals
from metrics.rates import rate

UNEXPOSED = "tries without exposure"
ENDS_EXCEED_STARTS = "more ends than starts"
COMPLETED_EXCEED_STARTED = "completed more often than started"
OVERLOGGED = "exposures per session far above the others"
MISSING = {
    "exposures": "exposed is never sent",
    "started": "started is never sent",
    "completed": "completed is never sent",
    "ends badly": "neither failed nor abandoned is ever sent",
}
RELEASED = "a release lies inside the window"

MOST_UNEXPOSED = 0.05  # of tries
SURE = 0.90  # two-sided level of the interval that must lie above it
EDGE = 0.02  # of starts: those before the window whose end lies inside
FAR = 4.0  # robust standard deviations, of log exposures per session
LEAST_SPREAD = 0.1  # of that logarithm, however alike the others are
LEAST_SPREAD_OF_ALL = 0.3  # the same of all sessions, in which features differ by nature
LEAST_RATIO = 1.5  # times the median: below it nothing is "far above"
LEAST_RATIO_OF_ALL = 3.0  # of all sessions
FEWEST_PEERS = 8  # of its type; with fewer, all features are its peers
EXPECTED = 10.0  # events that the others' rates predict, before their absence means something

LATER = set(SIGNALS) - {"reach", "trial", "dose", "search", "focus"}
SPOILT = {
    MISSING["exposures"]: {"reach", "trial", "dose", "focus"},
    MISSING["started"]: {"success", "haste", "persistence", "friction"},
    MISSING["completed"]: LATER,
    MISSING["ends badly"]: {"success", "haste", "persistence", "friction"},
    ENDS_EXCEED_STARTS: LATER,
    COMPLETED_EXCEED_STARTED: LATER,
}
# Exposures that nobody had raise reach and lower trial: by how much, the logs cannot say.
OVERLOGGED_BY = {"reach": 0.5, "trial": -0.5}  # logits, and as much again in doubt


@dataclass(frozen=True, slots=True)
class Tracking:
    """What is wrong with the logs of one feature.

    Attributes:
        problems: What was found, in words; empty: nothing.
        unexposed: Share of first tries without an exposure before them; None without tries.
        exposures_per_session: Of sessions with one; None without any.
        usual_exposures_per_session: Median of the product's features; None without any.
        ends_per_start: Completed, failed and abandoned events per started; None without any.
    """

    problems: tuple[str, ...]
    unexposed: float | None
    exposures_per_session: float | None
    usual_exposures_per_session: float | None
    ends_per_start: float | None


def tracking(counts: ProductCounts) -> tuple[Tracking, ...]:
    """Faults of the tracking that would look like a cause.

    A lost exposure looks like "not shown", a logged page load like "not noticed", a doubled
    completion like ease. It cannot see events that are lost without a trace in the others: a share
    of tries lost at random looks like a feature that fewer people try.

    Returns:
        One answer for each feature.
    """
    traffic, features = counts.traffic, range(len(counts.names))
    per_session = _per(traffic.exposures, traffic.exposed_sessions)
    known = [value for value in per_session if value is not None and value > 0]
    usual = float(np.median(known)) if known else None
    is_far = _far_above(
        per_session, [True] * len(per_session), least=LEAST_RATIO, spread=LEAST_SPREAD
    )
    is_far |= _far_among_peers(counts)
    ends = _per(traffic.completed + traffic.failed + traffic.abandoned, traffic.started)
    ladder = counts.ladder
    unexposed = ladder.unexposed_tries.sum(axis=1), ladder.tried.sum(axis=1)
    shares = _per(*unexposed)
    has_exposures = bool(ladder.exposed.sum())
    missing = _missing(counts)
    answers = []
    for place in features:
        problems = list(missing[place])
        if has_exposures and not problems and _exceeds(unexposed[0][place], unexposed[1][place]):
            problems.append(UNEXPOSED)
        if is_far[place]:
            problems.append(OVERLOGGED)
        problems += _ends(counts, place)
        if traffic.is_released[place]:
            problems.append(RELEASED)
        answers.append(
            Tracking(tuple(problems), shares[place], per_session[place], usual, ends[place])
        )
    return tuple(answers)


def trusted(seen: Signals, checks: tuple[Tracking, ...]) -> Signals:
    """The signals without what a tracking fault spoils, so that the others may learn from the rest.

    What hangs on a broken event becomes unknown. Lost exposures, whose share the unexposed tries
    tell, and invented ones shift `reach` and `trial` back, with doubt along that direction.
    """
    spoilt = np.array(
        [
            [
                any(name in SPOILT.get(problem, ()) for problem in check.problems)
                for name in seen.names
            ]
            for check in checks
        ]
    )
    shift = np.array([[_bias(check).get(name, 0.0) for name in seen.names] for check in checks])
    shift *= seen.is_known
    return replace(
        seen,
        value=np.where(spoilt, 0.0, seen.value - shift),
        variance=np.where(spoilt, UNKNOWN, seen.variance),
        doubt=np.where(spoilt, 0.0, shift),
    )


def _bias(check: Tracking) -> dict[str, float]:
    """How far wrong exposures move the signals, logits."""
    if OVERLOGGED in check.problems:
        return OVERLOGGED_BY
    if UNEXPOSED in check.problems and check.unexposed is not None:
        return {"reach": log(1 - min(check.unexposed, 0.9))}
    return {}


def _exceeds(part: float, whole: float) -> bool:
    low = rate(int(part), int(whole), confidence=SURE).low
    return low is not None and low > MOST_UNEXPOSED


def _far_above(
    per_session: list[float | None], peers: list[bool], *, least: float, spread: float
) -> NDArray[np.bool_]:
    """Which features have more exposures per session than people can, judged by the peers."""
    known = [
        value
        for value, is_peer in zip(per_session, peers, strict=True)
        if is_peer and value is not None and value > 0
    ]
    if len(known) < FEWEST_PEERS:
        return np.zeros(len(per_session), dtype=bool)
    logs = np.log(known)
    middle = float(np.median(logs))
    wide = max(1.4826 * float(np.median(np.abs(logs - middle))), spread)
    limit = exp(middle) * max(exp(FAR * wide), least)
    return np.array([value is not None and value > limit for value in per_session])


def _far_among_peers(counts: ProductCounts) -> NDArray[np.bool_]:
    """The same of all sessions of eligible users, within each type."""
    per_session = _per(counts.traffic.exposures, counts.traffic.sessions)
    found = np.zeros(len(counts.names), dtype=bool)
    for kind in set(counts.kinds):
        own = [one == kind for one in counts.kinds]
        peers = own if sum(own) >= FEWEST_PEERS else [True] * len(own)
        found |= np.array(own) & _far_above(
            per_session, peers, least=LEAST_RATIO_OF_ALL, spread=LEAST_SPREAD_OF_ALL
        )
    return found


def _ends(counts: ProductCounts, place: int) -> list[str]:
    traffic = counts.traffic
    starts = float(traffic.started[place])
    if starts == 0:
        return []
    most = starts * (1 + EDGE) + 3 * starts**0.5
    completed = float(traffic.completed[place])
    every = completed + float(traffic.failed[place]) + float(traffic.abandoned[place])
    found = [COMPLETED_EXCEED_STARTED] if completed > most else []
    return found or ([ENDS_EXCEED_STARTS] if every > most else [])


def _missing(counts: ProductCounts) -> list[list[str]]:
    """Actions that the others' rates predict, and that never come."""
    traffic = counts.traffic
    tried = counts.ladder.tried.sum(axis=1)
    badly = traffic.failed + traffic.abandoned
    predicted: dict[str, tuple[Counts, NDArray[np.float64]]] = {
        "exposures": (traffic.exposures, tried),
        "started": (traffic.started, traffic.opened + traffic.completed),
        "completed": (traffic.completed, traffic.started),
        "ends badly": (badly, traffic.completed),
    }
    found: list[list[str]] = [[] for _ in counts.names]
    for name, (events, base) in predicted.items():
        usual = events.sum() / max(float(base.sum()), 1.0)
        for place in np.flatnonzero((events == 0) & (base * min(usual, 1.0) > EXPECTED)):
            found[place].append(MISSING[name])
    return found


def _per(part: Counts, whole: Counts) -> list[float | None]:
    return [
        float(one / other) if other > 0 else None for one, other in zip(part, whole, strict=True)
    ]
