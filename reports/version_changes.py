"""What is new in a version: which routes became slower or faster, which fail more or less?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from metrics.multiplicity import adjusted_p_values
from metrics.service import Regression, failing_more, slower
from reports import performance_definitions as definitions
from reports.answer import Report, Source, source
from reports.service_days import known_requests

if TYPE_CHECKING:
    from queries import Workspace

BEFORE_DAYS, LONG_BEFORE_DAYS, AFTER_DAYS = 28, 90, 28
ENOUGH_DAYS = 7
FALSE_SHARE = 0.05  # of the changes called, expected to be none
LEAST_SLOWER, LEAST_FAILING = 0.05, 0.001
Said = Literal["slower", "faster", "fails more", "fails less", "no clear change", "too few days"]


@dataclass(frozen=True, slots=True)
class Version:
    """A version that served requests, with its first and last day, and how many."""

    name: str
    first_day: date
    last_day: date
    requests: int


@dataclass(frozen=True, slots=True)
class VersionChanges(Report):
    """A version beside what was served before it.

    Attributes:
        version: Which.
        until: Last day that was compared.
        changes: One row per (route, figure): `route, figure, before, after, change, low, high,
            p_value, adjusted_p, days_before, days_after, said`; regressions first. Of figures
            "p50" and "p95" the change is a fraction, of "failed" a difference of shares.
        worse: Rows that say slower or fails more.
        better: Rows that say faster or fails less.
    """

    version: Version
    until: date
    changes: Source
    worse: int
    better: int


def versions(workspace: Workspace) -> list[Version]:
    """All versions, the one that came last first."""
    rows = workspace.ask("request_spans").rows.filter(pl.col("app_version").is_not_null())
    by_version = rows.group_by("app_version").agg(
        pl.col("first_day").min(), pl.col("last_day").max(), pl.col("requests").sum()
    )
    ordered = by_version.sort("first_day", "app_version", descending=True)
    return [Version(*row) for row in ordered.iter_rows()]


def version_changes(workspace: Workspace, version: str) -> VersionChanges | None:
    """Each route's speed and errors in a version against the days before; None: no such version."""
    found = next((one for one in versions(workspace) if one.name == version), None)
    if found is None:
        return None
    last = min(
        found.last_day, found.first_day + timedelta(days=AFTER_DAYS),
        known_requests(workspace).watermark,
    )  # fmt: skip
    answer = workspace.ask(
        "version_days",
        version=version,
        start_date=found.first_day - timedelta(days=LONG_BEFORE_DAYS),
        end_date=last + timedelta(days=1),
    )
    rows = _judged(list(_compared(answer.rows, found.first_day)))
    of = source(answer, title=f"New in {version}", definition=definitions.VERSIONS)
    said = rows["said"].to_list()
    return VersionChanges(
        version=found,
        until=last,
        changes=of.showing(rows),
        worse=sum(one in ("slower", "fails more") for one in said),
        better=sum(one in ("faster", "fails less") for one in said),
    )


Row = tuple[str, str, Regression]


def _compared(days: pl.DataFrame, first_day: date) -> list[Row]:
    rows: list[Row] = []
    for (route,), own in days.group_by("route", maintain_order=True):
        before = _before(own.filter(~pl.col("is_version")), first_day)
        after = own.filter(pl.col("is_version"))
        if after.is_empty():
            continue
        for figure in ("p50", "p95"):
            sides = [
                side[f"{figure}_ms"].drop_nulls().to_numpy().astype(np.float64)
                for side in (before, after)
            ]
            if all(len(side) for side in sides):
                rows.append((str(route), figure, slower(*sides)))
        if before.height:
            counts = [
                (_numbers(side, "failed"), _numbers(side, "requests")) for side in (before, after)
            ]
            rows.append((str(route), "failed", failing_more(*counts)))
    return rows


def _before(others: pl.DataFrame, first_day: date) -> pl.DataFrame:
    """The days of other versions that a version is held against."""
    near = others.filter(pl.col("day") >= first_day - timedelta(days=BEFORE_DAYS))
    return near if near.height >= ENOUGH_DAYS else others


def _numbers(rows: pl.DataFrame, name: str) -> np.ndarray:
    return rows[name].to_numpy().astype(np.float64)


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "route": pl.String, "figure": pl.String, "before": pl.Float64, "after": pl.Float64,
    "change": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64,
    "adjusted_p": pl.Float64, "days_before": pl.Int64, "days_after": pl.Int64, "said": pl.String,
}  # fmt: skip
ORDER: dict[Said, int] = {
    "slower": 0, "fails more": 0, "faster": 1, "fails less": 1, "no clear change": 2,
    "too few days": 3,
}  # fmt: skip


def _judged(rows: list[Row]) -> pl.DataFrame:
    """p-values adjusted over all of them, and what they say."""
    adjusted = adjusted_p_values([one.p_value for _, _, one in rows], method="bh") if rows else []
    table = [
        (route, figure, one.before, one.after, one.change, one.low, one.high, one.p_value, p,
         one.days_before, one.days_after, _said(figure, one, p))
        for (route, figure, one), p in zip(rows, adjusted, strict=True)
    ]  # fmt: skip
    found = pl.DataFrame(table, schema=SCHEMA, orient="row")
    order = pl.col("said").replace_strict(ORDER, return_dtype=pl.Int64)
    size = pl.col("change").abs() * pl.when(pl.col("figure") == "failed").then(20).otherwise(1)
    return found.sort(order, -size, "route", "figure", nulls_last=True)


def _said(figure: str, one: Regression, p_value: float | None) -> Said:
    if p_value is None or one.change is None:
        return "too few days"
    least = LEAST_FAILING if figure == "failed" else LEAST_SLOWER
    if p_value > FALSE_SHARE or abs(one.change) < least:
        return "no clear change"
    if figure == "failed":
        return "fails more" if one.change > 0 else "fails less"
    return "slower" if one.change > 0 else "faster"
