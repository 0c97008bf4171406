"""From which groups do a feature's tries come? Counted for every feature, of a sample of people."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.diagnosis import Groups
from queries.narrow import BETWEEN
from reports.feature_list import Feature, parts, roles, since, within
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.periods import Period
    from queries import Segment, Workspace

PEOPLE = 20_000  # enough for the share of a group: more are not read
TOGETHER = 3  # dimensions in one question: so few that its answer is small enough to be kept
MOST_VALUES = 40  # of a dimension; one with more holds names, not groups


def focus_groups(
    workspace: Workspace,
    every: tuple[Feature, ...],
    segment: Segment,
    period: Period,
    people: int,
) -> Groups | None:
    """Who tries what, by every dimension of users; None: nothing is known of the people.

    Args:
        workspace: Where to ask.
        every: The features.
        segment: Of the people.
        period: The days.
        people: How many were active in them.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    shown = tuple(one for one in every if one.has_exposures)
    asked: dict[str, Any] = {
        "start_date": period.start,
        "end_date": period.end,
        "one_in": max(1, ceil(people / PEOPLE)),
    }
    dimensions = sorted(one.name for one in workspace.dimensions.values() if one.level == "user")
    few_each = [dimensions[at : at + TOGETHER] for at in range(0, len(dimensions), TOGETHER)]
    found = [
        rows
        for names in few_each
        if shown
        for rows in _by_each(workspace, shown, segment, names, asked)
    ]
    few = [rows for rows in found if 1 < rows["segment"].n_unique() <= MOST_VALUES]
    if not few:
        return None
    names = pl.DataFrame({"feature": [one.name for one in every]})
    tables = [names.join(_wide(rows), on="feature", how="left").fill_null(0) for rows in few]
    widths = [rows["segment"].n_unique() for rows in few]
    counted = [
        np.hstack([table.select(pl.col(f"^{column}/.*$")).to_numpy() for table in tables])
        for column in ("shown", "tried")
    ]
    return Groups(np.repeat(np.arange(len(few)), widths), *counted)


def _by_each(
    workspace: Workspace,
    some: tuple[Feature, ...],
    segment: Segment,
    dimensions: Sequence[str],
    asked: dict[str, Any],
) -> list[pl.DataFrame]:
    """Groups of each of a few dimensions, from one question about all of them.

    A person has one value of each, so what is counted by all of them adds up to what is counted by
    one. Where a value holds what stands between values, each dimension is asked alone.
    """
    if len(dimensions) > 1:
        rows = _rows(workspace, some, segment, tuple(dimensions), asked)
        values = rows["segment"].str.split(BETWEEN)
        if (values.list.len() == len(dimensions)).all():
            return [_added(rows, values.list.get(place)) for place in range(len(dimensions))]
    return [_rows(workspace, some, segment, name, asked) for name in dimensions]


def _added(rows: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    own = rows.with_columns(values.alias("segment"))
    return own.group_by("feature", "segment").agg(pl.col("shown", "tried").sum())


def _rows(
    workspace: Workspace,
    some: tuple[Feature, ...],
    segment: Segment,
    by: str | tuple[str, ...],
    asked: dict[str, Any],
) -> pl.DataFrame:
    """Groups of one dimension, by feature; a feature's people are those who may use it."""
    answers = []
    for rules, own in parts(some):
        of_them = {name: value for name, value in roles(own).items() if name != "without_ends"}
        answer = workspace.ask(
            "diagnosis_groups",
            segment=within(segment, rules),
            by=by,
            live_since=since(own, known(workspace)),
            **of_them,
            **asked,
        )
        answers.append(answer.rows)
    return pl.concat(answers).with_columns(pl.col("segment").fill_null("").cast(pl.String))


def _wide(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per feature, with people shown it and of those who tried it, group after group."""
    wide = rows.with_columns(pl.col("segment").rank("dense").alias("group")).pivot(
        on="group", index="feature", values=["shown", "tried"], sort_columns=True
    )
    return wide.select(
        "feature",
        *(
            pl.col(f"{column}_{group}").cast(pl.Float64).alias(f"{column}/{group}")
            for column in ("shown", "tried")
            for group in range(1, rows["segment"].n_unique() + 1)
        ),
    )
