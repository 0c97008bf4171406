"""Who leaves, and how much revenue goes with them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.changes import Change, change
from metrics.periods import MONTHS_PER_YEAR, add_months, bucket_start
from metrics.rates import NOT_MEASURABLE, Rate
from metrics.revenue import Bridge, History, Retained, Rules, bridge, history, quick_ratio, retained
from metrics.revenue.uncertainty import RevenueChurn, retention_rates, revenue_churn
from reports import churn_definitions
from reports.answer import Report, Source
from reports.made_once import Room
from reports.revenue_movements import reasons_of, rows_of_movements
from reports.revenue_spans import PaidSpans, day_of, number, paid_spans

if TYPE_CHECKING:
    from metrics.revenue import Exchange
    from queries import Segment, Workspace

NO_CHURN = RevenueChurn(NOT_MEASURABLE, NOT_MEASURABLE)
AMOUNTS = (
    "start", "new", "reactivation", "expansion", "contraction", "churn", "currency", "end",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RevenueReport(Report):
    """Recurring revenue month by month: what it was, what moved it, who left.

    Attributes:
        months: One row per month, oldest first: `month, month_end` (day after its last), `start,
            new, reactivation, expansion, contraction, churn, currency_effect, end` (amounts a
            month; start + all movements + currency = end), `accounts_start, accounts_lost,
            accounts_end, logo_churn_share` (lost ÷ start) with `logo_churn_low, …_high`,
            `gross_churn_…`, `net_churn_…`, `quick_ratio, is_complete`. Rates of a month that is
            not complete are null.
        movements: One row per movement behind the bars: `month, kind, account_id, day, before,
            after, difference, plan, reason` (of a churn).
        reasons: One row per reason, most revenue first: `reason, accounts, revenue_lost`, over the
            complete months shown.
        retained: `from_day, until_day, accounts, start, end, kept, nrr_share` with its ends,
            `grr_share` with its ends, `back_from_outside_share`: one row, or none where no year is
            known.
        revenue: At the end of the last complete month, and a month before.
        logo_churn: Of the last complete month, and of the one before.
        gross_churn: Likewise.
        net_churn: Likewise.
        quick_ratio: Likewise.
        nrr: Of the year to the end of the last complete month, and to that of the one before.
        grr: Likewise.
        last_month: The last complete month; None: none is complete.
        accounts_start: Customers at its start, the base of its rates.
        currency: Of all amounts.
        currencies: To choose from.
        in_progress: What to say about a month that is not over.
        rules: How it was counted.
    """

    months: Source
    movements: Source
    reasons: Source
    retained: Source
    revenue: Change
    logo_churn: Change
    gross_churn: Change
    net_churn: Change
    quick_ratio: Change
    nrr: Change
    grr: Change
    last_month: date | None
    accounts_start: int
    currency: str
    currencies: tuple[str, ...]
    in_progress: tuple[str, ...]
    rules: Rules


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; the one in progress ends with the last complete day."""

    start: date
    end: date
    is_complete: bool

    @property
    def days(self) -> tuple[int, int]:
        """First day and the day after the last, since 1970."""
        return number(self.start), number(self.end)


_bridges: Room[RevenueReport] = Room()


def revenue_report(
    workspace: Workspace,
    segment: Segment,
    *,
    rules: Rules | None = None,
    months: int = MONTHS_PER_YEAR,
    currency: str | None = None,
) -> RevenueReport:
    """Explain the recurring revenue of the last months.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        rules: How to count; None: the house's.
        months: How many complete months to show, at least 1, and the one in progress.
        currency: Of the amounts; None: that of most spans.
    """
    rules = rules or Rules()

    def make() -> RevenueReport:
        return _explained(paid_spans(workspace, segment, currency=currency), rules, months=months)

    key = (segment.canonical(), rules, months, currency)
    return _bridges.now(workspace, key, make)


def _explained(paid: PaidSpans, rules: Rules, *, months: int) -> RevenueReport:
    shown = months_until(paid, months)
    levels = history(paid.spans, rules, as_of=paid.until)
    table = _table(levels, shown, rules, paid.exchange)
    moved = rows_of_movements(paid, levels, shown, rules)
    done = table.filter(pl.col("is_complete"))
    now, before = (done.row(at, named=True) if done.height >= -at else {} for at in (-1, -2))
    year, year_before = (_year(levels, paid, day, rules) for day in _ends(done))
    definition = churn_definitions.bridge(rules)
    found = paid.source

    def figure(title: str, definition: str, rows: pl.DataFrame) -> Source:
        return Source(
            title=title,
            definition=definition,
            rows=rows,
            sql=found.sql,
            parameters=found.parameters,
            as_of=found.as_of,
            snapshot_id=found.snapshot_id,
            seconds=found.seconds,
            caveats=found.caveats,
            answered=found.answered,
        )

    return RevenueReport(
        months=figure(
            "Recurring revenue by month",
            f"{definition}\n\n{churn_definitions.rates(rules)}",
            table,
        ),
        movements=figure("Movements", churn_definitions.MOVEMENTS, moved),
        reasons=figure("Why accounts left", churn_definitions.REASONS, reasons_of(moved, shown)),
        retained=figure("Revenue of the same customers", churn_definitions.RETAINED, year.rows),
        revenue=change(now.get("end"), before.get("end") if before else now.get("start")),
        logo_churn=_moved("logo_churn_share", now, before),
        gross_churn=_moved("gross_churn_share", now, before),
        net_churn=_moved("net_churn_share", now, before),
        quick_ratio=_moved("quick_ratio", now, before),
        nrr=change(year.net.value, year_before.net.value),
        grr=change(year.gross.value, year_before.gross.value),
        last_month=now.get("month"),
        accounts_start=now.get("accounts_start", 0),
        currency=paid.currency,
        currencies=paid.currencies,
        in_progress=_open_month(shown),
        rules=rules,
    )


def months_until(paid: PaidSpans, count: int) -> tuple[Month, ...]:
    """The last complete calendar months with revenue before or in them, and the one in progress."""
    if count < 1:
        raise ValueError(f"at least one month is needed, got {count}")
    if paid.is_empty:
        return ()
    until = day_of(paid.until)
    running = bucket_start(until, "month")
    first = bucket_start(day_of(paid.first_day), "month")
    starts = [add_months(running, -back) for back in range(count, 0, -1)]
    found = [
        Month(start, add_months(start, 1), is_complete=True) for start in starts if start >= first
    ]
    if running < until and running >= first:
        found.append(Month(running, until, is_complete=False))
    return tuple(found)


def _table(
    levels: History, shown: tuple[Month, ...], rules: Rules, exchange: Exchange | None
) -> pl.DataFrame:
    rows = []
    for month in shown:
        found = bridge(levels, *month.days, rules=rules, exchange=exchange)
        churned = NO_CHURN
        if month.is_complete:
            churned = revenue_churn(levels, *month.days, rules=rules, exchange=exchange)
        rows.append(_row(month, found, churned))
    return pl.DataFrame(rows, schema=_schema(), orient="row")


def _row(month: Month, found: Bridge, churned: RevenueChurn) -> dict[str, Any]:
    logo = found.logo_churn if month.is_complete else NOT_MEASURABLE
    ratio = quick_ratio(
        found.new, found.expansion, max(-found.churn, 0.0), max(-found.contraction, 0.0)
    )
    return {
        "month": month.start,
        "month_end": month.end,
        **{_column(name): getattr(found, name) for name in AMOUNTS},
        "accounts_start": found.customers_start,
        "accounts_lost": found.customers_lost,
        "accounts_end": found.customers_end,
        **columns_of("logo_churn", logo),
        **columns_of("gross_churn", churned.gross),
        **columns_of("net_churn", churned.net),
        "quick_ratio": ratio if month.is_complete else None,
        "is_complete": month.is_complete,
    }


def _column(name: str) -> str:
    return "currency_effect" if name == "currency" else name


def columns_of(name: str, found: Rate) -> dict[str, float | None]:
    """A rate as three columns."""
    ends = {"share": found.value, "low": found.low, "high": found.high}
    return {f"{name}_{end}": value for end, value in ends.items()}


def _schema() -> dict[str, pl.DataType | type[pl.DataType]]:
    rates = [
        f"{name}_{end}"
        for name in ("logo_churn", "gross_churn", "net_churn")
        for end in ("share", "low", "high")
    ]
    return {
        "month": pl.Date,
        "month_end": pl.Date,
        **dict.fromkeys(map(_column, AMOUNTS), pl.Float64),
        **dict.fromkeys(("accounts_start", "accounts_lost", "accounts_end"), pl.Int64),
        **dict.fromkeys((*rates, "quick_ratio"), pl.Float64),
        "is_complete": pl.Boolean,
    }


def _open_month(shown: tuple[Month, ...]) -> tuple[str, ...]:
    if not shown or shown[-1].is_complete:
        return ()
    return (f"{shown[-1].start:%B %Y} is in progress: hatched, and without rates.",)


def _moved(name: str, now: dict[str, Any], before: dict[str, Any]) -> Change:
    return change(now.get(name), before.get(name))


def _ends(done: pl.DataFrame) -> tuple[date | None, date | None]:
    """The ends of the last two complete months."""
    ends = done["month_end"].to_list()
    return (ends[-1] if ends else None), (ends[-2] if len(ends) > 1 else None)


@dataclass(frozen=True, slots=True)
class _Year:
    """How the customers of a year ago pay today."""

    net: Rate
    gross: Rate
    rows: pl.DataFrame


def _year(levels: History, paid: PaidSpans, end: date | None, rules: Rules) -> _Year:
    """The customers of a year ago, today; unknown where the spans do not reach back so far."""
    start = None if end is None else number(add_months(end, -MONTHS_PER_YEAR))
    if end is None or start is None or start <= paid.first_day:
        return _Year(NOT_MEASURABLE, NOT_MEASURABLE, pl.DataFrame(schema=_year_schema()))
    found = retained(levels, start, number(end), rules=rules, exchange=paid.exchange)
    net, gross = retention_rates(levels, start, number(end), exchange=paid.exchange)
    row = _year_row(start, end, found, net, gross)
    return _Year(net, gross, pl.DataFrame([row], schema=_year_schema(), orient="row"))


def _year_row(start: int, end: date, found: Retained, net: Rate, gross: Rate) -> dict[str, Any]:
    return {
        "from_day": day_of(start),
        "until_day": end,
        "accounts": found.customers,
        "start": found.start,
        "end": found.end,
        "kept": found.kept,
        **columns_of("nrr", net),
        **columns_of("grr", gross),
        "back_from_outside_share": found.gap,
    }


def _year_schema() -> dict[str, pl.DataType | type[pl.DataType]]:
    shares = [f"{name}_{end}" for name in ("nrr", "grr") for end in ("share", "low", "high")]
    return {
        "from_day": pl.Date,
        "until_day": pl.Date,
        "accounts": pl.Int64,
        **dict.fromkeys(("start", "end", "kept", *shares, "back_from_outside_share"), pl.Float64),
    }
