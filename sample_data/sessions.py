"""When the day's active users work: one to three sessions in their local working hours."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sample_data.chance import Flags, Ints, chances, stream
from sample_data.clock import HOUR_MS, midnight, moment, summer_hours
from sample_data.people import People
from sample_data.product import Product
from sample_data.truths import planted


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions of one local day, sorted by user and time.

    Attributes:
        user: Position among the day's active users.
        started: Moment, milliseconds since 1970.
        first: Position of each active user's first session.
        count: Number of sessions of each active user.
        is_lost: Could not begin, because of the outage.
        is_hurt: Began during the outage.
    """

    user: Ints
    started: Ints
    platform: npt.NDArray[np.int8]
    first: Ints
    count: Ints
    is_lost: Flags
    is_hurt: Flags


def make_sessions(product: Product, people: People, active: Ints, day: int, seed: int) -> Sessions:
    """The sessions of the day's active users."""
    rng = stream(seed, "sessions", day)
    u = chances(len(active), rng)
    count = 1 + (u < 0.34).astype(np.int64) + (u < 0.08)
    first = np.cumsum(count) - count
    user = np.repeat(np.arange(len(active)), count)
    number_of_day = np.arange(len(user)) - first[user]
    offsets: Ints = np.array([c.utc_hours + summer_hours(day, c.summer) for c in product.countries])
    begins: Ints = midnight(day) + people.hour[active]
    begins -= offsets[people.country[active]] * HOUR_MS
    begins += rng.integers(0, 3 * HOUR_MS, size=len(active)) - HOUR_MS
    pause = 2 * HOUR_MS + rng.integers(0, int(1.5 * HOUR_MS), size=len(user))
    started = (begins[user] + number_of_day * pause).astype(np.int64)
    is_second = chances(len(user), rng) < 0.2
    who = active[user]
    platform = np.where(is_second, people.second_platform[who], people.platform[who])
    is_hurt = _in_outage(started)
    is_lost = is_hurt & (chances(len(user), rng) < planted("outage")["sessions_lost"])
    return Sessions(user, started, platform, first, count, is_lost, is_hurt)


def _in_outage(started: Ints) -> Flags:
    outage = planted("outage")
    return (started >= moment(outage["starts_at"])) & (started < moment(outage["ends_at"]))
