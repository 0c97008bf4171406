"""The units of an experiment as moments: of each metric, variant, day of exposure and segment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from metrics.experiments import JointMoments, Moments, merged, merged_joint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from queries import Answer, Segment, Workspace
    from reports.experiment_plan import Plan

SECONDS_PER_DAY = 86_400.0
DAY = timedelta(days=1)
EVER = 36_500.0 * SECONDS_PER_DAY
LETTERS = "abcd"  # numerator, denominator, and both before the exposure
MEANS = tuple(f"mean_{one}" for one in LETTERS)
TABLE = tuple(
    tuple(
        f"var_{one}" if one == other else f"cov_{min(one, other)}{max(one, other)}"
        for other in LETTERS
    )
    for one in LETTERS
)
ONCE = ("share", "active", "retention")
NOBODY = JointMoments(0, None, None)

Key = tuple[str, str, str, Any]  # metric, cut, variant, and the day or the part


@dataclass(frozen=True, slots=True)
class UnitMoments:
    """What was asked of the units, ready to be added up.

    Attributes:
        answers: What came back, one answer for each window.
        sizes: Units of each (metric, cut, variant, day or part), as its window leaves them.
        counted: Moments of those with anything to count, by (metric, cut, variant, day or part).
        skewed: The same of the numerator alone, with its skewness.
    """

    answers: tuple[Answer, ...]
    sizes: Mapping[Key, int] = field(default_factory=dict)
    counted: Mapping[Key, JointMoments] = field(default_factory=dict)
    skewed: Mapping[Key, Moments] = field(default_factory=dict)

    @property
    def variants(self) -> tuple[str, ...]:
        """Variants with units, by name."""
        return tuple(sorted({variant for _, cut, variant, _ in self.sizes if cut == "all"}))

    def keys(self, cut: str) -> tuple[Any, ...]:
        """Days or parts of a cut, in order."""
        return tuple(sorted({key for _, own, _, key in self.sizes if own == cut}))

    def size(self, metric: str, variant: str, cut: str = "all", key: Any = None) -> int:
        """How many units have been followed for the metric's whole window."""
        return self.sizes.get((metric, cut, variant, key), 0)

    def joint(self, metric: str, variant: str, cut: str = "all", key: Any = None) -> JointMoments:
        """Moments of all units of a cell: numerator, denominator, and both before the exposure."""
        some = self.counted.get((metric, cut, variant, key), NOBODY)
        return with_idle_units(some, self.size(metric, variant, cut, key) - some.n)

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
    windows: dict[tuple[float, float], list[str]] = {}
    for name in metrics:
        if name in workspace.metrics:
            after = workspace.metrics[name].after_days or 0
            until = window_days + after if window_days else days_followed(plan, workspace, name)
            windows.setdefault((float(after), float(until)), []).append(name)
    answers = tuple(
        _asked(workspace, plan, names, segment, dimension, span) for span, names in windows.items()
    )
    return _read(answers)


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
    span: tuple[float, float],
) -> Answer:
    once = [name for name in names if workspace.metrics[name].kind in ONCE]
    return workspace.ask(
        "experiment_moments",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        metrics=names,
        once_metrics=once,
        dimension=dimension,
        skip_seconds=span[0] * SECONDS_PER_DAY,
        window_seconds=span[1] * SECONDS_PER_DAY,
        least_seconds=span[1] * SECONDS_PER_DAY,
        covariate_seconds=plan.covariate_days * SECONDS_PER_DAY,
        from_day=(plan.started_at - plan.covariate_days * DAY - DAY).date(),
        to_day=(plan.until_at + 2 * DAY).date(),
    )


def _read(answers: tuple[Answer, ...]) -> UnitMoments:
    sizes: dict[Key, int] = {}
    counted: dict[Key, JointMoments] = {}
    skewed: dict[Key, Moments] = {}
    for answer in answers:
        for row in answer.rows.iter_rows(named=True):
            at = row["part"] if row["day_number"] is None else row["day_number"]
            if row["metric"] == "":
                for name in answer.parameters["metrics"]:
                    sizes[name, row["cut"], row["variant"], at] = row["units"]
                continue
            key = (row["metric"], row["cut"], row["variant"], at)
            counted[key] = joint_of(row)
            skewed[key] = Moments(row["units"], row["mean_a"], row["var_a"], row["skewness_a"])
    return UnitMoments(answers, sizes, counted, skewed)


def joint_of(row: Mapping[str, Any]) -> JointMoments:
    """The four values of units, as a row of an answer gives them."""
    means = tuple([row[name] for name in MEANS])
    if row["units"] < 2:
        return JointMoments(row["units"], means, None)
    table = tuple([tuple([row[name] for name in names]) for names in TABLE])
    return JointMoments(row["units"], means, table)


def with_idle_units(some: JointMoments, count: int) -> JointMoments:
    """The same with units that did nothing added: `merged_joint` for zeros without spread."""
    if count <= 0 or some.means is None:
        return some if count <= 0 else idle_units(count)
    n, means = some.n + count, some.means
    between = some.n * count / n
    table = some.covariances or ((0.0,) * len(means),) * len(means)
    return JointMoments(
        n,
        tuple([mean * some.n / n for mean in means]),
        tuple([
            tuple([
                ((some.n - 1) * own + between * one * other) / (n - 1)
                for own, other in zip(row, means, strict=True)
            ])
            for row, one in zip(table, means, strict=True)
        ]),
    )  # fmt: skip


def idle_units(count: int) -> JointMoments:
    """Units that did nothing: zeros without spread."""
    if count <= 0:
        return NOBODY
    none = (0.0,) * len(LETTERS)
    return JointMoments(count, none, (none,) * len(LETTERS) if count > 1 else None)
