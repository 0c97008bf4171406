"""The reference cases of experiments, through the functions that pages and reports use.

The cases restate figures of papers, R's manual pages, real experiments and runs of GrowthBook's
gbstats, tea-tasting, spotify-confidence and statsmodels; each names its source. Where a case
records a rival's rule that is not ours, the test says so and why.
"""

import json
from collections.abc import Callable
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

import tests.experiment_cases as run
import tests.experiment_design_cases as design
from metrics.experiments import cuped, difference, effect, lift, mean_arm
from metrics.proportions import share_difference
from tests.experiment_inputs import summed, with_covariate

CASES = Path(__file__).parent / "cases" / "experiments.json"
ORIGINALS = Path(__file__).parents[2] / "shared" / "cases" / "experiments.json"
Case = dict[str, Any]
ALL: list[Case] = json.loads(CASES.read_text(encoding="utf-8"))

# Beginning of a case's id, and how it is answered; the longest that fits counts.
ANSWERS: dict[str, Callable[[run.Inputs], run.Found]] = {
    "asos-": design.asos,
    "bayes-beta-": run.beta_posterior,
    "cluster-vs-delta": run.clustered,
    "cs-bernoulli-": design.running_share,
    "cs-normalmix-2s": design.normal_mixture,
    "cs-quantile-ab-": design.quantile_race,
    "ep-n-": design.units,
    "ep-nprop-": design.units_of_shares,
    "eppo-B-": design.running_critical,
    "fieller-": run.fieller,
    "fpr-": design.risk_of_win,
    "gb-acs-": run.gb_sequential,
    "gb-bayes-": run.gb_bayes,
    "gb-cuped-abs": partial(run.gb_cuped, is_relative=False),
    "gb-prop-rel": lambda i: run.relative(
        run.mean_difference(i, lambda arm: run.share_arm(arm["sum"], arm["n"]))
    ),
    "gb-quantile-abs": lambda i: run.absolute(effect(run.mean_difference(i, run.gb_quantile))),
    "gb-ratio-abs": lambda i: run.absolute(effect(run.mean_difference(i, run.gb_ratio))),
    "gb-srm-": design.split,
    "gb-welch-abs": lambda i: run.absolute(effect(run.mean_difference(i, run.mean_of))),
    "gbh-cuped-rel": partial(run.gb_cuped, is_relative=True),
    "gbh-negative-baseline": lambda i: run.relative(run.mean_difference(i, run.mean_of)),
    "gbh-onesided-greater-abs": lambda i: run.absolute(
        effect(run.mean_difference(i, run.mean_of), alternative="greater")
    ),
    "gbh-poststrat-rel": run.stratified,
    "gbh-ratio-cuped-abs": run.gb_ratio_cuped,
    "gst-inflation-jt": design.inflations,
    "gst-ldpocock-": design.spent_bounds("pocock"),
    "gst-obf-": partial(design.classical, delta=0.0),
    "gst-pocock-": partial(design.classical, delta=0.5),
    "interaction-2x2": run.interacting,
    "msprt-": design.mixture_ratio,
    "peek-naive-": design.peeking,
    "pub-bh1995-bonferroni": run.adjusted("bonferroni"),
    "pub-bh1995-holm": run.adjusted("holm"),
    "pub-binom-beta-": partial(run.share_rate, method="exact"),
    "pub-binom-wilson-": partial(run.share_rate, method="wilson"),
    "pub-diffprop-newcombe-": run.newcombe,
    "r-power-prop-": design.planned_power,
    "r-power-t-delta1": design.units,
    "r-power-t-onesided": partial(design.units, sides="one-sided"),
    "r-ttest-sleep": run.sleep,
    "real-": run.real_shares,
    "sc-gst-pow": design.spent_bounds("power"),
    "sc-nim-": run.guardrail,
    "sc-srm": design.split,
    "sc-t-abs": lambda i: run.absolute(effect(run.mean_difference(i, run.mean_of))),
    "sm-ancova-HC1": run.regression("HC1", is_interacted=False),
    "sm-ancova-HC3": run.regression("HC3", is_interacted=False),
    "sm-binom-agresti_coull-": partial(run.share_rate, method="agresti-coull"),
    "sm-binom-jeffreys-": partial(run.share_rate, method="jeffreys"),
    "sm-lin-HC1": run.regression("HC1", is_interacted=True),
    "sm-mult-fdr_bh": run.adjusted("bh"),
    "sm-mult-holm": run.adjusted("holm"),
    "sm-mult-hommel": run.adjusted("hommel"),
    "sm-mult-simes-hochberg": run.adjusted("hochberg"),
    "sm-n-ratio-": design.units_by_ratio,
    "sm-rr-log-": run.risk_ratio,
    "srm-": design.split,
    "ssrm-": design.running_ratio,
    "stable-variance": run.stable,
    "tiny-p": design.extreme,
    "tt-mean-eqvar-z": run.pooled_z,
    "tt-mult-by": run.adjusted("by", "pvalues"),
    "tt-mult-holm-bonferroni": run.adjusted("holm", "pvalues"),
    "tt-mwu": run.ranked,
    "tt-power-power": design.power_of_mean,
    "tt-prop-fisher": partial(run.tea_shares, method="fisher"),
    "tt-prop-log-likelihood": partial(run.tea_shares, method="likelihood"),
    "tt-prop-norm": partial(run.tea_shares, method="z"),
    "tt-ratio": run.session_ratio,
    "tt-srm-": design.tea_split,
    "tt-users-ops": run.user_ratio,
    "tt-users-orders-cuped": run.tea_cuped("orders"),
    "tt-users-revenue-cuped": run.tea_cuped("revenue"),
    "winsor-D1": run.winsorised,
}

# Rivals' rules that are not ours; the tests at the end say how ours differ.
CONTRASTS = {"sc-cuped-rel", "sc-z-rel", "sm-diffprop-mn-308"}
ANSWERED = [case for case in ALL if case["id"] not in CONTRASTS]


def case_named(name: str) -> Case:
    return next(case for case in ALL if case["id"] == name)


def answer(case: Case) -> run.Found:
    fitting = [start for start in ANSWERS if case["id"].startswith(start)]
    return ANSWERS[max(fitting, key=len)](case["inputs"])


def assert_close(found: Any, expected: Any, case: Case) -> None:
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert_close(found[name], value, case)
    elif isinstance(expected, list):
        for one, value in zip(found, expected, strict=True):
            assert_close(one, value, case)
    elif expected is None:
        assert found is None
    else:
        allowed = case["tolerance"] + (case["rtol"] or 0) * abs(expected)
        assert found == pytest.approx(expected, abs=allowed, rel=0)


@pytest.mark.parametrize("case", ANSWERED, ids=[case["id"] for case in ANSWERED])
def test_case(case: Case) -> None:
    assert_close(answer(case), case["expected"], case)


def test_every_answer_answers_a_case() -> None:
    unused = [s for s in ANSWERS if not any(case["id"].startswith(s) for case in ALL)]
    assert unused == []


def test_contrasts_are_the_noted_ones_and_one_known_error() -> None:
    noted = {case["id"] for case in ALL if "contrast" in (case.get("note") or "")}
    assert noted | {"sm-diffprop-mn-308"} == CONTRASTS


def test_cases_are_the_shared_ones() -> None:
    if not ORIGINALS.exists():
        pytest.skip("the reference cases are beside the project on its makers' machines only")
    assert json.loads(ORIGINALS.read_text(encoding="utf-8")) == ALL


def test_a_lift_counts_that_the_control_mean_is_uncertain() -> None:
    # Contrast: spotify-confidence divides the interval of the difference by the control mean.
    case = case_named("sc-z-rel")
    of = difference(*(mean_arm(summed(case["inputs"][arm])) for arm in ("control", "treatment")))
    one = effect(of, distribution="normal")
    theirs = [one.low / one.control, one.high / one.control]
    assert theirs == pytest.approx(case["expected"]["ci"], abs=1e-8)
    assert one.lift.value == pytest.approx(case["expected"]["estimate"])
    # Theirs is symmetric about the lift; a ratio of two uncertain means reaches further up.
    assert one.lift.high - one.lift.value > 1.2 * (one.lift.value - one.lift.low) > 0.2


def test_an_adjusted_lift_counts_the_same() -> None:
    # Contrast: as above, and the adjusted variance is 10.6 % too wide at 20 units an arm.
    case = case_named("sc-cuped-rel")
    sides = [with_covariate(case["inputs"][arm]) for arm in ("control", "treatment")]
    found = cuped(*sides, slope="combined").difference
    low, high = case["expected"]["ci"]
    their_error = (high - low) / 2 / 1.959964 * found.control
    assert their_error > 1.1 * sqrt(found.variance)
    assert lift(found).low > low + 0.005


def test_score_interval_is_right_where_statsmodels_is_not() -> None:
    # statsmodels 0.15.0 puts a count where the cubic of the constrained shares wants a group's size
    # (their bug report 10269), which moves the upper end. Ours holds the score equation: at its
    # ends, the statistic with the likeliest shares is 1.96.
    case = case_named("sm-diffprop-mn-308")
    i = case["inputs"]
    base, other = (i["x2"], i["n2"]), (i["x1"], i["n1"])
    found = share_difference(base, other, method="score")
    assert found.low == pytest.approx(case["expected"]["ci"][0], abs=1e-7)
    assert found.high == pytest.approx(0.0232881229, abs=1e-9)
    assert found.high - case["expected"]["ci"][1] > 1.6e-5
    assert run.share_test(base, other).p_value == pytest.approx(case["expected"]["p_value"])
