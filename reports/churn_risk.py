"""Which accounts are at risk of leaving, how sure is that, and what is each score made of?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.revenue import NEVER, Rules, history
from metrics.revenue.movements import amounts_at
from metrics.risk import (
    Judgement,
    Landmarks,
    Question,
    RiskModel,
    Sides,
    boosted_scores,
    drift,
    expected_loss,
    is_boosting_worth_it,
    judgement,
    landmarks,
    leaks,
    risk_model,
    sides,
)
from queries import QueryError
from reports.churn_lifetimes import first_endings
from reports.churn_risk_features import Known, features_at, words_of
from reports.known import known as known_days
from reports.revenue_spans import PaidSpans, day_of, number, paid_spans

if TYPE_CHECKING:
    from metrics.risk.model import Features
    from queries import Segment, Workspace

STEP = 14  # days between two landmarks
JUDGED = 0.4  # of the landmarks, the later ones, are judged on
CHECKED = 3  # landmarks whose attributes are made again to look for leaks
STEPS = (
    "Reading spans and usage",
    "Looking back from each landmark",
    "Looking for leaks",
    "Learning from older landmarks",
    "Judging on later ones, beside boosted trees",
    "Scoring today's accounts",
)
STRENGTH = 0.1  # of the fit: landmarks of one account repeat themselves, so shrink more than usual
MOST_LEVELS = 30  # of a dimension that is an attribute

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RiskNumbers:
    """What a training found, apart from its tables; all of it can be written as JSON.

    Attributes:
        trained_at: When, UTC.
        snapshot_id: From which build.
        first_landmark: Of those learned from.
        last_landmark: Of those judged on.
        scored_on: The day whose evening the scores are of.
        rows: Landmarks learned from.
        leavers: Of those, who left.
        judged: Landmarks judged on, of other accounts.
        base_rate: Share of those that left; None: nobody was judged. So for the next four.
        brier: Mean squared error of the scores.
        base_brier: The same of telling everybody the base rate.
        auc: Chance that a leaver has a higher score than a stayer.
        lift: Leavers among the tenth with the highest scores ÷ base rate.
        boosted_brier: Of gradient-boosted trees, a yardstick.
        is_boosting_worth_it: Whether those are better by more than the margin.
        drift: Stability index of the scores against those learned from; None: nobody is scored.
        has_drifted: Whether it is 0.2 or more.
        base: Log odds of the average customer learned from.
    """

    trained_at: str
    snapshot_id: str
    first_landmark: str
    last_landmark: str
    scored_on: str
    rows: int
    leavers: int
    judged: int
    base_rate: float | None
    brier: float | None
    base_brier: float | None
    auc: float | None
    lift: float | None
    boosted_brier: float | None
    is_boosting_worth_it: bool
    drift: float | None
    has_drifted: bool
    base: float


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A model's numbers and tables.

    Attributes:
        numbers: What was found.
        scores: One row per paying account, highest expected loss first: `account_id, plan, mrr,
            risk_share, expected_loss, reasons`.
        parts: One row per (account, attribute): `account_id, attribute, adds` to the log odds;
            with the base they add up to the score's log odds, exactly.
        bins: Tenths by score of the judged: `accounts, predicted_share, left, left_share, left_low,
            left_high`.
    """

    numbers: RiskNumbers
    scores: pl.DataFrame
    parts: pl.DataFrame
    bins: pl.DataFrame


def train(
    workspace: Workspace,
    segment: Segment,
    *,
    rules: Rules | None = None,
    question: Question | None = None,
    currency: str | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Learn from the past of some accounts who leaves, judge it on the future of others.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        rules: How spans count.
        question: Window, gap and horizon.
        currency: Of the spans; None: that of most.
        progress: Called with the number of each step of STEPS as it begins.

    Raises:
        QueryError: Too few left, or an attribute knows the future.
    """
    rules, question = rules or Rules(), question or Question()

    step = progress or (lambda _: None)
    step(0)
    paid = paid_spans(workspace, segment, currency=currency)
    found, left = _known(workspace, paid, rules, _traits(workspace, segment, paid, currency))
    step(1)
    rows = _landmarks(workspace, found, left, question, paid, rules)
    features = features_at(found, rows.accounts, rows.days, window=question.window)
    step(2)
    refuse_leaks(found, rows, features, question)
    step(3)
    split = _sides(rows, question)
    try:
        model = risk_model(
            _only(features, split.learns), rows.leaves[split.learns], strength=STRENGTH
        )
    except ValueError as error:
        raise QueryError(f"no model of who leaves can be learned: {error}") from error
    step(4)
    judged = _only(features, split.judges)
    seen = judgement(model.scores(judged), rows.leaves[split.judges])
    trees = judgement(
        boosted_scores(_only(features, split.learns), rows.leaves[split.learns], judged),
        rows.leaves[split.judges],
    )
    step(5)
    scores, parts, now = _scored(found, model, paid, question)
    return Trained(
        numbers=_numbers(workspace, rows, split, model, (seen, trees), now, features, paid),
        scores=scores,
        parts=parts,
        bins=_bins(seen),
    )


def _traits(
    workspace: Workspace, segment: Segment, paid: PaidSpans, currency: str | None
) -> pl.DataFrame:
    """`account` and, for each dimension of users, the value that most of its people have."""
    table = pl.DataFrame({"account_id": paid.names, "account": np.arange(len(paid.names))})
    dimensions = [name for name, one in workspace.dimensions.items() if one.level == "user"]
    for name in dimensions:
        rows = paid_spans(workspace, segment, by=name, currency=currency).source.rows
        own = rows.unique("account_id", keep="first")
        if 1 < own["segment"].n_unique() <= MOST_LEVELS:
            named = own.select("account_id", pl.col("segment").alias(name))
            table = table.join(named, on="account_id", how="left")
    return table.drop("account_id")


def _known(
    workspace: Workspace, paid: PaidSpans, rules: Rules, traits: pl.DataFrame
) -> tuple[Known, np.ndarray]:
    """What there is, and the day each account left; NEVER: it still pays."""
    days = known_days(workspace)
    answer = workspace.ask("account_days", start_date=days.data_start, end_date=day_of(paid.until))
    numbers = pl.DataFrame({"account_id": paid.names, "account": np.arange(len(paid.names))})
    usage = answer.rows.join(numbers, on="account_id").with_columns(_day_number("day"))
    paying = paid.source.rows.filter(pl.col("amount") > 0).with_columns(_day_number("started"))
    levels = history(paid.at_latest_rates, rules, as_of=paid.until)
    grace = rules.grace_days if rules.grace_days is not None else 0
    accounts, first, ended = first_endings(levels, paid.until, grace)
    started = np.full(len(paid.names), NEVER)
    left = np.full(len(paid.names), NEVER)
    started[accounts] = first
    left[accounts] = np.where(ended < 0, NEVER, ended)
    known = Known(
        usage.select("account", "day", "active_users", pl.col("event_count").alias("events")),
        paying.select("account", "started", "plan", "billed_each"),
        levels,
        started,
        traits,
    )
    return known, left


def _day_number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int32).cast(pl.Int64)


def _landmarks(
    workspace: Workspace,
    found: Known,
    left: np.ndarray,
    question: Question,
    paid: PaidSpans,
    rules: Rules,
) -> Landmarks:
    """Rows to learn from and to judge on, every two weeks.

    An end within the grace of the last day is not known to be one: outcomes stop before it.
    """
    first = number(known_days(workspace).data_start) + question.window
    complete = paid.until - (rules.grace_days or 0)
    days = list(range(complete - question.gap - question.horizon - 1, first, -STEP))
    accounts = np.flatnonzero(found.started < NEVER)
    return landmarks(
        accounts, found.started[accounts], left[accounts], days, question, complete_until=complete
    )


def refuse_leaks(found: Known, rows: Landmarks, features: Features, question: Question) -> None:
    """Make the attributes of some landmarks again from what was known then.

    Raises:
        QueryError: An attribute differs, so it knew what came later, or alone tells who left.
    """
    days = np.unique(rows.days)
    for day in days[:: max(1, len(days) // CHECKED)]:
        here = rows.days == day
        again = features_at(
            found.until(int(day)), rows.accounts[here], rows.days[here], window=question.window
        )
        wrong = leaks(_only(features, here), rows.leaves[here], truncated=again)
        seen = [one.name for one in wrong if one.changed]
        if seen:
            raise QueryError(
                f"{', '.join(seen)} changes when everything after {day_of(int(day))} is taken away:"
                " it knows the future, so nothing is learned from it"
            )


def _sides(rows: Landmarks, question: Question) -> Sides:
    days = np.unique(rows.days)
    if not len(days):
        nothing = np.zeros(0, dtype=np.bool_)
        return Sides(nothing, nothing)
    judged_from = int(np.quantile(days, 1 - JUDGED, method="higher"))
    return sides(rows, question, judged_from=judged_from)


def _only(features: Features, which: np.ndarray) -> Features:
    return {name: values[which] for name, values in features.items()}


def _scored(
    found: Known, model: RiskModel, paid: PaidSpans, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame, np.ndarray]:
    """Today's accounts with their scores, what each is made of, and the bare scores."""
    today = paid.until - 1
    everybody = np.unique(found.levels.accounts)
    paying = everybody[amounts_at(found.levels, everybody, paid.until).sum(axis=1) > 0]
    features = features_at(found, paying, np.full(len(paying), today), window=question.window)
    scores = model.scores(features)
    added = model.contributions(features)
    names = [paid.names[account] for account in paying]
    parts = pl.DataFrame(
        {
            "account_id": names * len(added),
            "attribute": [words_of(name) for name in added for _ in names],
            "adds": np.concatenate([*added.values()]) if added else [],
        }
    )
    amounts = amounts_at(found.levels, paying, paid.until).sum(axis=1)
    loss = expected_loss(scores, amounts)
    table = pl.DataFrame(
        {
            "account_id": names,
            "plan": features["plan"].tolist(),
            "mrr": amounts,
            "risk_share": scores,
            "expected_loss": loss,
            "reasons": _reasons(added),
        },
        schema_overrides={"account_id": pl.String, "plan": pl.String, "reasons": pl.String},
    )
    return table.sort("expected_loss", "account_id", descending=[True, False]), parts, scores


def _reasons(added: dict[str, np.ndarray]) -> list[str]:
    """For each account the three attributes that raise its score most."""
    names = list(added)
    table = np.column_stack([*added.values()]) if names else np.empty((0, 0))
    found = []
    for row in table:
        most = [at for at in np.argsort(-row)[:3] if row[at] > 0]
        found.append(", ".join(f"{words_of(names[at])} +{row[at]:.2f}" for at in most))
    return found


def _bins(seen: Judgement) -> pl.DataFrame:
    rows = [
        (one.customers, one.predicted, one.left.value, one.left.low, one.left.high)
        for one in seen.bins
    ]
    names = ("predicted_share", "left_share", "left_low", "left_high")
    schema = {"accounts": pl.Int64} | dict.fromkeys(names, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _numbers(
    workspace: Workspace,
    rows: Landmarks,
    split: Sides,
    model: RiskModel,
    judged: tuple[Judgement, Judgement],
    now: np.ndarray,
    features: Features,
    paid: PaidSpans,
) -> RiskNumbers:
    seen, trees = judged
    moved = drift(model.scores(_only(features, split.learns)), now)
    snapshot: Any = workspace.snapshot
    return RiskNumbers(
        trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
        snapshot_id=snapshot.id,
        first_landmark=_iso(rows.days[split.learns].min()),
        last_landmark=_iso(rows.days.max()),
        scored_on=_iso(paid.until - 1),
        rows=model.rows,
        leavers=model.leavers,
        judged=seen.customers,
        base_rate=seen.base_rate,
        brier=seen.brier,
        base_brier=seen.base_brier,
        auc=seen.auc,
        lift=seen.lift,
        boosted_brier=trees.brier,
        is_boosting_worth_it=is_boosting_worth_it(seen, trees),
        drift=moved.index,
        has_drifted=moved.has_drifted,
        base=model.base,
    )


def _iso(day: int) -> str:
    found: date = day_of(int(day))
    return found.isoformat()
