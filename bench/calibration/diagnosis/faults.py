"""Products that do not send everything, and products that send it wrongly."""

from dataclasses import replace

import numpy as np

from metrics.diagnosis import ProductCounts, Traffic

BLIND = {
    "nothing": "everything is sent",
    "exposures": "no exposures",
    "ends": "nothing but starts: no failed, no completed",
    "searches": "no search log",
    "durations": "no durations",
    "groups": "no dimension of users",
    "all": "starts only: none of these",
}


def blinded(counts: ProductCounts, what: str) -> ProductCounts:
    """The same product, had it not sent some of its events."""
    ladder, traffic, durations = counts.ladder, counts.traffic, counts.durations
    nothing, no_events = np.zeros_like(ladder.eligible), np.zeros_like(traffic.started)
    if what in {"exposures", "all"}:
        ladder = replace(
            ladder, exposed=nothing, unexposed_tries=nothing, offers=None, accepted=None
        )
        traffic = replace(traffic, exposures=no_events, exposed_sessions=no_events)
    if what in {"ends", "all"}:
        ladder = replace(
            ladder, ended=nothing, succeeded=nothing, retried=nothing, retried_rapidly=nothing,
            clean=nothing, clean_repeated=nothing, recovered=nothing, recovered_repeated=nothing,
        )  # fmt: skip
        traffic = replace(traffic, completed=no_events, failed=no_events, abandoned=no_events)
        durations = None
    if what in {"searches", "all"}:
        ladder = replace(ladder, searched=None)
    if what in {"durations", "all"}:
        durations = None
    groups = None if what in {"exposures", "groups", "all"} else counts.groups
    return replace(counts, ladder=ladder, traffic=traffic, durations=durations, groups=groups)


BREAKS = (
    "exposures lost", "exposures on page load", "completions doubled", "failures never sent",
    "exposures never sent",
)  # fmt: skip


def broken(
    counts: ProductCounts, rng: np.random.Generator, *, share: float = 0.2
) -> tuple[ProductCounts, np.ndarray]:
    """The same product with faults in the tracking of some features.

    Returns:
        The counts, and for each feature the index of its fault in `BREAKS`, or -1.
    """
    features = len(counts.names)
    fault = np.where(rng.random(features) < share, rng.integers(0, len(BREAKS), features), -1)
    tables = {
        name: getattr(counts.traffic, name).copy()
        for name in ("exposures", "exposed_sessions", "completed", "failed", "abandoned")
    }
    exposed, unexposed = counts.ladder.exposed.copy(), counts.ladder.unexposed_tries.copy()
    for place in range(features):
        _break(BREAKS[fault[place]] if fault[place] >= 0 else "", place, tables, rng)
        tried = counts.ladder.tried[place]
        if fault[place] == 0:
            unexposed[place] = rng.binomial(tried.astype(int), rng.uniform(0.1, 0.4))
        if fault[place] == 4:
            exposed[place], unexposed[place] = 0, tried
    ladder = replace(counts.ladder, exposed=exposed, unexposed_tries=unexposed)
    return replace(counts, ladder=ladder, traffic=_traffic(counts.traffic, tables)), fault


def _break(what: str, place: int, tables: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    if what == "exposures on page load":
        tables["exposures"][place] *= rng.uniform(2, 5)
    elif what == "completions doubled":
        tables["completed"][place] *= 1 + rng.uniform(0.2, 1.0)
    elif what == "failures never sent":
        tables["failed"][place] = tables["abandoned"][place] = 0
    elif what == "exposures never sent":
        tables["exposures"][place] = tables["exposed_sessions"][place] = 0


def _traffic(traffic: Traffic, tables: dict[str, np.ndarray]) -> Traffic:
    return replace(traffic, **tables)
