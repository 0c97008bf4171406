"""Why did it move? Identities that add up exactly, then segments as candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from metrics.attribution import (
    Attribution,
    MixAndRate,
    Slice,
    additive_parts,
    attribution,
    mix_and_rate,
    product_parts,
)
from metrics.series import natural, working
from reports.brief_items import Candidate, Identity, Part
from reports.brief_series import (
    ACTIVE,
    FAILURES,
    FEATURE,
    OF_VERSIONS,
    Measured,
    day_number,
    features,
)
from reports.brief_tests import expected_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.series import Floats
    from queries import Workspace
    from reports.brief_items import Item
    from reports.brief_series import Collected

STATES = {
    "new_users": "New",
    "retained_users": "Active in the week before",
    "resurrected_users": "Back after a week or more",
}
NEGLIGIBLE = 1e-9
LOOK = 140
AGREES = 2.0  # times: a split whose forecast is further from that of the whole says nothing of it
Counts = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Why:
    """What may lie behind an item; see `Item`."""

    identities: tuple[Identity, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    best_share: float | None = None
    looked_at: tuple[str, ...] = ()


class Reasons:
    """Decomposes items of one day."""

    def __init__(self, workspace: Workspace, data: Collected, worked: Floats) -> None:
        self.workspace = workspace
        self.data = data
        self.worked = worked  # the series on their scales, without the days out of the ordinary

    def why(self, item: Item) -> Why:
        """What the change consists of, and where it is concentrated."""
        window = slice(
            day_number(self.data.days, item.since), day_number(self.data.days, item.day) + 1
        )
        whole = self.data.of(item.metric, item.segment)
        if whole is None or item.segment is not None:
            return Why()
        if whole.trials is not None:
            return self._of_rate(item, whole, window)
        return self._of_count(item, whole, window)

    # Counts

    def _of_count(self, item: Item, whole: Measured, window: slice) -> Why:
        expected = self._foretold(whole, window)
        if expected is None:
            return Why()
        now = float(whole.parts[window].sum())
        identities = self._states(item, window, expected, now)
        identities += self._people_and_intensity(item, window, expected, now)
        found: list[Slice] = []
        looked_at = []
        for dimension, parts in self._segments(item).items():
            slices = self._slices(dimension, parts, window, (expected, now))
            if slices:
                found += slices
                looked_at.append(dimension)
        if not found or abs(now - expected) < NEGLIGIBLE:
            return Why(identities)
        answer = attribution(found, expected=expected, actual=now)
        return Why(identities, *_named(answer), tuple(looked_at))

    def _segments(self, item: Item) -> Mapping[str, tuple[Measured, ...]]:
        """The segments by each dimension whose parts exclude each other and add up."""
        dimensions = self.workspace.dimensions
        if item.metric == ACTIVE:  # who comes by two platforms would count twice
            fixed = [name for name, one in dimensions.items() if one.level == "user"]
            return {name: self.data.by(ACTIVE, name) for name in fixed}
        names = [name for name in dimensions if name != OF_VERSIONS]
        if item.metric.startswith(FEATURE):
            return {name: self._of_feature(item, name) for name in names}
        return {name: self.data.by(item.metric, name) for name in names}

    def _of_feature(self, item: Item, dimension: str) -> tuple[Measured, ...]:
        answer = self.workspace.ask(
            "brief_events",
            by=dimension,
            start_date=self.data.days[0].item(),
            end_date=self.data.days[-1].item() + timedelta(days=1),
        )
        found = features(answer.rows, self.data.days, dimension)
        return tuple(one for one in found if one.subject.metric == item.metric)

    def _slices(
        self, dimension: str, parts: Sequence[Measured], window: slice, whole: tuple[float, float]
    ) -> list[Slice]:
        """Each segment's forecast, brought to add up to that of the whole."""
        expected, now = whole
        seen = {one.segment[1]: float(one.parts[window].sum()) for one in parts if one.segment}
        foretold = {
            one.segment[1]: value
            for one in parts
            if one.segment and (value := self._foretold(one, window)) is not None
        }
        total = sum(foretold.values())
        if total <= 0 or abs(sum(seen.values()) - now) > 1e-6 * max(now, 1.0):
            return []
        return [
            Slice(((dimension, name),), foretold.get(name, 0.0) * expected / total, value)
            for name, value in seen.items()
        ]

    def _states(
        self, item: Item, window: slice, expected: float, now: float
    ) -> tuple[Identity, ...]:
        """Active people are new, retained or resurrected."""
        if item.metric != ACTIVE or "brief_active" not in self.data.answers:
            return ()
        rows = self.data.answers["brief_active"].rows
        before, after = {}, {}
        for column, label in STATES.items():
            values = np.zeros(len(self.data.days))
            at = (rows["day"].to_numpy().astype("datetime64[D]") - self.data.days[0]).astype(int)
            values[at] = rows[column].to_numpy()
            value = self._foretold_values(values, window)
            if value is None:
                return ()
            before[label], after[label] = value, float(values[window].sum())
        scale = expected / (sum(before.values()) or 1.0)
        parts = additive_parts({name: value * scale for name, value in before.items()}, after)
        words = "Active people are new, were active in the week before, or came back"
        shown = tuple(Part(name, one.contribution, one.share) for name, one in parts.items())
        return (Identity(words, shown),) if abs(sum(after.values()) - now) < 1 else ()

    def _people_and_intensity(
        self, item: Item, window: slice, expected: float, now: float
    ) -> tuple[Identity, ...]:
        """A count is people times what each does."""
        people = self.data.of(ACTIVE)
        if item.unit != "events" or people is None:
            return ()
        usual = self._foretold(people, window)
        came = float(people.parts[window].sum())
        if not usual or not came or expected <= 0:
            return ()
        parts = product_parts(
            {"People active": usual, "Times each": expected / usual},
            {"People active": came, "Times each": now / came},
        )
        if parts is None:
            return ()
        shown = tuple(Part(name, one.contribution, one.share) for name, one in parts.items())
        return (Identity("People active × times each", shown),)

    # Rates

    def _of_rate(self, item: Item, whole: Measured, window: slice) -> Why:
        """Mix and rate by each dimension, then the segments' parts as candidates."""
        base = self._rate_foretold(whole, window)
        trials = float(whole.volume[window].sum())
        if base is None or not trials:
            return Why()
        value = float(np.nansum(whole.parts[window])) / trials
        splits: dict[str, MixAndRate] = {}
        found: list[Slice] = []
        for dimension in self._rate_dimensions(item):
            before, now = self._counts(item, dimension, window)
            moved = mix_and_rate(before, now) if before and now else None
            adds_up = abs(sum(whole for _, whole in now.values()) - trials) <= 1
            # Forecasts of segments and of the whole are not one forecast: brought to one change.
            scale = (value - base) / moved.change if moved is not None and moved.change else 0.0
            if moved is None or not adds_up or not 1 / AGREES <= scale <= AGREES:
                continue
            splits[dimension] = moved
            found += [
                Slice(((dimension, name),), before.get(name, (0.0, 0.0))[0],
                      now.get(name, (0.0, 0.0))[0], scale * (part.mix + part.rate))
                for name, part in moved.segments.items()
            ]  # fmt: skip
        if not found or abs(value - base) < NEGLIGIBLE:
            return Why()
        dimension = max(splits, key=lambda one: abs(splits[one].mix))
        answer = attribution(found, expected=base, actual=value)
        return Why((_by_mix(dimension, splits[dimension]),), *_named(answer), tuple(splits))

    def _rate_dimensions(self, item: Item) -> list[str]:
        if item.metric.startswith(FAILURES):
            return [name for name in self.workspace.dimensions if name != OF_VERSIONS]
        segments = {one.segment[0] for one in self.data.series
                    if one.segment and one.subject.metric == item.metric}  # fmt: skip
        return sorted(segments - {OF_VERSIONS})

    def _counts(self, item: Item, dimension: str, window: slice) -> tuple[Counts, Counts]:
        """(part, whole) of each segment: as was expected, and as they are."""
        before: dict[str, tuple[float, float]] = {}
        now: dict[str, tuple[float, float]] = {}
        is_feature = item.metric.startswith(FAILURES)
        parts = self._of_feature(item, dimension) if is_feature else None
        for one in parts or self.data.by(item.metric, dimension):
            if one.segment is None or one.trials is None:
                continue
            now[one.segment[1]] = (
                float(np.nansum(one.parts[window])), float(one.trials[window].sum())
            )  # fmt: skip
            trials = self._foretold_values(one.trials, window)
            rate = self._rate_foretold(one, window)
            if trials is not None and rate is not None and trials > 0:
                before[one.segment[1]] = (rate * trials, trials)
        return before, now

    def _rate_foretold(self, one: Measured, window: slice) -> float | None:
        found = self._expected(one.worked, window)
        return None if found is None else float(natural(found, scale=one.scale).mean())

    # Forecasts

    def _foretold(self, one: Measured, window: slice) -> float | None:
        """What a count was expected to be over a window."""
        found = self._expected(one.worked, window)
        return None if found is None else float(natural(found, scale=one.scale).sum())

    def _foretold_values(self, values: Floats, window: slice) -> float | None:
        found = self._expected(working(values, scale="count"), window)
        return None if found is None else float(natural(found, scale="count").sum())

    def _expected(self, worked: Floats, window: slice) -> Floats | None:
        first = max(0, window.start - LOOK)
        closed = ~np.isfinite(self.worked[0])
        values = np.where(closed, np.nan, worked)[first : window.stop]
        found = expected_days(
            self.data.days[first : window.stop], values[None, :], window.stop - window.start
        )
        return None if found is None else found[0]


def _by_mix(dimension: str, moved: MixAndRate) -> Identity:
    change = moved.change or 1.0
    parts = (
        Part(f"mix of {dimension}", moved.mix, moved.mix / change),
        Part(f"rates within {dimension}", moved.rate, moved.rate / change),
    )
    return Identity("A rate moves by its mix or by its parts", parts, moved.is_simpson)


def _named(answer: Attribution) -> tuple[tuple[Candidate, ...], float | None]:
    candidates = tuple(
        Candidate(
            one.dimensions,
            tuple((" and ".join(value for _, value in s.segment), s.share) for s in one.segments),
            one.share,
        )
        for one in answer.candidates
    )
    return candidates, answer.best_share
