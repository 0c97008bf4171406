"""What happened to a feature: which releases touched it, which experiments read it?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from reports.adoption_releases import SINCE_EVER
from reports.experiment_plan import plans
from reports.known import known

if TYPE_CHECKING:
    from queries import MetricDefinition, Workspace
    from reports.feature_list import Feature


@dataclass(frozen=True, slots=True)
class Happening:
    """One release or experiment.

    Attributes:
        day: The local day on which it came or began.
        name: Its name.
        title: One line about it.
        url: Where to read more; None: nowhere.
    """

    day: date
    name: str
    title: str
    url: str | None = None


def releases_of(workspace: Workspace, feature: Feature) -> tuple[Happening, ...]:
    """The releases that name the feature, the latest first."""
    zone = workspace.settings.product.zone
    end = known(workspace).watermark + timedelta(days=2)
    rows = workspace.ask("feature_releases", start_date=SINCE_EVER, end_date=end).rows
    return tuple(
        Happening(
            row["released_at"].replace(tzinfo=UTC).astimezone(zone).date(),
            row["release"],
            row["title"] or row["release"],
            row["url"],
        )
        for row in rows.iter_rows(named=True)
        if feature.name in {part.strip() for part in row["features"].split(",")}
    )


def experiments_of(workspace: Workspace, feature: Feature) -> tuple[Happening, ...]:
    """Experiments whose metrics read the feature's own events, the latest first.

    Nothing says which feature an experiment is about; what it measures does.
    """
    zone = workspace.settings.product.zone
    names = "|".join(re.escape(name) for name in (feature.name, *feature.events))
    quoted = re.compile(f"'(?:{names})'")
    reading = {name for name, metric in workspace.metrics.items() if quoted.search(_text(metric))}
    return tuple(
        Happening(
            one.started_at.replace(tzinfo=UTC).astimezone(zone).date(),
            one.name,
            one.hypothesis or one.name,
        )
        for one in plans(workspace)[1]
        if reading & set(one.metrics)
    )


def _text(metric: MetricDefinition) -> str:
    """All SQL of a metric."""
    parts = (metric.where, metric.among, metric.value, metric.numerator, metric.denominator)
    return "\n".join(part for part in parts if part)
