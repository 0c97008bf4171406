"""Why do two tools report different churn on the same data, and which churn is none?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.revenue import PRESETS, Rules, history, migrations, movements, reconcile
from metrics.revenue.migrations import NO_KEY
from metrics.revenue.reconciliation import FIGURES
from reports import churn_definitions
from reports.answer import Report, Source
from reports.churn_rules import CHOICES, in_words, without_effect
from reports.revenue_bridge import Month, months_until
from reports.revenue_spans import PaidSpans, day_of, paid_spans

if TYPE_CHECKING:
    from datetime import date

    from queries import Segment, Workspace

SHARES = ("gross_churn", "net_churn", "logo_churn")


@dataclass(frozen=True, slots=True)
class ReconciliationReport(Report):
    """Two ways of counting one month, and what leads from the one to the other.

    Attributes:
        lines: The first figures, one row per choice that differs with its effect, the second
            figures: `line, before, after`, then each figure (rates as `…_share`); null where one
            is undefined. First + effects = second.
        presets: One row per preset: `preset`, then each figure.
        migrations: One row per suspected migration: `churned_account, joined_account, account_key,
            left_day, joined_day, lost, won`. Nothing is taken out of any number.
        month: What is looked at.
        currency: Of all amounts.
    """

    lines: Source
    presets: Source
    migrations: Source
    month: date | None
    currency: str


def reconciliation_report(
    workspace: Workspace,
    segment: Segment,
    *,
    first: Rules,
    second: Rules,
    month: date | None = None,
    currency: str | None = None,
) -> ReconciliationReport:
    """Lead the figures of a month from one set of rules to another, line by line.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        first: The rules to start from.
        second: The rules to arrive at.
        month: First day of a complete month; None: the last one.
        currency: Of the amounts; None: that of most spans.
    """
    paid = paid_spans(workspace, segment, currency=currency)
    done = [one for one in months_until(paid, 36) if one.is_complete]
    chosen = next((one for one in done if one.start == month), done[-1] if done else None)
    found = paid.source

    def figure(title: str, definition: str, rows: pl.DataFrame, *caveats: str) -> Source:
        return Source(
            title=title,
            definition=definition,
            rows=rows,
            sql=found.sql,
            parameters=found.parameters,
            as_of=found.as_of,
            snapshot_id=found.snapshot_id,
            seconds=found.seconds,
            caveats=(*found.caveats, *caveats),
            answered=found.answered,
        )

    return ReconciliationReport(
        lines=figure(
            "From one way of counting to another",
            churn_definitions.RECONCILIATION,
            _lines(paid, chosen, first, second),
            *without_effect(paid),
        ),
        presets=figure(
            "The same month as four tools count it",
            churn_definitions.PRESETS,
            _presets(paid, chosen),
        ),
        migrations=figure(
            "Churn that may be none", churn_definitions.MIGRATIONS, _migrations(paid, done)
        ),
        month=chosen.start if chosen else None,
        currency=paid.currency,
    )


def complete_months(
    workspace: Workspace, segment: Segment, *, currency: str | None = None
) -> tuple[date, ...]:
    """The months that can be compared, the latest first."""
    paid = paid_spans(workspace, segment, currency=currency)
    done = [one.start for one in months_until(paid, 36) if one.is_complete]
    return tuple(reversed(done))


def _name(figure: str) -> str:
    if figure == "currency":
        return "currency_effect"
    return f"{figure}_share" if figure in SHARES else figure


def _figures(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {_name(name): figures[name] for name in FIGURES}


def _lines(paid: PaidSpans, month: Month | None, first: Rules, second: Rules) -> pl.DataFrame:
    texts = ("line", "before", "after")
    schema = dict.fromkeys(texts, pl.String) | {_name(name): pl.Float64 for name in FIGURES}
    if month is None:
        return pl.DataFrame(schema=schema)
    start, end = month.days
    found = reconcile(
        paid.spans, start, end, first=first, second=second, as_of=paid.until, exchange=paid.exchange
    )
    rows = [{"line": "From", "before": "", "after": "", **_figures(found.first)}]
    rows += [
        {
            "line": CHOICES[one.rule].label,
            "before": in_words(one.rule, one.before),
            "after": in_words(one.rule, one.after),
            **_figures(one.effects),
        }
        for one in found.lines
    ]
    rows.append({"line": "To", "before": "", "after": "", **_figures(found.second)})
    return pl.DataFrame(rows, schema=schema, orient="row")


def _presets(paid: PaidSpans, month: Month | None) -> pl.DataFrame:
    schema = {"preset": pl.String} | {_name(name): pl.Float64 for name in FIGURES}
    if month is None:
        return pl.DataFrame(schema=schema)
    start, end = month.days
    rows = [
        {"preset": name}
        | _figures(
            reconcile(
                paid.spans,
                start,
                end,
                first=rules,
                second=rules,
                as_of=paid.until,
                exchange=paid.exchange,
            ).first
        )
        for name, rules in PRESETS.items()
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _migrations(paid: PaidSpans, done: list[Month]) -> pl.DataFrame:
    schema = {
        "churned_account": pl.String, "joined_account": pl.String, "account_key": pl.String,
        "left_day": pl.Date, "joined_day": pl.Date, "lost": pl.Float64, "won": pl.Float64,
    }  # fmt: skip
    if not done or not paid.knows("account_key"):
        return pl.DataFrame(schema=schema)
    rules = Rules(mode="event")
    moved = movements(
        history(paid.spans, rules, as_of=paid.until),
        done[0].days[0],
        paid.until,
        rules=rules,
        exchange=paid.exchange,
    )
    keyed = (
        paid.source.rows.drop_nulls("account_key").unique("account", keep="last").sort("account")
    )
    names = keyed["account_key"].unique().sort()
    keys = np.full(len(paid.names), NO_KEY)
    keys[keyed["account"].to_numpy()] = names.search_sorted(keyed["account_key"]).to_numpy()
    left = {int(a): int(d) for a, d in zip(moved.accounts, moved.days, strict=True)}
    rows = []
    for one in migrations(moved, keys[moved.accounts]):
        joined_on = next(
            int(day)
            for account, day in zip(moved.accounts, moved.days, strict=True)
            if account == one.joined
        )
        rows.append((
            paid.names[one.churned], paid.names[one.joined], names[int(keys[one.churned])],
            day_of(left[one.churned]), day_of(joined_on), one.lost, one.won,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("left_day", "churned_account")
