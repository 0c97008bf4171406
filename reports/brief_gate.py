"""Is it real? What the data themselves say against an item, asked before anything else."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reports.brief_items import Check
from reports.brief_series import EVENTS, FAILURES, FEATURE, SERVICE_ERRORS, day_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.series import Floats
    from queries import Snapshot, Workspace
    from reports.brief_items import Item
    from reports.brief_series import Collected

WEEKS = 8  # of the same weekdays, whose median is what is usual
EXPLAINS = 0.5  # of a change: what explains so much is its reason
ONE_EVENT = 0.8
ALIKE = 0.8  # share of kinds of events that fell together when rows of a segment are missing
FELL = 0.9  # of the usual: below it, a kind of event fell
KINDS = 20  # most frequent kinds of events that are looked at
SMALL = 0.02  # share of a day's rows below which late or repeated ones are no matter
HOUR = 1 / 24
SERVICE = SERVICE_ERRORS.partition(":")[0]


class Gate:
    """Asks the data about items of one brief."""

    def __init__(self, workspace: Workspace, data: Collected) -> None:
        self.workspace = workspace
        self.data = data
        self.events = {
            str(name): _by_day(rows, data)
            for (name,), rows in data.answers["brief_events"].rows.group_by("event")
        }
        self.crawlers = workspace.ask(
            "brief_crawlers",
            start_date=data.days[0].item(),
            end_date=data.days[-1].item() + timedelta(days=1),
            min_events=workspace.settings.brief.person_events,
        ).rows
        self._alike: dict[tuple[str, str, int], float | None] = {}

    def checks(self, item: Item) -> tuple[Check, ...]:
        """All questions, whether the item passes or not."""
        if item.metric.startswith(SERVICE):
            return (self._clock(item),)
        found = (
            self._complete(item),
            self._late(item),
            self._crawlers(item),
            self._one_event(item),
            self._repeated(item),
            DEFINITION,
            self._clock(item),
        )
        return tuple(check for check in found if check is not None)

    def _window(self, item: Item) -> slice:
        end = day_number(self.data.days, item.day) + 1
        return slice(day_number(self.data.days, item.since), end)

    def _complete(self, item: Item) -> Check:
        """Rows of one platform, plan or version missing: all kinds of events fall there alone."""
        name = "All data there"
        if item.effect > 0 or item.metric.startswith(FAILURES):
            return _passed(name, "No part of the data is thinner than usual.")
        window = self._window(item)
        for dimension, one in self.workspace.dimensions.items():
            if one.level != "event" or dimension == "app_version":
                continue
            if found := self._missing_of(item, dimension, window):
                return _doubt(name, found)
        return _passed(name, "No part of the data is thinner than usual.")

    def _missing_of(self, item: Item, dimension: str, window: slice) -> str | None:
        """The value of a dimension whose rows fell alone and alike, in words."""
        fallen = {
            one.segment[1]: (_usual(one.parts, window), float(one.parts[window].sum()))
            for one in self.data.by(EVENTS, dimension)
            if one.segment
        }
        deficit = {value: usual - now for value, (usual, now) in fallen.items()}
        total = sum(max(0.0, gap) for gap in deficit.values())
        value = max(deficit, key=lambda one: deficit[one], default=None)
        if value is None or total <= 0 or deficit[value] < ONE_EVENT * total:
            return None
        usual, now = fallen[value]
        if now > FELL * usual or not self._concerns(item, dimension, value):
            return None
        alike = self._fell_alike(dimension, value, window)
        if alike is None or alike < ALIKE:
            return None
        return (
            f"Only {dimension} {value} fell, to {now / usual:.0%} of its usual rows, and nearly "
            "every kind of event there alike, while the others are as usual: its data look "
            "incomplete."
        )

    def _concerns(self, item: Item, dimension: str, value: str) -> bool:
        """Whether an item is about that segment, or about everybody."""
        return item.segment in (None, (dimension, value)) or item.segment[0] != dimension

    def _fell_alike(self, dimension: str, value: str, window: slice) -> float | None:
        key = (dimension, value, window.stop)
        if key not in self._alike:
            rows = self.workspace.ask(
                "brief_events",
                by=dimension,
                start_date=self.data.days[0].item(),
                end_date=self.data.days[-1].item() + timedelta(days=1),
            ).rows.filter(pl.col("segment") == value)
            kinds = [_by_day(part, self.data) for _, part in rows.group_by("event")]
            pairs = [(_usual(one, window), float(one[window].sum())) for one in kinds]
            largest = sorted(pairs, reverse=True)[:KINDS]
            fell = [now < FELL * usual for usual, now in largest if usual >= KINDS]
            self._alike[key] = sum(fell) / len(fell) if fell else None
        return self._alike[key]

    def _late(self, item: Item) -> Check:
        snapshot = self.workspace.snapshot
        late = snapshot.late_rows if snapshot else {}
        rows = sum(late.get(day, 0) for day in _days(item))
        if not rows:
            return _passed("Late data", "No rows came late for these days.")
        return _passed("Late data", f"{rows:,} rows came late for these days; they are counted.")

    def _crawlers(self, item: Item) -> Check | None:
        if item.unit not in ("events", "users") or item.metric.startswith(FEATURE):
            return None
        window = self._window(item)
        column = "times" if item.unit == "events" else "users"
        heavy = np.zeros(len(self.data.days))
        at = (self.crawlers["day"].to_numpy().astype("datetime64[D]") - self.data.days[0]).astype(
            np.int64
        )
        heavy[at] = self.crawlers[column].to_numpy()
        more = float(heavy[window].sum()) - _usual(heavy, window)
        change = (item.actual - item.expected) * (window.stop - window.start)
        if change > 0 and more >= EXPLAINS * change:
            people = int(self.crawlers["users"].to_numpy()[at >= window.start].max(initial=0))
            return _doubt(
                "People, no bots",
                f"It is not people: {people:,} users with hundreds of events a day did "
                f"{more:,.0f} more than usual, {min(1.0, more / change):.0%} of the rise.",
            )
        return _passed("People, no bots", "Nobody does more than people do.")

    def _one_event(self, item: Item) -> Check | None:
        """The volume of all events moved by one of them alone."""
        if item.metric != EVENTS:
            return None
        window = self._window(item)
        moved = {n: float(v[window].sum()) - _usual(v, window) for n, v in self.events.items()}
        change = sum(moved.values())
        name = max(moved, key=lambda one: moved[one] * change, default=None)
        if name is not None and change and moved[name] / change >= ONE_EVENT:
            return _doubt(
                "More than one event",
                f"One event alone moved: {name} is {moved[name]:+,.0f} against its usual days.",
            )
        return _passed("More than one event", "Several kinds of events moved.")

    def _repeated(self, item: Item) -> Check:
        snapshot = self.workspace.snapshot
        rows, repeated = _rows(snapshot, _days(item))
        if repeated > SMALL * max(rows, 1):
            words = f"{repeated:,} rows were there twice and are counted once."
        else:
            words = "No more rows than usual were there twice."
        return _passed("Duplicates", words)

    def _clock(self, item: Item) -> Check:
        """A day of 23 or 25 hours is shorter or longer by itself."""
        zone = self.workspace.settings.product.zone
        midnights = [
            datetime.combine(item.since + timedelta(days=n), time(), tzinfo=zone)
            for n in range((item.day - item.since).days + 2)
        ]
        turned = any(a.utcoffset() != b.utcoffset() for a, b in pairwise(midnights))
        if turned and not item.is_rate and abs(item.effect) <= 1.5 * HOUR:
            return _doubt(
                "Clock", "The clocks were changed, and the change is no larger than that."
            )
        words = "The clocks were changed on these days." if turned else "Days of 24 hours."
        return _passed("Clock", words)


def _passed(name: str, words: str) -> Check:
    return Check(name, is_passed=True, words=words)


def _doubt(name: str, words: str) -> Check:
    return Check(name, is_passed=False, words=words)


DEFINITION = _passed(
    "Same definition",
    "All days are counted by today's definition: a changed one is built anew for every day.",
)


def _days(item: Item) -> list[str]:
    span = (item.day - item.since).days + 1
    return [(item.since + timedelta(days=n)).isoformat() for n in range(span)]


def _rows(snapshot: Snapshot | None, days: Sequence[str]) -> tuple[int, int]:
    """Rows of some days, and how many more there were twice."""
    if snapshot is None:
        return 0, 0
    facts = [snapshot.days[day] for day in days if day in snapshot.days]
    return sum(int(one[0]) for one in facts), sum(int(one[1]) for one in facts)


def _by_day(rows: pl.DataFrame, data: Collected) -> Floats:
    values = np.zeros(len(data.days))
    at = (rows["day"].to_numpy().astype("datetime64[D]") - data.days[0]).astype(np.int64)
    np.add.at(values, at, rows["times"].to_numpy())
    return values


def _usual(values: Floats, window: slice) -> float:
    """What the days of a window have on the same weekdays before: the sum of their medians."""
    total = 0.0
    for number in range(window.start, window.stop):
        same = values[number - 7 :: -7][:WEEKS] if number >= 7 else values[:0]
        total += float(np.median(same)) if len(same) else 0.0
    return total
