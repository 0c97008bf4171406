"""A second kind of product, built differently on purpose: settings were not chosen for it.

Days instead of sessions, rates instead of logits, need as a matter of degree and of one's role,
banner blindness, people who leave, searches that lead to a try, skewed natural variation.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from bench.calibration.diagnosis.worlds import CAUSES, World, severities
from metrics.diagnosis.counts import KINDS, Durations, Groups, Ladder, ProductCounts, Traffic

DAYS, ROLES = 84, 5
# By type: chance to be shown it on a day, rate of trying, chance to return on a day.
BY_KIND = np.array([[0.22, 0.12, 0.08, 0.05], [0.16, 0.13, 0.14, 0.1], [0.55, 0.18, 0.06, 0.12]])
FOLLOWED = 28  # days that a first success must be seen on
SECONDS = 60.0

Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What was planted: as `worlds.Plan` has it, as far as the judge reads it."""

    severity: np.ndarray
    lost: np.ndarray
    phantom: np.ndarray


class State:
    """Where each user stands with each feature, (N, F)."""

    def __init__(self, users: int, features: int) -> None:
        shape = (users, features)
        self.exposures = np.zeros(shape, dtype=np.int16)
        self.tried_on = np.full(shape, -1, dtype=np.int16)
        self.at = np.zeros(shape, dtype=np.int16)  # exposures up to the first try
        self.first_ok = np.zeros(shape, dtype=bool)
        self.retried = np.zeros(shape, dtype=bool)
        self.rapid = np.zeros(shape, dtype=bool)
        self.ok_on = np.full(shape, -1, dtype=np.int16)  # first success
        self.use_days = np.zeros(shape, dtype=np.int16)
        self.weeks = np.zeros(shape, dtype=np.int16)
        self.last_week = np.full(shape, -1, dtype=np.int16)
        self.fails = np.zeros(shape, dtype=np.int8)
        self.searched = np.zeros(shape, dtype=bool)
        self.starts = np.zeros(features)
        self.ends = np.zeros(features)

    def remember(self, here: np.ndarray, day: int, first: np.ndarray, done: np.ndarray) -> None:
        """First tries and successes of a day."""
        week, ok_on = day // 7, self.ok_on[here]
        self.tried_on[here] = np.where(first, day, self.tried_on[here])
        self.ok_on[here] = np.where(done & (ok_on < 0), day, ok_on)
        self.weeks[here] += done & (self.last_week[here] != week)
        self.last_week[here] = np.where(done, week, self.last_week[here])
        self.use_days[here] += done
        self.ends += done.sum(axis=0)


def product(world: World, seed: int) -> tuple[ProductCounts, Truth]:
    """One product, lived through day by day."""
    rng = np.random.default_rng(seed)
    users, features = min(world.users, 20_000), world.features
    kind = rng.choice(4, size=features, p=(0.4, 0.3, 0.12, 0.18))
    label = np.where(rng.random(features) < world.mislabelled, rng.integers(0, 4, features), kind)
    fault = dict(zip(CAUSES, (severity := severities(world, rng)).T, strict=True))
    activity = rng.beta(0.9, 2.5, users)
    until = np.where(rng.random(users) < 0.25, rng.integers(10, DAYS, users), DAYS)
    role, plan = rng.integers(0, ROLES, users), rng.integers(0, 2, users)
    tiers = np.where(rng.random(features) < 0.15, 1, 0)
    eligible = plan[:, None] >= tiers

    def spread(scale: float) -> np.ndarray:
        skewed = rng.gamma(4.0, 1.0, features) / 2 - 2
        return world.spread / 0.3 * scale * np.where(rng.random(features) < 0.5, 1, -1) * skewed

    area = rng.integers(0, ROLES, features)
    need = 0.8 * rng.normal(size=(users, features)) + 0.5 * (role[:, None] == area)
    need += 0.25 * (np.log(activity + 0.02) - np.log(activity + 0.02).mean())[:, None]
    need -= 0.75 * fault["niche"] * (role[:, None] != (area + 1) % ROLES)
    need = need.astype(np.float32)
    seen = BY_KIND[0][kind] * np.exp(spread(0.3) - fault["unseen"])
    taken = BY_KIND[1][kind] * np.exp(spread(0.22) - fault["unnoticed"])
    pace = BY_KIND[2][kind] * np.exp(spread(0.2))
    knot = rng.normal(0, world.complexity, features)
    ease = 1.0 + spread(0.16) - 0.6 * fault["usability"] - 0.5 * knot
    worth = 0.2 + spread(0.16) - 0.6 * fault["worthless"] + 0.5 * knot
    state = State(users, features)
    for day in range(DAYS):
        here = np.flatnonzero((rng.random(users) < activity) & (until > day))
        _live(state, here, day, (seen, taken, pace, ease, worth), need, eligible, rng)
    lost, phantom = np.zeros(features), np.zeros(features)
    counts = _counted(state, label, activity * until, until, plan, eligible, fault, rng)
    return replace(counts, groups=_by_role(state, role)), Truth(severity, lost, phantom)


def _by_role(state: State, role: np.ndarray) -> Groups:
    """Who tries what: the faults of "relevant to few" are those of all roles but one."""
    member = np.eye(ROLES)[role]
    is_shown = state.exposures > 0
    shown, tried = is_shown.T @ member, (is_shown & (state.tried_on >= 0)).T @ member
    return Groups(np.zeros(ROLES, dtype=np.int64), shown, tried)


def _live(
    state: State,
    here: np.ndarray,
    day: int,
    rates: tuple[np.ndarray, ...],
    need: np.ndarray,
    eligible: np.ndarray,
    rng: Rng,
) -> None:
    """One day of those who are active."""
    seen, taken, pace, ease, worth = rates
    wish, before = need[here], state.tried_on[here] < 0

    def chance() -> np.ndarray:
        return rng.random(wish.shape, dtype=np.float32)

    looking = before & (wish > 1.0) & (chance() < 0.004) & eligible[here]
    exposures = state.exposures[here]
    exposures += (chance() < seen) & eligible[here] | looking
    is_shown = exposures > state.exposures[here]
    state.searched[here] |= looking
    state.exposures[here] = exposures
    tries = 1 - np.exp(-taken * np.exp(0.9 * wish) / (1 + 0.12 * exposures))
    first = before & is_shown & (chance() < np.where(looking, 0.5, tries))
    fails, ok_on = state.fails[here], state.ok_on[here]
    wants = ndtr(worth + 0.45 * wish - 0.35 * fails)
    again = ~before & (ok_on < 0) & (chance() < 0.3 * wants / (1 + fails))
    back = (ok_on >= 0) & (chance() < pace * np.maximum(2 * wants - 0.7, 0.02))
    acts = first | again | back
    works = acts & (chance() < ndtr(ease + 0.1 * wish))
    hurry = first & ~works & (chance() < 0.25 * wants)
    done = works | (hurry & (chance() < ndtr(ease)))
    state.at[here] = np.where(first, exposures, state.at[here])
    state.first_ok[here] |= first & works
    state.retried[here] |= again | hurry
    state.rapid[here] |= hurry & (chance() < 0.6)
    state.fails[here] = np.minimum(fails + (acts & ~works), 20)
    state.starts += acts.sum(axis=0) + hurry.sum(axis=0)
    state.remember(here, day, first, done)


def _counted(
    state: State,
    label: np.ndarray,
    intensity: np.ndarray,
    until: np.ndarray,
    plan: np.ndarray,
    eligible: np.ndarray,
    fault: dict[str, np.ndarray],
    rng: Rng,
) -> ProductCounts:
    fifth = np.searchsorted(np.quantile(intensity, [0.2, 0.4, 0.6, 0.8]), intensity)
    member = np.zeros((len(plan), 10))
    member[np.arange(len(plan)), fifth * 2 + plan] = 1

    def count(which: np.ndarray) -> np.ndarray:
        return which.astype(np.float32).T @ member

    tried, succeeded = state.tried_on >= 0, state.first_ok
    followed = (state.ok_on >= 0) & (state.ok_on + FOLLOWED <= until[:, None])
    clean, recovered = succeeded & followed, tried & ~succeeded & followed
    repeats = state.use_days >= 2
    last = np.where(tried, state.at, state.exposures)
    bounds = ((1, 1), (2, 2), (3, 4), (5, 10**4))
    ladder = Ladder(
        eligible=count(eligible), exposed=count(state.exposures > 0), tried=count(tried),
        unexposed_tries=0 * count(tried),
        offers=np.stack([count(np.clip(last - a + 1, 0, b - a + 1)) for a, b in bounds], axis=-1),
        accepted=np.stack(
            [count(tried & (state.at >= a) & (state.at <= b)) for a, b in bounds], axis=-1
        ),
        ended=count(tried), succeeded=count(succeeded),
        retried=count(tried & ~succeeded & state.retried),
        retried_rapidly=count(tried & ~succeeded & state.rapid),
        clean=count(clean), clean_repeated=count(clean & repeats),
        recovered=count(recovered), recovered_repeated=count(recovered & repeats),
        repeated=count(repeats), habitual=count(repeats & (state.weeks >= 3)),
        searched=count(state.searched & ~tried),
    )  # fmt: skip
    features, exposures = len(label), state.exposures.sum(axis=0).astype(float)
    times = succeeded.sum(axis=0).astype(float)
    mean = np.log(SECONDS) + rng.normal(0, 0.4, features) + np.log1p(0.3 * fault["usability"])
    failed = state.starts - state.ends
    traffic = Traffic(
        exposures * 1.3, exposures, np.full(features, float(intensity.sum())), state.starts * 1.2,
        state.starts, state.ends, failed * 0.7, failed * 0.3, np.zeros(features, dtype=bool),
    )  # fmt: skip
    return ProductCounts(
        tuple(f"feature {place}" for place in range(features)),
        tuple(KINDS[place] for place in label), ladder, traffic,
        Durations(times, times * mean, times * (mean**2 + 0.5)),
    )  # fmt: skip
