"""What could have been known of an account on a day, from usage and from what it paid?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.revenue import History
from metrics.revenue.movements import amounts_at

if TYPE_CHECKING:
    from metrics.risk.model import Features

NUMBERS = {
    "active_days": "Days with activity",
    "users_a_day": "People active on such a day, logarithmic",
    "events_a_day": "Events on such a day, logarithmic",
    "days_silent": "Days since the last activity",
    "recent_share": "Share of events in the later half",
    "tenure_days": "Days since the first payment",
    "mrr_log": "MRR, logarithmic",
    "mrr_change": "Change of MRR in the window",
}
TEXTS = {"plan": "Plan", "billed_each": "Billed each"}
WORDS = NUMBERS | TEXTS


def words_of(name: str) -> str:
    """What an attribute is called; a dimension by its own name."""
    return WORDS.get(name, name)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """All that is known, from which each landmark sees only its past.

    Attributes:
        usage: `account, day, active_users, events`, one row per account and day with activity.
        spans: `account, started, ended` (days since 1970), `plan, billed_each`, paid ones only.
        levels: What accounts pay.
        started: First paid day of each account, by its number; a large number: none.
        traits: `account`, and dimensions that do not change.
    """

    usage: pl.DataFrame
    spans: pl.DataFrame
    levels: History
    started: np.ndarray
    traits: pl.DataFrame

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of all attributes."""
        return (*WORDS, *(name for name in self.traits.columns if name != "account"))

    def until(self, day: int) -> Known:
        """What was known at the end of a day: nothing later, and no end that lay ahead."""
        seen = self.levels.days <= day
        levels = History(
            self.levels.accounts[seen], self.levels.days[seen], self.levels.amounts[seen]
        )
        return Known(
            self.usage.filter(pl.col("day") <= day),
            self.spans.filter(pl.col("started") <= day),
            levels,
            self.started,
            self.traits,
        )


def features_at(known: Known, accounts: np.ndarray, days: np.ndarray, *, window: int) -> Features:
    """Attributes of each (account, day), looking back over (day − window, day].

    Args:
        known: What there is.
        accounts: (n,) number of the account.
        days: (n,) the landmark.
        window: Days looked back.
    """
    columns: dict[str, list[np.ndarray]] = {name: [] for name in known.attributes}
    places = []
    for day in np.unique(days):
        here = np.flatnonzero(days == day)
        places.append(here)
        for name, values in _on_day(known, accounts[here], int(day), window).items():
            columns[name].append(values)
    order = np.argsort(np.concatenate(places)) if places else np.empty(0, dtype=np.intp)
    return {
        name: np.concatenate(parts)[order] if parts else np.empty(0)
        for name, parts in columns.items()
    }


def _on_day(known: Known, accounts: np.ndarray, day: int, window: int) -> dict[str, np.ndarray]:
    asked = pl.DataFrame({"account": accounts.astype(np.int64)})
    seen = asked.join(_usage(known.usage, day, window), on="account", how="left")
    plans = (
        known.spans.filter(pl.col("started") <= day)
        .sort("account", "started")
        .group_by("account", maintain_order=True)
        .agg(pl.col("plan").last(), pl.col("billed_each").last())
    )
    texts = asked.join(plans, on="account", how="left").fill_null("")
    now = amounts_at(known.levels, accounts, day + 1).sum(axis=1)
    before = amounts_at(known.levels, accounts, day + 1 - window).sum(axis=1)
    return {
        "active_days": _filled(seen["active_days"], 0.0),
        "users_a_day": _filled(seen["users_a_day"], 0.0),
        "events_a_day": _filled(seen["events_a_day"], 0.0),
        "days_silent": _filled(seen["days_silent"], float(window)),
        "recent_share": _filled(seen["recent_share"], np.nan),
        "tenure_days": (day - known.started[accounts]).astype(np.float64),
        "mrr_log": np.log1p(now),
        "mrr_change": np.divide(
            now - before, before, out=np.full(len(now), np.nan), where=before > 0
        ),
        "plan": texts["plan"].to_numpy().astype(np.str_),
        "billed_each": texts["billed_each"].to_numpy().astype(np.str_),
    } | {
        name: values.fill_null("").to_numpy().astype(np.str_)
        for name, values in asked.join(known.traits, on="account", how="left").to_dict().items()
        if name != "account"
    }


def _usage(usage: pl.DataFrame, day: int, window: int) -> pl.DataFrame:
    """One row per account active in the window."""
    seen = usage.filter((pl.col("day") > day - window) & (pl.col("day") <= day))
    recent = pl.col("events").filter(pl.col("day") > day - window // 2).sum()
    return seen.group_by("account").agg(
        pl.len().cast(pl.Float64).alias("active_days"),
        pl.col("active_users").mean().log1p().alias("users_a_day"),
        pl.col("events").mean().log1p().alias("events_a_day"),
        (day - pl.col("day").max()).cast(pl.Float64).alias("days_silent"),
        (recent / pl.col("events").sum()).alias("recent_share"),
    )


def _filled(values: pl.Series, missing: float) -> np.ndarray:
    return np.asarray(values.fill_null(missing).to_numpy(), dtype=np.float64)
