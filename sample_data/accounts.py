"""The customers: when they came, what they pay for, when and why they left."""

from dataclasses import dataclass

import numpy as np

from sample_data.chance import Flags, Ints, chances, spread, stream
from sample_data.clock import DAYS, FIRST_DAY, NEVER, number
from sample_data.product import Product
from sample_data.truths import planted

ACCOUNTS = 1_500  # at size 1
USERS = 24_600  # at size 1, some of whom would come only after the data end
EXISTING = 0.42  # share of accounts that were customers before the data begin
MONTHS = 19  # calendar months that the data touch
SIZES = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (10**9, "201+"))


@dataclass(frozen=True, slots=True)
class Accounts:
    """One entry per account, in order of arrival; days as day numbers.

    Attributes:
        started: First paid day.
        ended: Day on which it stops being a customer; NEVER: still one.
        plan: Plan at the start.
        upgraded: Day on which it moves one plan up; NEVER: stays.
        is_yearly: Billed by the year.
        billing_day: Day of the month on which it is billed, 1 to 28.
        users: How many users it would have in the long run.
    """

    started: Ints
    ended: Ints
    plan: Ints
    upgraded: Ints
    is_yearly: Flags
    billing_day: Ints
    country: Ints
    industry: Ints
    channel: Ints
    users: Ints

    def plan_on(self, day: int) -> Ints:
        """Plan of every account on a day."""
        return self.plan + (self.upgraded <= day)

    def size_names(self) -> list[str]:
        """Company size of every account, in words."""
        return [next(name for limit, name in SIZES if count <= limit) for count in self.users]


def make_accounts(product: Product, size: float, seed: int) -> Accounts:
    """All accounts of the demo."""
    rng = stream(seed, "accounts")
    count = max(12, round(ACCOUNTS * size))
    started = _arrivals(count, rng)
    plan = rng.choice(4, size=count, p=_shares(product.plan_shares))
    channel = rng.choice(4, size=count, p=_shares(product.channel_shares))
    is_yearly = chances(count, rng) < np.array([0.15, 0.35, 0.7, 0.95])[plan]
    billing_day = rng.integers(1, 29, size=count)
    hazard = np.array(product.monthly_churn)[plan]
    driver = planted("churn_driver")
    is_driven = channel == product.channels.index(driver["channel"])
    hazard = hazard * np.where(is_driven, driver["hazard_factor"], 1.0)
    ended = _ends(product, started, plan, is_yearly, billing_day, hazard, rng)
    return Accounts(
        started=started,
        ended=ended,
        plan=plan,
        upgraded=_upgrades(started, ended, plan, rng),
        is_yearly=is_yearly,
        billing_day=billing_day,
        country=rng.choice(
            len(product.countries), size=count, p=_shares([c.share for c in product.countries])
        ),
        industry=rng.choice(6, size=count, p=_shares(product.industry_shares)),
        channel=channel,
        users=_user_counts(max(200, round(USERS * size)), plan, rng),
    )


def _shares(shares: list[float]) -> list[float]:
    total = sum(shares)
    return [share / total for share in shares]


def _arrivals(count: int, rng: np.random.Generator) -> Ints:
    """First days: some before the data, then more and more."""
    existing = round(count * EXISTING)
    before = rng.integers(-1_000, 1, size=existing)
    u = rng.random(count - existing)
    during = ((np.sqrt(1 + 3 * u) - 1) * (DAYS - 4)).astype(np.int64) + 1  # density 1 → 2
    return np.sort(np.concatenate([before, during]))


def _user_counts(total: int, plan: Ints, rng: np.random.Generator) -> Ints:
    """Users per account: a long tail, larger for larger plans, adding up to about `total`."""
    table = spread(0.9)
    weight = table[rng.integers(0, len(table), size=len(plan))] * np.array([2, 4, 9, 25])[plan]
    counts: Ints = np.maximum(1, weight * total // max(1, int(weight.sum())))
    return counts


def _upgrades(started: Ints, ended: Ints, plan: Ints, rng: np.random.Generator) -> Ints:
    day = np.maximum(started, 0) + rng.integers(60, 500, size=len(plan))
    happens = (chances(len(plan), rng) < 0.22) & (plan < 3) & (day < np.minimum(ended, DAYS))
    return np.where(happens, day, NEVER)


def _ends(
    product: Product,
    started: Ints,
    plan: Ints,
    is_yearly: Flags,
    billing_day: Ints,
    hazard: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> Ints:
    """Last days, month by month: yearly plans may leave only when they renew."""
    increase = planted("price_increase")
    raised = np.isin(plan, [product.plans.index(name) for name in increase["plans"]])
    ended = np.full(len(started), NEVER)
    started_month = (started.astype("timedelta64[D]") + np.datetime64(FIRST_DAY)).astype(
        "datetime64[M]"
    )
    for offset in range(MONTHS):
        month = np.datetime64(FIRST_DAY, "M") + offset
        first = number(month.astype("datetime64[D]").item())
        day = first + billing_day - 1
        age = (month - started_month).astype(np.int64)
        risk = np.where(is_yearly, np.where(age % 12 == 0, 1 - (1 - hazard) ** 9, 0.0), hazard)
        if first == number(increase["day"]):
            risk = np.where(raised & ~is_yearly, risk * increase["hazard_factor"], risk)
        leaves = (rng.random(len(started)) < risk) & (age > 0) & (day >= 0) & (day < DAYS)
        ended = np.where((ended == NEVER) & leaves, day, ended)
    return ended
