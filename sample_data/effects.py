"""What releases and experiments change about a day: more visits, fewer successes, faster work."""

import numpy as np
import numpy.typing as npt

from sample_data.chance import Flags, Floats, Ints
from sample_data.experiments import Trial
from sample_data.ladder import Gains
from sample_data.people import People
from sample_data.product import Product
from sample_data.releases import reach_days
from sample_data.truths import planted

RELEASES = ("good_release", "flag_release", "bad_release")
EXPERIMENTS = ("true_effect", "guardrail_loss")


class Effects:
    """The planted effects, ready to be asked for any day."""

    def __init__(self, product: Product, people: People, trials: list[Trial]) -> None:
        self._product = product
        self._people = people
        self._reach = {name: self._reach_of(planted(name)["release"]) for name in RELEASES}
        self._fixed = self._reach_of(planted("bad_release")["fixed_by"])
        self._trials = {trial.experiment.name: trial for trial in trials}

    def gains(self, active: Ints, day: int) -> Gains:
        """Factors for the day's active users."""
        gains = Gains(visits={}, success={}, seconds={})
        for name in RELEASES:
            has_it = self._reach[name][active] <= day
            if name == "bad_release":
                has_it &= self._fixed[active] > day
            self._multiply(gains, name, planted(name)["feature"], has_it)
        for name in EXPERIMENTS:
            trial = self._trials[planted(name)["experiment"]]
            if trial.runs_on(day):
                self._multiply(gains, name, trial.experiment.feature, trial.is_shown(active))
        self._wear_off(gains, active, day)
        return gains

    def _reach_of(self, version: str) -> npt.NDArray[np.int16]:
        release = self._product.releases[self._product.release(version)]
        return reach_days(release, self._product, self._people)

    def _multiply(self, gains: Gains, name: str, feature: str, who: Flags) -> None:
        position = self._product.feature(feature)
        for key, factors in (
            ("visits_factor", gains.visits),
            ("success_factor", gains.success),
            ("seconds_factor", gains.seconds),
        ):
            if key in planted(name) and who.any():
                factor = np.where(who, np.float32(planted(name)[key]), np.float32(1))
                factors[position] = factors.get(position, np.float32(1)) * factor

    def _wear_off(self, gains: Gains, active: Ints, day: int) -> None:
        """The novelty effect: largest on the first day, then halved again and again."""
        novelty = planted("novelty")
        trial = self._trials[novelty["experiment"]]
        if not trial.runs_on(day):
            return
        first, half_life = novelty["first_day_factor"], novelty["half_life_days"]
        by_age = [1 + (first - 1) * 0.5 ** (age / half_life) for age in range(64)]
        age = np.clip(day - trial.exposed_on[active].astype(np.int64), 0, 63)
        factor = np.round(by_age, 6).astype(np.float32)[age]
        position = self._product.feature(trial.experiment.feature)
        gains.visits[position] = np.where(trial.is_shown(active), factor, np.float32(1))


def per_visit(factors: dict[int, Floats], user: Ints, feature: Ints) -> Floats:
    """The factor of each visit, from the factors by feature and active user."""
    factor = np.ones(len(user), dtype=np.float32)
    for position, of_user in factors.items():
        is_of_feature = feature == position
        factor[is_of_feature] = of_user[user[is_of_feature]]
    return factor
