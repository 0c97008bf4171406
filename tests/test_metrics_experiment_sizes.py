"""Units, power, duration, and how much to believe a significant result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.experiments import (
    days_needed,
    exaggeration,
    false_positive_risk,
    minimum_effect,
    past_effects,
    power,
    power_of_shares,
    units_needed,
    units_needed_for_shares,
)

sds, gaps = st.floats(0.1, 50), st.floats(0.01, 5)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # R ?power.t.test: n = 22.02110 (power .90, delta 1) and 17.84713 (one-sided).
        ({}, 22.02110),
        ({"sides": "one-sided"}, 17.84713),
    ],
)
def test_units_match_r(options: dict[str, str], expected: float) -> None:
    assert units_needed(1, sd=1, power_wanted=0.9, **options) == pytest.approx(expected, abs=1e-4)


def test_power_matches_r() -> None:
    # R: power.t.test(n = 20, delta = 1, sd = 1): power = 0.8689528.
    assert power(1, sd=1, n_control=20, n_treated=20) == pytest.approx(0.8689528, abs=1e-5)
    # R: power.prop.test(n = 50, p1 = .50, p2 = .75): power = 0.7401659.
    assert power_of_shares(0.5, 0.75, n=50) == pytest.approx(0.7401659, abs=1e-6)
    # R: power.prop.test(p1 = .50, p2 = .75, power = .90): n = 76.7.
    assert units_needed_for_shares(0.5, 0.75, power_wanted=0.9) == pytest.approx(76.7, abs=0.1)


@given(sd=sds, gap=gaps, ratio=st.floats(0.2, 5), wanted=st.floats(0.5, 0.95))
def test_units_give_the_power_they_promise(
    sd: float, gap: float, ratio: float, wanted: float
) -> None:
    n = units_needed(gap, sd=sd, ratio=ratio, power_wanted=wanted)
    found = power(gap, sd=sd, n_control=n, n_treated=ratio * n)
    assert found == pytest.approx(wanted, abs=1e-6) or (
        n < 10 * max(1, 1 / ratio) and found > wanted
    )


@given(sd=sds, n=st.integers(10, 10**6))
def test_minimum_effect_has_its_power(sd: float, n: int) -> None:
    least = minimum_effect(sd=sd, n_control=n, n_treated=n)
    assert power(least, sd=sd, n_control=n, n_treated=n) == pytest.approx(0.8, abs=1e-6)


def test_no_effect_is_found_as_often_as_alpha() -> None:
    assert power(0, sd=1, n_control=50, n_treated=70) == pytest.approx(0.05)
    assert power(50, sd=1, n_control=50, n_treated=70) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: power(1, sd=0, n_control=9, n_treated=9),
        lambda: power(1, sd=1, n_control=1, n_treated=9),
        lambda: units_needed(0, sd=1),
        lambda: units_needed(1, sd=1, power_wanted=80),
        lambda: units_needed_for_shares(0.1, 0.1),
        lambda: power_of_shares(0, 0.1, n=9),
        lambda: days_needed(10, cumulative_units=[5, 4]),
        lambda: false_positive_risk(0),
        lambda: exaggeration(0, 1),
    ],
)
def test_impossible_plans_are_refused(call: type) -> None:
    with pytest.raises(ValueError, match=r"must be|need|needed|cannot fall"):
        call()


def test_days_follow_the_uniques_and_not_the_visits() -> None:
    # 100 visitors a day, half of them new each day after the first.
    curve = [100 + 50 * day for day in range(10)]
    assert days_needed(400, cumulative_units=curve) == 7
    assert days_needed(0, cumulative_units=curve) == 1
    assert days_needed(1_000, cumulative_units=curve) is None


def test_false_positive_risk_matches_kohavi() -> None:
    # Kohavi, Deng and Vermeer (2022), table 2: success rates 10 % and 33 % give 22.0 % and 5.9 %.
    assert false_positive_risk(0.10) == pytest.approx(0.220, abs=5e-4)
    assert false_positive_risk(1 / 3) == pytest.approx(0.059, abs=5e-4)


def test_exaggeration_matches_gelman_and_carlin() -> None:
    # Gelman and Carlin (2014), example of beauty and sex ratio: effect .1, error 3.3: power .05,
    # wrong sign .46, exaggeration 77.
    found = exaggeration(0.1, 3.28)
    assert (found.power, found.wrong_sign) == pytest.approx((0.05, 0.46), abs=5e-3)
    assert found.ratio == pytest.approx(77, abs=0.5)


@given(effect=st.floats(0.01, 10), error=st.floats(0.1, 5))
def test_significant_results_exaggerate(effect: float, error: float) -> None:
    found = exaggeration(effect, error)
    assert found.ratio >= 1 - 1e-9
    assert 0 <= found.wrong_sign <= 0.5
    assert exaggeration(-effect, error) == found


def test_past_effects_know_when_all_could_be_luck() -> None:
    assert past_effects([0.1, 0.1], [0.1, 0.1]).variance is None
    assert past_effects([0.3], [0.1]).variance is None
    assert past_effects([], []).mean is None
    assert past_effects([0.1, None, 0.9], [0.1, None, 0.1]).experiments == 2
