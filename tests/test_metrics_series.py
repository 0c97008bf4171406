"""metrics.series: the engine against closed forms, and what every answer must obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.series import (
    bma_t,
    factored,
    interruption,
    natural,
    noise_names,
    regressors,
    surprises,
    working,
)

MONDAY = np.datetime64("2026-01-05")
SEEDS = st.integers(0, 10_000)


def dates(count: int) -> np.ndarray:
    return MONDAY + np.arange(count)


def noise(count: int, *, series: int = 1, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(5, 1, (series, count))


# --- calendar


def test_weekdays_are_columns_from_tuesday_on() -> None:
    columns = regressors(dates(35), 28)
    assert columns.shape == (35, 7)
    assert columns[0].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert columns[1].tolist() == [1, 1, 0, 0, 0, 0, 0]


def test_a_holiday_counts_once_it_was_seen_twice() -> None:
    days = dates(42)
    once = {"feast": days[[3, 40]]}
    twice = {"feast": days[[3, 10, 40]]}
    assert regressors(days, 35, holidays=once).shape == (42, 7)
    assert regressors(days, 35, holidays=twice)[40, 7] == 1


@pytest.mark.parametrize(("training", "columns"), [(399, 7), (400, 11)])
def test_the_season_needs_four_hundred_days(training: int, columns: int) -> None:
    assert regressors(dates(410), training).shape[1] == columns


def test_a_calendar_that_does_not_rise_is_refused() -> None:
    with pytest.raises(ValueError, match="days must rise"):
        regressors(dates(40)[::-1], 30)
    with pytest.raises(ValueError, match="rows of controls"):
        regressors(dates(40), 30, controls=np.ones((39, 1)))


# --- the engine


def test_white_noise_alone_gives_the_textbook_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    # With white noise only, a new day is Student t around the mean, with s √(1 + 1/n).
    monkeypatch.setattr(bma_t, "PERSISTENCE", np.array([0.0]))
    monkeypatch.setattr(bma_t, "DRIFT", np.array([]))
    values = noise(30)
    engine = factored(dates(31), np.ones((31, 1)), 30, np.ones((1, 1)))
    predicted = engine.predict(values)
    scale = values.std(ddof=1) * np.sqrt(1 + 1 / 30)
    assert predicted.quantiles(0.975)[0, 0] == pytest.approx(
        values.mean() + scale * stats.t.ppf(0.975, 29), rel=1e-9
    )
    seen = values.mean() + 2 * scale
    assert predicted.p_values(np.array([[seen]]))[0, 0] == pytest.approx(2 * stats.t.sf(2, 29))


def test_weights_are_the_marginal_likelihoods() -> None:
    # Slowly, with the determinants written out: |V|^-½ |F'V⁻¹F|^-½ S^-(n−p)/2.
    values, columns = noise(30)[0], np.ones((31, 1))
    weights = factored(dates(31), columns, 30, np.ones((1, 1))).predict(values[None]).weights[0]
    logs = []
    for phi in (0.0, 0.1):
        inverse = np.linalg.inv(phi ** np.abs(np.subtract.outer(np.arange(30), np.arange(30))))
        design = columns[:30]
        inner = design.T @ inverse @ design
        residual = values - design @ np.linalg.solve(inner, design.T @ inverse @ values)
        logs.append(
            0.5 * np.linalg.slogdet(inverse)[1] - 0.5 * np.linalg.slogdet(inner)[1]
            - 29 / 2 * np.log(residual @ inverse @ residual)
        )  # fmt: skip
    assert weights[1] / weights[0] == pytest.approx(np.exp(logs[1] - logs[0]), rel=1e-8)
    assert weights.sum() == pytest.approx(1)
    assert len(weights) == len(noise_names()) == 23


def test_memory_that_is_there_is_found() -> None:
    wandering = np.cumsum(noise(84) - 5)[None]
    steady = noise(84)
    engine = factored(dates(85), np.ones((85, 1)), 84, np.ones((1, 1)))
    walks = [engine.predict(one).weights[0, 10:].sum() for one in (wandering, steady)]
    remembering = engine.predict(wandering).weights[0, 5:].sum()
    assert remembering > 0.95
    assert walks[1] < 0.7


@settings(max_examples=20)
@given(shift=st.floats(-100, 100), scale=st.floats(0.01, 100), seed=SEEDS)
def test_units_do_not_matter(shift: float, scale: float, seed: int) -> None:
    values = noise(61, seed=seed)
    engine = factored(dates(61), regressors(dates(61), 60), 60, np.ones((1, 1)))
    pair = (values, shift + scale * values)
    plain, moved = (engine.predict(one[:, :60]).p_values(one[:, 60:]) for one in pair)
    assert moved[0, 0] == pytest.approx(plain[0, 0], rel=1e-4)


@settings(max_examples=20)
@given(seed=SEEDS)
def test_a_mirrored_series_mirrors_its_quantiles(seed: int) -> None:
    values = noise(60, seed=seed)
    engine = factored(dates(61), regressors(dates(61), 60), 60, np.ones((1, 1)))
    low, high = engine.predict(values).quantiles(0.1), engine.predict(-values).quantiles(0.9)
    assert low[0, 0] == pytest.approx(-high[0, 0], rel=1e-6)


@settings(max_examples=20)
@given(chance=st.floats(0.001, 0.999), seed=SEEDS)
def test_a_quantile_has_its_chance_below_it(chance: float, seed: int) -> None:
    engine = factored(dates(61), regressors(dates(61), 60), 60, np.ones((1, 1)))
    predicted = engine.predict(noise(60, series=2, seed=seed))
    found = predicted.below(predicted.quantiles(chance))
    assert found[:, 0] == pytest.approx([chance, chance], abs=1e-7)


def test_many_series_at_once_are_each_by_itself() -> None:
    values = noise(60, series=5)
    engine = factored(dates(61), regressors(dates(61), 60), 60, np.ones((1, 1)))
    together = engine.predict(values).quantiles(0.9)
    alone = [engine.predict(values[at : at + 1]).quantiles(0.9)[0, 0] for at in range(5)]
    assert together[:, 0] == pytest.approx(alone, rel=1e-9)


def test_a_gap_is_time_that_passed() -> None:
    # After a gap, a wandering series may be further off.
    walk = np.cumsum(noise(60) - 5)[None]
    days = dates(61)
    near = factored(days, np.ones((61, 1)), 60, np.ones((1, 1))).predict(walk)
    later = np.concatenate([days[:60], days[60:] + 20])
    far = factored(later, np.ones((61, 1)), 60, np.ones((1, 1))).predict(walk)
    widths = [float((one.quantiles(0.9) - one.quantiles(0.1))[0, 0]) for one in (near, far)]
    assert widths[1] > 1.5 * widths[0]


def test_a_series_that_never_varied_has_no_answer() -> None:
    engine = factored(dates(61), regressors(dates(61), 60), 60, np.ones((1, 1)))
    weekly = np.resize([1.0, 2, 3, 4, 5, 6, 7], 60)
    predicted = engine.predict(np.stack([np.full(60, 3.0), weekly]))
    assert np.isnan(predicted.p_values(np.ones((2, 1)))).all()
    assert np.isnan(predicted.quantiles(0.5)).all()


def test_what_makes_no_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit columns"):
        factored(dates(30), np.ones((29, 1)), 28, np.ones((1, 2)))
    with pytest.raises(ValueError, match="need more than 8 training days"):
        factored(dates(9), regressors(dates(9), 8), 8, np.ones((1, 1)))
    with pytest.raises(ValueError, match="repeats others"):
        factored(dates(31), np.ones((31, 2)), 30, np.ones((1, 1)))
    engine = factored(dates(31), np.ones((31, 1)), 30, np.ones((1, 1)))
    with pytest.raises(ValueError, match="series × 30 days"):
        engine.predict(noise(29))
    with pytest.raises(ValueError, match="must be finite"):
        engine.predict(np.full((1, 30), np.nan))
    with pytest.raises(ValueError, match="chance must be between 0 and 1, got 5"):
        engine.predict(noise(30)).quantiles(5)


# --- the tests of a day and a week


def test_a_shock_and_a_drift_are_told_apart() -> None:
    values = noise(91, series=3)
    values[0, -1] += 6
    values[1, -7:] -= 2.5
    shock, drift, quiet = surprises(dates(91), values)
    assert (shock.days, drift.days) == (1, 7)
    assert shock.p_value == pytest.approx(2 * shock.shock_p)
    assert shock.low > 0
    assert drift.high < 0
    assert quiet.p_value > 0.01


def test_unknown_days_take_the_verdict_only_where_they_matter() -> None:
    values = np.vstack([noise(91)] * 4)
    values[0, -1] = np.nan  # the day itself: neither test
    values[1, -3] = np.nan  # inside the week: the day can be told
    values[2, :70] = np.nan  # too short a past
    values[3, 5] = np.nan  # one day long ago: nearly nothing changes
    today, week, short, long_ago = surprises(dates(91), values)
    assert (today.p_value, short.p_value, short.expected) == (None, None, None)
    assert (week.drift_p, week.p_value) == (None, week.shock_p)
    whole = surprises(dates(91), noise(91))[0]
    assert long_ago.shock_p == pytest.approx(whole.shock_p, abs=0.05)


def test_one_test_alone_costs_nothing() -> None:
    values = noise(91)
    both = surprises(dates(91), values)[0]
    day, week = (surprises(dates(91), values, spans=(span,))[0] for span in (1, 7))
    assert (day.p_value, day.drift_p) == (both.shock_p, None)
    assert (week.p_value, week.shock_p) == (both.drift_p, None)


def test_a_series_of_weekends_is_compared_with_weekends() -> None:
    days = dates(210)
    weekend = days[np.isin((days.astype("int64") + 3) % 7, (5, 6))]
    assert regressors(weekend, 50).shape[1] == 2
    values = noise(len(weekend))
    values[0, -1] += 6
    assert surprises(weekend, values, spans=(1,))[0].p_value < 0.001


def test_a_constant_series_has_no_verdict() -> None:
    found = surprises(dates(91), np.full((1, 91), 2.0))[0]
    assert (found.p_value, found.expected, found.actual) == (None, None, 2.0)


def test_surprises_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit values"):
        surprises(dates(90), noise(91))
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, got 95"):
        surprises(dates(91), noise(91), confidence=95)


# --- interruptions


def test_an_effect_shifts_its_estimate_and_nothing_else() -> None:
    values = noise(70)[0]
    plain = interruption(dates(70), values, 56, scale="value")
    moved = interruption(dates(70), values + 3 * (np.arange(70) >= 56), 56, scale="value")
    assert moved.effect == pytest.approx(plain.effect + 3)
    assert moved.high - moved.low == pytest.approx(plain.high - plain.low)
    assert moved.total == pytest.approx(14 * moved.effect)


def test_a_control_takes_away_what_happened_to_both() -> None:
    rng, storm = np.random.default_rng(2), 4.0 * (np.arange(98) >= 84)
    control = rng.normal(0, 1, 98).cumsum() + storm
    values = control + rng.normal(0, 0.3, 98)
    alone = interruption(dates(98), values, 84, scale="value")
    with_control = interruption(dates(98), values, 84, scale="value", controls=control[:, None])
    assert abs(with_control.effect) < 0.3 < abs(alone.effect)
    assert with_control.high - with_control.low < (alone.high - alone.low) / 3


@pytest.mark.parametrize(("scale", "relative"), [("count", 1.0), ("duration", 1.0)])
def test_a_doubling_is_one_hundred_percent(scale: str, relative: float) -> None:
    values = 0.001 * noise(70)[0] + np.log(2) * (np.arange(70) >= 56)
    found = interruption(dates(70), values, 56, scale=scale)
    assert found.relative == pytest.approx(relative, abs=0.01)
    assert found.total is None


def test_nothing_is_said_of_a_series_that_never_varied() -> None:
    found = interruption(dates(70), np.ones(70), 56)
    assert (found.actual, found.effect, found.p_value, found.visible) == (1.0, None, None, None)


def test_interruptions_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        interruption(dates(70), noise(70)[0], 70)
    with pytest.raises(ValueError, match="confidence"):
        interruption(dates(70), noise(70)[0], 56, confidence=1.0)


# --- scales


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=5))
def test_scales_go_there_and_back(values: list[float]) -> None:
    for scale in ("count", "duration", "value"):
        there = working(np.array(values), scale=scale)
        assert natural(there, scale=scale) == pytest.approx(values)


def test_rates_of_nobody_are_unknown_and_of_everybody_finite() -> None:
    found = working(np.array([0.0, 0.0, 8.0]), scale="rate", trials=np.array([0.0, 8.0, 8.0]))
    assert np.isnan(found[0])
    assert found[1] == -found[2] == pytest.approx(np.log(0.5 / 8.5))
    assert natural(np.array([0.0]), scale="rate").tolist() == [0.5]


def test_values_outside_their_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="a count must be 0 or more"):
        working(np.array([-1.0]), scale="count")
    with pytest.raises(ValueError, match="a duration must be above 0"):
        working(np.array([0.0]), scale="duration")
    with pytest.raises(ValueError, match="need the trials"):
        working(np.array([1.0]), scale="rate")
    with pytest.raises(ValueError, match="between 0 and their trials"):
        working(np.array([3.0]), scale="rate", trials=np.array([2.0]))
