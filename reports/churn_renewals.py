"""How many will renew next time, and the time after?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.revenue import Rules
from metrics.survival import back_test, kaplan_meier, shifted_beta_geometric
from reports import churn_definitions
from reports.answer import Report, Source
from reports.churn_lifetimes import MONTHS_BETWEEN, lives
from reports.known import known
from reports.revenue_spans import paid_spans

if TYPE_CHECKING:
    from queries import Segment, Workspace

FEWEST_RENEWALS = 3
AHEAD = 0.5  # of the renewals seen, how many more are projected at most
BASE = 1_000_000.0  # survivors of a curve of shares, so that whole customers do not round it


@dataclass(frozen=True, slots=True)
class RenewalsReport(Report):
    """Survival over renewals, and what the shifted beta-geometric model says of the next.

    Attributes:
        curve: One row per renewal, 0 first: `renewal, at_risk, survival_share` (seen; null beyond),
            `projected_share` (fitted and projected), `withheld_share` (what was projected for the
            last renewals from the ones before; null elsewhere).
        worst_error: Largest difference of the withheld projection from what happened, a fraction;
            None: too few renewals to withhold any.
        withheld: How many renewals were withheld.
        missing: Why there is no projection; None: there is one.
        billed: The rhythm.
    """

    curve: Source
    worst_error: float | None
    withheld: int
    missing: str | None
    billed: str


def renewals_report(
    workspace: Workspace,
    segment: Segment,
    *,
    billed: str,
    rules: Rules | None = None,
    currency: str | None = None,
) -> RenewalsReport:
    """Project the renewals of the accounts billed in one rhythm.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        billed: "month", "quarter" or "year".
        rules: How spans count.
        currency: Of the spans; None: that of most.
    """
    paid = paid_spans(workspace, segment, currency=currency)
    some = lives(paid, rules=rules or Rules(), data_start=known(workspace).data_start).billed(
        billed
    )
    seen, _ = some.renewals(billed)
    curve = kaplan_meier(seen)
    last = int(curve.longest if curve.shown_until is None else curve.shown_until - 1)
    shares = [curve.at(age).value or 0.0 for age in range(last + 1)] if len(seen) else []
    risk = [int((seen.durations >= age).sum()) for age in range(len(shares))]
    if seen.entries is not None:
        risk = [
            int(((seen.durations >= age) & (seen.entries < max(age, 1))).sum())
            for age in range(len(shares))
        ]
    rows, error, withheld, missing = _projected(shares, risk)
    if billed not in MONTHS_BETWEEN:
        rows, error, withheld = rows.clear(), None, 0
        missing = "a projection needs the rhythm of billing: month, quarter or year"
    found = paid.source
    return RenewalsReport(
        curve=Source(
            title="Renewals, seen and projected",
            definition=churn_definitions.RENEWALS,
            rows=rows,
            sql=found.sql,
            parameters=found.parameters,
            as_of=found.as_of,
            snapshot_id=found.snapshot_id,
            seconds=found.seconds,
            caveats=found.caveats,
            answered=found.answered,
        ),
        worst_error=error,
        withheld=withheld,
        missing=missing,
        billed=billed,
    )


def _projected(
    shares: list[float], risk: list[int]
) -> tuple[pl.DataFrame, float | None, int, str | None]:
    schema = {
        "renewal": pl.Int64, "at_risk": pl.Int64, "survival_share": pl.Float64,
        "projected_share": pl.Float64, "withheld_share": pl.Float64,
    }  # fmt: skip
    renewals = len(shares) - 1
    if renewals < FEWEST_RENEWALS:
        words = (
            f"a projection needs {FEWEST_RENEWALS} renewals with 20 accounts at risk, "
            f"got {max(renewals, 0)}"
        )
        return pl.DataFrame(schema=schema), None, 0, words
    survivors = [share * BASE for share in shares]
    ahead = max(1, round(renewals * AHEAD))
    projected = (1.0, *shifted_beta_geometric(survivors).survival(renewals + ahead))
    withheld = min(max(1, renewals // 4), renewals - FEWEST_RENEWALS)
    test = back_test(survivors, withheld=withheld) if withheld >= 1 else None
    told = dict(zip(range(renewals - withheld + 1, renewals + 1), test.projected, strict=True)
                ) if test else {}  # fmt: skip
    rows = [
        {
            "renewal": at,
            "at_risk": risk[at] if at <= renewals else None,
            "survival_share": shares[at] if at <= renewals else None,
            "projected_share": projected[at],
            "withheld_share": told.get(at),
        }
        for at in range(renewals + ahead + 1)
    ]
    error = max(test.errors, key=abs) if test else None
    return pl.DataFrame(rows, schema=schema, orient="row"), error, withheld, None
