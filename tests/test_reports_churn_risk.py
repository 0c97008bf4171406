"""Accounts at risk: a leak is caught, scores are sums of their parts, what is kept is read back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.revenue import Rules
from metrics.risk import Question
from queries import Filter, QueryError, Segment, Workspace
from reports import churn_risk, churn_risk_kept
from reports.churn_risk import STEPS, Trained, train
from reports.churn_risk_features import features_at
from reports.churn_risk_kept import is_due, kept_model, start_training, training_of
from reports.morning import morning
from reports.revenue_spans import number
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

EVERYBODY = Segment()
START = date(2025, 1, 1)
DAYS = 420
LAST = START + timedelta(days=DAYS - 1)


def day(at: int) -> date:
    return START + timedelta(days=at)


def moment(at: int) -> datetime:
    return datetime.combine(day(at), datetime.min.time(), UTC)


def make_fading(folder: Path, *, accounts: int = 160) -> Workspace:
    """Accounts use the product every day; who leaves uses it rarely for seven weeks before."""
    chance = Random(5)  # noqa: S311
    rows: list[Row] = []
    spans: list[dict[str, Any]] = []
    for at in range(accounts):
        begins = chance.randrange(0, 90)
        leaves = chance.randrange(150, DAYS + 200)
        for one in range(begins, min(leaves, DAYS)):
            fades = leaves - one < 50
            if chance.random() < (0.15 if fades else 0.8):
                rows.append((f"u{at:03}", "opened", f"{day(one)}T12:00:00Z", {}))
        spans.append({
            "account_id": f"a{at:03}", "started_at": moment(begins),
            "ended_at": moment(leaves) if leaves < DAYS else None, "mrr": 10.0 + at % 7,
            "plan": "pro" if at % 2 else "free", "interval": "month",
        })  # fmt: skip
    users = {f"u{at:03}": {"account_id": f"a{at:03}", "country": "DE"} for at in range(accounts)}
    table = pl.DataFrame(spans, infer_schema_length=None)
    setup = Setup(users=users, user_dimensions=("country",), tables={"subscriptions": table})
    return workspace_of(folder, rows, setup, watermark=LAST)


@pytest.fixture(scope="module")
def fading(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_fading(tmp_path_factory.mktemp("fading"))


@pytest.fixture(scope="module")
def trained(fading: Workspace) -> Trained:
    return train(fading, EVERYBODY)


def test_fading_use_is_found(trained: Trained) -> None:
    numbers = trained.numbers
    assert numbers.auc is not None
    assert numbers.auc > 0.8
    assert numbers.brier is not None
    assert numbers.base_brier is not None
    assert numbers.brier < numbers.base_brier
    assert (numbers.lift or 0) > 3
    sizes = trained.parts.group_by("attribute").agg(pl.col("adds").std())
    strongest = sizes.sort("adds").row(-1)[0]
    assert strongest in {"Days with activity", "Days since the last activity"}


def test_a_score_is_the_sum_of_its_parts(trained: Trained) -> None:
    sums = trained.parts.group_by("account_id").agg(pl.col("adds").sum())
    both = trained.scores.join(sums, on="account_id")
    odds = both["adds"].to_numpy() + trained.numbers.base
    assert both.height == trained.scores.height > 0
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(both["risk_share"].to_numpy())


def test_expected_loss_is_risk_times_what_is_paid(trained: Trained) -> None:
    rows = trained.scores
    assert rows["expected_loss"].to_numpy() == pytest.approx(
        (rows["risk_share"] * rows["mrr"]).to_numpy()
    )
    assert rows["expected_loss"].is_sorted(descending=True)


def test_only_who_pays_today_is_scored(fading: Workspace, trained: Trained) -> None:
    spans = fading.ask("paid_spans", is_narrowed=False, is_split=False).rows
    paying = spans.filter(pl.col("ended_at").is_null())["account_id"].to_list()
    assert sorted(trained.scores["account_id"]) == sorted(paying)


def test_outcomes_of_the_learned_end_before_those_judged_begin(trained: Trained) -> None:
    numbers = trained.numbers
    first, last = (date.fromisoformat(one) for one in
                   (numbers.first_landmark, numbers.last_landmark))  # fmt: skip
    question = Question()
    assert first >= START + timedelta(days=question.window)
    # An end needs its grace before it is known to be one.
    assert last + timedelta(days=question.gap + question.horizon + 30) <= LAST
    assert numbers.judged > 0


def test_a_planted_leak_is_caught(fading: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(known: Any, accounts: Any, days: Any, *, window: int) -> Any:
        honest = features_at(known, accounts, days, window=window)
        last = dict(known.usage.group_by("account").agg(pl.col("day").max()).iter_rows())
        seen = np.array([float(last.get(int(one), 0)) for one in accounts])
        return dict(honest) | {"last_seen": seen}

    monkeypatch.setattr(churn_risk, "features_at", leaking)
    with pytest.raises(QueryError, match="last_seen changes when everything after"):
        train(fading, EVERYBODY)


def test_an_honest_attribute_is_no_leak(fading: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def honest(known: Any, accounts: Any, days: Any, *, window: int) -> Any:
        return dict(features_at(known, accounts, days, window=window)) | {
            "weekday": (days % 7).astype(np.float64)
        }

    monkeypatch.setattr(churn_risk, "features_at", honest)
    assert train(fading, EVERYBODY).numbers.rows > 0


def test_features_look_back_over_the_window_only() -> None:
    usage = pl.DataFrame({"account": [0, 0, 0, 0], "day": [72, 73, 90, 101],
                          "active_users": [9, 1, 3, 9], "events": [9, 4, 12, 9]})  # fmt: skip
    from metrics.revenue import history_of_levels
    from reports.churn_risk_features import Known

    paid = history_of_levels(np.array([0, 0]), np.array([50, 95]), np.array([10.0, 20.0]))
    spans = pl.DataFrame({"account": [0, 0], "started": [50, 95], "plan": ["a", "b"],
                          "billed_each": ["month", "year"]})  # fmt: skip
    known = Known(usage, spans, paid, np.array([50]), pl.DataFrame({"account": [0]}))
    found = features_at(known, np.array([0]), np.array([100]), window=28)
    shown = {name: values[0] for name, values in found.items()}
    # Days 73 and 90 lie in (72, 100]; day 101 has not come.
    assert shown == {
        "active_days": 2.0,
        "users_a_day": pytest.approx(np.log1p(2.0)),
        "events_a_day": pytest.approx(np.log1p(8.0)),
        "days_silent": 10.0,
        "recent_share": pytest.approx(12 / 16),
        "tenure_days": 50.0,
        "mrr_log": pytest.approx(np.log1p(20.0)),
        "mrr_change": 1.0,
        "plan": "b",
        "billed_each": "year",
    }


def test_too_few_leavers_are_refused(tmp_path: Path) -> None:
    workspace = make_fading(tmp_path, accounts=6)
    with pytest.raises(QueryError, match="10 who left and as many who stayed"):
        train(workspace, EVERYBODY)


def test_a_model_is_trained_in_the_background_and_kept(tmp_path: Path) -> None:
    workspace, rules = make_fading(tmp_path), Rules()
    assert kept_model(workspace, EVERYBODY, rules) is None
    running = start_training(workspace, EVERYBODY, rules)
    assert running.done.wait(120)
    assert (running.error, running.step) == (None, len(STEPS) - 1)
    churn_risk_kept.trainings.forget()  # as after a restart of the server
    found = kept_model(workspace, EVERYBODY, rules)
    assert found is not None
    assert running.made is not None
    assert found.numbers == running.made.numbers
    assert found.scores.equals(running.made.scores)
    assert number(date.fromisoformat(found.numbers.scored_on)) == number(LAST)


def test_a_model_belongs_to_its_accounts_and_viewer(fading: Workspace) -> None:
    german = Segment((Filter("country", ("DE",)),))
    names = {
        churn_risk_kept._name(fading, EVERYBODY, Rules(), None),
        churn_risk_kept._name(fading, german, Rules(), None),
        churn_risk_kept._name(fading, EVERYBODY, Rules(grace_days=0), None),
        churn_risk_kept._name(fading.seen_within(german), EVERYBODY, Rules(), None),
    }
    assert len(names) == 4


def test_scores_are_made_anew_a_month_later(fading: Workspace, trained: Trained) -> None:
    on = date.fromisoformat(trained.numbers.scored_on)
    older = replace(trained.numbers, scored_on=(on - timedelta(days=31)).isoformat())
    young = replace(trained.numbers, scored_on=(on - timedelta(days=30)).isoformat())
    assert is_due(fading, replace(trained, numbers=older))
    assert not is_due(fading, replace(trained, numbers=young))


def test_a_damaged_model_is_no_model(fading: Workspace, trained: Trained) -> None:
    rules = Rules(grace_days=7)
    place = churn_risk_kept._place(fading, churn_risk_kept._name(fading, EVERYBODY, rules, None))
    churn_risk_kept._keep(place, trained)
    assert kept_model(fading, EVERYBODY, rules) is not None
    (place / "scores.parquet").write_bytes(b"half of a file")
    assert kept_model(fading, EVERYBODY, rules) is None


def test_who_is_newly_at_risk_was_not_by_the_scores_before(
    fading: Workspace, trained: Trained
) -> None:
    rules = Rules()
    place = churn_risk_kept._place(fading, churn_risk_kept._name(fading, EVERYBODY, rules, None))
    names = trained.scores["account_id"].to_list()
    risks = pl.Series([0.9] * 3 + [0.0] * (len(names) - 3))
    now = replace(trained, scores=trained.scores.with_columns(risk_share=risks))
    risks = pl.Series([0.0, 0.9] + [0.0] * (len(names) - 2))
    earlier = replace(
        trained, scores=trained.scores.with_columns(risk_share=risks),
        numbers=replace(trained.numbers, scored_on="2026-01-26"),
    )  # fmt: skip
    (unscored,) = (one for one in morning(fading) if one.name == "accounts")
    assert unscored.nothing == (
        "Accounts have not been scored yet: Churn does it, under “At risk”."
    )
    churn_risk_kept._keep(place, earlier)
    (first,) = (one for one in morning(fading) if one.name == "accounts")
    scored = f"of {len(names)} scored on"
    assert [line.text for line in first.lines] == [
        f"At risk: 1 {scored} Mon 26 Jan; the first scores, so none is new yet"
    ]
    churn_risk_kept._keep(place, now)
    churn_risk_kept._keep(place, now)  # the same day again is no earlier score
    (section,) = (one for one in morning(fading) if one.name == "accounts")
    assert section.lines[0].text == (
        f"Newly at risk since Mon 26 Jan: 2 (3 at risk {scored} Tue 24 Feb)"
    )
    assert [line.key for line in section.lines[1:]] == [names[0], names[2]]


def test_a_training_that_fails_says_why(tmp_path: Path) -> None:
    workspace = make_fading(tmp_path, accounts=6)
    assert start_training(workspace, EVERYBODY, Rules()).done.wait(60)
    running = training_of(workspace, EVERYBODY, Rules())
    assert running is not None
    assert "10 who left" in str(running.error)
