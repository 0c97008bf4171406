"""Who is in which experiment, since when, and what was recorded of it."""

from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import numpy.typing as npt

from sample_data.chance import Flags, Ints, chances, mixed, stream
from sample_data.clock import DAYS, NEVER, midnight, number
from sample_data.people import People
from sample_data.product import Experiment, Product
from sample_data.truths import planted

SEES_BOTH = 0.004  # share of units that a stale cache shows the other variant too
LOOKS = 60_000  # milliseconds from the start of a session to the exposure, at most
VARIANTS = ("control", "treatment")


@dataclass(frozen=True, slots=True)
class Exposures:
    """Recorded exposures of one day to one experiment."""

    experiment: int
    user: Ints
    is_treated: Flags
    platform: npt.NDArray[np.int8]
    at: Ints


@dataclass(slots=True)
class Trial:
    """One experiment in the population.

    Attributes:
        is_treated: Which arm each user is in.
        exposed_on: First day each user saw it; NEVER: not yet.
    """

    experiment: Experiment
    position: int
    people: People
    is_treated: Flags = field(init=False)
    exposed_on: npt.NDArray[np.int16] = field(init=False)

    def __post_init__(self) -> None:
        salt = crc32(self.experiment.name.encode()) % 100_000
        self.is_treated = mixed(self.people.key, salt) >= 0.5
        self.exposed_on = np.full(len(self.people), NEVER, dtype=np.int16)

    def runs_on(self, day: int) -> bool:
        """Whether the experiment runs on a day."""
        ends = self.experiment.ends
        return number(self.experiment.starts) <= day < (DAYS if ends is None else number(ends))

    def is_shown(self, active: Ints) -> Flags:
        """Who of the active users has been shown the treatment."""
        is_shown: Flags = self.is_treated[active] & (self.exposed_on[active] != NEVER)
        return is_shown

    def expose(
        self, active: Ints, seen_at: Ints, platform: npt.NDArray[np.int8], day: int, seed: int
    ) -> Exposures:
        """Show the experiment to the day's active users; what is recorded of new ones."""
        rng = stream(seed, self.experiment.name, day)
        is_new = (self.exposed_on[active] == NEVER) & self._is_within(seen_at)
        self.exposed_on[active[is_new]] = day
        user, at, seen_on = active[is_new], seen_at[is_new], platform[is_new]
        at = at + rng.integers(1_000, LOOKS, size=len(user))
        treated = self.is_treated[user]
        is_recorded = self._is_recorded(treated, seen_on, rng)
        sees_both = is_recorded & (chances(len(user), rng) < SEES_BOTH)
        return Exposures(
            experiment=self.position,
            user=np.r_[user[is_recorded], user[sees_both]],
            is_treated=np.r_[treated[is_recorded], ~treated[sees_both]],
            platform=np.r_[seen_on[is_recorded], seen_on[sees_both]],
            at=np.r_[at[is_recorded], at[sees_both] + LOOKS],
        )

    def _is_within(self, at: Ints) -> Flags:
        """Moments at which the experiment runs: a local day may begin before, or end after."""
        ends = self.experiment.ends
        is_within: Flags = at >= midnight(number(self.experiment.starts))
        if ends is not None:
            is_within &= at + LOOKS < midnight(number(ends))
        return is_within

    def _is_recorded(
        self, treated: Flags, platform: npt.NDArray[np.int8], rng: np.random.Generator
    ) -> Flags:
        broken = planted("broken_split")
        u = chances(len(treated), rng)
        if broken["experiment"] != self.experiment.name:
            return np.ones(len(treated), dtype=np.bool_)
        from_broken = platform == ("web", "desktop", "ios", "android").index(broken["platform"])
        is_lost: Flags = treated & from_broken & (u < broken["exposures_lost"])
        return ~is_lost


def trials(product: Product, people: People) -> list[Trial]:
    """All experiments of the demo."""
    return [Trial(exp, position, people) for position, exp in enumerate(product.experiments)]


def experiment_rows(product: Product) -> list[dict[str, object]]:
    """The table of experiments."""
    return [
        {
            "experiment": experiment.name,
            "started_at": midnight(number(experiment.starts)),
            "ended_at": None if experiment.ends is None else midnight(number(experiment.ends)),
            "hypothesis": experiment.hypothesis,
            "unit": "user",
            "allocation": "control 50, treatment 50",
            "control": "control",
            "primary_metric": experiment.metric,
            "guardrails": ",".join(experiment.guardrails),
            "owner": experiment.owner,
        }
        for experiment in product.experiments
    ]
