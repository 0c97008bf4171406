"""Which units are behind a count of an experiment, exactly as many as it says?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import is_ratio, parts
from reports.experiment_counts import DAY, DAYS, SEVERAL, unit_counts
from reports.experiment_units import ONCE, SECONDS_PER_DAY, days_followed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from queries import Answer, MetricDefinition, Segment, Workspace
    from reports.experiment import ExperimentReport
    from reports.experiment_segments import SegmentsReport
    from reports.experiment_timeline import TimelineReport

FAR = 1_000_000  # days; no experiment lasts so long
MOST = 400  # counts offered in one box


@dataclass(frozen=True, slots=True)
class Units:
    """Whom a count counts.

    Attributes:
        words: The same in words.
        variants: What they saw; empty: anything.
        from_day: First day of the experiment on which they were exposed first.
        to_day: The last one, excluded.
        followed_days: They have been followed so long; 0: any time.
        dimension: They have a value of it; "": any.
        part: The value.
        metric: They are in a share of this metric; "": any.
        is_below: In its denominator, rather than its numerator.
    """

    words: str
    variants: tuple[str, ...] = ()
    from_day: int = 0
    to_day: int = FAR
    followed_days: int = 0
    dimension: str = ""
    part: str = ""
    metric: str = ""
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class UnitsReport(Report):
    """Units behind a count.

    Attributes:
        units: One row per (unit_id), the earliest first: `unit_id, variant, exposed_at`.
        count: How many; equals the count they were opened from.
        heading: Whom the list shows.
    """

    units: Source
    count: int
    heading: str


def units_behind(
    workspace: Workspace, report: ExperimentReport, whom: Units, segment: Segment | None = None
) -> UnitsReport:
    """List them.

    Args:
        workspace: Where to ask.
        report: The experiment.
        whom: Which count.
        segment: As the report was asked for.
    """
    plan = report.plan
    answer = (_in_share if whom.metric else _exposed)(workspace, report, whom, segment)
    heading = f"{plan.name}: {whom.words}"
    found = source(answer, title=heading, definition=experiment_definitions.UNITS)
    return UnitsReport(found, answer.rows.height, heading)


def _exposed(
    workspace: Workspace, report: ExperimentReport, whom: Units, segment: Segment | None
) -> Answer:
    plan = report.plan
    return workspace.ask(
        "experiment_people",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        variants=list(whom.variants),
        from_day_number=whom.from_day,
        to_day_number=whom.to_day,
        least_seconds=whom.followed_days * SECONDS_PER_DAY,
        dimension=whom.dimension,
        part=whom.part,
    )


def _in_share(
    workspace: Workspace, report: ExperimentReport, whom: Units, segment: Segment | None
) -> Answer:
    plan = report.plan
    return workspace.ask(
        "experiment_doers",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        variants=list(whom.variants),
        metric=whom.metric,
        is_below=whom.is_below,
        skip_seconds=(workspace.metrics[whom.metric].after_days or 0) * SECONDS_PER_DAY,
        window_seconds=whom.followed_days * SECONDS_PER_DAY,
        from_day=(plan.started_at - DAY).date(),
        to_day=(plan.until_at + 2 * DAY).date(),
    )


def units_of_split(report: ExperimentReport) -> dict[str, Units]:
    """Each count of the split: by variant, left out, by place and by day."""
    answered = report.split.answered
    if answered is None:
        return {}
    variants = report.split_of.variants
    counts = unit_counts(report.plan, answered)
    lists = [
        (size, Units(one, (one,)))
        for one, size in zip(variants, report.split_of.counts, strict=True)
    ]
    lists.append((counts.several, Units("several variants", (SEVERAL,), from_day=-FAR)))
    lists.append((counts.early, Units("exposed before the start", (), -FAR, 0)))
    for dimension, part in report.places.rows.select("dimension", "part").iter_rows():
        for one, size in zip(variants, counts.sizes((dimension, part), variants), strict=True):
            lists.append((size, _at(report, dimension, part, one)))
    return _labelled(lists)


def _at(report: ExperimentReport, dimension: str, part: str, variant: str) -> Units:
    said = f"{dimension} {part}, {variant}"
    if dimension != DAYS:
        return Units(said, (variant,), dimension=dimension, part=part)
    day = next(at for at in range(FAR) if f"{report.plan.started_at + at * DAY:%Y-%m-%d}" == part)
    return Units(said, (variant,), day, day + 1)


def units_of_effects(workspace: Workspace, report: ExperimentReport) -> dict[str, Units]:
    """Units followed for each metric's window, by variant, and both parts of each share."""
    if report.moments is None:
        return {}
    lists = []
    for name in report.plan.metrics:
        if name not in workspace.metrics:
            continue
        days = days_followed(report.plan, workspace, name)
        for one in report.split_of.variants:
            said = f"{one}, followed {days} days"
            lists.append((report.moments.size(name, one), Units(said, (one,), followed_days=days)))
            lists += _of_share(report, workspace.metrics[name], name, one, days)
    return _labelled(lists)


def _of_share(
    report: ExperimentReport, metric: MetricDefinition, name: str, variant: str, days: int
) -> list[tuple[int, Units]]:
    """The units above and below the line, where a metric counts units."""
    if metric.kind not in ONCE or report.moments is None:
        return []
    above, below = parts(metric, report.moments.joint(name, variant))
    did = Units(f"{metric.label}, {variant}, did it", (variant,), 0, FAR, days, metric=name)
    lists = [(round(above or 0), did)]
    if is_ratio(metric):
        said = f"{metric.label}, {variant}, among whom"
        whom = Units(said, (variant,), 0, FAR, days, metric=name, is_below=True)
        lists.append((round(below), whom))
    return lists


def units_of_segments(
    workspace: Workspace, report: ExperimentReport, found: SegmentsReport, variant: str
) -> dict[str, Units]:
    """Both arms of each segment."""
    days = _window(workspace, report)
    lists = []
    columns = ("part", "units_control", "units_treated")
    for part, control, treated in found.effects.rows.select(columns).iter_rows():
        for one, size in ((report.split_of.variants[0], control), (variant, treated)):
            said = f"{found.dimension} {part}, {one}, followed {days} days"
            lists.append(
                (size, Units(said, (one,), 0, FAR, days, dimension=found.dimension, part=part))
            )
    return _labelled(lists)


def units_of_looks(
    workspace: Workspace, report: ExperimentReport, found: TimelineReport
) -> dict[str, Units]:
    """Both arms together at each look, the latest first."""
    days = _window(workspace, report)
    lists = []
    columns = ("variant", "on", "units")
    for variant, on, units in found.effects.rows.select(columns).iter_rows():
        both = (report.split_of.variants[0], variant)
        said = f"{' and '.join(both)}, looked at {on}"
        lists.append((units, Units(said, both, 0, _exposed_by(report, on, days), days)))
    return _labelled(lists[::-1])


def _exposed_by(report: ExperimentReport, on: date, days: int) -> int:
    """Day of exposure, excluded, up to which units are in the look of a day."""
    return (on - report.plan.started_at.date()).days - days + 1


def _window(workspace: Workspace, report: ExperimentReport) -> int:
    return days_followed(report.plan, workspace, report.plan.primary or "")


def _labelled(lists: list[tuple[int, Units]]) -> dict[str, Units]:
    return dict(_label(lists))


def _label(lists: list[tuple[int, Units]]) -> Iterator[tuple[str, Units]]:
    for count, whom in lists[:MOST]:
        if count:
            yield f"{whom.words}: {count:,}", whom
