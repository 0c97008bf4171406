"""Events that no person made: heartbeats of desktop agents, and crawlers."""

import numpy as np

from sample_data.chance import Ints, stream
from sample_data.clock import DAY_MS, midnight, number
from sample_data.events import NOTHING, OTHER_EVENTS, Events
from sample_data.ladder import ACTIONS, OPENED
from sample_data.people import People
from sample_data.product import Product
from sample_data.truths import planted


def background(
    product: Product, people: People, state: tuple[Ints, Ints], day: int, seed: int
) -> Events:
    """Heartbeats and crawlers of one day.

    Args:
        product: The product.
        people: All users.
        state: Plan of each account and version of each user on the day.
        day: Day number.
        seed: Seed of the demo.
    """
    rng = stream(seed, "background", day)
    beats = planted("background_events")
    present = (people.signed_up <= day - 1) & (people.ends > day)
    agents = np.repeat(np.flatnonzero(people.has_agent & present), beats["per_day"])
    event = len(product.features) * len(ACTIONS) + OTHER_EVENTS.index(beats["event"])
    heartbeats = _scattered_over_the_day(people, agents, event, state, day, rng)
    bots = planted("bots")
    if not number(bots["first_day"]) <= day <= number(bots["last_day"]):
        return heartbeats
    crawlers = np.repeat(np.flatnonzero(people.is_bot), bots["events_per_day"])
    event = product.feature("dashboard") * len(ACTIONS) + OPENED
    visits = _scattered_over_the_day(people, crawlers, event, state, day, rng)
    visits.platform[:] = product.platforms.index("web")
    return Events.joined([heartbeats, visits])


def _scattered_over_the_day(
    people: People,
    user: Ints,
    event: int,
    state: tuple[Ints, Ints],
    day: int,
    rng: np.random.Generator,
) -> Events:
    plan, version = state
    count = len(user)
    nothing = np.full(count, NOTHING)
    return Events(
        time=midnight(day) + _distinct_moments(count, rng),
        user=user.astype(np.int32),
        event=np.full(count, event, dtype=np.int16),
        session=nothing,
        platform=np.full(count, 1, dtype=np.int8),
        version=version[user].astype(np.int8),
        plan=plan[people.account[user]].astype(np.int8),
        duration=nothing.astype(np.int32),
        value=nothing.astype(np.int32),
        query=nothing.astype(np.int8),
    )


def _distinct_moments(count: int, rng: np.random.Generator) -> Ints:
    """Milliseconds of a day, no two alike, so that no row looks like a duplicate."""
    width = DAY_MS // max(1, count)
    return rng.permutation(count) * width + rng.integers(0, width, size=count)
