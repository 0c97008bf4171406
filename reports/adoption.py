"""Which features are adopted, how broadly, how often, how soon?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.concentration import Concentration, concentration
from metrics.periods import DAYS_PER_WEEK, Grain, Period, buckets
from reports import adoption_definitions as words
from reports.adoption_rows import CUMULATED, feature_rows, waits_of
from reports.answer import Report, Source, source
from reports.breakdown import active_people
from reports.feature_list import (
    Feature,
    features,
    is_varying,
    parts,
    roles,
    since,
    within,
)
from reports.feedback_by_feature import feedback_by_feature
from reports.known import Known, complete_scope, known

if TYPE_CHECKING:
    from queries import Answer, Segment, Workspace
    from reports.scope import Scope

WINDOW = timedelta(days=words.WINDOW)
LONGEST_BY_DAY = 62  # days of a course by day; a longer one is by week


@dataclass(frozen=True, slots=True)
class AdoptionReport(Report):
    """All features beside each other.

    Attributes:
        reach: One row per feature, the broadest first, with everything the table shows; see
            `adoption_rows.SCHEMA`.
        use_days: The same rows, from the question about use days.
        newcomers: One row per (feature, waited_days, has_adopted): `newcomers, tried,
            tried_long_ago, tried_once`.
        trend: One row per (feature, period_start) with a try: `users`.
        cumulated: One row per feature, the most used first: `place, feature, use_days,
            cumulated_share`.
        active: People active in the period.
        spread: Whether use hangs on a few features.
        median_breadth: Of features with users; None without any.
        median_frequency: Likewise, use days per user and week.
        period: The complete days looked at; None: there are none.
        unknown_rules: Features whose rules name a dimension that is not there.
    """

    reach: Source
    use_days: Source
    newcomers: Source
    trend: Source
    cumulated: Source
    active: int
    spread: Concentration
    median_breadth: float | None
    median_frequency: float | None
    period: Period | None
    unknown_rules: tuple[str, ...]

    @property
    def most_used(self) -> int | None:
        """How many features make 80 % of use; None: nothing is used."""
        head = self.spread.head
        return None if head is None else round(head * self.reach.rows.height)


def adoption(workspace: Workspace, scope: Scope) -> AdoptionReport | None:
    """How far people get with each feature, how many of them, and how often.

    Args:
        workspace: Where to ask.
        scope: When, and whom; its comparison is not used.

    Returns:
        None when no event names a feature.
    """
    days = known(workspace)
    whole = replace(complete_scope(scope, days) or scope, comparison=None)
    asked = AdoptionAsked(workspace, whole, days)
    listed = features(workspace)
    if not listed:
        return None
    answers = {
        name: [(some, asked.answer(name, rules, some)) for rules, some in parts(listed)]
        for name in ("feature_use_days", "feature_newcomers", "feature_use_trend")
    } | {"feature_reach": asked.reach(listed)}
    active = int(active_people(workspace, whole).value or 0)
    waits = _together(answers["feature_newcomers"])
    table = feature_rows(
        listed,
        reach=_together(answers["feature_reach"]),
        use_days=_together(answers["feature_use_days"]),
        waits=waits_of(waits),
        courses=asked.courses(_together(answers["feature_use_trend"])),
        feedback=feedback_by_feature(workspace, whole),
        active=active,
        weeks=whole.period.days / DAYS_PER_WEEK,
    )
    caveats = _caveats(asked, listed)
    amounts = table.rows["use_days"].to_list()
    use_days = asked.source(answers["feature_use_days"], "Breadth and frequency", words.MAP)
    return AdoptionReport(
        reach=asked.source(
            answers["feature_reach"], "Features", f"{words.REACH}\n\n{words.USE_DAYS}", *caveats
        ).showing(table.rows),
        use_days=use_days.showing(table.rows),
        newcomers=asked.source(
            answers["feature_newcomers"], "Newcomers", words.NEWCOMERS, *asked.early
        ).showing(waits),
        trend=asked.source(
            answers["feature_use_trend"], "People who try each feature", words.TREND
        ).showing(_together(answers["feature_use_trend"])),
        cumulated=replace(use_days, title="Concentration", definition=words.CONCENTRATION).showing(
            _cumulated(table.rows)
        ),
        active=active,
        spread=concentration(amounts),
        median_breadth=table.median_breadth,
        median_frequency=table.median_frequency,
        period=days.complete(scope.period),
        unknown_rules=_unknown_rules(workspace, listed),
    )


@dataclass(frozen=True, slots=True)
class AdoptionAsked:
    """The questions of the page, about complete days only."""

    workspace: Workspace
    scope: Scope
    days: Known

    @property
    def grain(self) -> Grain:
        """What one point of a feature's course is."""
        return "day" if self.scope.period.days <= LONGEST_BY_DAY else "week"

    @property
    def early(self) -> tuple[str, ...]:
        """A caveat where newcomers cannot be told from those who were there before the data."""
        if self.scope.period.start - WINDOW > self.days.data_start:
            return ()
        begin = f"The data begin on {self.days.data_start}"
        return (f"{begin}: whoever was active before looks like a newcomer then.",)

    def answer(self, name: str, rules: Segment, some: tuple[Feature, ...]) -> Answer:
        """One of the four questions about features that the same people may use."""
        period = self.scope.period
        told = roles(some)
        frame: dict[str, Any] = {"end_date": period.end}
        if name == "feature_newcomers":
            frame |= {
                "entered_from": period.start - WINDOW,
                "entered_until": period.end - WINDOW,
                "within_days": words.WINDOW,
            }
        else:
            frame |= {"start_date": period.start}
        if name == "feature_newcomers":
            frame |= {
                "live_since": since(some, self.days),
                "is_varying": is_varying(self.workspace, within(self.scope.segment, rules)),
            }
        if name == "feature_use_days":
            frame |= {
                "adopted_from": period.start - WINDOW,
                "recent_from": period.end - WINDOW,
            }
        if name == "feature_use_trend":
            frame |= {"grain": self.grain}
        if name == "feature_use_trend":
            told.pop("without_ends")
        segment = within(self.scope.segment, rules)
        return self.workspace.ask(name, segment=segment, **frame, **told)

    def reach(self, listed: tuple[Feature, ...]) -> list[tuple[tuple[Feature, ...], Answer]]:
        """The question about reach; of features that came in the period from their day on."""
        period = self.scope.period
        found = []
        for rules, some in parts(listed):
            for start in sorted({_start(one, period) for one in some}):
                those = tuple(one for one in some if _start(one, period) == start)
                told = roles(those)
                told.pop("without_ends")
                answer = self.workspace.ask(
                    "feature_reach",
                    segment=within(self.scope.segment, rules),
                    start_date=start,
                    end_date=period.end,
                    **told,
                )
                found.append((those, answer))
        return sorted(found, key=lambda one: -len(one[0]))

    def courses(self, trend: pl.DataFrame) -> dict[str, list[int]]:
        """Users of each feature by day or week, oldest first, with zeros; whole weeks only."""
        period = self.scope.period
        step = 1 if self.grain == "day" else DAYS_PER_WEEK
        week_start = self.workspace.settings.product.week_start
        starts = [
            one.start
            for one in buckets(period, self.grain, week_start)
            if one.start >= period.start and one.start + timedelta(days=step) <= period.end
        ]
        users = {(name, day): count for name, day, count in trend.iter_rows()}
        names = trend["feature"].unique().to_list()
        return {name: [users.get((name, day), 0) for day in starts] for name in names}

    def source(
        self,
        answers: list[tuple[tuple[Feature, ...], Answer]],
        title: str,
        definition: str,
        *caveats: str,
    ) -> Source:
        """The largest of the answers as a source; those for fewer people are named."""
        others = [one.label for some, _ in answers[1:] for one in some]
        if others:
            apart = f"asked apart, of the people who may use them: {', '.join(others)}"
            caveats = (*caveats, f"{apart}. The SQL is that of the others.")
        return source(answers[0][1], title=title, definition=definition, caveats=caveats)


def _start(one: Feature, period: Period) -> date:
    """The first day of a period on which a feature was there; its end if it came later."""
    return min(max(one.released_on or period.start, period.start), period.end)


def _together(answers: list[tuple[tuple[Feature, ...], Answer]]) -> pl.DataFrame:
    return pl.concat([answer.rows for _, answer in answers])


def _cumulated(rows: pl.DataFrame) -> pl.DataFrame:
    """Use days from the most used feature on, added up as a share of all."""
    total = int(rows["use_days"].sum())
    ordered = rows.select("feature", "label", "use_days").sort(
        "use_days", "feature", descending=[True, False]
    )
    if not total:
        return ordered.clear().with_columns(
            pl.lit(None, dtype=kind).alias(name) for name, kind in CUMULATED.items()
        )
    return ordered.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place"),
        (pl.col("use_days").cum_sum() / total).alias("cumulated_share"),
    )


def _caveats(asked: AdoptionAsked, listed: tuple[Feature, ...]) -> tuple[str, ...]:
    without = [one.label for one in listed if not one.has_exposures]
    unknown = _unknown_rules(asked.workspace, listed)
    caveats = list(asked.early)
    if without and len(without) == len(listed):
        caveats.append(
            "No event has the action “exposed”, so nobody knows who saw a feature: log one where "
            "it comes into sight."
        )
    elif without:
        caveats.append(f"No events with the action “exposed”: {', '.join(without)}.")
    if unknown:
        caveats.append(
            f"{', '.join(unknown)}: the rule in workspace.toml names a dimension that is not "
            "there, so they count as everybody's."
        )
    return tuple(caveats)


def _unknown_rules(workspace: Workspace, listed: tuple[Feature, ...]) -> tuple[str, ...]:
    return tuple(
        one.label
        for one in listed
        if len(one.rules) < len(workspace.settings.feature(one.name).rules)
    )
