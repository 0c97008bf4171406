"""When is a silent user gone, and how many fall silent?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from metrics.changes import Change, change
from metrics.rates import NOT_MEASURABLE, rate
from metrics.usage_churn import GONE, CallErrors, Gaps, call_errors, return_curve, threshold
from reports import churn_definitions, definitions
from reports.answer import Report, Source, source
from reports.known import known

if TYPE_CHECKING:
    from queries import Segment, Workspace

State = Literal["active", "new", "retained", "resurrected", "dormant"]
FALLBACK_DAYS = 28  # of an interval, where no threshold can be seen
FEWEST_GAPS = 20  # that must have lasted so long for a share to be shown


@dataclass(frozen=True, slots=True)
class UsageChurnReport(Report):
    """Churn where nobody cancels: silence, and when it is final.

    Attributes:
        curve: One row per day of silence with enough gaps: `silent_days, at_risk` (gaps that lasted
            longer), `returns_share` (of those silent so long, how many come back within the
            horizon; null: not seen yet).
        intervals: One row per whole interval, oldest first: `interval_start, interval_end,
            active_before, active_users, new_users, retained_users, resurrected_users,
            dormant_users, churn_share, churn_low, churn_high` (dormant ÷ active before, Wilson).
        threshold: Days of silence after which at most a tenth come back; None: more keep returning,
            as far as can be seen.
        days: The length of an interval, and the silence after which somebody is called gone.
        horizon: Within how many days a return counts.
        errors: Both ways in which `days` is wrong; None: nobody was ever active.
        churn: Of the last interval, and of the one before.
        active_before: The base of the last rate.
    """

    curve: Source
    intervals: Source
    threshold: int | None
    days: int
    horizon: int
    errors: CallErrors | None
    churn: Change
    active_before: int | None


def usage_churn_report(
    workspace: Workspace, segment: Segment, *, horizon: int = 28, days: int | None = None
) -> UsageChurnReport:
    """Find the silence that is final, and count who falls silent for so long.

    Args:
        workspace: Where to ask.
        segment: Whose events count.
        horizon: Within how many days a return counts, at least 1.
        days: Length of an interval; None: the threshold found, else 28.
    """
    complete = known(workspace)
    asked = workspace.ask("silent_gaps", segment=segment, watermark=complete.watermark)
    gaps = _gaps(asked.rows)
    points = return_curve(gaps, horizon=horizon)
    found = threshold(points, fewest=FEWEST_GAPS)
    length = days or found or FALLBACK_DAYS
    curve = pl.DataFrame(
        [(one.silent_days, one.at_risk, one.returns) for one in points if one.at_risk],
        schema={"silent_days": pl.Int64, "at_risk": pl.Int64, "returns_share": pl.Float64},
        orient="row",
    )
    counted = workspace.ask(
        "usage_intervals",
        segment=segment,
        end_date=complete.watermark + timedelta(days=1),
        interval_days=length,
        data_start=complete.data_start,
    )
    intervals = _with_rates(counted.rows)
    last, before = (intervals.row(at, named=True) if len(intervals) >= -at else {}
                    for at in (-1, -2))  # fmt: skip
    return UsageChurnReport(
        curve=source(
            asked,
            title="Who comes back after a silence",
            definition=churn_definitions.return_curve(horizon),
            caveats=_no_threshold(found),
        ).showing(curve.filter(pl.col("at_risk") >= FEWEST_GAPS)),
        intervals=source(
            counted,
            title=f"Usage churn in intervals of {length} days",
            definition=churn_definitions.usage_churn(length),
        ).showing(intervals),
        threshold=found,
        days=length,
        horizon=horizon,
        errors=call_errors(gaps, points, length) if len(points) else None,
        churn=change(last.get("churn_share"), before.get("churn_share")),
        active_before=last.get("active_before"),
    )


def people_of_interval(
    workspace: Workspace, segment: Segment, start: date, days: int, state: State
) -> Source:
    """The people in a state in one interval, as many as the interval says."""
    end = start + timedelta(days=days)
    answer = workspace.ask(
        "people_in_state",
        segment=segment,
        period_start=start,
        period_end=end,
        previous_start=start - timedelta(days=days),
        state=state,
        segment_value="All users",
    )
    title = f"{state.capitalize()}, {start} to {end - timedelta(days=1)}"
    found = source(answer, title=title, definition=definitions.PEOPLE)
    return found.showing(answer.rows.drop("segment"))


def _gaps(rows: pl.DataFrame) -> Gaps:
    longest = int(rows["silent_days"].max() or 0) if rows.height else -1  # type: ignore[arg-type]
    columns = []
    for name in ("closed_gaps", "open_gaps"):
        counts = np.zeros(longest + 1, dtype=np.int64)
        counts[rows["silent_days"].to_numpy()] = rows[name].to_numpy()
        columns.append(counts)
    return Gaps(*columns)


def _with_rates(rows: pl.DataFrame) -> pl.DataFrame:
    rates = [
        NOT_MEASURABLE if before is None else rate(dormant, before)
        for before, dormant in rows.select("active_before", "dormant_users").iter_rows()
    ]
    columns = [
        pl.Series(f"churn_{name}", [getattr(one, field) for one in rates], dtype=pl.Float64)
        for name, field in (("share", "value"), ("low", "low"), ("high", "high"))
    ]
    return rows.drop("segment").with_columns(columns)


def _no_threshold(found: int | None) -> tuple[str, ...]:
    if found is not None:
        return ()
    words = (
        f"No threshold: after every silence that can be seen, more than {GONE:.0%} come back. "
        f"Intervals are {FALLBACK_DAYS} days unless chosen."
    )
    return (words,)
