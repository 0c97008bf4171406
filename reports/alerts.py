"""When would an alert have fired: on which days of the past, and now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from metrics.periods import Period
from queries.errors import WorkspaceError, nearest
from reports.brief_series import Collected, Measured, collected
from reports.brief_tests import LOOK, Replay
from reports.brief_words import day_in_words, figure, signed
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from queries import Workspace
    from queries.brief_settings import Alert

LOOK_BACK = 90  # days of a dry run


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert on a day.

    Attributes:
        name: The alert's name.
        day: The day on which it fires; not again before its condition has been false.
        text: What it says.
    """

    name: str
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class AlertReport:
    """One alert over some days.

    Attributes:
        alert: The rule.
        fired: When it fired, oldest first.
        days: Days looked at.
        sentence: "Would have fired 4 times in 90 days: …".
    """

    alert: Alert
    fired: tuple[Fired, ...]
    days: int
    sentence: str


def alerts(workspace: Workspace, *, days: int = LOOK_BACK) -> tuple[AlertReport, ...]:
    """Every `[[alerts]]` of workspace.toml over the last complete days.

    Raises:
        WorkspaceError: A rule names a metric that is not there, or says nothing.
        QueryError: Nothing has been built, or the engine failed.
    """
    rules = workspace.settings.alerts
    if not rules:
        return ()
    reach = known(workspace)
    last = reach.watermark
    start = max(reach.data_start, last - timedelta(days=days + LOOK))
    data = collected(workspace, Period(start, last + timedelta(days=1)))
    looked = min(days, len(data.days))
    moved = _moved(workspace, data, looked) if any(one.change for one in rules) else {}
    return tuple(_report(workspace, data, rule, looked, moved) for rule in rules)


def _report(
    workspace: Workspace, data: Collected, rule: Alert, days: int,
    moved: Mapping[str, Mapping[int, float]],
) -> AlertReport:  # fmt: skip
    series = _series(data, rule)
    crossed = _crossed(series, rule, moved.get(rule.metric, {}))
    fired = tuple(
        Fired(rule.name, day, _text(workspace, series, rule, number, moved))
        for number, day in _begins(data, crossed, rule.days)
        if number >= len(data.days) - days
    )
    times = {0: "not once", 1: "once"}.get(len(fired), f"{len(fired)} times")
    when = ": " + ", ".join(day_in_words(one.day) for one in fired) if fired else ""
    sentence = f"“{rule.name}” would have fired {times} in {days} days{when}."
    return AlertReport(rule, fired, days, sentence)


def _series(data: Collected, rule: Alert) -> Measured:
    if rule.above is None and rule.below is None and rule.change is None:
        raise WorkspaceError(f"the alert {rule.name!r} needs one of 'above', 'below' and 'change'")
    found = data.of(rule.metric)
    if found is None:
        there = sorted({one.subject.metric for one in data.series})
        raise WorkspaceError(
            f"the alert {rule.name!r} is about {rule.metric!r}, which is no daily metric. "
            f"{nearest(rule.metric, there)}"
        )
    return found


def _crossed(series: Measured, rule: Alert, moved: Mapping[int, float]) -> NDArray[np.bool_]:
    """On which days the condition holds; a day without a value crosses nothing."""
    values = series.natural
    found = np.zeros(len(values), dtype=bool)
    with np.errstate(invalid="ignore"):
        if rule.above is not None:
            found |= values > rule.above
        if rule.below is not None:
            found |= values < rule.below
    for number, effect in moved.items():
        wanted = rule.change == "any" or (effect > 0) == (rule.change == "up")
        found[number] |= rule.change is not None and wanted
    return found


def _begins(data: Collected, crossed: NDArray[np.bool_], days: int) -> Sequence[tuple[int, date]]:
    """Days on which the condition has held for as many days as asked, for the first time."""
    run, found = 0, []
    for number, holds in enumerate(crossed):
        run = run + 1 if holds else 0
        if run == days:
            found.append((number, data.days[number].item()))
    return found


def _moved(workspace: Workspace, data: Collected, days: int) -> dict[str, dict[int, float]]:
    """Metric → day → effect, of totals that moved beyond normal variation."""
    holidays = [(one.day, one.name) for one in workspace.settings.holidays]
    replay = Replay(data, holidays, workspace.settings.brief)
    found: dict[str, dict[int, float]] = {}
    for number in range(len(data.days) - days, len(data.days)):
        for _, movement in replay.test(number).movements:
            if movement.segment is None:
                found.setdefault(movement.metric, {})[number] = movement.effect
    return found


def _text(
    workspace: Workspace, series: Measured, rule: Alert, number: int,
    moved: Mapping[str, Mapping[int, float]],
) -> str:  # fmt: skip
    currency = workspace.settings.product.currency
    unit, label = series.subject.unit, series.subject.label
    value = figure(float(series.natural[number]), unit, currency)
    effect = moved.get(rule.metric, {}).get(number)
    if rule.change is not None and effect is not None:
        is_rate = series.scale == "rate"
        return f"{label} moved by {signed(effect, is_rate=is_rate)}, to {value}"
    limits = [
        f"{side} {figure(limit, unit, currency)}"
        for side, limit in (("above", rule.above), ("below", rule.below)) if limit is not None
    ]  # fmt: skip
    span = f" for {rule.days} days" if rule.days > 1 else ""
    return f"{label} is {value}, {' or '.join(limits)}{span}"


def fires_on(report: AlertReport, since: date) -> tuple[Fired, ...]:
    """What fired on a day or later."""
    return tuple(one for one in report.fired if one.day >= since)
