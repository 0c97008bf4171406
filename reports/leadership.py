"""What do I tell leadership about a quarter: goals, figures, releases, decisions, risks?"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.periods import MONTHS, Period, add_months, comparison
from metrics.revenue import Rules
from queries import Segment, TidemarkError
from reports.active_users import active_users
from reports.answer import Source
from reports.brief_words import day_in_words, figure, signed
from reports.capacity import capacities
from reports.churn_risk_before import at_risk
from reports.churn_risk_kept import kept_model
from reports.data_health import data_health
from reports.experiment_decisions import decisions
from reports.goals import GoalReport, goals_or_none
from reports.headlines import Headline, headlines
from reports.known import known
from reports.objectives import objectives
from reports.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from queries import Workspace

LOG = logging.getLogger("tidemark")
FIVE = 5
QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A line with a heading of its own.

    Attributes:
        head: What it is about.
        text: What is said of it, in plain words.
    """

    head: str
    text: str


@dataclass(frozen=True, slots=True)
class LeadershipReport:
    """One page about a quarter.

    Attributes:
        product: Its name.
        quarter: Such as "Q4 2026".
        period: Its days up to the last complete one.
        compared: The days of the quarter before that it is compared with; None: not known.
        goals: Each with where it stands.
        figures: Five at most, as on Today.
        numbers: The same, each as (label, value, change) in words.
        releases: Those of the quarter, with grade and effect.
        decided: Experiments decided in the quarter.
        risks: Revenue, capacity, error budget.
        caveats: What the figures do not say.
        course: One row per day: `day, window_users, is_complete` and more: people active in the
            28 days up to it.
        before: Values of the quarter before under the same days; empty without a comparison.
        as_of: The last complete day.
        currency: Of the workspace.
    """

    product: str
    quarter: str
    period: Period
    compared: Period | None
    goals: tuple[GoalReport, ...]
    figures: tuple[Headline, ...]
    numbers: tuple[tuple[str, str, str], ...]
    releases: tuple[Told, ...]
    decided: tuple[Told, ...]
    risks: tuple[Told, ...]
    caveats: tuple[str, ...]
    course: Source
    before: tuple[float | None, ...]
    as_of: date
    currency: str

    @property
    def sources(self) -> dict[str, Source]:
        """Where its figures come from, by name."""
        named = {one.name: one.source for one in self.figures}
        return {"course": self.course, **named}


def quarters(workspace: Workspace, *, most: int = 6) -> dict[str, Period]:
    """Quarters that can be told, the running one first, by name."""
    days = known(workspace)
    if days.watermark < days.data_start:
        return {}
    found: dict[str, Period] = {}
    start = _quarter_start(days.watermark)
    while len(found) < most and add_months(start, QUARTER_MONTHS) > days.data_start:
        end = min(add_months(start, QUARTER_MONTHS), days.watermark + timedelta(days=1))
        found[_name(start)] = Period(max(start, days.data_start), end)
        start = add_months(start, -QUARTER_MONTHS)
    return found


def leadership(workspace: Workspace, quarter: str = "") -> LeadershipReport:
    """The page about a quarter; "": the running one.

    Raises:
        TidemarkError: Nothing can be told: no day is complete, or the engine failed.
    """
    found = quarters(workspace)
    if not found:
        raise TidemarkError("no day is complete yet, so no quarter can be told")
    name = quarter if quarter in found else next(iter(found))
    period = found[name]
    days = known(workspace)
    compared = comparison(period, "previous")
    scope = Scope(period, compared if days.has(compared) else None, "week", Segment())
    shown = tuple(one for one in headlines(workspace, scope).headlines)[:FIVE]
    currency = workspace.settings.product.currency
    course, before = _course(workspace, scope)
    return LeadershipReport(
        product=workspace.settings.product.name,
        quarter=name,
        period=period,
        compared=scope.comparison,
        goals=goals_or_none(workspace),
        figures=shown,
        numbers=tuple(_number(one, currency) for one in shown),
        releases=_told(lambda: _releases(workspace, period)),
        decided=_told(lambda: _decided(workspace, period)),
        risks=(
            *_told(lambda: _revenue(workspace)), *_told(lambda: _capacity(workspace)),
            *_told(lambda: _budgets(workspace)),
        ),
        caveats=_caveats(workspace, scope),
        course=course,
        before=before,
        as_of=days.watermark,
        currency=currency,
    )  # fmt: skip


def _told(make: Callable[[], tuple[Told, ...]]) -> tuple[Told, ...]:
    """A part; one that fails is left out, and logged."""
    try:
        return make()
    except (TidemarkError, ImportError) as error:
        LOG.warning("left out of the page for leadership: %s", error)
        return ()


def _quarter_start(day: date) -> date:
    return date(day.year, (day.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1, 1)


def _name(start: date) -> str:
    return f"Q{(start.month - 1) // QUARTER_MONTHS + 1} {start.year}"


def _number(one: Headline, currency: str) -> tuple[str, str, str]:
    value = figure(one.change.value, one.unit, currency)
    moved = one.change.absolute if one.is_rate else one.change.relative
    if moved is None:
        return one.label, value, one.missing or "nothing to compare with"
    base = figure(one.change.base, one.unit, currency)
    return one.label, value, f"{signed(moved, is_rate=one.is_rate)} from {base}"


def _releases(workspace: Workspace, period: Period) -> tuple[Told, ...]:
    """Those of the quarter, each judged as on its own page."""
    from reports.release import release_report
    from reports.release_facts import all_releases

    found = []
    for release in all_releases(workspace):
        if release.released_on not in period:
            continue
        title = "" if release.title == release.name else f", {release.title}"
        head = f"{release.name}{title} ({day_in_words(release.released_on)})"
        report = release_report(workspace, release.name)
        verdict = report.verdict if report else None
        grade = f"Grade {verdict.grade}. " if verdict else ""
        found.append(Told(head, f"{grade}{report.sentence if report else 'Not known.'}"))
    return tuple(found)


def _decided(workspace: Workspace, period: Period) -> tuple[Told, ...]:
    found = [one for one in decisions(workspace).values() if one.decided_on in period]
    found.sort(key=lambda one: one.decided_on, reverse=True)
    return tuple(
        Told(
            f"{one.experiment}: {one.outcome}{f' ({one.variant})' if one.variant else ''}",
            f"{one.reason} The verdict then: {one.evidence or 'none'}",
        )
        for one in found
    )


def _revenue(workspace: Workspace) -> tuple[Told, ...]:
    kept = kept_model(workspace, Segment(), Rules())
    if kept is None or kept.numbers.base_rate is None:
        return ()
    scores = kept.scores
    risky = at_risk(kept)
    currency = workspace.settings.product.currency
    paid = figure(float(risky["mrr"].sum()), "currency", currency)
    whole = figure(float(scores["mrr"].sum()), "currency", currency)
    loss = figure(float(scores["expected_loss"].sum()), "currency", currency)
    return (
        Told(
            "Churn",
            f"{risky.height:,} of {scores.height:,} accounts are at risk; they pay {paid} of "
            f"{whole} a month. Over all accounts {loss} a month is expected to go within four "
            f"weeks (scored on {kept.numbers.scored_on}).",
        ),
    )


def _capacity(workspace: Workspace) -> tuple[Told, ...]:
    return tuple(
        Told(f"Capacity, {one.name}", one.missing or one.sentence) for one in capacities(workspace)
    )


def _budgets(workspace: Workspace) -> tuple[Told, ...]:
    found = []
    for one in objectives(workspace):
        if one.budget is None:
            continue
        spent = one.budget.consumed
        share = "nothing is allowed" if spent is None else f"{spent:.0%} of the budget is spent"
        state = "kept so far" if one.budget.is_met else "missed"
        found.append(Told(f"Error budget, {one.name}", f"{one.words}: {share}, {state}."))
    return tuple(found)


def _caveats(workspace: Workspace, scope: Scope) -> tuple[str, ...]:
    found = [f"Figures are complete to {day_in_words(scope.period.last_day)}."]
    if scope.comparison is None:
        found.append("The quarter before is not wholly known, so nothing is compared with it.")
    else:
        found.append(
            f"Compared with {scope.comparison.days} days of the quarter before, on the same "
            "weekdays; a season is not taken out."
        )
    health = data_health(workspace)
    if health.withheld:
        found.append("Only a part of the product is seen here.")
        return tuple(found)
    aside = int(health.tables.rows["quarantined"].fill_null(0).sum())
    if aside:
        found.append(f"{aside:,} rows were set aside as unusable; the Data page says why.")
    missing = health.tables.rows.filter(pl.col("missing").is_not_null())["table"].to_list()
    if missing:
        found.append(f"Nothing is known about: {', '.join(missing)}.")
    found.append("Releases below grade B say what changed after them, not because of them.")
    return tuple(found)


def _course(workspace: Workspace, scope: Scope) -> tuple[Source, tuple[float | None, ...]]:
    report = active_users(workspace, replace(scope, grain="day"))
    before = report.compared
    values = () if before is None else tuple(before.rows["window_users"].to_list())
    return report.daily, values


def quarter_in_words(report: LeadershipReport) -> str:
    """'1 Oct to 22 Nov 2026, compared with 9 Aug to 30 Sep'."""
    said = _span(report.period)
    compared = f", compared with {_span(report.compared)}" if report.compared else ""
    return f"{said} {report.period.last_day.year}{compared}"


def _span(period: Period) -> str:
    first, last = period.start, period.last_day
    return f"{first.day} {MONTHS[first.month - 1]} to {last.day} {MONTHS[last.month - 1]}"
