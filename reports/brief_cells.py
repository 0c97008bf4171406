"""The parts of an item by one dimension or two: what was expected of each, and what came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.attribution import SUPPORT
from queries.narrow import BETWEEN
from reports.brief_series import ACTIVE, EVENTS, OF_VERSIONS, feature_parts, segment_series
from reports.brief_tests import HISTORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metrics.attribution import Segment
    from queries import Answer, Workspace
    from reports.brief_forecasts import Forecasts
    from reports.brief_items import Item
    from reports.brief_series import Collected, Measured

Names = tuple[str, ...]
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One part.

    Attributes:
        expected: What was foretold of it: a count, or the numerator of a rate.
        actual: What came.
        expected_trials: The denominator that was foretold; 0 where there is none.
        trials: The denominator that came.
    """

    expected: float
    actual: float
    expected_trials: float = 0.0
    trials: float = 0.0


class Cells:
    """Asks for the parts of items, and foretells them."""

    def __init__(self, workspace: Workspace, data: Collected, forecasts: Forecasts) -> None:
        self.workspace = workspace
        self.data = data
        self.forecasts = forecasts

    def dimensions(self, item: Item) -> Names:
        """Those whose parts exclude each other and add up to the item."""
        known = self.workspace.dimensions
        if item.metric == ACTIVE:  # who comes by two platforms would count twice
            return tuple(name for name, one in known.items() if one.level == "user")
        if item.feature or item.metric == EVENTS:
            return tuple(name for name in known if name != OF_VERSIONS)
        kept = {one.segment[0] for one in self.data.series
                if one.segment and one.subject.metric == item.metric}  # fmt: skip
        return tuple(sorted(kept - {OF_VERSIONS}))

    def has_pairs(self, item: Item) -> bool:
        """Whether parts by two dimensions can be asked for; other metrics are kept by one."""
        return item.feature is not None or item.metric in (ACTIVE, EVENTS)

    def of(self, item: Item, by: Names, window: slice) -> Mapping[Segment, Cell]:
        """Every part, named by (dimension, value); nothing where the past is too short.

        A part below the support that a candidate needs shares the forecast of all that are so
        small: each alone has too few people for one.
        """
        parts = {values: one for values, one in self._parts(item, by) if one.volume.any()}
        if not parts:
            return {}
        volumes = np.array([float(one.volume[: window.start].sum()) for one in parts.values()])
        is_small = volumes < SUPPORT * volumes.sum()
        found: dict[Segment, Cell] = {}
        large = [one for one, small in zip(parts.items(), is_small, strict=True) if not small]
        small = [one for one, small in zip(parts.items(), is_small, strict=True) if small]
        for members, is_pooled in ((large, False), (small, True)):
            cells = self._foretold([one for _, one in members], window, is_pooled=is_pooled)
            if cells is None:
                return {}
            names = [tuple(zip(by, values, strict=True)) for values, _ in members]
            found |= dict(zip(names, cells, strict=True))
        return found

    def _foretold(
        self, parts: list[Measured], window: slice, *, is_pooled: bool
    ) -> list[Cell] | None:
        if not parts:
            return []
        volumes = np.stack([one.volume for one in parts])
        before = volumes[:, : window.start].sum(axis=1)
        shares = before / (before.sum() or 1.0)
        foretold = self.forecasts.counts(
            volumes.sum(axis=0, keepdims=True) if is_pooled else volumes, window
        )
        if foretold is None:
            return None
        expected = foretold * shares if is_pooled else foretold
        came = [float(np.nansum(one.parts[window])) for one in parts]
        if parts[0].trials is None:
            return [Cell(float(a), b) for a, b in zip(expected, came, strict=True)]
        trials = volumes[:, window].sum(axis=1)
        rates = [_past_rate(one, window) for one in parts]
        return [
            Cell(rate * float(of), seen, float(of), float(tried))
            for rate, of, seen, tried in zip(rates, expected, came, trials, strict=True)
        ]

    def _parts(self, item: Item, by: Names) -> Iterator[tuple[Values, Measured]]:
        if item.feature is not None:
            rows = self._asked("brief_feature", by, feature=item.feature).rows
            found = feature_parts(rows, self.data.days, item.metric, by[0])
        elif item.metric in (ACTIVE, EVENTS):
            rows = self._asked("brief_segments", by).rows
            found = segment_series(rows, self.data.days, item.metric, by[0])
        else:
            found = iter(self.data.by(item.metric, by[0]) if len(by) == 1 else ())
        for one in found:
            if one.segment is not None:
                yield tuple(one.segment[1].split(BETWEEN)), one

    def _asked(self, name: str, by: Names, **more: Any) -> Answer:
        return self.workspace.ask(
            name,
            by=by[0] if len(by) == 1 else by,
            start_date=self.data.days[0].item(),
            end_date=self.data.days[-1].item() + timedelta(days=1),
            **more,
        )


def _past_rate(one: Measured, window: slice) -> float:
    """A sum over a sum of the weeks before: a forecast of a few people's rate is mostly chance."""
    past = slice(max(0, window.start - HISTORY), window.start)
    tried = float(one.volume[past].sum())
    return float(np.nansum(one.parts[past])) / tried if tried else 0.0
