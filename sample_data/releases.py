"""Which release a user has: staged and full rollouts, flags, and slow mobile updates."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sample_data.chance import Flags, Ints, mixed
from sample_data.clock import HOUR_MS, midnight, number
from sample_data.people import People
from sample_data.product import Product, Release

BEFORE = "4.3"  # what everybody has when the data begin
SPREADING_DAYS = 30  # after completion, until the slowest phone has it
AT_NIGHT = 3 * HOUR_MS  # after midnight UTC: when releases are made
EARLY = 5  # hours ahead of UTC: there the working day has begun by then
PHONE_LAG = np.array([0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 11, 15, 20, 27])  # days


def reach_days(release: Release, product: Product, people: People) -> npt.NDArray[np.int16]:
    """The day on which a release reaches each user."""
    salt = sum(release.version.encode()) * 31 + len(release.version)
    u = mixed(people.key, salt)
    offset = np.array([country.utc_hours for country in product.countries])[people.country]
    day = number(release.day) + (offset >= EARLY)
    if release.waves:
        waits = np.array([release.waves[country.code] for country in product.countries])
        of_country: npt.NDArray[np.int16] = (day + waits[people.country]).astype(np.int16)
        return of_country
    if release.rollout == "flag":
        return (day + np.where(u < 0.5, 0, release.days)).astype(np.int16)
    steps = (u * max(1, release.days)).astype(np.int64)
    is_phone = people.platform >= product.platforms.index("ios")
    lag = PHONE_LAG[(mixed(people.key, salt + 1) * len(PHONE_LAG)).astype(np.int64)]
    return (day + steps + np.where(is_phone, lag, 0)).astype(np.int16)


def completed_on(release: Release) -> int:
    """The day on which everybody who updates has the release."""
    return number(release.day) + max(release.days, *release.waves.values(), 0)


@dataclass(slots=True)
class Rollouts:
    """Follows every release through the population, day by day.

    Attributes:
        current: Position of the newest release of each user; -1: the one before all.
        contacts: (release, user, moment) of first contacts, one triple of arrays a day.
    """

    product: Product
    people: People
    current: npt.NDArray[np.int16] = field(init=False)
    contacts: list[tuple[int, Ints, Ints]] = field(default_factory=list)
    _spreading: dict[int, tuple[npt.NDArray[np.int16], Flags]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.current = np.full(len(self.people), -1, dtype=np.int16)

    def advance(self, day: int) -> None:
        """Bring every user's version to what it is on `day`."""
        for position, release in enumerate(self.product.releases):
            if number(release.day) == day:
                reach = reach_days(release, self.product, self.people)
                self._spreading[position] = (reach, np.zeros(len(reach), dtype=np.bool_))
        for position in sorted(self._spreading):
            reach, _ = self._spreading[position]
            self.current[(reach <= day) & (self.current < position)] = position
            if day > completed_on(self.product.releases[position]) + SPREADING_DAYS:
                del self._spreading[position]

    def meet(self, active: Ints, seen_at: Ints, day: int) -> None:
        """Note who meets which release for the first time.

        Args:
            active: The day's active users.
            seen_at: When each begins the first session of the day.
            day: Day number.
        """
        for position, (reach, has_met) in self._spreading.items():
            meets = (reach[active] <= day) & ~has_met[active]
            has_met[active[meets]] = True
            self.contacts.append((position, active[meets], seen_at[meets]))

    def version_names(self) -> list[str]:
        """Names of the versions, by `current + 1`."""
        return [BEFORE, *(release.version for release in self.product.releases)]


def release_rows(product: Product) -> list[dict[str, object]]:
    """The table of releases."""
    return [
        {
            "release": release.version,
            "version": release.version,
            "released_at": midnight(number(release.day)) + AT_NIGHT,
            "completed_at": midnight(completed_on(release)) + AT_NIGHT,
            "rollout": release.rollout,
            "features": ",".join(release.features),
            "title": release.title,
            "url": f"https://kittiwake.example/releases/{release.version}",
            "owner": ("Mara", "Jonas", "Priya")[position % 3],
        }
        for position, release in enumerate(product.releases)
    ]
