"""What a user does with each feature: sees it, opens it, tries it, manages it, keeps it."""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from sample_data.accounts import Accounts
from sample_data.chance import Flags, Floats, Ints, chances, stream
from sample_data.clock import number
from sample_data.people import People
from sample_data.product import LADDER, Product
from sample_data.truths import planted

ACTIONS = ("exposed", "opened", "started", "completed", "failed", "abandoned")
EXPOSED, OPENED, STARTED, COMPLETED, FAILED, ABANDONED, LOGGED_IN, VIEWED, SEARCHED = range(9)
NEW, TRIED, HABIT, LEFT = range(4)  # where a user stands with a feature

SEEN_AGAIN = (1.0, 1.2, 1.0, 0.35)  # reach by state; a habit has its own cadence
UNNEEDED = 0.06  # how much of `notice` is left without a need
STARTS = 0.8  # of openings by those without the habit
_TRY = (EXPOSED, OPENED, STARTED)
PATTERNS = (
    (EXPOSED,),
    (EXPOSED, OPENED),
    (*_TRY, COMPLETED),
    (*_TRY, ABANDONED),
    (*_TRY, FAILED),
    (*_TRY, FAILED, STARTED, COMPLETED),
    (*_TRY, FAILED, STARTED, FAILED),
    (*_TRY, FAILED, STARTED, ABANDONED),
    (OPENED, STARTED, COMPLETED),
    (EXPOSED, OPENED, STARTED, COMPLETED, COMPLETED),
    (OPENED, STARTED, COMPLETED, COMPLETED),
    (LOGGED_IN, VIEWED),
    (VIEWED,),
    (SEARCHED,),
)
SEEN, LOOKED, DONE, GAVE_UP, BROKE, DONE_LATER, BROKE_TWICE, GAVE_UP_LATER = range(8)
DONE_UNSEEN, DONE_TWICE, DONE_UNSEEN_TWICE, LOGIN, PAGE, SEARCH = range(8, 14)
LENGTHS = np.array([len(pattern) for pattern in PATTERNS])
STEPS = np.array([action for pattern in PATTERNS for action in pattern])
OFFSETS = np.array([0, *accumulate(LENGTHS.tolist())][:-1])


@dataclass(frozen=True, slots=True)
class Gains:
    """What releases and experiments change on one day.

    Attributes:
        visits: Factor of the chance of a visit, by feature and active user.
        success: Factor of the success of an attempt, in the same way.
        seconds: Factor of the time that an attempt takes, in the same way.
    """

    visits: dict[int, Floats]
    success: dict[int, Floats]
    seconds: dict[int, Floats]


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of one day, sorted by user; positions point into the day's active users."""

    user: Ints
    feature: Ints


class Ladder:
    """Where every user stands with every feature, from day to day."""

    def __init__(self, product: Product, accounts: Accounts, people: People, seed: int) -> None:
        features = product.features
        shape = (len(people), len(features))
        rates = {name: [getattr(feature, name) for feature in features] for name in LADDER}
        self.rates = {name: np.array(row, dtype=np.float32) for name, row in rates.items()}
        self.state = np.zeros(shape, dtype=np.uint8)
        self.need = np.zeros(shape, dtype=np.bool_)
        self._since = [
            -10_000 if f.since is None else number(product.releases[product.release(f.since)].day)
            for f in features
        ]
        self._allowed = np.array(
            [[plan >= product.plans.index(f.plan) for f in features] for plan in range(4)]
        )
        seen = np.array(SEEN_AGAIN, dtype=np.float32)[:, None] * self.rates["reach"][None, :]
        seen[HABIT] = self.rates["cadence"]
        self._seen = seen
        industry = accounts.industry[people.account]
        for position, feature in enumerate(features):
            share = np.full(len(people), feature.need, dtype=np.float32)
            if feature.industry is not None:
                share[industry == product.industries.index(feature.industry)] = feature.need_inside
            rng = stream(seed, "need", position)
            self.need[:, position] = chances(len(people), rng) < share

    def visits(
        self, active: Ints, plan: Ints, taste: Floats, gains: Gains, day: int, seed: int
    ) -> Visits:
        """Which features the day's active users see or use."""
        state = self.state[active]
        chance = self._seen[state, np.arange(state.shape[1])]
        chance *= taste[:, None]
        live = np.array([day >= since for since in self._since])
        chance *= (self._allowed & live)[plan]
        for feature, factor in gains.visits.items():
            chance[:, feature] *= factor
        rng = stream(seed, "visits", day)
        rows, columns = np.nonzero(rng.random(chance.shape, dtype=np.float32) < chance)
        return Visits(rows, columns)

    def outcomes(
        self, active: Ints, visits: Visits, success: Floats, day: int, seed: int
    ) -> npt.NDArray[np.int64]:
        """How each visit went (a row of PATTERNS); users move up and down the ladder.

        Args:
            active: The day's active users.
            visits: Their visits.
            success: Factor of the success of each visit's attempt.
            day: Day number.
            seed: Seed of the demo.
        """
        rng = stream(seed, "outcomes", day)
        user, feature = active[visits.user], visits.feature
        state, need = self.state[user, feature], self.need[user, feature]
        is_habit = state == HABIT
        opens = self._opens(feature, state, need, rng)
        starts = opens & (chances(len(user), rng) < np.where(is_habit, np.float32(0.96), STARTS))
        chance = self.rates["success"][feature]
        chance = np.where(is_habit, 1 - (1 - chance) * np.float32(0.6), chance) * success
        pattern = np.where(starts, _attempts(chance, need, rng), np.where(opens, LOOKED, SEEN))
        self._move(user, feature, pattern, rng)
        return pattern

    def _opens(
        self, feature: Ints, state: npt.NDArray[np.uint8], need: Flags, rng: np.random.Generator
    ) -> Flags:
        wish = self.rates["notice"][feature] * np.where(need, np.float32(1), np.float32(UNNEEDED))
        wish *= np.array([1.0, 1.25, 99.0, 0.1], dtype=np.float32)[state]
        return np.asarray(chances(len(feature), rng) < np.where(state == HABIT, 1, wish))

    def _move(self, user: Ints, feature: Ints, pattern: Ints, rng: np.random.Generator) -> None:
        """New states: a first success may become a habit, a failure may drive away."""
        state, need = self.state[user, feature], self.need[user, feature]
        value = self.rates["value"][feature]
        u = chances(len(user), rng)
        keeps = u < value * np.where(need, 1, 0.12) * np.where(pattern == DONE_LATER, 0.7, 1)
        completed = (pattern == DONE) | (pattern == DONE_LATER)
        tried = pattern >= DONE
        is_habit = state == HABIT
        after = np.where(tried & ~is_habit, np.where(completed & keeps, HABIT, TRIED), state)
        had_enough = completed & ~keeps & ~is_habit & (chances(len(user), rng) > value)
        after = np.where(had_enough, LEFT, after)
        after = np.where(tried & ~completed & ~is_habit & (u < 0.4), LEFT, after)
        tires = np.where(completed, (1 - value) * np.float32(0.03), np.float32(0.06))
        after = np.where(is_habit & (u < tires), LEFT, after)
        self.state[user, feature] = after


def _attempts(chance: Floats, need: Flags, rng: np.random.Generator) -> Ints:
    """How an attempt went: success, or failing or giving up, with at most one retry."""
    count = len(chance)
    fails = chances(count, rng) < 0.55
    retries = chances(count, rng) < np.where(need, np.float32(0.65), np.float32(0.2))
    later = np.where(chances(count, rng) < 0.5, BROKE_TWICE, GAVE_UP_LATER)
    later = np.where(chances(count, rng) < chance, DONE_LATER, later)
    first = np.where(fails, np.where(retries, later, BROKE), GAVE_UP)
    return np.where(chances(count, rng) < chance, DONE, first)


def badly_tracked(
    product: Product, visits: Visits, pattern: Ints, day: int, seed: int
) -> npt.NDArray[np.int64]:
    """The same visits as a faulty tracker reports them: exposures lost, completions doubled."""
    fault = planted("untracked_feature")
    rng = stream(seed, "tracking", day)
    count = len(pattern)
    is_done = (pattern == DONE) & (visits.feature == product.feature(fault["feature"]))
    unseen = chances(count, rng) < fault["exposures_lost"]
    twice = chances(count, rng) < fault["completions_doubled"]
    seen_as = np.where(twice, DONE_TWICE, DONE)
    unseen_as = np.where(twice, DONE_UNSEEN_TWICE, DONE_UNSEEN)
    return np.where(is_done, np.where(unseen, unseen_as, seen_as), pattern)
