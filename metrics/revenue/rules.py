"""The switchboard: every choice that changes a churn number, and how three vendors choose."""

from dataclasses import dataclass
from typing import Literal

ChurnDate = Literal["paid_end", "cancelled", "scheduled"]
Mode = Literal["net", "event"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How subscriptions become movements and rates.

    Attributes:
        churn_date: A cancelled span counts until "paid_end" (what was paid for is used up),
            "cancelled" (the billing system ended it) or "scheduled" (the customer said so).
        grace_days: How long an unpaid span still counts while its payment may come, 0 to 90; if it
            does not, churn is dated at the due day. None: until the billing system cancels it.
        pause: "churn": a paused span counts as ended; "keep": it goes on until it is resumed.
        discount: "deduct" it from what a span is worth, or "ignore" it.
        reactivation_days: Who comes back later than this is new again; None: never.
        joined_and_left: Customers who join and leave within one period: "exclude" them from the
            customers lost, "include" them, or "ignore" everything about them.
        mode: "net" compares each customer's start and end of a period; "event" adds up every
            movement in between.

    Raises:
        ValueError: Days outside their range.
    """

    churn_date: ChurnDate = "paid_end"
    grace_days: int | None = 30
    pause: Literal["churn", "keep"] = "churn"
    discount: Literal["deduct", "ignore"] = "deduct"
    reactivation_days: int | None = None
    joined_and_left: Literal["exclude", "include", "ignore"] = "exclude"
    mode: Mode = "net"

    def __post_init__(self) -> None:
        if self.grace_days is not None and not 0 <= self.grace_days <= 90:
            raise ValueError(f"grace must be 0 to 90 days, got {self.grace_days}")
        if self.reactivation_days is not None and self.reactivation_days < 0:
            raise ValueError(f"reactivation_days must be 0 or more, got {self.reactivation_days}")


TIDEMARK = Rules()

# ChartMogul help, articles 242 (churn recognition: default "canceled in the billing system"), 303
# (past-due subscriptions: default "until they are explicitly cancelled"), 360015688860 (paused with
# Stripe: keeps generating MRR), 207340419 (standard formula: without joined and churned).
CHARTMOGUL = Rules(
    churn_date="cancelled", grace_days=None, pause="keep", joined_and_left="exclude", mode="event"
)

# Baremetrics help, article 5380347 ("delinquent for more than 30 days are considered to have
# canceled"); changelog "Churn Update" (who signs up and cancels within the period is included).
BAREMETRICS = Rules(
    churn_date="cancelled", grace_days=30, pause="churn", joined_and_left="include", mode="event"
)

# Paddle help, "ProfitWell vs Recurly" and "Churn" (until the end of the billing cycle; joined and
# left in one month ignored; on hold is 0; discounts subtracted; back at any time: reactivation);
# ProfitWell FAQ for Paddle (a dunning window of at least 15 days).
PROFITWELL = Rules(
    churn_date="paid_end", grace_days=15, pause="churn", joined_and_left="ignore", mode="event"
)

PRESETS = {
    "Tidemark": TIDEMARK,
    "ChartMogul": CHARTMOGUL,
    "Baremetrics": BAREMETRICS,
    "ProfitWell": PROFITWELL,
}
