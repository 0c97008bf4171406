"""Who is at risk now and was not when accounts were scored the time before."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from reports.churn_risk import Trained

LOG = logging.getLogger("tidemark")
AT_RISK = 2.0  # times the base rate from which an account is at risk
NUMBERS, SCORES = "before.json", "before.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The scores of an earlier day.

    Attributes:
        scored_on: That day, as ISO text.
        at_risk: Accounts that were at risk then.
    """

    scored_on: str
    at_risk: frozenset[str]


def at_risk(found: Trained) -> pl.DataFrame:
    """Scores well above the usual, the highest first; none when nobody has been judged."""
    if found.numbers.base_rate is None:
        return found.scores.clear()
    return found.scores.filter(pl.col("risk_share") >= AT_RISK * found.numbers.base_rate)


def newly_at_risk(found: Trained, before: Before) -> pl.DataFrame:
    """Those of `at_risk` who were not at risk then; whoever was not scored then is new to it."""
    return at_risk(found).filter(~pl.col("account_id").is_in(list(before.at_risk)))


def keep_before(place: Path, earlier: Trained | None, found: Trained) -> None:
    """Remember who was at risk, before newer scores take the place of these.

    Scores of the same day made again, with other rules or data, are no earlier ones.
    """
    if earlier is None or earlier.numbers.scored_on >= found.numbers.scored_on:
        return
    accounts = at_risk(earlier).select("account_id")
    try:
        accounts.write_parquet(place / SCORES)
        text = json.dumps({"scored_on": earlier.numbers.scored_on})
        (place / NUMBERS).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        LOG.warning("the scores before are not kept: %s", error)


def read_before(place: Path) -> Before | None:
    """What was kept; None: these are the first scores, or it cannot be read."""
    try:
        scored_on = str(json.loads((place / NUMBERS).read_text(encoding="utf-8"))["scored_on"])
        accounts = pl.read_parquet(place / SCORES)["account_id"].to_list()
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None
    return Before(scored_on, frozenset(accounts))
