"""Does the answer depend on the method, and how sure may one be of it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.experiments import (
    Moments,
    anytime,
    anytime_share,
    capped,
    cuped,
    difference,
    effect,
    exaggeration,
    false_positive_risk,
    joint_moments,
    log_lift,
    marginal,
    mean_arm,
    moments,
    normal_posterior,
    past_effects,
    post_stratified,
    ratio_arm,
    share_arm,
    share_posterior,
    stagewise,
)
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment import judged
from reports.experiment_contrast import compared, is_ratio, with_past
from reports.experiment_distribution import unit_values
from reports.experiment_health import p_words
from reports.experiment_joints import NOBODY
from reports.experiment_looks import TOO_EARLY, USUAL_UNITS
from reports.experiment_plan import plans
from reports.experiment_timeline import timeline
from reports.experiment_units import ONCE, unit_moments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from metrics.experiments import Arm as ArmValue
    from metrics.experiments import Difference, JointMoments, Lift, PastEffects
    from queries import MetricDefinition, Segment, Workspace
    from reports.experiment import Arm, ExperimentReport

USUAL_CAP = 0.99  # quantile of units' totals at which they are capped, to see what few units do
USUAL_SPREAD = 0.25  # standard deviation of true lifts where too few experiments tell
FEWEST_PAST = 3  # other experiments whose effects make a prior
SUCCESS_RATES = (0.1, 1 / 3)  # of changes that truly work: a search page's, and a usual product's
FEWEST_OF_STRATUM = 2


@dataclass(frozen=True, slots=True)
class ReadingReport(Report):
    """The primary metric read in other ways.

    Attributes:
        methods: One row per (variant, method): `variant, method, lift, low, high` (of one look;
            null where the method does not apply), `note`.
        sentences: How sure one may be, in words.
    """

    methods: Source
    sentences: tuple[str, ...]


def reading(
    workspace: Workspace,
    report: ExperimentReport,
    dimension: str = "",
    segment: Segment | None = None,
) -> ReadingReport | None:
    """The same effect by other methods, and by Bayes, past experiments and the looks taken.

    Args:
        workspace: Where to ask.
        report: The experiment.
        dimension: Strata are its values; "": none.
        segment: As the report was asked for.

    Returns:
        None where results are withheld or nothing can be measured.
    """
    primary = report.plan.primary
    if report.moments is None or primary not in workspace.metrics or not report.moments.answers:
        return None
    metric = workspace.metrics[primary]
    reader = _Reader(workspace, report, metric, primary, segment, dimension)
    rows = [(arm.variant, *row) for arm in report.arms for row in reader.methods(arm)]
    past = _past(workspace, report)
    answered = source(
        report.moments.answer(primary),
        title=f"{metric.label}, read in other ways",
        definition=experiment_definitions.READING,
    )
    return ReadingReport(
        methods=answered.showing(pl.DataFrame(rows, schema=SCHEMA, orient="row")),
        sentences=tuple(said for arm in report.arms for said in reader.sureness(arm, past)),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    workspace: Workspace
    report: ExperimentReport
    metric: MetricDefinition
    primary: str
    segment: Segment | None
    dimension: str

    def methods(
        self, arm: Arm
    ) -> Iterator[tuple[str, float | None, float | None, float | None, str]]:
        """Each method's lift and interval of one look."""
        of = self.report.moments
        if of is None:
            return
        names = (self.report.split_of.variants[0], arm.variant)
        found = compared(of, self.metric, self.primary, names)
        if found.is_adjusted:
            note = f"decides; {found.variance_ratio or 1:.0%} of the variance"
            yield "Past, slopes by arm", *_ends(found.adjusted), note
            past = [with_past(self.metric, of.joint(self.primary, one)) for one in names]
            if past[0] is not None and past[1] is not None:
                slope = cuped(past[0], past[1])
                yield "Past, one slope", *_ends(slope.difference), ""
        decides = "" if found.is_adjusted else "decides"
        yield "Unadjusted", *_ends(found.unadjusted), decides
        yield from self._whenever(found.adjusted)
        arms = self._arms(names)
        yield "Log scale", *_of_lift(log_lift(*arms)), "never below -100%"
        if self.metric.kind == "quantile":
            means = [ratio_arm(of.joint(self.primary, one)) for one in names]
            yield "Mean instead", *_ends(difference(*means)), "of all values, not the quantile"
            return
        if not is_ratio(self.metric):
            yield from self._strata(names)
        yield from self._capped(names)

    def _arms(self, names: tuple[str, str]) -> tuple[ArmValue, ArmValue]:
        """Both arms without their past."""
        of = self.report.moments
        values = of.values.get(self.primary) if of else None
        control, treated = (
            values.arm(one) if values else self._arm(of.joint(self.primary, one) if of else NOBODY)
            for one in names
        )
        return control, treated

    def _arm(self, of: JointMoments) -> ArmValue:
        if is_ratio(self.metric):
            return ratio_arm(of)
        if self.metric.kind in ONCE:
            return share_arm(round(of.n * (of.means or (0.0,))[0]), of.n)
        return mean_arm(marginal(of))

    def _whenever(
        self, of: Difference
    ) -> Iterator[tuple[str, float | None, float | None, float | None, str]]:
        """The interval that may be read at any time, whatever was planned."""
        lift = effect(of).lift
        if lift.value is None or not lift.standard_error:
            return
        found = anytime(
            lift.value,
            lift.standard_error,
            n=of.n,
            planned=self.report.plan.planned_units or USUAL_UNITS,
            alpha=self.report.plan.alpha / len(self.report.arms),
        )
        note = f"p at every look: {p_words(found.p_value)}"
        yield "At any time", lift.value, found.low, found.high, note

    def _strata(
        self, names: tuple[str, str]
    ) -> Iterator[tuple[str, float | None, float | None, float | None, str]]:
        if not self.dimension:
            return
        of = unit_moments(
            self.workspace, self.report.plan, [self.primary], segment=self.segment,
            dimension=self.dimension,
        )  # fmt: skip
        cells = [
            tuple(marginal(of.joint(self.primary, one, "part", part)) for one in names)
            for part in of.keys("part")
        ]
        whole = [cell for cell in cells if min(one.n for one in cell) >= FEWEST_OF_STRATUM]
        used: list[tuple[Moments, Moments]] = [(one[0], one[1]) for one in whole]
        left = sum(one.n for cell in cells for one in cell) - sum(a.n + b.n for a, b in used)
        note = f"{len(used)} strata" + (f", {left:,} units in too small ones left out" * (left > 0))
        yield f"Strata: {self.dimension}", *_ends(post_stratified(used)), note

    def _capped(
        self, names: tuple[str, str]
    ) -> Iterator[tuple[str, float | None, float | None, float | None, str]]:
        if self.metric.kind in ONCE:
            return
        answer, _ = unit_values(self.workspace, self.report, self.primary, self.segment)
        units = [_unit_by_unit(answer.rows, one) for one in names]
        if any(not above.size for above, _ in units):
            return
        if self.metric.cap is not None:
            yield "Not capped", *_ends(self._of_units(units)), "totals as they are, unadjusted"
            return
        everybody = np.concatenate(
            [_unit_by_unit(answer.rows, one)[0] for one in self.report.split_of.variants]
        )
        limit = capped(everybody, high=USUAL_CAP).high or 0.0
        if limit <= 0:
            return
        limited = [(np.minimum(above, limit), below) for above, below in units]
        changed = sum(int(np.sum(above > limit)) for above, _ in units)
        note = f"at {limit:,.4g}, {changed:,} units had more"
        yield f"Capped at {USUAL_CAP:.1%}", *_ends(self._of_units(limited)), note

    def _of_units(self, units: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> Difference:
        arms = [
            ratio_arm(joint_moments(both)) if is_ratio(self.metric) else mean_arm(moments(both[0]))
            for both in units
        ]
        return difference(*arms)

    def sureness(self, arm: Arm, past: PastEffects) -> Iterator[str]:
        """Bayes, luck among winners, and what stopping early did."""
        found = arm.fixed
        error = found.lift.standard_error if found else None
        if found is None or found.lift.value is None or not error:
            yield f"{arm.variant}: nothing can be said yet."
            return
        lift = found.lift.value
        sign = 1 if self.report.plan.rule.better == "higher" else -1
        # Centred on no effect: a list of past winners must not make a winner of an A/A test.
        usual = (past.mean or 0.0) ** 2 + (past.variance or 0.0)
        is_told = past.experiments >= FEWEST_PAST and usual > 0
        width = sqrt(usual) if is_told else USUAL_SPREAD
        belief = normal_posterior(sign * lift, error, prior_variance=width**2)
        whence = (
            f"the {past.experiments} other effects here"
            if is_told
            else "is usual while fewer than three other effects are known"
        )
        yield (
            f"{arm.variant}: with a prior centred on no effect, as wide as {whence} "
            f"(±{width:.0%}), the chance that it is better is {belief.better:.1%}; the effect is "
            f"{sign * belief.mean:+.1%}, where {lift:+.1%} was seen (the winner's curse taken "
            f"out). Shipping it costs {belief.loss_if_shipped:.2%} on average for the case that it "
            f"is worse, keeping the control {belief.loss_if_kept:.2%} for the case that it is "
            "better."
        )
        yield from self._share(arm)
        if (found.p_value or 0.0) < self.report.plan.alpha:
            yield from self._curse(arm, error, self.report.plan.minimum_effect or abs(belief.mean))
        yield from self._stopped(arm)

    def _curse(self, arm: Arm, error: float, wanted: float) -> Iterator[str]:
        """What significance is worth where the true effect is no larger than this."""
        if wanted <= 0:
            return
        cursed = exaggeration(wanted, error, alpha=self.report.plan.alpha)
        yield (
            f"{arm.variant}: were the true effect {wanted:.1%}, a significant result of these "
            f"units would be {cursed.ratio:.2f} times too large on average, and of the wrong "
            f"sign in {cursed.wrong_sign:.1%}."
        )
        risks = ", ".join(
            f"{_luck(rate, self.report.plan.alpha, cursed.power):.0%} where {rate:.0%} of "
            "changes work"
            for rate in SUCCESS_RATES
        )
        yield f"{arm.variant}: of significant wins, {risks}, would be luck."

    def _share(self, arm: Arm) -> Iterator[str]:
        of = self.report.moments
        if of is None or self.metric.kind not in ONCE or is_ratio(self.metric):
            return
        counts = []
        for one in (self.report.split_of.variants[0], arm.variant):
            joint = of.joint(self.primary, one)
            counts.append((round(joint.n * (joint.means or (0.0,))[0]), joint.n))
        exact = share_posterior(counts[0], counts[1])
        shares = " against ".join(self._share_words(part, whole) for part, whole in counts[::-1])
        yield (
            f"{arm.variant}: without a prior (beta-binomial), the chance that its share is the "
            f"larger one is {exact.better:.1%}: {shares}, each valid at every look."
        )

    def _share_words(self, part: int, whole: int) -> str:
        plan = self.report.plan
        planned = (plan.planned_units or 0) / (len(self.report.arms) + 1) or max(whole, 1)
        found = anytime_share(part, whole, planned=planned, planned_alpha=plan.alpha)
        if found.value is None or found.low is None or found.high is None:
            return "nobody yet"
        return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"

    def _stopped(self, arm: Arm) -> Iterator[str]:
        """What is left of an effect that ends its own measuring when it is large enough."""
        course = timeline(self.workspace, self.report)
        if course is None or not arm.looks.fractions:
            return
        (own,) = (one for one in course.courses if one.variant == arm.variant)
        at = own.valid.first
        if at is None and not self.report.plan.is_ended:
            return
        last = len(arm.looks.fractions) - 1 if at is None else at
        row = course.effects.rows.filter(pl.col("variant") == arm.variant).row(last, named=True)
        if not (row["lift"] and row["statistic"]):
            return
        bounds = [None if one >= TOO_EARLY else one for one in arm.looks.bounds[: last + 1]]
        fair = stagewise(
            arm.looks.fractions[: last + 1],
            bounds,
            estimate=row["lift"],
            standard_error=abs(row["lift"] / row["statistic"]),
            alpha=self.report.plan.alpha / len(self.report.arms),
        )
        when = "at the planned end" if at is None else f"stopped when it first could, {row['on']}"
        yield (
            f"{arm.variant}: {when}, the effect freed of the bias of stopping is "
            f"{fair.estimate:+.1%} ({fair.low:+.1%} to {fair.high:+.1%}; stage-wise p = "
            f"{p_words(fair.p_value)}), where {row['lift']:+.1%} was seen."
        )


def _unit_by_unit(
    rows: pl.DataFrame, variant: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each unit of a variant has above and below the line."""
    own = rows.filter(pl.col("variant") == variant)
    times = own["units"].to_numpy()
    return np.repeat(own["a"].to_numpy(), times), np.repeat(own["b"].to_numpy(), times)


def _luck(rate: float, alpha: float, power: float) -> float:
    """Share of wins that are none; a power of 0 or 1 is no chance that can be counted with."""
    return false_positive_risk(rate, alpha=alpha, power=min(0.999, max(0.001, power)))


def _past(workspace: Workspace, report: ExperimentReport) -> PastEffects:
    """What all other experiments of this workspace did on their primary metric."""
    lifts: list[float | None] = []
    errors: list[float | None] = []
    for plan in plans(workspace)[1]:
        if plan.name == report.plan.name:
            continue
        for arm in judged(workspace, plan, None, is_decided=False).arms:
            if arm.fixed is not None and arm.fixed.lift.standard_error:
                lifts.append(arm.fixed.lift.value)
                errors.append(arm.fixed.lift.standard_error)
    return past_effects(lifts, errors)


def _ends(of: Difference) -> tuple[float | None, float | None, float | None]:
    return _of_lift(effect(of).lift)


def _of_lift(of: Lift) -> tuple[float | None, float | None, float | None]:
    return of.value, of.low, of.high


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "method": pl.String, "lift": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "note": pl.String,
}  # fmt: skip
