"""The units of an experiment as moments: of each metric, variant, day of exposure and segment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from metrics.experiments import Moments, merged, merged_joint
from reports.experiment_joints import (
    BEFORE,
    NOBODY,
    NOTHING,
    besides_of,
    joint_of,
    with_covariates,
    with_idle_units,
)
from reports.experiment_values import asked_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metrics.experiments import JointMoments
    from queries import Answer, Segment, Workspace
    from reports.experiment_joints import Besides
    from reports.experiment_plan import Plan
    from reports.experiment_values import UnitValues

SECONDS_PER_DAY = 86_400.0
DAY = timedelta(days=1)
EVER = 36_500.0 * SECONDS_PER_DAY
ONCE = ("share", "active", "retention")

NOT_CAPPED = 1.0

Key = tuple[str, str, str, Any]  # metric, cut, variant, and the day or the part
Beside = tuple[str, str, str, str, Any]  # the same, with the covariate behind the metric


@dataclass(frozen=True, slots=True)
class _Asked:
    """What metrics have in common that are asked together.

    Attributes:
        after: Days after the exposure at which counting begins.
        until: Days after it at which it ends.
        cap: Quantile at which totals are capped.
        covariates: Other metrics whose past explains these.
    """

    after: float
    until: float
    cap: float
    covariates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitMoments:
    """What was asked of the units, ready to be added up.

    Attributes:
        answers: What came back, one answer for each window.
        sizes: Units of each (metric, cut, variant, day or part), as its window leaves them.
        counted: Moments of those with anything to count, by (metric, cut, variant, day or part).
        skewed: The same of the numerator alone, with its skewness.
        covariates: Of each metric, the other metrics whose past explains it.
        beside: How a metric goes with a covariate, by its cell and the covariate.
        limits: What units' totals were lowered to, by metric; those that are not capped are absent.
        values: Values one by one, by metric of kind quantile.
    """

    answers: tuple[Answer, ...]
    sizes: Mapping[Key, int] = field(default_factory=dict)
    counted: Mapping[Key, JointMoments] = field(default_factory=dict)
    skewed: Mapping[Key, Moments] = field(default_factory=dict)
    covariates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[Beside, Besides] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, UnitValues] = field(default_factory=dict)

    @property
    def variants(self) -> tuple[str, ...]:
        """Variants with units, by name."""
        return tuple(sorted({variant for _, cut, variant, _ in self.sizes if cut == "all"}))

    def keys(self, cut: str) -> tuple[Any, ...]:
        """Days or parts of a cut, in order."""
        return tuple(sorted({key for _, own, _, key in self.sizes if own == cut}))

    def answer(self, metric: str) -> Answer:
        """What a metric's figures were read from."""
        if metric in self.values:
            return self.values[metric].answer
        return next(one for one in self.answers if metric in one.parameters["metrics"])

    def size(self, metric: str, variant: str, cut: str = "all", key: Any = None) -> int:
        """How many units have been followed for the metric's whole window."""
        return self.sizes.get((metric, cut, variant, key), 0)

    def joint(self, metric: str, variant: str, cut: str = "all", key: Any = None) -> JointMoments:
        """Moments of all units of a cell.

        Numerator, denominator, both before the exposure, and each covariate before it.
        """
        some = self.counted.get((metric, cut, variant, key), NOBODY)
        own = with_idle_units(some, self.size(metric, variant, cut, key) - some.n)
        names = self.covariates.get(metric, ())
        if not names or own.means is None:
            return own
        return with_covariates(own, *self._beside(metric, names, (cut, variant, key)))

    def _beside(
        self, metric: str, names: tuple[str, ...], cell: tuple[str, str, Any]
    ) -> tuple[list[Besides], list[list[float]]]:
        """How the metric goes with each covariate, and covariates with each other."""
        found = [self.beside.get((metric, name, *cell), NOTHING) for name in names]
        table = [
            [
                found[row].variance if row == column
                else self.beside.get((one, other, *cell), NOTHING).covariances[BEFORE]
                for column, other in enumerate(names)
            ]
            for row, one in enumerate(names)
        ]  # fmt: skip
        return found, table

    def numerator(self, metric: str, variant: str) -> Moments:
        """Moments of the numerator alone, with its skewness."""
        some = self.skewed.get((metric, "all", variant, None), Moments(0, None, None))
        rest = self.size(metric, variant) - some.n
        return merged([some, Moments(rest, 0.0, 0.0)] if rest > 0 else [some])

    def until(self, metric: str, variant: str, days: Iterable[int]) -> list[JointMoments]:
        """Moments of the units exposed up to each of the days, which ascend."""
        found, so_far = [], NOBODY
        for day in days:
            so_far = merged_joint([so_far, self.joint(metric, variant, "day", day)])
            found.append(so_far)
        return found


def unit_moments(
    workspace: Workspace,
    plan: Plan,
    metrics: Iterable[str],
    *,
    segment: Segment | None = None,
    dimension: str = "",
    window_days: int | None = None,
) -> UnitMoments:
    """Ask what the units did, each metric in its window, all metrics of a window at once.

    Args:
        workspace: Where to ask.
        plan: The experiment.
        metrics: Names in metrics.toml; one that is not there is passed over.
        segment: Narrows the units to users of these fixed attributes.
        dimension: Cuts the units by this, too.
        window_days: Other than the metric's or the plan's.
    """
    groups: dict[_Asked, list[str]] = {}
    for name in metrics:
        if name in workspace.metrics:
            metric = workspace.metrics[name]
            after = metric.after_days or 0
            until = window_days + after if window_days else days_followed(plan, workspace, name)
            has_past = plan.covariate_days > 0
            alike = _Asked(
                float(after), float(until), metric.cap or NOT_CAPPED,
                metric.covariates if has_past else (),
            )  # fmt: skip
            groups.setdefault(alike, []).append(name)
    answers = tuple(
        _asked(workspace, plan, names, segment, dimension, alike) for alike, names in groups.items()
    )
    explained = {name: alike.covariates for alike, names in groups.items() for name in names}
    found = _read(answers, explained)
    values = {
        name: asked_values(
            workspace, plan, name, segment, dimension=dimension, days=(alike.after, alike.until)
        )
        for alike, names in groups.items()
        for name in names
        if workspace.metrics[name].kind == "quantile"
    }
    return replace(found, values=values) if values else found


def days_followed(plan: Plan, workspace: Workspace, metric: str) -> int:
    """Days after its exposure for which a unit must have been followed to have the metric."""
    found = workspace.metrics.get(metric)
    if found is None:
        return plan.window_days
    return (found.followed_days or plan.window_days) + (found.after_days or 0)


def _asked(
    workspace: Workspace,
    plan: Plan,
    names: list[str],
    segment: Segment | None,
    dimension: str,
    alike: _Asked,
) -> Answer:
    covariates = list(alike.covariates)
    once = [name for name in (*names, *covariates) if workspace.metrics[name].kind in ONCE]
    return workspace.ask(
        "experiment_moments",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        metrics=names,
        covariates=covariates,
        once_metrics=once,
        cap=alike.cap,
        dimension=dimension,
        skip_seconds=alike.after * SECONDS_PER_DAY,
        window_seconds=alike.until * SECONDS_PER_DAY,
        least_seconds=alike.until * SECONDS_PER_DAY,
        covariate_seconds=plan.covariate_days * SECONDS_PER_DAY,
        from_day=(plan.started_at - plan.covariate_days * DAY - DAY).date(),
        to_day=(plan.until_at + 2 * DAY).date(),
    )


def _read(answers: tuple[Answer, ...], covariates: Mapping[str, tuple[str, ...]]) -> UnitMoments:
    sizes: dict[Key, int] = {}
    counted: dict[Key, JointMoments] = {}
    skewed: dict[Key, Moments] = {}
    beside: dict[Beside, Besides] = {}
    limits: dict[str, float] = {}
    for answer in answers:
        for row in answer.rows.iter_rows(named=True):
            at = row["part"] if row["day_number"] is None else row["day_number"]
            if row["metric"] == "":
                for name in answer.parameters["metrics"]:
                    sizes[name, row["cut"], row["variant"], at] = row["units"]
                continue
            key = (row["metric"], row["cut"], row["variant"], at)
            if row["covariate"]:
                beside[key[0], row["covariate"], *key[1:]] = besides_of(row)
                continue
            counted[key] = joint_of(row)
            skewed[key] = Moments(row["units"], row["mean_a"], row["var_a"], row["skewness_a"])
            if row["most_a"] is not None:
                limits[row["metric"]] = row["most_a"]
    known = {name: names for name, names in covariates.items() if names}
    return UnitMoments(answers, sizes, counted, skewed, known, beside, limits)
