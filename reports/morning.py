"""What else waits this morning: decisions, readouts, goals, risks, work, and the data?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from metrics.periods import days_ending
from metrics.revenue import Rules
from queries import Segment, TidemarkError
from reports.brief_words import day_in_words, figure
from reports.churn_risk_before import at_risk, newly_at_risk
from reports.churn_risk_kept import kept_model, scores_before
from reports.data_health import data_health
from reports.diagnosed import diagnosed
from reports.experiment_decisions import decisions
from reports.experiments import experiments
from reports.goals import WORDS, goals_or_none
from reports.known import known
from reports.objectives import objectives
from reports.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from queries import Workspace

LOG = logging.getLogger("tidemark")
Tone = Literal["plain", "good", "bad"]
WEEKS = 13  # that the diagnosis of features reads
MOST_LINES = 4
SOON = timedelta(days=7)
DAILY = ("events", "requests")  # tables of which every day has rows
WANTED: tuple[Literal["nps", "csat"], ...] = ("nps", "csat")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know.

    Attributes:
        text: A sentence.
        tone: Whether it is good or bad news.
        key: What it is about, for who is told of changes only; "": nobody is told.
        state: What of it has to change to be told again.
    """

    text: str
    tone: Tone = "plain"
    key: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the morning.

    Attributes:
        name: Fit for a key.
        title: Its heading.
        page: The page that shows more.
        lines: What there is, the most urgent first; empty: nothing waits.
        nothing: What is said then.
    """

    name: str
    title: str
    page: str
    lines: tuple[Line, ...]
    nothing: str


def morning(workspace: Workspace) -> tuple[Section, ...]:
    """Every section about which the workspace knows something; one that fails says so."""
    found = (_section(workspace, maker) for maker in MAKERS)
    return tuple(section for section in found if section is not None)


def _section(workspace: Workspace, maker: Callable[[Workspace], Section | None]) -> Section | None:
    try:
        return maker(workspace)
    except (TidemarkError, ImportError) as error:
        LOG.warning("%s: %s", maker.__name__, error)
        return None


def _decisions(workspace: Workspace) -> Section | None:
    """Experiments that need a person."""
    report = experiments(workspace)
    if report.experiments.is_empty:
        return None
    rows = report.experiments.rows
    waiting = rows.filter(pl.col("status").is_in(["Decision ready", "No verdict: broken"]))
    decided = decisions(workspace)
    lines = [
        Line(f"“{row['experiment']}”: {row['verdict'] or row['status']}",
             "bad" if "broken" in row["status"] else "plain", row["experiment"], row["status"])
        for row in waiting.unique("experiment", maintain_order=True).iter_rows(named=True)
        if row["experiment"] not in decided
    ]  # fmt: skip
    return Section(
        "decisions", "Experiments that need a decision", "experiments", tuple(lines),
        "No experiment waits for a decision.",
    )  # fmt: skip


def _readouts(workspace: Workspace) -> Section | None:
    """Releases of the last weeks, with what is known of them and when to look again."""
    from reports.release import release_report
    from reports.release_facts import all_releases

    releases = all_releases(workspace)
    if not releases:
        return None
    last = known(workspace).watermark
    lines = []
    for release in releases:
        day = release.released_on
        if not last - timedelta(days=28) <= day <= last:
            continue
        found = release_report(workspace, release.name)
        if found is None:
            continue
        again = found.look_again if "ook again" not in found.sentence else None
        said = found.sentence + (f" Look again on {day_in_words(again)}." if again else "")
        state = f"{found.standing}, {found.look_again}"
        lines.append(
            Line(f"{release.name} ({day_in_words(day)}): {said}", key=release.name, state=state)
        )
    return Section(
        "readouts", "Releases with a readout due", "releases", tuple(lines),
        "No release of the last four weeks.",
    )  # fmt: skip


def _goals(workspace: Workspace) -> Section | None:
    found = goals_or_none(workspace)
    tones: dict[str, Tone] = {"met": "good", "on track": "good", "off track": "bad",
                              "missed": "bad"}  # fmt: skip
    lines = [
        Line(
            f"{WORDS[one.standing]}: {one.sentence}",
            tones.get(one.standing, "plain"),
            one.goal.id,
            one.standing,
        )
        for one in found
    ]
    return Section(
        "goals", "Goals against target", "leadership", tuple(lines),
        "No goal is set; they are set on the Leadership page.",
    )  # fmt: skip


def _features(workspace: Workspace) -> Section | None:
    """Features that are used too little now and were not four weeks ago."""
    last = known(workspace).watermark
    now = diagnosed(workspace, Segment(), days_ending(last, 7 * WEEKS))
    before = diagnosed(workspace, Segment(), days_ending(last - timedelta(days=28), 7 * WEEKS))
    if not now.found:
        return None
    newly = [
        name for name, one in now.found.items()
        if one.under_use.is_underused
        and not (name in before.found and before.found[name].under_use.is_underused)
    ]  # fmt: skip
    lines = tuple(
        Line(f"{name.replace('_', ' ')}: {now.found[name].under_use.habitual:,} of "
             f"{now.found[name].under_use.eligible:,} have the habit", "bad", name, "under-used")
        for name in newly
    )  # fmt: skip
    return Section(
        "features", "Features newly under-used", "diagnosis", lines,
        "No feature has become under-used in the last four weeks.",
    )  # fmt: skip


def _accounts(workspace: Workspace) -> Section | None:
    """Accounts at risk by the kept scores that were not by the scores before."""
    kept = kept_model(workspace, Segment(), Rules())
    if kept is None:
        return _not_scored(workspace)
    if kept.numbers.base_rate is None:
        return None
    risky = at_risk(kept)
    before = scores_before(workspace, Segment(), Rules())
    scored = f"of {kept.scores.height:,} scored on {_day_of(kept.numbers.scored_on)}"
    if before is None:
        told = f"At risk: {risky.height:,} {scored}; the first scores, so none is new yet"
        return Section("accounts", "Accounts newly at risk", "churn", (Line(told),), "")
    newly = newly_at_risk(kept, before)
    since = f"since {_day_of(before.scored_on)}"
    at_all = f"({risky.height:,} at risk {scored})"
    currency = workspace.settings.product.currency
    lines = [
        Line(f"{row['account_id']}: {row['risk_share']:.0%} likely to leave within four weeks, "
             f"{figure(row['mrr'], 'currency', currency)} a month; {row['reasons']}", "bad",
             row["account_id"], "at risk")
        for row in newly.head(MOST_LINES).iter_rows(named=True)
    ]  # fmt: skip
    if lines:
        lines.insert(0, Line(f"Newly at risk {since}: {newly.height:,} {at_all}", "bad"))
    nothing = f"No account is newly at risk {since} {at_all}."
    return Section("accounts", "Accounts newly at risk", "churn", tuple(lines), nothing)


def _not_scored(workspace: Workspace) -> Section | None:
    """Where accounts pay, that nobody has scored them; elsewhere nothing."""
    spans = data_health(workspace).tables.rows.filter(table="subscriptions")
    if spans.is_empty() or not spans["rows"].fill_null(0).sum():
        return None
    return Section(
        "accounts", "Accounts newly at risk", "churn", (),
        "Accounts have not been scored yet: Churn does it, under “At risk”.",
    )  # fmt: skip


def _day_of(text: str) -> str:
    return day_in_words(date.fromisoformat(text))


def _budget(workspace: Workspace) -> Section | None:
    found = objectives(workspace)
    if not found:
        return None
    lines = [
        Line(_budget_words(one), "bad" if one.burning or not one.budget.is_met else "good",
             one.name, f"{one.budget.is_met}, {len(one.burning)} alerts")
        for one in found if one.budget is not None
    ]  # fmt: skip
    return Section(
        "budget", "Error budget", "performance", tuple(lines), "No requests in the window."
    )


def _budget_words(one: Any) -> str:
    spent = one.budget.consumed
    share = "nothing is allowed" if spent is None else f"{spent:.0%} of the budget is spent"
    burning = f"; {len(one.burning)} alerts fire now" if one.burning else ""
    return f"{one.words}: {share}{burning}"


def _feedback(workspace: Workspace) -> Section | None:
    """What people said in the last four weeks, in one line for each scale."""
    from reports.feedback import feedback

    last = known(workspace).watermark
    scope = Scope(days_ending(last, 28), None, "week", Segment())
    report = feedback(workspace, scope)
    if report.is_missing:
        return None
    lines = []
    for scale in WANTED:
        one = report.nps if scale == "nps" else report.csat
        if one.value is None or one.low is None or one.high is None:
            continue
        if scale == "nps":
            ends = f"{one.low:.0f} to {one.high:.0f}"
            lines.append(Line(f"NPS {one.value:.0f} ({ends}) of {one.answers:,} answers"))
        else:
            ends = f"{one.low:.0%} to {one.high:.0%}"
            lines.append(Line(f"{one.value:.0%} satisfied ({ends}) of {one.answers:,} answers"))
    return Section(
        "feedback", "Feedback, 28 days", "feedback", tuple(lines), "Nobody has answered."
    )


def _work(workspace: Workspace) -> Section | None:
    """Open, overdue, finished yesterday, and how far the next release is."""
    zone = workspace.settings.product.zone
    last = known(workspace).watermark
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    until = end.astimezone(UTC).replace(tzinfo=None)
    rows = workspace.ask("work_item_states", until_at=until).rows
    if rows.is_empty():
        return None
    is_open = pl.col("done_at").is_null()
    opened = rows.filter(is_open)
    overdue = opened.filter(pl.col("promised_at") < until)
    finished = rows.filter(pl.col("done_at") > until - timedelta(days=1))
    lines = [
        Line(f"{opened.height:,} open, {overdue.height:,} of them overdue",
             "bad" if overdue.height else "plain"),
        Line(f"{finished.height:,} finished on {day_in_words(last)}"
             + (f": {', '.join(finished['item_key'].head(5))}" if finished.height else "")),
        *_next_release(rows, until),
    ]  # fmt: skip
    return Section("work", "Work items", "sql", tuple(lines), "")


def _next_release(rows: pl.DataFrame, until: datetime) -> Iterator[Line]:
    """Progress of the release whose items are due next."""
    coming = rows.filter(pl.col("for_release").is_not_null() & (pl.col("promised_at") >= until))
    if coming.is_empty():
        return
    name = coming.sort("promised_at", "for_release")["for_release"][0]
    own = rows.filter(pl.col("for_release") == name)
    done = own.filter(pl.col("done_at").is_not_null()).height
    due = coming.filter(pl.col("for_release") == name)["promised_at"].min()
    day = due.date() if isinstance(due, datetime) else date.max
    yield Line(f"Release {name}: {done} of {own.height} items done, due {day_in_words(day)}")


def _data(workspace: Workspace) -> Section | None:
    """Whether the data themselves are in order."""
    report = data_health(workspace)
    if report.watermark is None or report.withheld:
        return None
    lines = [Line(f"Complete to {day_in_words(report.watermark)}")]
    tables = report.tables.rows.filter(pl.col("rows").is_not_null() & (pl.col("rows") > 0))
    behind = [
        name for name, day in tables.select("table", "watermark").iter_rows()
        if name in DAILY and day is not None and day < report.watermark
    ]  # fmt: skip
    if behind:
        lines.append(Line(f"Behind the events: {', '.join(behind)}", "bad"))
    set_aside = int(tables["quarantined"].fill_null(0).sum())
    lines.append(Line(f"{set_aside:,} rows set aside in all"))
    late = workspace.snapshot.late_rows if workspace.snapshot else {}
    recent = {
        day: rows for day, rows in late.items()
        if date.fromisoformat(day) > report.watermark - SOON
    }  # fmt: skip
    if recent:
        lines.append(Line(f"{sum(recent.values()):,} rows came late for the last week", "bad"))
    return Section("data", "Data health", "data", tuple(lines), "")


MAKERS = (
    _decisions, _readouts, _goals, _features, _accounts, _budget, _feedback, _work, _data,
)  # fmt: skip
