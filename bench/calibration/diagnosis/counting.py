"""From what each user did to the counts that queries would give."""

import numpy as np

from bench.calibration.diagnosis.people import People, Use, people, use
from bench.calibration.diagnosis.worlds import Plan, World, planned
from metrics.diagnosis.counts import DOSES, KINDS, Durations, Groups, Ladder, ProductCounts, Traffic

GROUPS = 5  # of users; nothing hangs on them here: the few who need a feature are nowhere written
LOWEST, HIGHEST = np.array([1, 2, 3, 5]), np.array([1, 2, 4, 10**6])  # exposures of each dose


def product(world: World, seed: int) -> tuple[ProductCounts, Plan]:
    """One simulated product: its counts, and the truth."""
    rng = np.random.default_rng(seed)
    plan = planned(world, rng)
    return lived(world, plan, rng), plan


def lived(world: World, plan: Plan, rng: np.random.Generator) -> ProductCounts:
    """What the users of a planned product do, counted."""
    who = people(world, rng)
    quintile = np.searchsorted(np.quantile(who.sessions, [0.2, 0.4, 0.6, 0.8]), who.sessions)
    stratum = quintile * 3 + who.plan
    group = np.arange(len(who.plan)) % GROUPS
    rows, traffic, times, shown, tried = [], [], [], [], []
    for feature in range(world.features):
        found = use(world, plan, feature, who, rng)
        rows.append(_row(found, stratum))
        traffic.append(_events(plan, feature, found, who, rng))
        logs = found.log_seconds[found.is_success]
        times.append((len(logs), logs.sum(), (logs**2).sum()))
        is_shown = found.eligible & (found.exposures > 0)
        shown.append(np.bincount(group[is_shown], minlength=GROUPS))
        tried.append(np.bincount(group[is_shown & found.is_tried], minlength=GROUPS))
    ladder = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    return ProductCounts(
        tuple(f"feature {place}" for place in range(world.features)),
        tuple(KINDS[label] for label in plan.label),
        Ladder(**ladder),
        Traffic(*np.array(traffic).T, np.zeros(world.features, dtype=bool)),
        Durations(*np.array(times, dtype=float).T),
        Groups(
            np.zeros(GROUPS, dtype=np.int64),
            np.array(shown, dtype=float),
            np.array(tried, dtype=float),
        ),
    )


def _row(found: Use, stratum: np.ndarray) -> dict[str, np.ndarray]:
    def count(which: np.ndarray) -> np.ndarray:
        return np.bincount(stratum[which], minlength=15).astype(float)

    tried, clean, recovered = found.is_tried, found.is_success, found.is_recovered
    repeats = found.uses >= 2
    return {
        "eligible": count(found.eligible),
        "exposed": count(found.eligible & (found.exposures > 0)),
        "tried": count(tried),
        "unexposed_tries": count(found.is_unexposed),
        **_doses(found, stratum),
        "ended": count(tried),
        "succeeded": count(clean),
        "retried": count(found.is_retried),
        "retried_rapidly": count(found.is_rapid),
        "clean": count(clean & found.is_followed),
        "clean_repeated": count(clean & found.is_followed & repeats),
        "recovered": count(recovered & found.is_followed),
        "recovered_repeated": count(recovered & found.is_followed & repeats),
        "repeated": count(repeats),
        "habitual": count(found.is_habit & repeats),
        "searched": count(found.is_searching),
    }


def _doses(found: Use, stratum: np.ndarray) -> dict[str, np.ndarray]:
    at = found.first_try
    until = np.where(found.is_tried, at, found.exposures)
    offers = np.clip(until[:, None] - LOWEST + 1, 0, HIGHEST - LOWEST + 1)
    accepted = (at[:, None] >= LOWEST) & (at[:, None] <= HIGHEST)
    return {
        name: np.column_stack(
            [np.bincount(stratum, weights=table[:, dose], minlength=15) for dose in range(DOSES)]
        )
        for name, table in (("offers", offers.astype(float)), ("accepted", accepted.astype(float)))
    }


def _events(
    plan: Plan, feature: int, found: Use, who: People, rng: np.random.Generator
) -> tuple[float, ...]:
    exposed_sessions = float(found.exposures.sum())
    # A page-load tracker logs several exposures in a session, an honest one about 1.2.
    repeats = 1.2 if plan.phantom[feature] == 0 else 2.5 + rng.random() * 2
    attempts, completions = float(found.attempts.sum()), float(found.completions.sum())
    failed = max(attempts - completions, 0.0)
    return (
        exposed_sessions * repeats, exposed_sessions, float(who.sessions[found.eligible].sum()),
        attempts * 1.3, attempts, completions, failed * 0.6, failed * 0.4,
    )  # fmt: skip
