"""metrics.impact: placebos, readouts, the method that a rollout allows, and what may be said."""

import numpy as np
import pytest

from metrics.impact import (
    READOUTS,
    Check,
    Choice,
    Rollout,
    breakdown,
    goal,
    method_for,
    missed_trend,
    missing_evidence,
    next_readout,
    placebo_dates,
    placebo_periods,
    placebos,
    readouts,
    step_change,
    verdict,
)

# --- a step


def test_a_step_is_the_ratio_of_rates_without_a_trend() -> None:
    counts = np.array([100.0, 120, 80, 100, 50, 60, 40, 50])
    level = step_change(np.repeat(counts, 1), 4, exposure=np.repeat(1000.0, 8)).level
    assert level.low < level.value < level.high
    with pytest.raises(ValueError, match="too few periods"):
        step_change(counts, 1)
    with pytest.raises(ValueError, match="exposure above 0"):
        step_change(counts, 4, exposure=np.zeros(8))


# --- placebos, readouts, rollouts


def test_placebos_count_both_signs_and_the_real_one() -> None:
    found = placebos(2.0, [-2.0, 1.0, 3.0], p_values=[0.01, 0.5, 0.2])
    assert (found.as_large, found.count, found.p_value, found.flagged) == (2, 3, 0.75, 1)
    assert placebos(2.0, []).p_value is None
    with pytest.raises(ValueError, match="effects must be known"):
        placebos(2.0, [float("nan")])
    with pytest.raises(ValueError, match="as many p-values"):
        placebos(2.0, [1.0], p_values=[])


def test_placebo_dates_leave_the_real_days_alone() -> None:
    days = np.datetime64("2026-01-05") + np.arange(70)
    values = np.random.default_rng(1).normal(size=70)
    found = placebo_dates(days, values, before=42, after=7, scale="value", step=7)
    assert [str(day) for day, _, _ in found] == [
        "2026-02-16", "2026-02-23", "2026-03-02", "2026-03-09"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="step must be 1"):
        placebo_dates(days, values, before=42, after=7, step=0)


def test_placebo_periods_never_see_the_real_date() -> None:
    seen: list[int] = []
    outcomes = np.arange(20.0).reshape(2, 10)
    placebo_periods(
        outcomes, 7, 2, lambda part, at: float(seen.append(part.shape[1]) or at), first=3
    )
    assert seen == [5, 6, 7]
    with pytest.raises(ValueError, match="no date from 6 on"):
        placebo_periods(outcomes, 7, 2, lambda part, _: float(part.sum()), first=6)


def test_a_finding_needs_its_days_level() -> None:
    assert sum(READOUTS.values()) == pytest.approx(0.0661)
    found = readouts({3: 0.0001, 7: 0.0041, 14: None, 28: 0.043})
    assert [one.is_finding for one in found] == [True, False, None, True]
    assert [next_readout(day) for day in (0, 3, 27, 28)] == [3, 7, 28, None]
    with pytest.raises(ValueError, match=r"got \[5\]"):
        readouts({5: 0.1})
    with pytest.raises(ValueError, match="between 0 and 1, got 2"):
        readouts({3: 2})


@pytest.mark.parametrize(
    ("rollout", "method", "grade"),
    [
        (Rollout(is_randomised=True, is_own_choice=True), "experiment", "A"),
        (Rollout(is_own_choice=True, segments=30, treated=9, untreated=21), "adopters only", "D"),
        (Rollout(segments=8, treated=6, untreated=2), "difference in differences", "B"),
        (Rollout(segments=8, treated=7, untreated=1), "series alone", "D"),
        (Rollout(segments=7, treated=5, untreated=2, controls=1), "series with controls", "C"),
        (Rollout(segments=12, treated=6, untreated=6, dates=2),
         "staggered difference in differences", "B"),
        (Rollout(segments=11, treated=1, untreated=10), "synthetic control", "B"),
        (Rollout(segments=10, treated=1, untreated=9), "difference in differences", "B"),
        (Rollout(segments=20, treated=4, untreated=16), "difference in differences", "B"),
        (Rollout(), "series alone", "D"),
    ],
)  # fmt: skip
def test_the_rollout_chooses_the_method(rollout: Rollout, method: str, grade: str) -> None:
    found = method_for(rollout)
    assert (found.method, found.grade) == (method, grade)


def test_what_is_missing_is_named_with_the_day_to_look_again() -> None:
    found = missing_evidence(
        days_before=27, days_after=5, exposed=0.09, others_inside=1, days_not_final=2
    )
    assert [(one.what, one.days_to_wait) for one in found] == [
        ("days before", None), ("days after", 2), ("exposure", None), ("another release", None),
        ("final data", 2),
    ]  # fmt: skip
    assert missing_evidence(days_before=28, days_after=7, exposed=0.1) == ()
    assert missing_evidence(days_before=28, days_after=7, exposed=None)[0].what == "exposure"
    with pytest.raises(ValueError, match="0 or more"):
        missing_evidence(days_before=-1, days_after=7, exposed=1)
    with pytest.raises(ValueError, match="between 0 and 1, got 50"):
        missing_evidence(days_before=28, days_after=7, exposed=50)


# --- sensitivity and verdict


def test_a_breakdown_grows_with_the_effect_and_falls_with_time() -> None:
    # Steps before: .5 → −.5 → 0; the worst is 1, and 3 − 1 is left.
    assert breakdown(-3.0, 1.0, [0.5, -0.5]) == 2.0
    assert breakdown(-3.0, 1.0, [0.5, -0.5], periods_after=3) == 1.0
    assert breakdown(0.5, 1.0, [0.5]) == 0
    assert (breakdown(1, 1, []), breakdown(1, 1, [0.0])) == (None, None)
    with pytest.raises(ValueError, match="1 or more, got 0"):
        breakdown(1, 1, [1.0], periods_after=0)


def test_the_missed_trend_is_missed_as_often_as_promised() -> None:
    rng = np.random.default_rng(1)
    covariance = np.array([[1.0, 0.3], [0.3, 0.5]])
    slope = missed_trend(covariance, power=0.5)
    drawn = rng.multivariate_normal([-2 * slope, -slope], covariance, 20_000)
    tests = np.einsum("ij,jk,ik->i", drawn, np.linalg.inv(covariance), drawn)
    assert np.mean(tests > 5.991) == pytest.approx(0.5, abs=0.02)
    assert missed_trend(np.zeros((0, 0))) is None
    assert missed_trend(np.zeros((2, 2))) is None
    with pytest.raises(ValueError, match=r"between 0\.05 and 1"):
        missed_trend(covariance, power=1.0)


STRONG = Choice("difference in differences", "B")


def test_a_verdict_rules_out_when_it_is_unclear() -> None:
    clear = verdict(STRONG, (0.03, 0.01, 0.05), better="lower")
    assert (clear.grade, clear.direction, clear.is_better) == ("B", "up", False)
    assert (clear.ruled_out_above, clear.ruled_out_below) == (None, None)
    unclear = verdict(STRONG, (0.03, -0.01, 0.07), better="higher")
    assert (unclear.direction, unclear.is_better) == ("unclear", None)
    assert (unclear.ruled_out_above, unclear.ruled_out_below) == (0.07, -0.01)
    with pytest.raises(ValueError, match="outside its interval"):
        verdict(STRONG, (1.0, 0.0, 0.5), better="higher")


def test_checks_that_disagree_cost_one_grade_however_many() -> None:
    checks = [
        Check("a", effect=-0.1, is_significant=None), Check("b", effect=0.1, is_significant=False),
        Check("c", effect=0.1, is_significant=True),
    ]  # fmt: skip
    found = verdict(STRONG, (0.03, 0.01, 0.05), better="higher", checks=checks, fit=0.2)
    assert (found.grade, found.lowered_by) == ("C", ("a", "b", "fit before"))
    alone = Choice("series alone", "D")
    worst = verdict(alone, (0.03, 0.01, 0.05), better="higher", checks=checks)
    assert worst.grade == "D"


def test_a_finding_that_ordinary_days_show_too_is_lowered() -> None:
    common = placebos(0.03, [0.04] * 11 + [0.01] * 49)
    found = verdict(STRONG, (0.03, 0.01, 0.05), better="higher", among=common)
    assert (found.grade, found.as_large, found.placebos) == ("C", 11, 60)
    rare = verdict(STRONG, (0.03, 0.01, 0.05), better="higher", among=placebos(0.03, [0.01] * 10))
    assert rare.grade == "B"


@pytest.mark.parametrize(
    ("interval", "better", "answer"),
    [
        ((0.01, 0.05), "higher", "met"), ((0.0, 0.05), "higher", "cannot tell"),
        ((-0.05, 0.009), "higher", "not met"), ((-30.0, -10.0), "lower", "met"),
        ((-30.0, -9.0), "lower", "cannot tell"), ((-9.0, 4.0), "lower", "not met"),
        (None, "lower", "cannot tell"),
    ],
)  # fmt: skip
def test_goals_are_judged_by_the_interval(
    interval: tuple[float, float] | None, better: str, answer: str
) -> None:
    assert goal(interval, target=0.01 if better == "higher" else -10, better=better) == answer
