"""Did the experiment work, may we stop, and what do we ship?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import polars as pl

from metrics.experiments import (
    Evidence,
    NonInferiority,
    effect,
    non_inferiority,
    verdict,
)
from metrics.multiplicity import adjusted_p_values
from reports import experiment_definitions
from reports.answer import Report, Source
from reports.experiment_caveats import caveats
from reports.experiment_contrast import before_exposure, compared, parts
from reports.experiment_decisions import decisions
from reports.experiment_health import Check, Split, p_words, split, split_checks
from reports.experiment_looks import Looks, is_futile, looks_of
from reports.experiment_plan import Plan, plan_of
from reports.experiment_sentences import verdict_sentence
from reports.experiment_units import UnitMoments, unit_moments
from reports.known import known
from reports.made_once import Room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metrics.experiments import Difference, Effect, Verdict
    from queries import Segment, Workspace
    from reports.experiment_contrast import Contrast

Role = Literal["primary", "secondary", "guardrail"]
Status = Literal["broken", "ready", "running", "collecting", "decided"]


@dataclass(frozen=True, slots=True)
class Arm:
    """A treated arm against the control.

    Attributes:
        variant: Its name.
        verdict: What the rule says.
        sentence: The verdict in a sentence, with its reasons.
        primary: The effect on the primary metric, valid now; None: not measurable, or withheld.
        fixed: The same with the interval of a single look; None likewise.
        looks: The looks so far.
        power: Smallest lift that would have been found with a chance of 80 %; None: not known.
    """

    variant: str
    verdict: Verdict
    sentence: str
    primary: Effect | None
    fixed: Effect | None
    looks: Looks
    power: float | None


@dataclass(frozen=True, slots=True)
class ExperimentReport(Report):
    """One experiment as of now.

    Attributes:
        plan: What was decided before.
        status: How far it is.
        checks: Whether it may be read at all, the worst first.
        split: One row per (variant): `variant, units, share, planned_share, excess`.
        places: One row per (dimension, part) or day: `dimension, part, units, by_variant, p_value,
            adjusted_p`, the most surprising first.
        effects: One row per (variant, metric); None: the verdict is withheld, so nothing is shown.
        arms: Treated arms, by name.
        moments: What the statistics were made of; None: withheld.
        split_of: The split in numbers.
    """

    plan: Plan
    status: Status
    checks: tuple[Check, ...]
    split: Source
    places: Source
    effects: Source | None
    arms: tuple[Arm, ...]
    moments: UnitMoments | None
    split_of: Split

    @property
    def moment_rows(self) -> pl.DataFrame:
        """All moments as they came, one row per metric, cut and variant; none when withheld."""
        if self.moments is None or not self.moments.answers:
            return pl.DataFrame()
        return pl.concat([one.rows for one in self.moments.answers])

    @property
    def is_broken(self) -> bool:
        """Whether results are withheld."""
        return any(one.grade == "bad" for one in self.checks)


_judgements: Room[ExperimentReport] = Room(most=128)


def experiment(workspace: Workspace, name: str, segment: Segment | None = None) -> ExperimentReport:
    """Judge one experiment by the rule that it began with.

    Args:
        workspace: Where to ask.
        name: Its name.
        segment: Only units that are users with these fixed attributes; their events all count.

    Raises:
        QueryError: There is none of that name.
    """
    plan = plan_of(workspace, name)
    return judged(workspace, plan, segment, is_decided=name in decisions(workspace))


def judged(
    workspace: Workspace, plan: Plan, segment: Segment | None, *, is_decided: bool
) -> ExperimentReport:
    """An experiment judged, once for a snapshot, a plan and a segment.

    Args:
        workspace: Where to ask.
        plan: What was decided before.
        segment: As for `experiment`.
        is_decided: Whether somebody has written down a decision.
    """
    key = (repr(plan), segment.canonical() if segment else None)
    found = _judgements.now(workspace, key, lambda: _judged(workspace, plan, segment))
    return replace(found, status="decided") if is_decided else found


def _judged(workspace: Workspace, plan: Plan, segment: Segment | None) -> ExperimentReport:
    found = split(workspace, plan, segment)
    moments = unit_moments(workspace, plan, plan.metrics, segment=segment)
    judging = _Judging(workspace, plan, found, moments)
    checks = (*split_checks(plan, found), *judging.bias_checks())
    arms = tuple(judging.arms())
    is_broken = any(one.grade == "bad" for one in checks)
    return ExperimentReport(
        plan=plan,
        status=_status(plan, arms, is_broken=is_broken),
        checks=tuple(sorted(checks, key=lambda one: ("bad", "warning", "good").index(one.grade))),
        split=found.source,
        places=found.places,
        effects=None if is_broken or not moments.answers else judging.effects(arms),
        arms=arms,
        moments=None if is_broken else moments,
        split_of=found,
    )


def _status(plan: Plan, arms: tuple[Arm, ...], *, is_broken: bool) -> Status:
    if is_broken:
        return "broken"
    if any(one.verdict.status in ("ship", "do not ship") for one in arms):
        return "ready"
    is_young = plan.days < plan.rule.least_days or not any(one.looks.units for one in arms)
    return "collecting" if is_young else "running"


class _Judging:
    """An experiment while it is judged."""

    def __init__(
        self, workspace: Workspace, plan: Plan, found: Split, moments: UnitMoments
    ) -> None:
        self.workspace = workspace
        self.plan = plan
        self.split = found
        self.moments = moments
        self.control = found.variants[0] if found.variants else ""
        self.treated = found.variants[1:]
        self.metrics = {name: workspace.metrics[name] for name in plan.metrics
                        if name in workspace.metrics}  # fmt: skip

    @property
    def alpha(self) -> float:
        """Each treated arm's share of the experiment's error."""
        return self.plan.alpha / max(1, len(self.treated))

    def of(self, metric: str, variant: str) -> Contrast:
        """A metric's difference between a treated arm and the control."""
        return compared(self.moments, self.metrics[metric], metric, (self.control, variant))

    def looks(self, variant: str) -> Looks:
        """The looks at the primary metric so far."""
        primary = self.plan.primary
        if primary not in self.metrics:
            return looks_of(self.plan, (), (), alpha=self.alpha)
        days = self.moments.keys("day")
        sizes = [
            sum(self.moments.size(primary, one, "day", day) for one in (self.control, variant))
            for day in days
        ]
        so_far = [sum(sizes[: at + 1]) for at in range(len(sizes))]
        return looks_of(self.plan, days, so_far, alpha=self.alpha)

    def bias_checks(self) -> Iterator[Check]:
        """Whether the arms differed on the primary metric before anybody had seen anything."""
        primary = self.plan.primary
        if primary is None:
            yield Check("Primary metric", "warning", "No primary metric was named: no verdict.")
        elif primary not in self.metrics:
            words = f"The primary metric {primary!r} is not in metrics.toml: no verdict."
            yield Check("Primary metric", "warning", words)
        elif self.treated and self.plan.covariate_days:
            p_values = [self._bias_p(primary, one) for one in self.treated]
            known_p = [p for p in p_values if p is not None]
            p_value = min(1.0, min(known_p) * len(known_p)) if known_p else None
            is_biased = p_value is not None and p_value < self.plan.rule.bias_alpha
            label = self.metrics[primary].label
            yield Check(
                "Before the exposure",
                "bad" if is_biased else "good",
                f"{label} in the {self.plan.covariate_days} days before the exposure "
                f"{'differed' if is_biased else 'did not differ clearly'} between the arms "
                f"(p = {p_words(p_value)}).",
                p_value,
            )

    def _bias_p(self, metric: str, variant: str) -> float | None:
        arms = (self.moments.joint(metric, one) for one in (self.control, variant))
        return effect(before_exposure(self.metrics[metric], *arms)).p_value

    def arms(self) -> Iterator[Arm]:
        """Each treated arm with its verdict."""
        for variant in self.treated:
            yield self._arm(variant)

    def _arm(self, variant: str) -> Arm:
        plan, found, seen = self.plan, self.split, self.looks(variant)
        primary = fixed = None
        guardrails: dict[str, NonInferiority] = {}
        bias = smallest = None
        if plan.primary in self.metrics and seen.units:
            adjusted = self.of(plan.primary, variant).adjusted
            primary = effect(adjusted, critical=seen.now)
            fixed = effect(adjusted, confidence=1 - self.alpha)
            bias = self._bias_p(plan.primary, variant) if plan.covariate_days else None
            smallest = self._smallest(adjusted)
        if seen.units:
            guardrails = {
                one.metric: non_inferiority(
                    self.of(one.metric, variant).adjusted,
                    margin=one.margin or 0.0,
                    better=self.metrics[one.metric].better,
                    critical=seen.now,
                )
                for one in plan.guardrails
                if one.metric in self.metrics
            }
        judged = verdict(
            Evidence(
                primary=primary,
                guardrails=tuple(guardrails.values()),
                days=plan.days,
                is_ended=plan.is_ended,
                is_futile=primary is not None and is_futile(plan, seen, primary),
                split_p=found.sequential_p,
                multiple_share=found.multiple_share,
                bias_p=bias,
            ),
            rule=plan.rule,
        )
        label = self.metrics[plan.primary].label if plan.primary in self.metrics else ""
        sentence = verdict_sentence(
            judged, label=label, primary=primary, smallest=smallest, split=found, plan=plan,
            guardrails={self.metrics[name].label: one for name, one in guardrails.items()},
        )  # fmt: skip
        is_hidden = judged.status == "invalid"
        return Arm(
            variant, judged, sentence, None if is_hidden else primary,
            None if is_hidden else fixed, seen, None if is_hidden else smallest,
        )  # fmt: skip

    def _smallest(self, of: Difference) -> float | None:
        """The lift that a test of one look would have found with a chance of 80 %."""
        if not of.variance or not of.base:
            return None
        from metrics.experiments.distributions import critical_value

        reach = critical_value(1 - self.alpha) + critical_value(0.8, alternative="less")
        return float(reach * of.variance**0.5 / abs(of.base))

    def effects(self, arms: tuple[Arm, ...]) -> Source:
        """The table of all metrics and arms."""
        rows = [row for arm in arms for row in self._rows(arm)]
        answers = self.moments.answers
        return Source(
            title=f"Effects of {self.plan.name}",
            definition=experiment_definitions.EFFECTS,
            rows=pl.DataFrame(rows, schema=EFFECT_SCHEMA, orient="row"),
            sql=answers[0].sql,
            parameters=answers[0].parameters,
            as_of=known(self.workspace).watermark,
            snapshot_id=answers[0].snapshot_id,
            seconds=sum(one.seconds for one in answers),
            caveats=caveats(
                self.workspace, self.plan, self.moments, arms, (self.control, *self.treated)
            ),
            answered=answers[0].rows,
        )

    def _rows(self, arm: Arm) -> list[tuple[object, ...]]:
        roles = [(name, self._role(name)) for name in self.metrics]
        fixed = {name: effect(self.of(name, arm.variant).adjusted, confidence=1 - self.alpha)
                 for name, _ in roles}  # fmt: skip
        others = [name for name, role in roles if role == "secondary"]
        raised = dict(
            zip(others, adjusted_p_values([fixed[name].p_value for name in others]), strict=True)
        )
        return [self._row(name, role, arm, fixed[name], raised.get(name)) for name, role in roles]

    def _row(
        self, name: str, role: Role, arm: Arm, fixed: Effect, raised: float | None
    ) -> tuple[object, ...]:
        found = self.of(name, arm.variant)
        valid = effect(found.adjusted, critical=arm.looks.now)
        plain = effect(found.unadjusted, confidence=1 - self.alpha)
        control, treated = (
            parts(self.metrics[name], self.moments.joint(name, one))
            for one in (self.control, arm.variant)
        )
        margin = next((one.margin for one in self.plan.guardrails if one.metric == name), None)
        return (
            arm.variant, name, self.metrics[name].label, role, self.metrics[name].unit,
            self.metrics[name].better,
            *control, plain.control, *treated, plain.treated,
            valid.lift.value, valid.lift.low, valid.lift.high,
            fixed.lift.low, fixed.lift.high, fixed.p_value, raised,
            plain.lift.value, plain.lift.low, plain.lift.high, plain.p_value,
            found.is_adjusted, found.variance_ratio, margin,
        )  # fmt: skip

    def _role(self, name: str) -> Role:
        if name == self.plan.primary:
            return "primary"
        is_guardrail = any(one.metric == name for one in self.plan.guardrails)
        return "guardrail" if is_guardrail else "secondary"


EFFECT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "metric": pl.String, "label": pl.String, "role": pl.String,
    "unit": pl.String, "better": pl.String,
    "numerator_control": pl.Float64, "denominator_control": pl.Float64, "control": pl.Float64,
    "numerator_treated": pl.Float64, "denominator_treated": pl.Float64, "treated": pl.Float64,
    "lift": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "fixed_low": pl.Float64, "fixed_high": pl.Float64, "p_value": pl.Float64,
    "raised_p": pl.Float64,
    "plain_lift": pl.Float64, "plain_low": pl.Float64, "plain_high": pl.Float64,
    "plain_p": pl.Float64, "is_adjusted": pl.Boolean, "variance_ratio": pl.Float64,
    "margin": pl.Float64,
}  # fmt: skip
