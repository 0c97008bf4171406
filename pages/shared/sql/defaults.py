"""What a parameter is worth before anybody says: known names follow the page's period."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pages.shared.controls import chosen_period, last_day_of
from queries import Snapshot, Workspace
from queries.narrow import EVERYONE
from reports.schema import Parameter

DEFAULTS_BY_KIND: dict[str, Any] = {"number": 1, "text": "", "list": []}
WINDOW_DAYS = 28
FIRST_WORDS = {"start", "from", "since"}
LAST_WORDS = {"end", "until", "to"}

# Parameters whose values are few: offered, and anything else may be written.
CHOICES: dict[str, tuple[str, ...]] = {"grain": ("day", "week", "month")}


def default_of(parameter: Parameter, workspace: Workspace, snapshot: Snapshot) -> Any:
    """A value that makes sense for the name, else for the kind."""
    known = _by_name(workspace, snapshot)
    if parameter.name in known:
        return known[parameter.name]
    if parameter.kind == "date":
        return _day(parameter.name, snapshot)
    return DEFAULTS_BY_KIND.get(parameter.kind, "")


def _by_name(workspace: Workspace, snapshot: Snapshot) -> Mapping[str, Any]:
    period = chosen_period(snapshot)
    length = timedelta(days=period.days)
    last = last_day_of(snapshot)
    return {
        "start_date": period.start,
        "end_date": period.end,
        "compared_start": period.start - length,
        "compared_end": period.start,
        "data_start": snapshot.first_day or last,
        "watermark": last,
        "window_days": WINDOW_DAYS,
        "segment_value": EVERYONE,
        "grain": "day",
        "metric": next(iter(workspace.metrics), ""),
    }


def _day(name: str, snapshot: Snapshot) -> date:
    """The start or end of the page's period where the name says so, else the last day."""
    period = chosen_period(snapshot)
    said = set(name.lower().split("_"))
    if said & FIRST_WORDS:
        return period.start
    return period.end if said & LAST_WORDS else last_day_of(snapshot)
