"""The rows of the feature table: every ratio with both its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.adoption import (
    Adoption,
    AdoptionCounts,
    Share,
    Spot,
    feature_map,
    share,
    time_to_adopt,
)
from metrics.adoption import adoption as adoption_of
from reports.adoption_definitions import WINDOW

if TYPE_CHECKING:
    from reports.feature_list import Feature
    from reports.feedback_by_feature import FeatureFeedback

# Columns of the table, and what each holds.
SCHEMA: dict[str, Any] = {
    "feature": pl.String,
    "label": pl.String,
    "kind": pl.String,
    "trend": pl.List(pl.Int64),  # people who try it, by day or week of the period
    "users": pl.Int64,  # people with a use day in the period
    "active": pl.Int64,  # people active in the period
    "breadth_share": pl.Float64,  # users of active
    "breadth_low": pl.Float64,
    "breadth_high": pl.Float64,
    "use_days": pl.Int64,  # of users, in the period
    "days_per_week": pl.Float64,  # use days per user and week
    "quadrant": pl.String,  # core, occasional, specialist or marginal
    "eligible": pl.Int64,  # people active in the period who may use it
    "exposed": pl.Int64,
    "discovery_share": pl.Float64,  # exposed of eligible
    "tried": pl.Int64,
    "tried_of_exposed": pl.Int64,
    "trial_share": pl.Float64,  # tried of exposed
    "completed": pl.Int64,
    "completion_share": pl.Float64,  # completed of tried
    "newcomers": pl.Int64,
    "adopted": pl.Int64,
    "adoption_share": pl.Float64,  # adopted of newcomers
    "adoption_low": pl.Float64,
    "adoption_high": pl.Float64,
    "days_to_adopt": pl.Float64,  # Kaplan-Meier median; null: fewer than half have adopted
    "tried_long_ago": pl.Int64,
    "tried_once": pl.Int64,
    "abandonment_share": pl.Float64,  # tried once of tried long ago
    "adopters": pl.Int64,
    "adopters_recent": pl.Int64,
    "stickiness_share": pl.Float64,  # adopters recent of adopters
    "adopter_use_days": pl.Int64,
    "adopter_weeks": pl.Int64,
    "days_per_active_week": pl.Float64,  # adopter use days per adopter week
    "acted": pl.Int64,
    "actions_used": pl.Int64,
    "actions_offered": pl.Int64,
    "depth_share": pl.Float64,  # actions used of acted × actions offered
    "released_on": pl.Date,  # null: before the data begin
    "feedback_answers": pl.Int64,
    "feedback_satisfied": pl.Int64,
    "feedback_share": pl.Float64,  # satisfied of answers
}
CUMULATED = {"place": pl.Int64, "cumulated_share": pl.Float64}


@dataclass(frozen=True, slots=True)
class Waits:
    """Newcomers of one feature: how long they waited, and what became of them."""

    days: Sequence[int]
    has_adopted: Sequence[bool]
    newcomers: Sequence[int]
    tried_long_ago: int
    tried_once: int

    @property
    def mature(self) -> int:
        """All of them: entry lies far enough back for everybody."""
        return sum(self.newcomers)

    @property
    def adopted(self) -> int:
        """Of those, who adopted it within the window."""
        found = zip(self.days, self.has_adopted, self.newcomers, strict=True)
        return sum(people for days, is_adopter, people in found if is_adopter and days < WINDOW)

    @property
    def median(self) -> float | None:
        """Days until half of them have adopted it; None: not seen."""
        if not self.mature:
            return None
        days = np.repeat(np.array(self.days, dtype=np.float64), self.newcomers)
        return time_to_adopt(days, np.repeat(np.array(self.has_adopted), self.newcomers)).median


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The rows of SCHEMA, the broadest feature first, and the lines of the map."""

    rows: pl.DataFrame
    median_breadth: float | None
    median_frequency: float | None


NO_WAITS = Waits((), (), (), 0, 0)


def waits_of(rows: pl.DataFrame) -> dict[str, Waits]:
    """The newcomers of each feature, from the answer about them."""
    return {
        str(name[0]): Waits(
            some["waited_days"].to_list(),
            some["has_adopted"].to_list(),
            some["newcomers"].to_list(),
            int(some["tried_long_ago"].sum()),
            int(some["tried_once"].sum()),
        )
        for name, some in rows.group_by("feature")
    }


def feature_rows(
    listed: Sequence[Feature],
    *,
    reach: pl.DataFrame,
    use_days: pl.DataFrame,
    waits: Mapping[str, Waits],
    courses: Mapping[str, list[int]],
    feedback: Mapping[str, FeatureFeedback],
    active: int,
    weeks: float,
) -> FeatureTable:
    """Everything that is known about each feature, in one row."""
    reached = {row["feature"]: row for row in reach.iter_rows(named=True)}
    used = {row["feature"]: row for row in use_days.iter_rows(named=True)}
    users = [int(used.get(one.name, {}).get("users", 0)) for one in listed]
    days = [int(used.get(one.name, {}).get("use_days", 0)) for one in listed]
    spots = feature_map(
        np.array(users, dtype=np.float64),
        np.array(days, dtype=np.float64),
        active=active,
        weeks=weeks,
    )
    rows = []
    for one, spot, people in zip(listed, spots.spots, users, strict=True):
        counts = _counts(
            one, reached[one.name], used.get(one.name, {}), waits.get(one.name, NO_WAITS)
        )
        rows.append(
            _about(one)
            | {"trend": courses.get(one.name, []), "active": active, "users": people}
            | _used(share(people, active), spot, used.get(one.name, {}))
            | _laddered(counts, adoption_of(counts))
            | {"days_to_adopt": waits.get(one.name, NO_WAITS).median}
            | _said(feedback.get(one.name))
        )
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "users", "feature", descending=[True, False]
    )
    return FeatureTable(table, spots.median_breadth, spots.median_frequency)


def _counts(
    one: Feature, reach: Mapping[str, int], used: Mapping[str, int], waits: Waits
) -> AdoptionCounts:
    exposed = reach["exposed"] if one.has_exposures else None
    tried_exposed = reach["exposed"] + reach["tried"] - reach["exposed_or_tried"]
    return AdoptionCounts(
        eligible=reach["eligible"],
        exposed=exposed,
        tried=reach["tried"],
        tried_exposed=None if exposed is None else tried_exposed,
        completed=reach["completed"] + reach["tried"] - reach["completed_or_tried"],
        mature=waits.mature,
        adopted=waits.adopted,
        adopters=used.get("adopters", 0),
        adopters_recent=used.get("adopters_recent", 0),
        tried_mature=waits.tried_long_ago,
        tried_once=waits.tried_once,
        use_days=used.get("adopter_use_days", 0),
        active_weeks=used.get("adopter_weeks", 0),
        acted=reach["acted"],
        actions_used=reach["actions"],
        actions_available=len(one.actions),
    )


def _about(one: Feature) -> dict[str, Any]:
    return {
        "feature": one.name,
        "label": one.label,
        "kind": one.kind,
        "released_on": one.released_on,
    }


def _used(breadth: Share, spot: Spot | None, used: Mapping[str, int]) -> dict[str, Any]:
    return {
        "breadth_share": breadth.rate.value,
        "breadth_low": breadth.rate.low,
        "breadth_high": breadth.rate.high,
        "use_days": used.get("use_days", 0),
        "days_per_week": spot.frequency if spot else None,
        "quadrant": spot.quadrant if spot else None,
    }


def _laddered(counts: AdoptionCounts, found: Adoption) -> dict[str, Any]:
    return {
        "eligible": counts.eligible,
        "exposed": counts.exposed,
        "discovery_share": found.discovery.rate.value if found.discovery else None,
        "tried": counts.tried,
        "tried_of_exposed": counts.tried_exposed,
        "trial_share": found.trial.rate.value if found.trial else None,
        "completed": counts.completed,
        "completion_share": found.completion.rate.value,
        "newcomers": counts.mature,
        "adopted": counts.adopted,
        "adoption_share": found.adoption.rate.value,
        "adoption_low": found.adoption.rate.low,
        "adoption_high": found.adoption.rate.high,
        "tried_long_ago": counts.tried_mature,
        "tried_once": counts.tried_once,
        "abandonment_share": found.abandonment.rate.value,
        "adopters": counts.adopters,
        "adopters_recent": counts.adopters_recent,
        "stickiness_share": found.stickiness.rate.value,
        "adopter_use_days": counts.use_days,
        "adopter_weeks": counts.active_weeks,
        "days_per_active_week": found.frequency,
        "acted": counts.acted,
        "actions_used": counts.actions_used,
        "actions_offered": counts.actions_available,
        "depth_share": found.depth,
    }


def _said(found: FeatureFeedback | None) -> dict[str, Any]:
    return {
        "feedback_answers": found.answers if found else 0,
        "feedback_satisfied": found.satisfied if found else 0,
        "feedback_share": found.share if found else None,
    }
