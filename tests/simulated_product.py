"""A small simulated product with known faults, for the tests of the diagnosis."""

from dataclasses import replace
from functools import cache

import numpy as np

from bench.calibration.diagnosis import counting, worlds
from bench.calibration.diagnosis.worlds import BASE, CAUSES, CLEAN
from metrics.diagnosis import Groups, Ladder, ProductCounts, ProductDiagnosis, diagnose

SMALL = replace(BASE, users=6_000, features=24, spread=0.2)
PLANTED = {0: "unseen", 1: "unnoticed", 2: "usability", 3: "worthless"}


@cache
def healthy() -> ProductCounts:
    """24 features, nothing planted."""
    return counting.product(replace(SMALL, **CLEAN), 7)[0]


@cache
def faulty() -> ProductCounts:
    """The same with faults of two logits in the first four features, as PLANTED says."""
    world = replace(SMALL, **CLEAN)
    rng = np.random.default_rng(7)
    plan = worlds.planned(world, rng)
    for place, cause in PLANTED.items():
        plan.severity[place, CAUSES.index(cause)] = 2.0
    return counting.lived(world, plan, rng)


@cache
def diagnosed() -> ProductDiagnosis:
    """The diagnosis of `faulty`."""
    return diagnose(faulty())


def without_exposures(counts: ProductCounts) -> ProductCounts:
    """The same product, had it not sent any exposure."""
    nothing = np.zeros_like(counts.ladder.exposed)
    ladder: Ladder = replace(
        counts.ladder, exposed=nothing, unexposed_tries=nothing, offers=None, accepted=None
    )
    no_events = np.zeros(len(counts.names))
    traffic = replace(counts.traffic, exposures=no_events, exposed_sessions=no_events)
    return replace(counts, ladder=ladder, traffic=traffic)


def taken(counts: ProductCounts, order: list[int]) -> ProductCounts:
    """The features in another order."""

    def rows(table: object) -> object:
        names = type(table).__dataclass_fields__
        return replace(
            table,
            **{
                name: None if getattr(table, name) is None else getattr(table, name)[order]
                for name in names
            },
        )

    return ProductCounts(
        tuple(counts.names[place] for place in order),
        tuple(counts.kinds[place] for place in order),
        rows(counts.ladder),
        rows(counts.traffic),
        rows(counts.durations),
        None if counts.groups is None else _groups(counts.groups, order),
    )


def _groups(groups: Groups, order: list[int]) -> Groups:
    return Groups(groups.dimension, groups.shown[order], groups.tried[order])
