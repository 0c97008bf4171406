"""What the diagnosis is given: counts per feature and stratum, as SQL can make them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]

KINDS = ("core", "periodic", "one-off", "admin")
DOSES = 4  # exposures: the first, the second, the third and fourth, the fifth and later


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """People on each rung, (F, S): one row per feature, one column per stratum.

    A stratum is a quintile of active days in the window × the plan at its end, the same strata for
    every feature. A person counts once, in one stratum, however often something happened. A *try*
    is a `started` (where there is no `started`: an `opened`); an *attempt* is a try with its end,
    and ends `completed`, `failed` or `abandoned`. A *use day* is a local day with a `completed`
    (without ends: with a try).

    Attributes:
        eligible: Had access in the window and were active in it.
        exposed: Of those, have an `exposed` in the window. Zero throughout: exposures are missing.
        tried: Of `eligible`, have a try, whether or not an exposure is logged.
        unexposed_tries: Of `tried`, no exposure is logged up to their first try in its session
            (without sessions: on its day).
        offers: (F, S, 4) sessions (without: days) with an exposure, up to and with that of the
            first try, by number: each user's first, second, third and fourth, fifth and later ones.
            Sessions, not events: a page that logs twice offers once. None: unknown.
        accepted: (F, S, 4) users whose first try came in or after a session with an exposure, by
            the number of the last such session; at most `offers`. None with `offers`.
        ended: Of `tried`, whose first attempt has an end (completed, failed or abandoned). Zero
            throughout: ends are missing.
        succeeded: Of `ended`, whose first attempt completed.
        retried: Of `ended` − `succeeded`, have a later try.
        retried_rapidly: Of `retried`, whose next try came within 60 s of the end of the first.
        clean: Of `succeeded`, seen for at least 28 more days, or whatever span the query names.
        clean_repeated: Of `clean`, with a later use day.
        recovered: First attempt failed, a later one completed and was seen as long as `clean`.
        recovered_repeated: Of `recovered`, with a use day later than that.
        repeated: Of `tried`, with at least two use days.
        habitual: Of `repeated`, with use days in at least as many of the window's periods as the
            feature's cadence asks for (weeks; for periodic features months).
        searched: Of `eligible` − `tried`, searched for it. None: there is no search log.
    """

    eligible: Counts
    exposed: Counts
    tried: Counts
    unexposed_tries: Counts
    offers: Counts | None
    accepted: Counts | None
    ended: Counts
    succeeded: Counts
    retried: Counts
    retried_rapidly: Counts
    clean: Counts
    clean_repeated: Counts
    recovered: Counts
    recovered_repeated: Counts
    repeated: Counts
    habitual: Counts
    searched: Counts | None

    def __post_init__(self) -> None:
        shape = self.eligible.shape
        for field in fields(self):
            counts = getattr(self, field.name)
            if counts is None:
                continue
            wanted = (*shape, DOSES) if field.name in {"offers", "accepted"} else shape
            if counts.shape != wanted:
                raise ValueError(f"{field.name} has shape {counts.shape}, should be {wanted}")
            if not np.all(counts >= 0):
                raise ValueError(f"{field.name} has a negative or unknown count")
        if (self.offers is None) != (self.accepted is None):
            raise ValueError("offers and accepted are known together or not at all")
        for part, whole in PARTS:
            counts, most = getattr(self, part), getattr(self, whole)
            if counts is not None and np.any(counts > most):
                raise ValueError(f"{part} cannot be more than {whole}")


PARTS = (
    ("exposed", "eligible"), ("accepted", "offers"), ("tried", "eligible"),
    ("unexposed_tries", "tried"), ("ended", "tried"), ("succeeded", "ended"),
    ("retried_rapidly", "retried"), ("clean", "succeeded"), ("clean_repeated", "clean"),
    ("recovered_repeated", "recovered"), ("repeated", "tried"), ("habitual", "repeated"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Events of each feature in the window, (F,): what the tracking check reads.

    Attributes:
        exposures: `exposed` events.
        exposed_sessions: Sessions (without: user days) with at least one `exposed`.
        sessions: Sessions of eligible users, whether or not the feature was in them.
        opened: `opened` events; not used by the check where a product sends none.
        started: `started` events.
        completed: `completed` events.
        failed: `failed` events.
        abandoned: `abandoned` events, sent or derived; derived ones close every start, so leave
            them out here when they were derived.
        is_released: Whether a release of the feature lies inside the window.
    """

    exposures: Counts
    exposed_sessions: Counts
    sessions: Counts
    opened: Counts
    started: Counts
    completed: Counts
    failed: Counts
    abandoned: Counts
    is_released: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Durations:
    """How long first successes took, (F,): sums over the people of `Ladder.succeeded`.

    Attributes:
        count: First successes with a known duration above zero.
        total: Sum of the natural logarithm of their seconds.
        squares: Sum of its squares.
    """

    count: Counts
    total: Counts
    squares: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Who tries what, (F, G): one column for each value of each dimension of users.

    A sample of the people will do, as long as it is the same for every feature.

    Attributes:
        dimension: (G,) number of the dimension that each value belongs to.
        shown: People of the value who were shown the feature.
        tried: Of those, tried it.
    """

    dimension: NDArray[np.int64]
    shown: Counts
    tried: Counts

    def __post_init__(self) -> None:
        if self.shown.shape != self.tried.shape or self.shown.shape[1:] != self.dimension.shape:
            raise ValueError(
                f"groups need one column for each value: got {self.dimension.shape} dimensions, "
                f"{self.shown.shape} shown, {self.tried.shape} tried"
            )
        if np.any(self.tried > self.shown):
            raise ValueError("of a group, more people tried a feature than were shown it")


@dataclass(frozen=True, slots=True, eq=False)
class ProductCounts:
    """One product in one window: everything the diagnosis is told.

    Attributes:
        names: F features, each once.
        kinds: Of each, from the feature dictionary: core, periodic, one-off or admin.
        ladder: People on each rung.
        traffic: Events.
        durations: Times of first successes; None: unknown.
        groups: Who tries what; None: nothing is known of the people.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    ladder: Ladder
    traffic: Traffic
    durations: Durations | None
    groups: Groups | None = None

    def __post_init__(self) -> None:
        count = len(self.names)
        if len(set(self.names)) != count:
            raise ValueError("a feature is named twice")
        if len(self.kinds) != count or len(self.ladder.eligible) != count:
            raise ValueError(f"{count} features need {count} kinds and rows of counts")
        if self.groups is not None and len(self.groups.shown) != count:
            raise ValueError(f"{count} features need as many rows of groups")
        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown:
            raise ValueError(f"a feature is one of {', '.join(KINDS)}; got {unknown[0]}")
