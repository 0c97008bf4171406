"""The counts that a diagnosis is made of: each feature among the people who may use it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.diagnosis import Durations, Ladder, ProductCounts, Traffic
from metrics.periods import Period
from reports.diagnosis_focus import focus_groups
from reports.feature_list import Feature, features, parts, roles, since, within
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from queries import Answer, Segment, Workspace

PLAN = "plan"  # the dimension that strata are made of beside activity
WEEK, SPAN = 7, 28  # days
LEAST = 2  # periods with a use below which nothing is a habit
HABIT = 3  # a use in at least one of so many periods
DOSES = ("1", "2", "3", "5")
RUNGS = (
    "eligible", "exposed", "tried", "unexposed_tries", "ended", "succeeded", "retried",
    "retried_rapidly", "clean", "clean_repeated", "recovered", "recovered_repeated", "repeated",
    "habitual",
)  # fmt: skip
ACTIONS = ("exposed", "opened", "started", "completed", "failed", "abandoned")


@dataclass(frozen=True, slots=True, eq=False)
class FeatureCounts:
    """Everything that was counted.

    Attributes:
        period: The complete days that were read.
        features: All features with an answer, in the order of the counts.
        counts: What the diagnosis is given; None: there is no feature.
        people: People active in the period.
        answers: The answer that each feature's counts come from, by name.
        traffic: The answer of the events of each action; None: there is no feature.
        released: Names of the releases inside the period, by feature.
        is_by_plan: Whether strata are fifths of activity by plan, not of activity alone.
    """

    period: Period
    features: tuple[Feature, ...]
    counts: ProductCounts | None
    people: int
    answers: Mapping[str, Answer]
    traffic: Answer | None
    released: Mapping[str, tuple[str, ...]]
    is_by_plan: bool

    def feature(self, name: str) -> Feature | None:
        """One feature; None: there is none of that name."""
        return next((one for one in self.features if one.name == name), None)


def feature_counts(workspace: Workspace, segment: Segment, period: Period) -> FeatureCounts:
    """Count every rung of every feature in a period.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    days: dict[str, Any] = {"start_date": period.start, "end_date": period.end}
    by = PLAN if PLAN in workspace.dimensions else None
    every = tuple(one for one in features(workspace) if _is_live(one, period))
    fifths = workspace.ask("activity_fifths", segment=segment, **days).rows
    if not every or fifths.is_empty():
        people = 0 if fifths.is_empty() else int(fifths["active_people"][0])
        return FeatureCounts(period, every, None, people, {}, None, {}, by is not None)
    traffic, sent = _sent(workspace, every, segment, period)
    answers: dict[str, Answer] = {}
    for rules, some in parts(every):
        answer = workspace.ask(
            "diagnosis_ladder",
            segment=within(segment, rules),
            by=by,
            **fifths.drop("active_people").row(0, named=True),
            **days,
            **_asked(workspace, some, sent, period),
        )
        answers |= dict.fromkeys((one.name for one in some), answer)
    released = releases_of(workspace, period)
    people = int(fifths["active_people"][0])
    counted = replace(
        product_counts(every, answers, sent, set(released)),
        groups=focus_groups(workspace, every, segment, period, people),
    )
    return FeatureCounts(period, every, counted, people, answers, traffic, released, by is not None)


def releases_of(workspace: Workspace, period: Period) -> dict[str, tuple[str, ...]]:
    """The releases of a period that name a feature, newest first, by feature."""
    rows = workspace.ask("feature_releases", start_date=period.start, end_date=period.end).rows
    found: dict[str, tuple[str, ...]] = {}
    for row in rows.iter_rows(named=True):
        for name in named_features(row["features"]):
            found[name] = (*found.get(name, ()), row["release"])
    return found


def named_features(text: str) -> tuple[str, ...]:
    """The names in a release's column `features`."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def product_counts(
    every: tuple[Feature, ...],
    answers: Mapping[str, Answer],
    sent: Mapping[tuple[str, str], int],
    released: set[str],
) -> ProductCounts:
    """Rows of the queries as arrays: features by strata."""
    strata = _strata(answers.values())
    tables = {one.name: _table(one.name, answers[one.name], strata) for one in every}
    columns = {
        name: np.stack([tables[one.name][name] for one in every]) for name in tables[every[0].name]
    }
    doses = {
        kind: np.stack([columns[f"{kind}_{dose}"] for dose in DOSES], axis=-1)
        for kind in ("offers", "accepted")
    }
    has_exposures = bool(columns["exposed"].sum())
    ladder = Ladder(
        **{name: columns[name] for name in RUNGS},
        offers=doses["offers"] if has_exposures else None,
        accepted=doses["accepted"] if has_exposures else None,
        searched=None,
    )
    totals = {name: column.sum(axis=1) for name, column in columns.items()}
    events = {
        action: np.array([float(sent.get((one.name, action), 0)) for one in every])
        for action in ACTIONS
    }
    traffic = Traffic(
        exposures=events["exposed"],
        exposed_sessions=totals["exposed_days"],
        sessions=totals["active_days"],
        is_released=np.array([one.name in released for one in every]),
        **{action: events[action] for action in ACTIONS[1:]},
    )
    times = Durations(totals["timed"], totals["log_seconds"], totals["squared_logs"])
    return ProductCounts(
        names=tuple(one.name for one in every),
        kinds=tuple(one.kind for one in every),
        ladder=ladder,
        traffic=traffic,
        durations=times if times.count.sum() else None,
    )


def periods_of_habit(period: Period, length: int) -> int:
    """In how many weeks (7) or spans (28) of a period a use makes a habit."""
    return max(LEAST, -(-(period.days // length) // HABIT))


def _is_live(feature: Feature, period: Period) -> bool:
    return feature.released_on is None or feature.released_on < period.end


def asked_of(
    workspace: Workspace, some: tuple[Feature, ...], segment: Segment, period: Period
) -> dict[str, Any]:
    """The parameters by which queries count the rungs of some features.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    every = tuple(one for one in features(workspace) if _is_live(one, period))
    return _asked(workspace, some, _sent(workspace, every, segment, period)[1], period)


def _sent(
    workspace: Workspace, every: tuple[Feature, ...], segment: Segment, period: Period
) -> tuple[Answer, dict[tuple[str, str], int]]:
    """How often each action of each feature was sent."""
    answer = workspace.ask(
        "feature_actions",
        segment=segment,
        features=[one.name for one in every],
        start_date=period.start,
        end_date=period.end,
    )
    return answer, {(row[0], row[1]): int(row[2]) for row in answer.rows.iter_rows()}


def _asked(
    workspace: Workspace,
    some: tuple[Feature, ...],
    sent: Mapping[tuple[str, str], int],
    period: Period,
) -> dict[str, Any]:
    """Which events are tries, uses and ends; `abandoned` counts as told where it was sent."""
    rhythms = {one.name: workspace.settings.feature(one.name).rhythm for one in some}
    return {
        **roles(some),
        "live_since": since(some, known(workspace)),
        "with_abandoned": [one.name for one in some if sent.get((one.name, "abandoned"), 0)],
        "monthly": [name for name, rhythm in rhythms.items() if rhythm == "month"],
        "least_weeks": periods_of_habit(period, WEEK),
        "least_spans": periods_of_habit(period, SPAN),
    }


def _strata(answers: Iterable[Answer]) -> pl.DataFrame:
    keys = [answer.rows.select("quintile", "segment") for answer in answers]
    return pl.concat(keys).unique().sort("quintile", "segment")


def _table(name: str, answer: Answer, strata: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """The numbers of a feature in every stratum; 0 where nobody of it may use it."""
    rows = answer.rows.filter(pl.col("feature") == name).drop("feature")
    whole = strata.join(rows, on=["quintile", "segment"], how="left", maintain_order="left")
    numbers = whole.drop("quintile", "segment").fill_null(0)
    return {column.name: column.cast(pl.Float64).to_numpy() for column in numbers}
