"""How many units and days does an experiment need, in this workspace, on this metric?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.experiments import (
    JointMoments,
    clustered_quantile_arm,
    days_needed,
    linearised_ratios,
    merged_joint,
    minimum_effect,
    units_needed,
    units_needed_for_shares,
)
from queries.errors import QueryError, nearest
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import is_ratio
from reports.experiment_designs import Design, design_costs
from reports.experiment_joints import idle_units, joint_of
from reports.experiment_units import NOT_CAPPED, ONCE
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queries import MetricDefinition, Segment, Workspace

HORIZON_DAYS = 84  # days of the curve of different users: twelve weeks
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlannerQuestion:
    """What is planned.

    Attributes:
        metric: Its name in metrics.toml.
        lift: Smallest effect worth finding, as a fraction of the control's value, above 0.
        window_days: Days after its exposure in which a unit's doings count.
        design: How looks are paid for.
        arms: Variants, the control included, of equal shares.
        traffic: Share of users who take part, above 0 up to 1.
        power: Chance wanted.
        alpha: Two-sided error.
        covariate_days: Days before the exposure that explain differences between units.

    Raises:
        ValueError: A number lies outside its range.
    """

    metric: str
    lift: float = 0.05
    window_days: int = 7
    design: Design = "planned"
    arms: int = 2
    traffic: float = 1.0
    power: float = 0.8
    alpha: float = 0.05
    covariate_days: int = 28

    def __post_init__(self) -> None:
        if self.lift <= 0 or not 0 < self.traffic <= 1 or self.arms < 2:
            raise ValueError(
                "lift is above 0, traffic above 0 up to 1, and arms are 2 or more, got "
                f"{self.lift}, {self.traffic}, {self.arms}"
            )


@dataclass(frozen=True, slots=True)
class Need:
    """What the experiment costs.

    Attributes:
        units: Units of all arms together.
        days: Until the last of them has been followed; None: not within twelve weeks.
    """

    units: int
    days: int | None


@dataclass(frozen=True, slots=True)
class PlannerReport(Report):
    """A plan for an experiment.

    Attributes:
        designs: One row per way to look, the cheapest first: `design, looks, first_bound,
            last_bound` (standard errors that a result must reach), `inflation` (units over those of
            a single look), `units, days` (null: not within twelve weeks), with the past.
        curve: One row per (day): `day` (whole days since the start), `units` (followed by then),
            `plain, adjusted` (smallest lift found with the wanted power by then, without and with
            the past), null while nobody has been followed.
        plain: Need without the past; None: the metric does not vary, or nobody has it.
        adjusted: Need with the past as covariate; None likewise.
        value: The metric's value for such users.
        variance_ratio: Variance with the past over that without.
        inflation: Units over those of a single look.
        units: Users that the variance was read from.
    """

    designs: Source
    curve: Source
    plain: Need | None
    adjusted: Need | None
    value: float | None
    variance_ratio: float | None
    inflation: float
    units: int


def planner(
    workspace: Workspace, question: PlannerQuestion, segment: Segment | None = None
) -> PlannerReport:
    """Plan from the last twelve weeks, as if an experiment had begun then.

    Raises:
        QueryError: There is no metric of that name.
    """
    if question.metric not in workspace.metrics:
        raise QueryError(
            f"there is no metric {question.metric!r}. {nearest(question.metric, workspace.metrics)}"
        )
    metric, days = workspace.metrics[question.metric], known(workspace)
    end = days.watermark + DAY
    start = max(days.data_start, end - HORIZON_DAYS * DAY)
    after = metric.after_days or 0
    answer = workspace.ask(
        "planner_units",
        segment=segment,
        start_date=start,
        end_date=end,
        watermark=days.watermark,
        metric=question.metric,
        is_once=metric.kind in ONCE,
        cap=metric.cap or NOT_CAPPED,
        skip_days=after,
        window_days=question.window_days + after,
        covariate_days=question.covariate_days,
    )
    rows = answer.rows
    moments = _moments(rows)
    if metric.kind == "quantile":
        values = workspace.ask(
            "planner_values", segment=segment, start_date=start, end_date=end,
            watermark=days.watermark, metric=question.metric, window_days=question.window_days,
        )  # fmt: skip
        spread = _spread_of_quantile(values.rows, metric.q or 0.5, moments.n)
    else:
        spread = _spread(metric, moments)
    uniques = _uniques(rows, (end - start).days, question.traffic)
    costs = design_costs(alpha=question.alpha / (question.arms - 1), power=question.power)
    factor = next(one.inflation for one in costs if one.design == question.design)
    curve = list(_curve(question, spread, uniques, factor, after))
    found = source(answer, title="What an experiment would see", definition=PLANNED)
    priced = [
        (one, _need(question, spread, uniques, one.inflation, after, is_adjusted=True))
        for one in costs
    ]
    ways = [
        (
            one.name, one.looks, one.first_bound, one.last_bound, one.inflation,
            need.units if need else None, need.days if need else None,
        )
        for one, need in priced
    ]  # fmt: skip
    return PlannerReport(
        designs=found.showing(pl.DataFrame(ways, schema=DESIGN_SCHEMA, orient="row")),
        curve=found.showing(pl.DataFrame(curve, schema=SCHEMA, orient="row")),
        plain=_need(question, spread, uniques, factor, after, is_adjusted=False),
        adjusted=_need(question, spread, uniques, factor, after, is_adjusted=True),
        value=spread.value if spread else None,
        variance_ratio=spread.ratio if spread else None,
        inflation=factor,
        units=moments.n,
    )


PLANNED = experiment_definitions.PLANNER


@dataclass(frozen=True, slots=True)
class _Spread:
    """Value, standard deviation of a unit, what the past leaves of its variance, and the kind."""

    value: float
    sd: float
    ratio: float
    is_share: bool


def _moments(rows: pl.DataFrame) -> JointMoments:
    known_rows: dict[str, dict[str, Any]] = {
        row["cut"]: row for row in rows.iter_rows(named=True) if row["cut"] != "day"
    }
    some = known_rows.get("counted")
    counted = joint_of(some) if some and some["units"] else JointMoments(0, None, None)
    everybody = known_rows["all"]["units"] if "all" in known_rows else 0
    return merged_joint([counted, idle_units(everybody - counted.n)])


def _spread(metric: MetricDefinition, moments: JointMoments) -> _Spread | None:
    """None: nobody has it, or all have the same."""
    if moments.means is None or moments.covariances is None:
        return None
    places = (0, 2)
    if is_ratio(metric):
        if moments.means[1] == 0:
            return None
        pairs = ((0, 1), (2, 3)) if moments.means[3] else ((0, 1), (0, 1))
        moments, places = linearised_ratios(moments, pairs=pairs), (0, 1)
        is_past = pairs[1] == (2, 3)
    else:
        is_past = True
    means, table = moments.means or (), moments.covariances or ()
    own, past = table[places[0]][places[0]], table[places[1]][places[1]]
    if own <= 0 or means[places[0]] == 0:
        return None
    shared = table[places[0]][places[1]]
    ratio = 1 - shared**2 / (own * past) if is_past and past > 0 else 1.0
    is_share = metric.kind in ONCE and not is_ratio(metric)
    return _Spread(abs(means[places[0]]), sqrt(own), max(1e-6, ratio), is_share)


def _spread_of_quantile(values: pl.DataFrame, q: float, users: int) -> _Spread | None:
    """As if each user followed had a value whose mean were the quantile: none is adjusted."""
    times = values["times"].to_numpy()
    arm = clustered_quantile_arm(
        np.repeat(values["value"].to_numpy(), times),
        np.repeat(values["user_number"].to_numpy(), times),
        at=q,
    )
    if not arm.value or not arm.variance:
        return None
    return _Spread(abs(arm.value), sqrt(arm.variance * users), 1.0, is_share=False)


def _uniques(rows: pl.DataFrame, length: int, traffic: float) -> list[float]:
    """Different users seen up to each day, of those who take part."""
    new = dict(rows.filter(pl.col("cut") == "day").select("day_number", "units").iter_rows())
    so_far, found = 0.0, []
    for day in range(length):
        so_far += new.get(day, 0) * traffic
        found.append(so_far)
    return found


def _need(
    question: PlannerQuestion,
    spread: _Spread | None,
    uniques: list[float],
    factor: float,
    after: int,
    *,
    is_adjusted: bool,
) -> Need | None:
    if spread is None:
        return None
    alpha, share = question.alpha / (question.arms - 1), spread.value
    if spread.is_share and share < 1 and share * (1 + question.lift) < 1:
        # The effect moves the variance of a share, too.
        alone = units_needed_for_shares(
            share, share * (1 + question.lift), alpha=alpha, power_wanted=question.power
        )
        per_arm = alone * (spread.ratio if is_adjusted else 1)
    else:
        sd = spread.sd * (sqrt(spread.ratio) if is_adjusted else 1)
        per_arm = units_needed(
            question.lift * share, sd=sd, alpha=alpha, power_wanted=question.power
        )
    units = ceil(per_arm * factor) * question.arms
    arrived = days_needed(units, cumulative_units=uniques)
    last = None if arrived is None else arrived + question.window_days + after
    return Need(units, last)


def _curve(
    question: PlannerQuestion,
    spread: _Spread | None,
    uniques: list[float],
    factor: float,
    after: int,
) -> Iterator[tuple[int, int, float | None, float | None]]:
    """The smallest effect that can be found by each day."""
    window = question.window_days + after
    alpha = question.alpha / (question.arms - 1)
    for day in range(1, len(uniques) + 1):
        units = uniques[day - window - 1] if day > window else 0.0
        per_arm = units / question.arms / factor
        if spread is None or per_arm <= 2:
            yield day, int(units), None, None
            continue
        plain = minimum_effect(
            sd=spread.sd, n_control=per_arm, n_treated=per_arm, alpha=alpha,
            power_wanted=question.power,
        )  # fmt: skip
        lift = plain / spread.value
        yield day, int(units), lift, lift * sqrt(spread.ratio)


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "day": pl.Int64, "units": pl.Int64, "plain": pl.Float64, "adjusted": pl.Float64,
}  # fmt: skip
DESIGN_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "design": pl.String, "looks": pl.Int64, "first_bound": pl.Float64, "last_bound": pl.Float64,
    "inflation": pl.Float64, "units": pl.Int64, "days": pl.Int64,
}  # fmt: skip
