"""What happened on the days of a chart: releases, experiments, holidays?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Workspace

MarkerKind = Literal["release", "experiment_start", "experiment_end", "holiday"]


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened on a day.

    Attributes:
        day: The local day.
        kind: What it is.
        name: Its name, such as "4.2".
        title: One line about it; the name again if there is none.
        url: Where to read more; None: nowhere.
    """

    day: date
    kind: MarkerKind
    name: str
    title: str
    url: str | None = None


def markers(workspace: Workspace, period: Period) -> tuple[Marker, ...]:
    """Everything that happened in the period, oldest first."""
    raise NotImplementedError


def latest_releases(workspace: Workspace, *, limit: int = 3) -> tuple[Marker, ...]:
    """The releases up to the last complete day, newest first."""
    raise NotImplementedError
