"""How is one feature doing: how far do people get, who are they, and what happened to it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.adoption import time_to_adopt
from metrics.periods import Period, buckets, days_ending
from metrics.rates import rate
from metrics.survival import Curve
from queries import Segment
from reports import adoption_definitions as words
from reports.adoption_people import habit
from reports.answer import Report, Source, source
from reports.feature_list import Feature, features, is_varying, roles, since, within
from reports.known import Known, complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

LADDER_WEEKS = 12
RUNGS = {
    "eligible": "Could use it",
    "exposed": "Saw it",
    "tried": "Tried it",
    "completed": "Completed it",
    "repeated": "Used it on two days",
    "habitual": "Have the habit",
}
LADDER_SCHEMA: dict[str, Any] = {
    "rung": pl.String, "name": pl.String, "people": pl.Int64, "eligible": pl.Int64,
    "share": pl.Float64, "low": pl.Float64, "high": pl.Float64, "above": pl.Int64,
    "step_share": pl.Float64,
}  # fmt: skip

LADDER = (
    f"People on each rung in the last {LADDER_WEEKS} complete weeks of the period. **Saw it** and "
    "**tried it** are of those who could use it; **completed** of those who tried; **used on two "
    "days** of those who completed. **The habit** is a use in a third of the weeks (features by "
    "the month: of the spans of 28 days), two at least. Shares are of those who could use it, "
    f"with 95 % intervals (Wilson).\n\n{words.TRY}"
)
ENTRIES = (
    "Everybody who could ever use the feature, from the first active day on which it was there: "
    "the share who have adopted it (their second use day) since, by Kaplan–Meier, which counts "
    f"those who have not yet. **Gave up**: as in the feature table, over all days.\n\n{words.TRY}"
)


@dataclass(frozen=True, slots=True)
class FeatureReport(Report):
    """One feature.

    Attributes:
        ladder: One row per rung, from the top: see LADDER_SCHEMA.
        course: One row per day, week or month of the period: `period_start, users` (tried it),
            `is_complete`.
        adopting: One row per day since entry: `day, share, low, high` who adopted it by then.
        feature: What it is.
        ladder_period: The days of the ladder.
        newcomers: Everybody who could ever use it.
        adopted: Of those, have adopted it.
        days_to_adopt: Median by Kaplan–Meier over all of them; None: fewer than half have.
        tried_long_ago: Whose first try is at least 28 days back.
        tried_once: Of those, never again in the 28 days after.
    """

    ladder: Source
    course: Source
    adopting: Source
    feature: Feature
    ladder_period: Period
    newcomers: int
    adopted: int
    days_to_adopt: float | None
    tried_long_ago: int
    tried_once: int


def feature_page(workspace: Workspace, scope: Scope, name: str) -> FeatureReport | None:
    """Everything about one feature.

    Returns:
        None when no event names it.
    """
    feature = next((one for one in features(workspace) if one.name == name), None)
    if feature is None:
        return None
    days = known(workspace)
    whole = replace(complete_scope(scope, days) or scope, comparison=None)
    segment = within(whole.segment, Segment(feature.rules))
    period = days_ending(whole.period.last_day, 7 * LADDER_WEEKS)
    ladder = source(
        ladder_answer(workspace, segment, feature, period),
        title=f"Ladder of {feature.label}",
        definition=LADDER,
    )
    told = roles([feature])
    course = workspace.ask(
        "feature_use_trend",
        segment=segment,
        start_date=scope.period.start,
        end_date=scope.period.end,
        grain=scope.grain,
        **{key: value for key, value in told.items() if key != "without_ends"},
    )
    entered = workspace.ask(
        "feature_newcomers",
        segment=segment,
        entered_from=days.data_start,
        entered_until=whole.period.end,
        end_date=whole.period.end,
        within_days=words.WINDOW,
        live_since=since([feature], days),
        is_varying=is_varying(workspace, segment),
        **told,
    )
    curve = _curve(entered.rows)
    is_early = "The data begin on {}: whoever was active before looks like a newcomer then."
    caveats = () if feature.released_on else (is_early.format(days.data_start),)
    return FeatureReport(
        ladder=ladder.showing(ladder_rows(ladder.rows, feature)),
        course=source(
            course, title=f"People who try {feature.label}", definition=words.TREND
        ).showing(_course(workspace, scope, days, course.rows)),
        adopting=source(
            entered,
            title=f"How soon {feature.label} is adopted",
            definition=ENTRIES,
            caveats=caveats,
        ).showing(_adopting(curve)),
        feature=feature,
        ladder_period=period,
        newcomers=int(entered.rows["newcomers"].sum()),
        adopted=int(entered.rows.filter(pl.col("has_adopted"))["newcomers"].sum()),
        days_to_adopt=curve.median if curve else None,
        tried_long_ago=int(entered.rows["tried_long_ago"].sum()),
        tried_once=int(entered.rows["tried_once"].sum()),
    )


def feature_segments(workspace: Workspace, scope: Scope, name: str, *, by: str) -> Source:
    """The ladder of a feature by the values of a dimension.

    The rows: `segment, eligible, exposed, tried, completed, repeated, habitual, tried_share,
    tried_low, tried_high, habit_share` (of those who could use it).
    """
    (feature,) = (one for one in features(workspace) if one.name == name)
    whole = replace(complete_scope(scope, known(workspace)) or scope, comparison=None)
    period = days_ending(whole.period.last_day, 7 * LADDER_WEEKS)
    segment = within(whole.segment, Segment(feature.rules))
    answer = ladder_answer(workspace, segment, feature, period, by=by)
    tried = [rate(*pair) for pair in answer.rows.select("tried", "eligible").iter_rows()]
    habits = [rate(*pair).value for pair in answer.rows.select("habitual", "eligible").iter_rows()]
    is_varying = workspace.dimensions[by].level == "event"
    caveats = ("one person can be in several groups",) if is_varying else ()
    found = source(answer, title=f"{feature.label} by {by}", definition=LADDER, caveats=caveats)
    return found.showing(
        answer.rows.with_columns(
            pl.Series("tried_share", [one.value for one in tried], dtype=pl.Float64),
            pl.Series("tried_low", [one.low for one in tried], dtype=pl.Float64),
            pl.Series("tried_high", [one.high for one in tried], dtype=pl.Float64),
            pl.Series("habit_share", habits, dtype=pl.Float64),
        )
    )


def ladder_answer(
    workspace: Workspace,
    segment: Segment,
    feature: Feature,
    period: Period,
    *,
    by: str | None = None,
) -> Any:
    """The counts of the ladder, together or by a dimension."""
    return workspace.ask(
        "feature_ladder",
        segment=segment,
        by=by,
        start_date=period.start,
        end_date=period.end,
        live_since=since([feature], known(workspace)),
        **roles([feature]),
        **habit(workspace, feature.name, period),
    )


def ladder_rows(counts: pl.DataFrame, feature: Feature) -> pl.DataFrame:
    """One row per rung that can be known, with its share of those who could use it."""
    totals = {name: int(counts[name].sum()) for name in (*RUNGS, "tried_of_exposed")}
    missing = {"exposed": not feature.has_exposures, "completed": feature.has_no_ends}
    rows: list[tuple[object, ...]] = []
    above = None
    for rung in (rung for rung in RUNGS if not missing.get(rung, False)):
        share = rate(totals[rung], totals["eligible"])
        part = "tried_of_exposed" if (rung, above) == ("tried", "exposed") else rung
        rows.append((
            rung, RUNGS[rung], totals[rung], totals["eligible"], share.value, share.low, share.high,
            None if above is None else totals[above],
            None if above is None else rate(totals[part], totals[above]).value,
        ))  # fmt: skip
        above = rung
    return pl.DataFrame(rows, schema=LADDER_SCHEMA, orient="row")


def _course(workspace: Workspace, scope: Scope, days: Known, rows: pl.DataFrame) -> pl.DataFrame:
    """Every day, week or month of the period; whole only if all of it is known and asked for."""
    week_start = workspace.settings.product.week_start
    users = dict(rows.select("period_start", "users").iter_rows())
    spans = buckets(scope.period, scope.grain, week_start)
    return pl.DataFrame(
        {
            "period_start": [one.start for one in spans],
            "users": [users.get(one.start, 0) for one in spans],
            "is_complete": [
                one.start >= scope.period.start
                and one.end <= scope.period.end
                and one.last_day <= days.watermark
                for one in spans
            ],
        },
        schema={"period_start": pl.Date, "users": pl.Int64, "is_complete": pl.Boolean},
    )


def _curve(rows: pl.DataFrame) -> Curve | None:
    if rows.is_empty():
        return None
    people = rows["newcomers"].to_numpy()
    days = np.repeat(rows["waited_days"].to_numpy().astype(np.float64), people)
    return time_to_adopt(days, np.repeat(rows["has_adopted"].to_numpy(), people))


def _adopting(curve: Curve | None) -> pl.DataFrame:
    """The share who have adopted it by each day on which somebody did."""
    schema = {"day": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    points = []
    for age in curve.ages if curve else ():
        if curve is None or (curve.shown_until is not None and age >= curve.shown_until):
            break
        stayed = curve.at(age)
        low, high = stayed.high, stayed.low
        points.append((
            int(age), 1 - (stayed.value or 0), None if low is None else 1 - low,
            None if high is None else 1 - high,
        ))  # fmt: skip
    return pl.DataFrame(points, schema=schema, orient="row")
