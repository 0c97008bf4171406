"""Why did it move? Identities that add up exactly, then segments as candidates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
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
    telling,
)
from reports.brief_cells import Cells
from reports.brief_forecasts import Forecasts
from reports.brief_items import PAIR, Candidate, Identity, Part
from reports.brief_series import ACTIVE, Measured, day_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from metrics.attribution import Segment
    from metrics.series import Floats
    from queries import Workspace
    from reports.brief_cells import Cell
    from reports.brief_items import Item
    from reports.brief_series import Collected

STATES = {
    "new_users": "New",
    "retained_users": "Active in the week before",
    "resurrected_users": "Back after a week or more",
}
NEGLIGIBLE = 1e-9
AGREES = 2.0  # times: a split whose forecast is further from that of the whole says nothing of it


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
        self.data = data
        # The first series' working values lack the days that are compared with nothing.
        self.forecasts = Forecasts(data.days, ~np.isfinite(worked[0]))
        self.cells = Cells(workspace, data, self.forecasts)

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

    def _searched(
        self, item: Item, slices_by: Callable[[tuple[str, ...]], list[Slice]]
    ) -> tuple[list[Slice], tuple[str, ...]]:
        """Slices by each dimension, then by pairs of those whose shares changed most."""
        found: list[Slice] = []
        looked_at = []
        for name in self.cells.dimensions(item):
            if slices := slices_by((name,)):
                found += slices
                looked_at.append(name)
        if self.cells.has_pairs(item):
            for pair in combinations(sorted(telling(found)), 2):
                if slices := slices_by(pair):
                    found += slices
                    looked_at.append(PAIR.join(pair))
        return found, tuple(looked_at)

    # Counts

    def _of_count(self, item: Item, whole: Measured, window: slice) -> Why:
        expected = self.forecasts.count(whole, window)
        if expected is None:
            return Why()
        now = float(whole.parts[window].sum())
        identities = self._states(item, window, expected, now)
        identities += self._people_and_intensity(item, window, expected, now)
        if abs(now - expected) < NEGLIGIBLE:
            return Why(identities)
        found, looked_at = self._searched(
            item, lambda by: self._slices(item, by, window, (expected, now))
        )
        if not found:
            return Why(identities)
        answer = attribution(found, expected=expected, actual=now)
        return Why(identities, *_named(answer), looked_at)

    def _slices(
        self, item: Item, by: tuple[str, ...], window: slice, whole: tuple[float, float]
    ) -> list[Slice]:
        """Each segment's forecast, brought to add up to that of the whole."""
        expected, now = whole
        cells = self.cells.of(item, by, window)
        total = sum(one.expected for one in cells.values())
        came = sum(one.actual for one in cells.values())
        if total <= 0 or abs(came - now) > 1e-6 * max(now, 1.0):
            return []
        return [
            Slice(segment, one.expected * expected / total, one.actual)
            for segment, one in cells.items()
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
            foretold = self.forecasts.counts(values[None, :], window)
            if foretold is None:
                return ()
            before[label], after[label] = float(foretold[0]), float(values[window].sum())
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
        usual = self.forecasts.count(people, window)
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
        base = self.forecasts.rate(whole, window)
        trials = float(whole.volume[window].sum())
        if base is None or not trials:
            return Why()
        value = float(np.nansum(whole.parts[window])) / trials
        if abs(value - base) < NEGLIGIBLE:
            return Why()
        splits: dict[str, MixAndRate] = {}

        def moved_by(by: tuple[str, ...]) -> list[Slice]:
            cells = self.cells.of(item, by, window)
            split = self._split(cells, trials)
            # Forecasts of segments and of the whole are not one forecast: brought to one change.
            scale = (value - base) / split.change if split is not None and split.change else 0.0
            if split is None or not 1 / AGREES <= scale <= AGREES:
                return []
            if len(by) == 1:
                splits[by[0]] = split
            parts = {name: scale * (one.mix + one.rate) for name, one in split.segments.items()}
            return [
                Slice(segment, one.expected, one.actual, parts[str(segment)])
                for segment, one in cells.items()
            ]

        found, looked_at = self._searched(item, moved_by)
        if not found:
            return Why()
        dimension = max(splits, key=lambda one: abs(splits[one].mix))
        answer = attribution(found, expected=base, actual=value)
        return Why((_by_mix(dimension, splits[dimension]),), *_named(answer), looked_at)

    def _split(self, cells: Mapping[Segment, Cell], trials: float) -> MixAndRate | None:
        """Mix and rate over the cells; None when they are not those of the whole."""
        before = {str(name): (one.expected, one.expected_trials) for name, one in cells.items()
                  if one.expected_trials > 0}  # fmt: skip
        now = {str(name): (one.actual, one.trials) for name, one in cells.items()}
        adds_up = abs(sum(one.trials for one in cells.values()) - trials) <= 1
        return mix_and_rate(before, now) if before and adds_up else None


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
