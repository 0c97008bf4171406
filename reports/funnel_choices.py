"""What could be the steps of a funnel: events, features, and ways through a feature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from queries.event_match import EventMatch
from reports.event_names import RECENT, event_names
from reports.funnel_question import FunnelStep
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Collection

    from queries import Workspace

# What people do with a feature, in the order in which they do it.
WAY = ("exposed", "opened", "started", "completed")
SHORTEST_WAY = 2  # steps; one alone is no funnel
MOST_SUGGESTIONS = 5
Feature = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class FunnelChoices:
    """What a builder offers.

    Attributes:
        events: Names, those of most people of late first.
        features: (feature, action); None: any action of it.
        suggestions: Steps that suggest themselves, by what they are called.
        kinds: (event, feature, action) of each event about a feature.
    """

    events: tuple[str, ...]
    features: tuple[Feature, ...]
    suggestions: dict[str, tuple[FunnelStep, ...]]
    kinds: frozenset[tuple[str, str, str | None]]

    def is_of(self, event: str, features: Collection[Feature]) -> bool:
        """Whether events of this name were about one of the features."""
        return any(
            (event, feature, action) in self.kinds
            if action is not None
            else any(kind[:2] == (event, feature) for kind in self.kinds)
            for feature, action in features
        )


def funnel_choices(workspace: Workspace) -> FunnelChoices:
    """What there is to choose from; suggested are the ways through the features used most."""
    days = known(workspace)
    end = max(days.watermark, days.data_start) + timedelta(days=1)
    rows = workspace.ask("step_choices", start_date=end - RECENT, end_date=end).rows
    names = tuple(dict.fromkeys([*rows["event"], *event_names(workspace)]))
    of_features = rows.filter(pl.col("feature").is_not_null())
    features: list[Feature] = []
    for feature, action in of_features.select("feature", "action").iter_rows():
        features += [(feature, None), (feature, action)]
    kinds = frozenset(of_features.select("event", "feature", "action").iter_rows())
    return FunnelChoices(names, tuple(dict.fromkeys(features)), _suggestions(rows, names), kinds)


def _suggestions(rows: pl.DataFrame, names: tuple[str, ...]) -> dict[str, tuple[FunnelStep, ...]]:
    """The ways through the features that most people got to the end of."""
    ways: dict[str, tuple[FunnelStep, ...]] = {}
    of_features = rows.filter(pl.col("feature").is_not_null())
    for feature in of_features["feature"].unique(maintain_order=True):
        actions = set(of_features.filter(pl.col("feature") == feature)["action"])
        done = [action for action in WAY if action in actions]
        if len(done) >= SHORTEST_WAY:
            ways[feature] = tuple(
                FunnelStep(EventMatch(features=((feature, action),))) for action in done
            )
        if len(ways) == MOST_SUGGESTIONS:
            break
    if not ways and names:
        frequent = names[:SHORTEST_WAY] if len(names) >= SHORTEST_WAY else names * SHORTEST_WAY
        ways["Most frequent events"] = tuple(FunnelStep(EventMatch((name,))) for name in frequent)
    return ways
