"""Which features are there, since when, for whom, and which of their events are tries and uses?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from queries import Filter, Segment
from reports.known import Known, known

if TYPE_CHECKING:
    from queries import Workspace

# Not done on purpose, so no part of what a feature offers.
NO_ACTIONS = ("exposed", "failed", "abandoned")
# A feature that was used in the first days of the data was there before them.
FIRST_DAYS = timedelta(days=28)

Kind = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of the product.

    Attributes:
        name: As events say it.
        label: As people say it.
        kind: Its type, from the dictionary: core, periodic, one-off or admin.
        released_on: The day on which it came; None: it was there before the data begin.
        is_dated_by_use: Whether that day is the first one on which it was used.
        rules: Who may use it: values by dimension, all of which must hold; empty: everybody.
        events: All its events, by name.
        actions: Those by which somebody does something with it.
        has_exposures: Whether it sends `exposed`.
        is_tried_by_opening: Whether `opened` is a try, since it sends no `started`.
        is_tried_by_any: Whether anything but `exposed` is, since it sends neither.
        has_no_ends: Whether a day with a try is a use day, since it sends no `completed`.
    """

    name: str
    label: str
    kind: str
    released_on: date | None
    is_dated_by_use: bool
    rules: tuple[Filter, ...]
    events: tuple[str, ...]
    actions: tuple[str, ...]
    has_exposures: bool
    is_tried_by_opening: bool
    is_tried_by_any: bool
    has_no_ends: bool


def features(workspace: Workspace) -> tuple[Feature, ...]:
    """All features of all data, by name.

    Raises:
        NoSnapshot: Nothing has been built.
    """
    kinds: dict[str, list[Kind]] = {}
    for event, feature, action in _kinds(workspace):
        kinds.setdefault(feature, []).append((event, feature, action))
    days = known(workspace)
    settings = workspace.settings
    dated = {name: settings.feature(name).released_on for name in kinds}
    seen = _first_days(workspace, [name for name, day in dated.items() if day is None], days)
    return tuple(
        _feature(workspace, name, kinds[name], dated[name], seen.get(name))
        for name in sorted(kinds)
    )


def parts(asked: Iterable[Feature]) -> tuple[tuple[Segment, tuple[Feature, ...]], ...]:
    """Features by who may use them; those for everybody first."""
    found: dict[tuple[Filter, ...], list[Feature]] = {}
    for one in asked:
        found.setdefault(one.rules, []).append(one)
    ordered = sorted(found.items(), key=lambda item: (len(item[0]), str(item[0])))
    return tuple((Segment(rules), tuple(some)) for rules, some in ordered)


def within(segment: Segment, rules: Segment) -> Segment:
    """Those of a segment who may use a feature."""
    return Segment((*segment.filters, *rules.filters))


def is_varying(workspace: Workspace, segment: Segment) -> bool:
    """Whether a segment, or what the viewer may see, asks for a value that varies within people."""
    filters = (*segment.filters, *workspace.sight.policy.filters)
    asked = (workspace.dimensions.get(one.dimension) for one in filters)
    return any(one is not None and one.level == "event" for one in asked)


def roles(asked: Iterable[Feature]) -> dict[str, Any]:
    """The parameters that tell queries which events are tries and uses."""
    some = tuple(asked)
    return {
        "features": [one.name for one in some],
        "tried_by_opening": [one.name for one in some if one.is_tried_by_opening],
        "tried_by_any": [one.name for one in some if one.is_tried_by_any],
        "without_ends": [one.name for one in some if one.has_no_ends],
    }


def since(asked: Iterable[Feature], days: Known) -> list[str]:
    """For each feature the first day on which it could be used, as queries take it."""
    return [str(one.released_on or days.data_start) for one in asked]


def _kinds(workspace: Workspace) -> list[Kind]:
    """Events that name a feature; the snapshot's own list is everybody's."""
    snapshot = workspace.snapshot
    if snapshot is not None and workspace.sight.policy.is_empty:
        return [(kind[0], kind[1], kind[2]) for kind in snapshot.kinds if kind[1] is not None]
    return [(row[0], row[1], row[2]) for row in workspace.ask("feature_events").rows.iter_rows()]


def _first_days(workspace: Workspace, names: list[str], days: Known) -> Mapping[str, date]:
    """First day of use of those who came after the first days of the data."""
    end = days.watermark + timedelta(days=1)
    until = min(days.data_start + FIRST_DAYS, end)
    if not names or until <= days.data_start:
        return {}
    at_first = _seen(workspace, sorted(names), days.data_start, until)
    later = sorted(set(names) - set(at_first))
    return _seen(workspace, later, until, end) if later and until < end else {}


def _seen(workspace: Workspace, names: list[str], start: date, end: date) -> dict[str, date]:
    rows = workspace.ask("feature_first_days", start_date=start, end_date=end, features=names).rows
    return dict(rows.iter_rows())


def _feature(
    workspace: Workspace, name: str, kinds: list[Kind], dated: date | None, seen: date | None
) -> Feature:
    entry = workspace.settings.feature(name)
    actions = {action for _, _, action in kinds}
    known_rules = {
        dimension: values
        for dimension, values in entry.rules.items()
        if dimension in workspace.dimensions
    }
    return Feature(
        name=name,
        label=entry.title(name),
        kind=entry.kind,
        released_on=dated or seen,
        is_dated_by_use=dated is None and seen is not None,
        rules=tuple(Filter(dimension, values) for dimension, values in sorted(known_rules.items())),
        events=tuple(sorted({event for event, _, _ in kinds})),
        actions=tuple(sorted({e for e, _, action in kinds if action not in NO_ACTIONS})),
        has_exposures="exposed" in actions,
        is_tried_by_opening="started" not in actions and "opened" in actions,
        is_tried_by_any=not actions & {"started", "opened"},
        has_no_ends="completed" not in actions,
    )
