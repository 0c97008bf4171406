"""What changed, is it real, why, and what happened around it? The brief of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from metrics.brief import Headline, Movement, headlines
from metrics.periods import Period
from metrics.series import natural
from reports.brief_gate import Gate
from reports.brief_items import Brief, Item
from reports.brief_series import Collected, Measured, collected
from reports.brief_tests import LOOK, Replay, Tested
from reports.brief_why import Reasons
from reports.brief_words import day_in_words
from reports.known import known
from reports.markers import Marker, markers

if TYPE_CHECKING:
    from queries import Workspace

REPLAYED = 14  # days before, whose briefs decide what is news
PLACEBO_DAYS = 28  # days before, whose p-values say whether the tests keep their promise
AROUND = 3  # days before an item in which something may have caused it
FEWEST = 35
KINDS = {
    "release": "Release", "experiment_start": "Experiment began:",
    "experiment_end": "Experiment ended:", "holiday": "Holiday:", "annotation": "Noted:",
}  # fmt: skip


def brief(
    workspace: Workspace, as_of: date | None = None, *, replayed: int = PLACEBO_DAYS
) -> Brief:
    """The brief of a day, as one who has read the briefs before it gets it.

    Args:
        workspace: Where to ask.
        as_of: The day; None: the last complete one.
        replayed: Days before it that are tested too: for what is no news, and for the self-audit.

    Raises:
        QueryError: Nothing has been built, or the engine failed.
    """
    days = known(workspace)
    last = min(as_of or days.watermark, days.watermark)
    snapshot = workspace.snapshot
    if last < days.data_start or snapshot is None:
        return Brief(None)
    start = max(days.data_start, last - timedelta(days=LOOK + replayed))
    period = Period(start, last + timedelta(days=1))
    if period.days < FEWEST:
        return Brief(last, too_short=True, snapshot_id=snapshot.id)
    data = collected(workspace, period)
    if not data.series:  # nobody whom the viewer may see did anything
        return Brief(last, snapshot_id=snapshot.id)
    holidays = [(one.day, one.name) for one in workspace.settings.holidays]
    return _Briefing(workspace, data, Replay(data, holidays, workspace.settings.brief)).of(
        min(replayed, period.days - FEWEST)
    )


class _Briefing:
    """Goes through the days, and tells the last one."""

    def __init__(self, workspace: Workspace, data: Collected, replay: Replay) -> None:
        self.workspace = workspace
        self.data = data
        self.replay = replay
        self.gate = Gate(workspace, data)
        first, last = data.days[0].item(), data.days[-1].item()
        self.happened = markers(workspace, Period(first, last + timedelta(days=1)))

    def of(self, replayed: int) -> Brief:
        """The brief of the last day."""
        told: list[Movement] = []
        earlier: list[Item] = []
        placebo: list[float] = []
        count = 0
        numbers = range(len(self.data.days) - 1 - replayed, len(self.data.days))
        for number in numbers:
            tested = self.replay.test(number)
            count += tested.count
            found = headlines(
                [one for _, one in tested.movements],
                told,
                least_volume=self.workspace.settings.brief.least_volume,
            )
            told += [one for each in found for one in (each.movement, *each.also)]
            items = [self._item(tested, one) for one in found]
            if number < numbers[-1]:
                earlier += items
                placebo += self._placebo(tested)
        whys = Reasons(self.workspace, self.data, self.replay.worked)
        explained = [_explained(whys, one) for one in items]
        since = self.data.days[-1].item() - timedelta(days=REPLAYED)
        snapshot = self.workspace.snapshot
        return Brief(
            day=tested.day,
            tested=tested.count,
            items=tuple(one for one in explained if one.is_real),
            doubted=tuple(one for one in explained if not one.is_real),
            earlier=tuple(one for one in reversed(earlier) if one.day >= since),
            holiday=tested.holiday,
            placebo_p=tuple(placebo),
            told=len(earlier) + len(items),
            replayed=count,
            snapshot_id=snapshot.id if snapshot else "",
        )

    def _item(self, tested: Tested, headline: Headline) -> Item:
        movement = headline.movement
        at = next(at for at, one in tested.movements if one == movement)
        one, surprise = self.data.series[at], tested.surprises[at]
        since = tested.day - timedelta(days=surprise.days - 1)
        actual, expected = _levels(one, surprise.actual or 0.0, surprise.expected or 0.0)
        item = Item(
            key=f"{tested.day.isoformat()}|{movement.metric}|{movement.segment or ''}",
            day=tested.day,
            metric=movement.metric,
            label=one.subject.label,
            unit=one.subject.unit,
            better=one.subject.better,
            page=one.subject.page,
            feature=one.subject.feature,
            segment=one.segment,
            since=since,
            is_rate=one.scale == "rate",
            actual=actual,
            expected=expected,
            effect=movement.effect,
            low=movement.low,
            high=movement.high,
            volume=movement.volume,
            is_recovery=headline.is_recovery,
            around=self._around(since, tested.day),
            also=tuple(self._named(tested, other) for other in headline.also),
        )
        return replace(item, checks=self.gate.checks(item))

    def _named(self, tested: Tested, movement: Movement) -> str:
        at = next(at for at, one in tested.movements if one == movement)
        one = self.data.series[at]
        return one.subject.label + (f", {' '.join(one.segment)}" if one.segment else "")

    def _around(self, since: date, until: date) -> tuple[str, ...]:
        first = since - timedelta(days=AROUND)
        near = [one for one in self.happened if first <= one.day <= until]
        return tuple(dict.fromkeys(_told(one) for one in near))

    def _placebo(self, tested: Tested) -> list[float]:
        """p-values of totals on days near which nothing is known to have happened."""
        first = tested.day - timedelta(days=AROUND)
        if any(first <= one.day <= tested.day for one in self.happened):
            return []
        pairs = zip(self.data.series, tested.surprises, strict=False)
        return [s.shock_p for one, s in pairs if one.segment is None and s.shock_p is not None]


def _explained(whys: Reasons, item: Item) -> Item:
    found = whys.why(item)
    return replace(
        item,
        identities=found.identities,
        candidates=found.candidates,
        best_share=found.best_share,
        looked_at=found.looked_at,
    )


def _levels(one: Measured, actual: float, expected: float) -> tuple[float, float]:
    found = natural(np.array([actual, expected]), scale=one.scale)
    return float(found[0]), float(found[1])


def _told(one: Marker) -> str:
    title = "" if one.title == one.name else f", {one.title}"
    return f"{KINDS[one.kind]} {one.name}{title} ({day_in_words(one.day)})"
