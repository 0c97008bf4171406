"""Where should the metrics be, where are they, and will they get there?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from metrics.periods import days_ending
from metrics.series import Scale, paths, working
from queries import QueryError, Segment
from reports.answer import Source
from reports.brief_words import day_in_words, figure
from reports.headlines import BUILT_IN
from reports.known import known
from reports.metric_figures import metric_figure, retention_figure
from reports.scope import Scope
from reports.usage_figures import Figure, active_figure
from store import Goal, StoreError, store_of

if TYPE_CHECKING:
    from metrics.series import Floats
    from queries import Workspace

LOG = logging.getLogger("tidemark")
WINDOW = 28  # days that a goal's value is of
HISTORY, LONGEST = 84, 196  # days that its forecast learns from; twice the horizon where longer
FEWEST = 56
LIKELY, UNLIKELY = 0.8, 0.2
PATHS = 1_000

Standing = Literal["met", "on track", "open", "off track", "missed", "cannot tell"]
WORDS: dict[Standing, str] = {
    "met": "Met", "on track": "On track", "open": "Too close to call", "off track": "Off track",
    "missed": "Missed", "cannot tell": "Cannot tell",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoalReport:
    """A goal and how it stands.

    Attributes:
        goal: What was set.
        label: What the metric is called.
        unit: As of a metric definition.
        value: The metric over the last 28 complete days; None: not measurable.
        standing: Met, or whether it will be.
        expected: What it will be on the goal's last day; None without a forecast. So the next.
        low: Lower end of the 80 % interval.
        high: Upper end.
        chance: That the target is met on that day.
        sentence: All of it in words.
        source: Where the value comes from; None: the metric is not known any more.
    """

    goal: Goal
    label: str
    unit: str
    value: float | None
    standing: Standing
    expected: float | None
    low: float | None
    high: float | None
    chance: float | None
    sentence: str
    source: Source | None


def goals(workspace: Workspace) -> tuple[GoalReport, ...]:
    """Every goal that has not ended more than a quarter ago, the next date first.

    Raises:
        StoreError: Goals cannot be read.
    """
    last = known(workspace).watermark
    found = [
        one for one in store_of(workspace).goals()
        if one.until_day is None or one.until_day > last - timedelta(days=91)
    ]  # fmt: skip
    found.sort(key=lambda one: (one.until_day or date.max, one.metric))
    return tuple(_report(workspace, one, last) for one in found)


def goals_or_none(workspace: Workspace) -> tuple[GoalReport, ...]:
    """The goals; none where the store cannot be read, which is only logged."""
    try:
        return goals(workspace)
    except StoreError as error:
        LOG.warning("shown without goals: %s", error)
        return ()


def metrics_with_goals(workspace: Workspace) -> dict[str, tuple[str, str, str]]:
    """Metrics that a goal can be set for: name → (label, unit, better)."""
    found: dict[str, tuple[str, str, str]] = {
        one.name: (one.label, one.unit, one.better) for one in BUILT_IN
    }
    for name, metric in workspace.metrics.items():
        found[name] = (metric.label, metric.unit, metric.better)
    return found


def _report(workspace: Workspace, goal: Goal, last: date) -> GoalReport:
    known_metrics = metrics_with_goals(workspace)
    label, unit, _ = known_metrics.get(goal.metric, (goal.metric, "number", goal.direction))
    judged = last if goal.until_day is None else min(last, goal.until_day)
    try:
        now = _figure(workspace, goal.metric, judged, WINDOW)
    except QueryError:
        now = None
    value = now.change.value if now else None
    is_over = goal.until_day is not None and goal.until_day <= last
    future = None
    if value is not None and not is_over and goal.until_day is not None:
        future = _future(workspace, goal, judged, value)
    chance = None if future is None else _share_met(future, goal)
    ends = None if future is None else np.quantile(future, [0.1, 0.5, 0.9])
    standing = _standing(goal, value, chance, is_over=is_over)
    low, expected, high = (None,) * 3 if ends is None else (float(end) for end in ends)
    report = GoalReport(
        goal, label, unit, value, standing, expected, low, high, chance, "",
        now.source if now else None,
    )  # fmt: skip
    sentence = _sentence(report, workspace.settings.product.currency)
    return GoalReport(
        goal, label, unit, value, standing, expected, low, high, chance, sentence, report.source
    )


def _figure(workspace: Workspace, name: str, last: date, days: int) -> Figure | None:
    """The metric over some days, as Today shows it; None: there is no such metric."""
    start = max(known(workspace).data_start, days_ending(last, days).start)
    period = days_ending(last, max(1, (last - start).days + 1))
    scope = Scope(period, None, "day", Segment())
    metric = workspace.metrics.get(name)
    if metric is None:
        built_in = next((one for one in BUILT_IN if one.name == name), None)
        return built_in.make(workspace, scope) if built_in else None
    if metric.kind == "active":
        return active_figure(workspace, scope, metric)
    if metric.kind == "retention":
        return retention_figure(workspace, scope, metric)
    return metric_figure(workspace, scope, name, metric)


def _future(workspace: Workspace, goal: Goal, last: date, value: float) -> Floats | None:
    """What the metric may be on the goal's last day: one value for each whole future drawn."""
    metric = workspace.metrics.get(goal.metric)
    if metric is not None and metric.kind == "retention":
        return None  # a week at a time: too few of them to foretell
    ahead = ((goal.until_day or last) - last).days
    course = _figure(workspace, goal.metric, last, min(LONGEST, max(HISTORY, 2 * ahead)))
    if course is None or len(course.spark) < FEWEST or ahead > len(course.spark) // 2:
        return None
    values = np.array([np.nan if one is None else one for _, one in course.spark])
    days = np.array([day for day, _ in course.spark], dtype="datetime64[D]")
    whole = np.isfinite(values)
    scale: Scale = "count" if np.all(values[whole] >= 0) else "value"
    try:
        drawn = paths(
            days[whole], working(values[whole], scale=scale), ahead, scale=scale, count=PATHS
        )
    except ValueError:  # it never varied
        return None
    if metric is not None and metric.kind == "active":
        last_days: Floats = drawn[:, -1]
        return last_days
    own = values[whole][-WINDOW:]
    before = np.repeat(own[None, max(0, len(own) - (WINDOW - ahead)) :], PATHS, axis=0)
    window = drawn[:, -WINDOW:] if ahead >= WINDOW else np.hstack([before, drawn])
    # The figure of 28 days and the mean of its days differ by their weights, now as then.
    found: Floats = window.mean(axis=1) * (value / float(own.mean()))
    return found


def _is_met(value: float, goal: Goal) -> bool:
    return value >= goal.target if goal.direction == "higher" else value <= goal.target


def _share_met(future: Floats, goal: Goal) -> float:
    met = future >= goal.target if goal.direction == "higher" else future <= goal.target
    return float(met.mean())


def _standing(goal: Goal, value: float | None, chance: float | None, *, is_over: bool) -> Standing:
    if value is None:
        return "cannot tell"
    if is_over or goal.until_day is None:
        return "met" if _is_met(value, goal) else ("missed" if is_over else "open")
    if chance is None:
        return "cannot tell"
    if chance >= LIKELY:
        return "on track"
    return "off track" if chance <= UNLIKELY else "open"


def _sentence(one: GoalReport, currency: str) -> str:
    goal = one.goal
    side = "at least" if goal.direction == "higher" else "at most"
    target = figure(goal.target, one.unit, currency)
    until = "" if goal.until_day is None else f" by {day_in_words(goal.until_day)} "
    until += str(goal.until_day.year) if goal.until_day else ""
    begin = f"{one.label} {side} {target}{until}"
    if one.value is None:
        return f"{begin}: not measurable now."
    now = f"{begin}: {figure(one.value, one.unit, currency)} over the last {WINDOW} days"
    if one.chance is None or one.expected is None:
        extra = ", no forecast reaches so far" if one.standing == "cannot tell" else ""
        return f"{now}{extra}."
    ends = " to ".join(figure(end, one.unit, currency) for end in (one.low, one.high))
    return (
        f"{now}; {figure(one.expected, one.unit, currency)} expected then (80 % interval {ends}), "
        f"so {one.chance:.0%} likely."
    )
