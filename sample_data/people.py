"""The users: who they are, when they came, how often they work with the product."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sample_data.accounts import Accounts
from sample_data.chance import Flags, Floats, Ints, chances, scattered, spread, stream
from sample_data.clock import DAYS, number
from sample_data.product import Product
from sample_data.truths import planted

JOINING_DAYS = 70  # median wait between an account's first and a later user
SURVIVED = 0.8  # share of the users from before the data who are still there when they begin


@dataclass(frozen=True, slots=True)
class People:
    """One entry per user, in order of sign-up; days as day numbers.

    Attributes:
        ends: First day on which the user is gone for good.
        rate: Chance to be active on an ordinary working day.
        key: What hash splits are made from.
        taste: How much of the product the user tends to use, 0.4 to 1.4.
        hour: Usual first hour of work, local, in milliseconds.
        has_agent: Runs the desktop agent that sends heartbeats.
        is_bot: A crawler; it has no days of its own.
    """

    account: npt.NDArray[np.int32]
    signed_up: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    rate: Floats
    key: npt.NDArray[np.uint32]
    taste: Floats
    hour: Ints
    country: npt.NDArray[np.int8]
    role: npt.NDArray[np.int8]
    platform: npt.NDArray[np.int8]
    second_platform: npt.NDArray[np.int8]
    has_agent: Flags
    is_bot: Flags
    ids: pa.Array

    def __len__(self) -> int:
        return len(self.account)


def make_people(product: Product, accounts: Accounts, size: float, seed: int) -> People:
    """All users of the demo, bots included."""
    rng = stream(seed, "people")
    account, signed_up = _sign_ups(accounts, rng)
    count = len(account)
    ends = np.minimum(_lifetimes(signed_up, rng), accounts.ended[account])
    is_bot = _bots(signed_up, size)
    rate = np.where(is_bot, np.float32(0), _rates(count, rng))
    platform = rng.choice(4, size=count, p=product.platform_shares).astype(np.int8)
    other = rng.choice(4, size=count, p=product.platform_shares).astype(np.int8)
    has_second = chances(count, rng) < 0.3
    return People(
        account=account.astype(np.int32),
        signed_up=signed_up.astype(np.int32),
        ends=np.maximum(ends, signed_up + 1).astype(np.int32),
        rate=rate,
        key=rng.integers(0, 2**32, size=count, dtype=np.uint32),
        taste=(0.4 + chances(count, rng) * np.float32(1.0)),
        hour=rng.integers(7 * 60, 12 * 60, size=count) * 60_000,
        country=accounts.country[account].astype(np.int8),
        role=rng.choice(5, size=count, p=product.role_shares).astype(np.int8),
        platform=platform,
        second_platform=np.where(has_second, other, platform),
        has_agent=~is_bot & (chances(count, rng) < planted("background_events")["share_of_users"]),
        is_bot=is_bot,
        ids=pa.array([f"u_{user:07d}" for user in range(1, count + 1)]),
    )


def _sign_ups(accounts: Accounts, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Account and sign-up day of every user, in order of sign-up."""
    account = np.repeat(np.arange(len(accounts.users)), accounts.users)
    is_first = np.r_[True, account[1:] != account[:-1]]
    wait = scattered(np.full(len(account), JOINING_DAYS), spread(1.1), rng)
    signed_up = accounts.started[account] + np.where(is_first, 0, wait)
    comes = is_first | (signed_up < np.minimum(accounts.ended[account], DAYS))
    order = np.flatnonzero(comes)[np.argsort(signed_up[comes], kind="stable")]
    return account[order], signed_up[order]


def _lifetimes(signed_up: Ints, rng: np.random.Generator) -> Ints:
    """First day without the user: a fifth leave within weeks, the others within years."""
    count = len(signed_up)
    is_short = chances(count, rng) < 0.2
    stays = scattered(np.where(is_short, 9, 520), spread(1.0), rng)
    survived = (signed_up < 0) & (chances(count, rng) < SURVIVED)
    return np.where(survived, np.maximum(signed_up, -1) + stays + 1, signed_up + stays)


def _rates(count: int, rng: np.random.Generator) -> Floats:
    """Chance to work with the product on a working day: daily, weekly and occasional users."""
    kind = rng.choice(3, size=count, p=[0.12, 0.38, 0.5])
    low = np.array([0.72, 0.1, 0.01], dtype=np.float32)[kind]
    high = np.array([0.97, 0.26, 0.06], dtype=np.float32)[kind]
    rates: Floats = low + (high - low) * chances(count, rng)
    return rates


def _bots(signed_up: Ints, size: float) -> Flags:
    """The crawlers: the last users who signed up before they begin."""
    bots = planted("bots")
    before = int(np.searchsorted(signed_up, number(bots["first_day"])))
    flags = np.zeros(len(signed_up), dtype=np.bool_)
    flags[max(0, before - ceil(bots["users"] * size)) : before] = True
    return flags


def active_people(people: People, wane: Floats, level: Floats, day: int, seed: int) -> Ints:
    """Who works with the product on a day, as positions in `people`.

    Args:
        people: All users.
        wane: Level of each account, 1 for one that is not about to leave.
        level: Level of the day for each role, 1 on an ordinary working day.
        day: Day number.
        seed: Seed of the demo.
    """
    rng = stream(seed, "active", day)
    present = int(np.searchsorted(people.signed_up, day, side="right"))
    age = day - people.signed_up[:present]
    rate = people.rate[:present] * wane[people.account[:present]]
    rate *= level[people.role[:present]]
    rate *= np.where(age < 10, np.float32(1.25), np.float32(1))
    rate *= _pauses(people.key[:present], day)
    rate[(age == 0) & ~people.is_bot[:present]] = 2
    rate[people.ends[:present] <= day] = 0
    return np.flatnonzero(chances(present, rng) < rate)


def _pauses(keys: npt.NDArray[np.uint32], day: int) -> Floats:
    """0 for users on a break: one in nine stays away for four weeks, each at another time."""
    block = ((keys >> np.uint32(3)) % np.uint32(28) + np.uint32(day + 1_000)) // np.uint32(28)
    bits = (keys ^ (block * np.uint32(2_654_435_761))) * np.uint32(0x7FEB352D)
    is_here: Flags = (bits >> np.uint32(20)) % np.uint32(9) != 0
    return is_here.astype(np.float32)
