"""What did the change do to the whole distribution, and is the machinery right on these data?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.experiments import (
    AaCheck,
    RankTest,
    aa_check,
    difference,
    effect,
    quantile_anytime_p_value,
    quantile_arm_of,
    rank_test,
    split_p_values,
)
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import is_ratio
from reports.experiment_health import p_words
from reports.experiment_looks import USUAL_UNITS
from reports.experiment_units import ONCE, SECONDS_PER_DAY, days_followed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.experiments import Arm
    from queries import Answer, Segment, Workspace
    from reports.experiment import ExperimentReport
    from reports.experiment_values import UnitValues

DAY = timedelta(days=1)
QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
STEPS = 40  # points of a curve
SPLITS = 500  # of units that all got the same
AT_ONCE = 50  # splits that are in memory together
MOST_GROUPS = 20_000  # of units with the same values; of more, a random part serves as well
MOST_RANKED = 200_000  # units of an arm that are sorted for the rank test


@dataclass(frozen=True, slots=True)
class DistributionReport(Report):
    """The primary metric's values, unit by unit.

    Attributes:
        curves: One row per (variant, value): `variant, value, share` of units with more than that,
            the control included.
        quantiles: One row per (variant, quantile): `variant, quantile, control, treated,
            difference, low, high` (95 %, a single look; null where values pile up on one number),
            `anytime_p` (holds at every look; null where units bring several values each).
        ranks: Per treated variant, whether its units tend to have more.
        aa: Splits of the control's units, in which nothing happened.
        sentences: The same in words.
    """

    curves: Source
    quantiles: Source
    ranks: dict[str, RankTest]
    aa: AaCheck
    sentences: tuple[str, ...]


def distribution(
    workspace: Workspace, report: ExperimentReport, segment: Segment | None = None
) -> DistributionReport | None:
    """Values of the primary metric by variant, quantile effects, and A/A splits of the control.

    Returns:
        None where results are withheld or nothing can be measured.
    """
    primary = report.plan.primary
    if report.moments is None or primary not in workspace.metrics:
        return None
    metric = workspace.metrics[primary]
    control = report.split_of.variants[0]
    one_by_one = report.moments.values.get(primary)
    if one_by_one is None:
        answer, arms = unit_values(workspace, report, primary, segment)
        own = answer.rows.filter(pl.col("variant") == control)
        quantiles = _quantiles(arms, control, _planned(report))
    else:
        answer = one_by_one.answer
        arms = {one: one_by_one.all_of(one) for one in report.split_of.variants}
        middle = one_by_one.arm(control).value or 0.0
        own = one_by_one.below(control, middle).with_columns(units=pl.lit(1))
        quantiles = _of_values(one_by_one, report.split_of.variants)
    ranks = {
        variant: rank_test(_thinned(arms[control]), _thinned(values))
        for variant, values in arms.items()
        if variant != control
    }
    check = aa_splits(own["a"].to_numpy(), own["b"].to_numpy(), own["units"].to_numpy(),
                      is_ratio=is_ratio(metric) or one_by_one is not None)  # fmt: skip
    found = source(
        answer,
        title=f"{metric.label}, unit by unit",
        definition=experiment_definitions.DISTRIBUTION,
    )
    return DistributionReport(
        curves=found.showing(_curves(arms)),
        quantiles=found.showing(quantiles),
        ranks=ranks,
        aa=check,
        sentences=(
            *(_ranked(name, one, is_alone=one_by_one is None) for name, one in ranks.items()),
            _calibrated(check),
        ),
    )


def unit_values(
    workspace: Workspace, report: ExperimentReport, primary: str, segment: Segment | None
) -> tuple[Answer, dict[str, NDArray[np.float64]]]:
    """The answer, and each variant's values of units in it, sorted."""
    answer = asked_of_units(workspace, report, primary, segment)
    of_ratio = is_ratio(workspace.metrics[primary])
    return answer, {
        variant: _arm(answer.rows.filter(pl.col("variant") == variant), of_ratio)
        for variant in report.split_of.variants
    }


def aa_splits(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    units: NDArray[np.int64],
    *,
    is_ratio: bool,
    splits: int = SPLITS,
) -> AaCheck:
    """Split units that all got the same, again and again, and test each split.

    Units with the same values are interchangeable, so that of each group a fair coin's binomial
    share goes to one arm: the same as hashing every unit with another salt, without reading it.

    Args:
        a: Value of each group of units.
        b: What it is divided by; unused unless `is_ratio`.
        units: Units of each group.
        is_ratio: Whether the metric is a ratio of sums.
        splits: How many.
    """
    chance = np.random.default_rng(2026)
    if len(units) > MOST_GROUPS:
        kept = chance.choice(len(units), MOST_GROUPS, replace=False)
        a, b, units = a[kept], b[kept], units[kept]
    p_values = []
    for begin in range(0, splits, AT_ONCE):
        size = (min(AT_ONCE, splits - begin), len(units))
        first = chance.binomial(units, 0.5, size=size)
        arms = [_summed(a, b, counts, is_ratio) for counts in (first, units - first)]
        n, means, variances = zip(*arms, strict=True)
        p_values.append(split_p_values(n, means=means, variances=variances))
    return aa_check(np.concatenate(p_values))


def _summed(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    counts: NDArray[np.int64],
    is_ratio: bool,  # noqa: FBT001 - internal
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Units, value and variance per unit of an arm, for each split."""
    n = counts.sum(axis=1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not is_ratio:
            mean = counts @ a / n
            squares = np.einsum("sv,sv->s", counts, (a - mean[:, None]) ** 2)
            return n, mean, squares / (n - 1)
        below = counts @ b / n
        value = counts @ a / n / below
        rest = (a - value[:, None] * b) / below[:, None]
        return n, value, np.einsum("sv,sv->s", counts, rest**2) / (n - 1)


def asked_of_units(
    workspace: Workspace,
    report: ExperimentReport,
    primary: str,
    segment: Segment | None,
    *,
    query: str = "experiment_distribution",
) -> Answer:
    """Ask what each unit followed did with one metric."""
    plan, metric = report.plan, workspace.metrics[primary]
    after = metric.after_days or 0
    return workspace.ask(
        query,
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        metric=primary,
        is_once=metric.kind in ONCE,
        skip_seconds=after * SECONDS_PER_DAY,
        window_seconds=days_followed(plan, workspace, primary) * SECONDS_PER_DAY,
        from_day=(plan.started_at - DAY).date(),
        to_day=(plan.until_at + 2 * DAY).date(),
    )


def _arm(rows: pl.DataFrame, of_ratio: bool) -> NDArray[np.float64]:  # noqa: FBT001 - internal
    """One value per unit, sorted; of a ratio each unit's own, those without a base left out."""
    if of_ratio:
        rows = rows.filter(pl.col("b") > 0).with_columns(pl.col("a") / pl.col("b"))
    return np.sort(np.repeat(rows["a"].to_numpy(), rows["units"].to_numpy()))


def _thinned(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every so-manieth of sorted values, where there are very many."""
    return values[:: max(1, len(values) // MOST_RANKED)]


def _curves(arms: dict[str, NDArray[np.float64]]) -> pl.DataFrame:
    everything = np.concatenate(list(arms.values())) if arms else np.array([])
    if everything.size == 0:
        return pl.DataFrame([], schema=CURVE_SCHEMA, orient="row")
    top = float(np.quantile(everything, 0.995)) or float(everything.max())
    at = np.unique(np.concatenate((np.linspace(0, top, STEPS), [0.0])))
    if np.all(everything == np.round(everything)):
        at = np.unique(np.floor(at))
    rows = [
        (variant, float(value), 1 - float(np.searchsorted(own, value, side="right")) / own.size)
        for variant, own in arms.items()
        if own.size
        for value in at
    ]
    return pl.DataFrame(rows, schema=CURVE_SCHEMA, orient="row")


def _planned(report: ExperimentReport) -> float:
    """Units of an arm at which a test that holds at every look is to be sharpest."""
    return (report.plan.planned_units or USUAL_UNITS) / len(report.split_of.variants)


def _quantiles(arms: dict[str, NDArray[np.float64]], control: str, planned: float) -> pl.DataFrame:
    rows = [
        (*_compared(quantile_arm_of(arms[control], at=at), quantile_arm_of(values, at=at), at,
                    variant),
         _at_every_look(arms[control], values, at, planned))
        for variant, values in arms.items()
        if variant != control
        for at in QUANTILES
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=QUANTILE_SCHEMA, orient="row")


def _of_values(values: UnitValues, variants: tuple[str, ...]) -> pl.DataFrame:
    """The same where a unit brings many values, the metric's own quantile among them."""
    wanted = sorted({*QUANTILES, values.q})
    rows = [
        (*_compared(values.arm_at(variants[0], at), values.arm_at(variant, at), at, variant), None)
        for variant in variants[1:]
        for at in wanted
    ]
    return pl.DataFrame(rows, schema=QUANTILE_SCHEMA, orient="row")


def _compared(control: Arm, treated: Arm, at: float, variant: str) -> tuple[object, ...]:
    found = effect(difference(control, treated))
    return (
        variant, at, control.value, treated.value, found.difference, found.low, found.high
    )  # fmt: skip


def _at_every_look(
    control: NDArray[np.float64], treated: NDArray[np.float64], at: float, planned: float
) -> float | None:
    if not control.size or not treated.size:
        return None
    return quantile_anytime_p_value(control, treated, at=at, planned=planned)


def _ranked(variant: str, test: RankTest, *, is_alone: bool) -> str:
    """In words; values that hang together in units have no p-value of this test."""
    if test.superiority is None:
        return f"{variant}: nothing to compare yet."
    if not is_alone:
        return (
            f"{variant}: a value of it is larger than one of the control in {test.superiority:.1%} "
            "of all pairs, ties counted half."
        )
    return (
        f"{variant}: a unit of it has more than one of the control in {test.superiority:.1%} of "
        f"all pairs, ties counted half (Mann-Whitney p = {p_words(test.p_value)})."
    )


def _calibrated(check: AaCheck) -> str:
    share = check.false_positives.value
    if check.is_calibrated is None or share is None:
        return "The control has too few units for A/A splits."
    told = "as they should be" if check.is_calibrated else "which is not as it should be"
    return (
        f"A/A: of {check.splits} random splits of the control's units, {share:.1%} looked "
        f"significant at 5%, {told} (Kolmogorov-Smirnov p = {p_words(check.p_value)})."
    )


CURVE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "value": pl.Float64, "share": pl.Float64,
}  # fmt: skip
QUANTILE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "quantile": pl.Float64, "control": pl.Float64, "treated": pl.Float64,
    "difference": pl.Float64, "low": pl.Float64, "high": pl.Float64, "anytime_p": pl.Float64,
}  # fmt: skip
