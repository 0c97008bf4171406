"""metrics.risk: exact reasons, judgement against definitions, and a planted leak that is caught."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.risk import (
    Question,
    auc,
    boosted_scores,
    drift,
    expected_loss,
    is_boosting_worth_it,
    judgement,
    landmarks,
    leaks,
    lift,
    recalibration,
    reliability,
    risk_model,
    sides,
)

STAYS = np.iinfo(np.int64).max
Array = np.ndarray[Any, Any]


def customers(count: int, seed: int = 0) -> tuple[dict[str, Array], Array]:
    """Customers whose risk falls with active days, bends with price, and differs by plan."""
    chance = np.random.default_rng(seed)
    active = chance.poisson(6, count).astype(float)
    price = chance.gamma(2, 20, count)
    plan = chance.choice(["free", "pro", "team"], count)
    odds = 1 - 0.35 * active + 0.8 * np.abs(price - 40) / 20 - 0.7 * (plan == "team")
    leaves = chance.random(count) < 1 / (1 + np.exp(-odds))
    active[chance.random(count) < 0.05] = np.nan
    return {"active_days": active, "price": price, "plan": plan}, leaves


# --- landmarks


def test_landmarks_leave_out_who_cannot_be_acted_on_or_is_not_known_yet() -> None:
    question = Question(window=28, gap=7, horizon=28)
    left = np.array([47, 48, 75, 76, STAYS])
    started = np.array([0, 0, 0, 0, 14])
    rows = landmarks(np.arange(5), started, left, [40, 70], question, complete_until=76)
    # 47 leaves within the gap; 14 had not paid for a whole window; of 70 nothing is known yet.
    assert rows.accounts.tolist() == [1, 2, 3]
    assert rows.leaves.tolist() == [True, True, False]


def test_landmarks_without_a_known_future_are_none() -> None:
    rows = landmarks(
        np.array([1]), np.array([0]), np.array([STAYS]), [40], Question(), complete_until=60
    )
    assert len(rows) == 0


@given(st.integers(0, 99), st.integers(60, 140))
def test_sides_share_neither_accounts_nor_days(seed: int, judged_from: int) -> None:
    question = Question(window=5, gap=2, horizon=9)
    accounts = np.arange(300)
    rows = landmarks(
        accounts, np.zeros(300, dtype=np.int64), np.full(300, STAYS), [20, 50, 80, 110, 140],
        question, complete_until=999,
    )  # fmt: skip
    found = sides(rows, question, judged_from=judged_from, seed=seed)
    learned, judged = ({*rows.accounts[side]} for side in (found.learns, found.judges))
    assert not learned & judged
    assert 0.15 < len(judged) / 300 < 0.45
    assert all(rows.days[found.learns] + 11 < judged_from)
    assert all(rows.days[found.judges] >= judged_from)


# --- model


def test_reasons_add_up_to_the_score() -> None:
    features, leaves = customers(3000)
    model = risk_model(features, leaves)
    odds = model.base + sum(model.contributions(features).values())
    assert model.scores(features) == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-12)
    for added in model.contributions(features).values():
        assert abs(added.mean()) < 1e-9  # 0 is the average customer


def test_a_bend_is_seen() -> None:
    features, leaves = customers(20_000)
    model = risk_model(features, leaves)
    price = np.array([5.0, 40.0, 110.0])
    added = next(one for one in model.terms if one.name == "price").contribution(price)
    assert added[0] > added[1] + 0.5
    assert added[2] > added[1] + 0.5


def test_model_finds_what_was_planted() -> None:
    features, leaves = customers(20_000)
    model = risk_model(features, leaves)
    fresh, truth = customers(20_000, seed=1)
    found = judgement(model.scores(fresh), truth)
    assert found.auc > 0.75
    worst = max(abs(one.predicted - one.left.value) for one in found.bins)
    assert worst < 0.03


def test_model_does_not_mind_a_new_level_or_a_key() -> None:
    features, leaves = customers(400)
    features["key"] = np.array([f"id{row}" for row in range(400)])
    model = risk_model(features, leaves)
    new = {"active_days": np.array([np.nan]), "price": np.array([1e9]),
           "plan": np.array(["unheard of"]), "key": np.array(["id1"])}  # fmt: skip
    assert 0 <= model.scores(new)[0] <= 1


def test_an_attribute_that_does_not_vary_adds_nothing() -> None:
    features, leaves = customers(400)
    model = risk_model(features | {"same": np.full(400, 3.0)}, leaves)
    assert model.contributions(features | {"same": np.full(400, 3.0)})["same"].max() == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: risk_model({}, np.ones(3) > 0), "at least one attribute"),
        (lambda: risk_model({"x": np.ones(30)}, np.arange(30) < 9), "got 9 and 21"),
        (lambda: risk_model({"x": np.ones(3)}, np.ones(30) > 0), "'x' has 3 values for 30"),
        (lambda: risk_model({"x": np.ones(30)}, np.arange(30) < 15, strength=0), "above 0, got 0"),
        (lambda: expected_loss(np.array([2.0]), np.array([1.0])), "between 0 and 1"),
        (lambda: expected_loss(np.array([0.5]), np.array([])), "1 scores but 0"),
        (lambda: judgement(np.array([np.nan]), np.array([True])), "between 0 and 1"),
        (lambda: judgement(np.array([0.5]), np.array([True, False])), "1 scores for 2"),
        (lambda: lift(np.array([0.5]), np.array([True]), top=10), "got 10"),
        (lambda: reliability(np.array([0.5]), np.array([True]), bins=0), "got 0"),
        (lambda: recalibration(np.array([0.5]), np.array([True])), "some who left"),
        (lambda: Question(window=0), "window and horizon"),
        (lambda: leaks({"x": np.ones(3)}, np.ones(2) > 0), "'x' has 3 values for 2"),
        (lambda: leaks({"x": np.ones(2)}, np.ones(2) > 0, truncated={}), "not made again"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_model_names_what_it_lacks() -> None:
    features, leaves = customers(400)
    with pytest.raises(ValueError, match="also needs price, plan"):
        risk_model(features, leaves).scores({"active_days": features["active_days"]})


# --- judgement

SCORE = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
SCORES = st.lists(st.tuples(SCORE, st.booleans()), min_size=1, max_size=40)


@given(SCORES)
def test_auc_is_a_count_of_pairs(rows: list[tuple[float, bool]]) -> None:
    left = [score for score, leaves in rows if leaves]
    stayed = [score for score, leaves in rows if not leaves]
    right = sum((a > b) + (a == b) / 2 for a in left for b in stayed)
    found = auc(np.array([score for score, _ in rows]), np.array([leaves for _, leaves in rows]))
    assert found == (pytest.approx(right / len(left) / len(stayed)) if left and stayed else None)


@given(SCORES)
def test_bins_lose_nobody(rows: list[tuple[float, bool]]) -> None:
    scores, leaves = (np.array(column) for column in zip(*rows, strict=True))
    found = judgement(scores, leaves)
    assert sum(one.customers for one in found.bins) == len(rows)
    assert found.brier == pytest.approx(((scores - leaves) ** 2).mean())
    told = judgement(np.full(len(rows), leaves.mean()), leaves)
    assert told.brier == pytest.approx(found.base_brier)
    if told.lift is not None:
        assert told.lift == pytest.approx(1)


def test_judgement_of_nobody_is_undefined() -> None:
    assert judgement(np.array([]), np.array([], dtype=bool)).brier is None


def test_judgement_where_nobody_left_has_no_lift() -> None:
    found = judgement(np.array([0.1, 0.2]), np.array([False, False]))
    assert (found.skill, found.auc, found.lift) == (None, None, None)


def test_lift_does_not_depend_on_the_order_of_equal_scores() -> None:
    scores = np.array([0.9] * 4 + [0.1] * 6)
    leaves = np.array([True, False, False, False] + [True] + [False] * 5)
    assert lift(scores, leaves) == pytest.approx(1.25)  # 1 of 4 at the top, 2 of 10 in all
    assert lift(scores[::-1], leaves[::-1]) == pytest.approx(1.25)


@settings(max_examples=10)
@given(shift=st.floats(-1, 1), slope=st.floats(0.5, 2))
def test_recalibration_undoes_what_bent_the_scores(shift: float, slope: float) -> None:
    chance = np.random.default_rng(3)
    odds = chance.normal(-1, 1.5, 40_000)
    leaves = chance.random(40_000) < 1 / (1 + np.exp(-(shift + slope * odds)))
    scores = 1 / (1 + np.exp(-odds))
    found = recalibration(scores, leaves)
    assert (found.shift, found.slope) == pytest.approx((shift, slope), abs=0.12)
    assert found.applied(scores).mean() == pytest.approx(leaves.mean(), abs=1e-3)


def test_drift_by_hand() -> None:
    # Two halves: 50/50 then, 80/20 now: .3·ln(.8/.5) − .3·ln(.2/.5) = .4159.
    before, now = np.repeat([0.0, 1.0], 50), np.repeat([0.0, 1.0], [80, 20])
    found = drift(before, now)
    assert found.index == pytest.approx(0.3 * np.log(1.6) + 0.3 * np.log(2.5))
    assert found.has_drifted


def test_equal_customers_have_not_drifted() -> None:
    same = np.random.default_rng(0).random(500)
    assert drift(same, same).index == 0
    assert drift(same, np.array([])).index is None


def test_boosting_must_win_by_more_than_the_margin() -> None:
    truth = np.arange(10) < 5
    sure, fair = judgement(np.where(truth, 0.9, 0.1), truth), judgement(np.full(10, 0.5), truth)
    assert is_boosting_worth_it(fair, sure)
    assert not is_boosting_worth_it(sure, sure)
    assert not is_boosting_worth_it(sure, fair)


def test_trees_take_the_same_table() -> None:
    features, leaves = customers(600)
    scores = boosted_scores(features, leaves, features)
    assert auc(scores, leaves) > 0.7


# --- leaks


def test_a_planted_leak_is_caught_by_making_the_attributes_again() -> None:
    # "Events since the landmark" counts the week after it too: only cutting the data off shows it.
    features, leaves = customers(500)
    chance = np.random.default_rng(8)
    honest = chance.poisson(5, 500).astype(float)
    leaking = honest + np.where(leaves, 0, chance.poisson(1, 500))
    truncated = features | {"events": honest}
    found = leaks(features | {"events": leaking}, leaves, truncated=truncated)
    assert [one.name for one in found] == ["events"]
    assert found[0].changed == int((leaking != honest).sum())
    assert leaks(truncated, leaves, truncated=truncated) == ()


@pytest.mark.parametrize("kind", ["late", "missing", "level"])
def test_a_planted_leak_is_suspected_from_what_it_knows(kind: str) -> None:
    features, leaves = customers(500)
    planted: Array = {
        "late": np.where(leaves, 1.0, 30.0) + np.arange(500) / 1000,
        "missing": np.where(leaves, 7.0, np.nan),
        "level": np.where(leaves, "cancelled", "active"),
    }[kind]
    assert [one.name for one in leaks(features | {"planted": planted}, leaves)] == ["planted"]


def test_honest_attributes_are_not_suspected() -> None:
    features, leaves = customers(500)
    features["key"] = np.array([f"id{row}" for row in range(500)])
    assert leaks(features, leaves) == ()
