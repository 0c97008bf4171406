"""The reference cases of impact: published figures, and the reasons for those left out.

Every expected figure comes from the case of the same name, whose source and tolerance it states.
"""

import json
from datetime import timedelta

import numpy as np
import pytest

from metrics.attribution import (
    Slice,
    attribution,
    explanatory_power,
    mix_and_rate,
    surprise,
    three_way,
)
from metrics.impact import (
    Panel,
    collapsed,
    placebo_dates,
    placebo_in_space,
    readouts,
    step_change,
    synthetic_control,
    synthetic_did,
    two_by_two,
)
from metrics.multiplicity import adjusted_p_values
from metrics.series import (
    Factored,
    Interruption,
    accuracy,
    factored,
    interruption,
    local_level,
    regressors,
    seasonal_naive,
    structural_predictions,
)
from metrics.service import WINDOWS, apdex, detection_seconds, error_budget, first_passage
from tests.impact_cases import ALL, ORIGINALS, prop99, table
from tests.r_random import causal_impact_vignette

NO_DATA = "the data set lies neither beside the project nor in a package it uses"
TOLD_ONLY = "a figure to compare with, of data that nobody here can reach"
LEFT_OUT = {
    "daily_rolling_origin": f"{NO_DATA}; the calibration back-tests other real series",
    "m4_hourly_snaive": NO_DATA, "m4_weekly_ets": NO_DATA, "m4_weekly_naive": NO_DATA,
    "mpdta_attgt": f"{NO_DATA}; held to diff-diff 3.13 on an invented panel instead",
    "mpdta_dynamic": f"{NO_DATA}; held to diff-diff 3.13 on an invented panel instead",
    "mpdta_twfe": f"{NO_DATA}; two-way fixed effects are never reported",
    "nab_scoreboard": TOLD_ONLY, "rca_rs": NO_DATA, "squeeze_example": TOLD_ONLY,
}  # fmt: skip

NILE = (  # Cobb (1978), Biometrika 65:243-251: annual flow at Aswan, 1871-1970, in 10^8 m³
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180,
    799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833,
    701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845,
    864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649,
    846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815,
    1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
)  # fmt: skip
BEER = (  # Hyndman and Athanasopoulos (2018), fpp2::ausbeer, 1992Q1 to 2010Q2, in Ml
    443, 410, 420, 532, 433, 421, 410, 512, 449, 381, 423, 531, 426, 408, 416, 520, 409, 398, 398,
    507, 432, 398, 406, 526, 428, 397, 403, 517, 435, 383, 424, 521, 421, 402, 414, 500, 451, 380,
    416, 492, 428, 408, 406, 506, 435, 380, 421, 490, 435, 390, 412, 454, 416, 403, 408, 482, 438,
    386, 405, 491, 427, 383, 394, 473, 420, 390, 410, 488, 415, 398, 419, 488, 414, 374,
)  # fmt: skip
# R's UCBAdmissions (Bickel, Hammel and O'Connell 1975): department → (admitted, applicants).
BERKELEY_MEN = {"A": (512, 825), "B": (353, 560), "C": (120, 325), "D": (138, 417),
                "E": (53, 191), "F": (22, 373)}  # fmt: skip
BERKELEY_WOMEN = {"A": (89, 108), "B": (17, 25), "C": (202, 593), "D": (131, 375),
                  "E": (94, 393), "F": (24, 341)}  # fmt: skip
DAYS = np.arange("2014-01-01", "2014-04-11", dtype="datetime64[D]")
TAXI_DAYS = np.arange("2014-07-01", "2015-02-01", dtype="datetime64[D]")


def expected(name: str) -> dict:
    return ALL[name]["expected"]


def near(found: object, name: str, key: str, tolerance: float) -> None:
    assert found == pytest.approx(expected(name)[key], abs=tolerance, rel=0)


def test_every_case_is_answered_or_left_out_for_a_reason() -> None:
    tested = [name for name in globals() if name.startswith("test_case_")]
    answered = [name.removeprefix("test_case_") for name in tested]
    assert sorted([*answered, *LEFT_OUT]) == sorted(ALL)


@pytest.mark.skipif(not ORIGINALS.is_file(), reason="the originals are not beside the project")
def test_cases_are_those_of_the_reference() -> None:
    originals = json.loads(ORIGINALS.read_text(encoding="utf-8"))
    assert {case["id"]: case for case in originals} == ALL


# --- differences in differences, synthetic controls


def houses() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    columns = table("kielmc")
    names = ("age", "agesq", "intst", "land", "area", "rooms", "baths")
    covariates = np.column_stack([columns[name] for name in names])
    return columns["rprice"], columns["nearinc"] > 0, columns["y81"] > 0, covariates


def test_case_kielmc_1() -> None:
    found = two_by_two(*houses()[:3])
    near(found.effect, "kielmc_1", "did", 0.01)
    near(found.error, "kielmc_1", "se", 0.01)


def test_case_kielmc_3() -> None:
    price, is_near, is_after, covariates = houses()
    found = two_by_two(price, is_near, is_after, covariates=covariates)
    near(found.effect, "kielmc_3", "did", 0.01)
    near(found.error, "kielmc_3", "se", 0.01)


def california() -> tuple[np.ndarray, np.ndarray, list[str]]:
    packs, states = prop99()
    at = states.index("California")
    others = [state for state in states if state != "California"]
    return packs[at], np.delete(packs, at, axis=0), others


def california_panel() -> Panel:
    packs, states = prop99()
    first = np.full(len(states), -1)
    first[states.index("California")] = 1989 - 1970
    return Panel(packs, first)


def test_case_prop99_sc_outcome_only() -> None:
    treated, donors, states = california()
    found = synthetic_control(treated, donors, 1989 - 1970)
    case = expected("prop99_sc_outcome_only")
    near(found.effect, "prop99_sc_outcome_only", "att", 0.15)
    for year, gap in case["gaps"].items():
        assert found.gaps[int(year) - 1970] == pytest.approx(gap, abs=0.3)
    weights = dict(zip(states, found.weights, strict=True))
    assert {state: weights[state] for state in case["weights"]} == pytest.approx(
        case["weights"], abs=0.01
    )
    placebos = placebo_in_space(treated, donors, 1989 - 1970)
    assert (placebos.rank, placebos.units) == (3, 39)  # the case's "3 of 39 (p = .077)"


def test_case_prop99_sdid() -> None:
    found = synthetic_did(california_panel())
    near(found.effect, "prop99_sdid", "att", 0.02)
    assert 6 < found.error < 11
    years = {year: found.time_weights[year - 1970] for year in (1986, 1987, 1988)}
    assert years == pytest.approx({1986: 0.366, 1987: 0.206, 1988: 0.427}, abs=0.002)


def test_plain_differences_of_proposition_99_are_the_published_ones() -> None:
    # Arkhangelsky et al. (2021), table 1: DiD -27.3.
    assert collapsed(california_panel()).effect == pytest.approx(-27.35, abs=0.05)


# --- interrupted time series


def smoking() -> tuple[np.ndarray, np.ndarray]:
    columns = table("sicily")
    return columns["aces"], columns["stdpop"]


def test_case_its_sicily_quasi() -> None:
    counts, population = smoking()
    found = step_change(counts, 36, exposure=population).level
    near(found.value, "its_sicily_quasi", "RR", 0.001)
    near([found.low, found.high], "its_sicily_quasi", "ci", 0.001)


def test_case_its_sicily_slope() -> None:
    counts, population = smoking()
    angle = 2 * np.pi * (np.arange(59) % 12 + 1) / 12
    season = np.column_stack([wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)])
    found = step_change(counts, 36, exposure=population, controls=season, has_slope=True)
    near(found.level.value, "its_sicily_slope", "RR_level", 0.002)
    near(found.slope.value, "its_sicily_slope", "RR_slope", 0.002)
    near(found.slope.p_value, "its_sicily_slope", "slope_p", 0.002)


# --- one series


def vignette(effect: float) -> Interruption:
    response, control = causal_impact_vignette()
    response[70:] += effect
    return interruption(
        DAYS, response, 70, scale="value", controls=control[:, None], is_weekly=False
    )


def structural(values: np.ndarray, controls: np.ndarray, before: int) -> list[float]:
    after = len(values) - before
    columns = np.column_stack([np.ones(len(values)), controls])
    found = structural_predictions(values[:before], columns, np.full((1, after), 1 / after))
    seen = values[before:].mean()
    ends = (found.means, found.quantiles(0.975), found.quantiles(0.025))
    return [float(seen - one[0, 0]) for one in ends]


def test_rs_random_numbers_are_those_of_the_vignette() -> None:
    # Printed in the vignette of R's CausalImpact: head(data).
    response, control = causal_impact_vignette()
    assert response[:3] == pytest.approx([105.2950, 105.8943, 106.6209], abs=5e-5)
    assert control[:3] == pytest.approx([88.21513, 88.48415, 87.87684], abs=5e-6)


def test_case_ci_vignette_bsts() -> None:
    case, found = "ci_vignette_bsts", vignette(10)
    near(found.effect, case, "avg_effect", 0.15)
    near([found.low, found.high], case, "avg_effect_ci", 0.25)
    near(found.total, case, "cum_effect", 4)
    near([30 * found.low, 30 * found.high], case, "cum_ci", 8)
    near(found.expected, case, "pred_avg", 0.15)
    near(100 * found.relative, case, "rel_pct", 0.15)
    response, control = causal_impact_vignette()
    response[70:] += 10
    effect, low, high = structural(response, control, 70)
    near(effect, case, "avg_effect", 0.15)
    near([low, high], case, "avg_effect_ci", 0.25)


def test_case_ci_vignette_null() -> None:
    found = vignette(0)
    near(found.effect, "ci_vignette_null", "bma_eff", 0.01)
    near([found.low, found.high], "ci_vignette_null", "bma_ci", 0.01)
    near(found.p_value, "ci_vignette_null", "bma_p", 0.01)
    effect, low, high = structural(*causal_impact_vignette(), 70)
    near(effect, "ci_vignette_null", "grid_eff", 0.01)
    near([low, high], "ci_vignette_null", "grid_ci", 0.01)


def test_case_ci_volks() -> None:
    columns = table("volks")
    controls = np.column_stack([columns["bmw"], columns["allianz"]])
    effect, low, high = structural(columns["volkswagen"], controls, 246)
    assert len(columns["bmw"]) - 246 == 79
    near(effect, "ci_volks", "avg_effect", 0.7)
    near([low, high], "ci_volks", "ci", 1.0)
    near(79 * effect, "ci_volks", "cum", 79 * 0.7)


def test_case_nile_local_level() -> None:
    found = local_level(np.array(NILE, dtype=float))
    near(found.irregular, "nile_local_level", "sigma2_irregular", 0.02 * 15099)
    near(found.level, "nile_local_level", "sigma2_level", 0.02 * 1469)


def test_case_nyc_taxi_daily() -> None:
    rides, flagged = np.log1p(table("nyc_taxi")["rides"]), []
    engines: dict[tuple[int, int], Factored] = {}
    for day in range(42, len(rides)):
        known = slice(max(0, day - 84), day + 1)
        days, values = TAXI_DAYS[known], rides[known]
        key = (len(days), day % 7)
        if key not in engines:
            columns = regressors(days, len(days) - 1)
            engines[key] = factored(days, columns, len(days) - 1, np.ones((1, 1)))
        predicted = engines[key].predict(values[None, :-1])
        if predicted.p_values(values[None, -1:])[0, 0] < 1e-3:
            flagged.append(str(TAXI_DAYS[day]))
    assert flagged == expected("nyc_taxi_daily")["flagged"]


def test_case_cal_real_placebo() -> None:
    # Of the four series of the case, the one whose data are here.
    rides = np.log1p(table("nyc_taxi")["rides"])
    found = placebo_dates(TAXI_DAYS, rides, before=90, after=14, step=11)
    share = sum(p <= 0.05 for _, _, p in found) / len(found)
    assert share == pytest.approx(
        expected("cal_real_placebo")["BMA-t by series"]["nyc_taxi"], abs=0.02
    )


def test_case_cal_peeking() -> None:
    # White noise; the other worlds are in the calibration, which draws more often.
    days = np.arange("2026-01-05", "2026-04-27", dtype="datetime64[D]")
    values, found = np.random.default_rng(3).normal(size=(400, 112)), {}
    for after in (3, 7, 14, 28):
        until = slice(0, 84 + after)
        columns, mean = regressors(days[until], 84), np.full((1, after), 1 / after)
        engine = factored(days[until], columns, 84, mean)
        seen = values[:, 84 : 84 + after].mean(axis=1)[:, None]
        found[after] = engine.predict(values[:, :84]).p_values(seen)[:, 0]
    spent = [
        any(one.is_finding for one in readouts({day: p[run] for day, p in found.items()}))
        for run in range(400)
    ]
    naive = np.min(list(found.values()), axis=0) <= 0.05
    case = expected("cal_peeking")
    assert np.mean(found[28] <= 0.05) == pytest.approx(case["fixed day 28"][0], abs=0.02)
    assert np.mean(naive) == pytest.approx(case["4 looks (3,7,14,28) p<.05"][0], abs=0.02)
    assert np.mean(spent) == pytest.approx(
        case["4 looks, spend .0001/.004/.019/.043"][0], abs=0.02
    )


def test_case_ausbeer_snaive() -> None:
    known, coming = np.array(BEER[:64], dtype=float), np.array(BEER[64:], dtype=float)
    forecast = seasonal_naive(known, 10, season=4)
    found = accuracy(coming, forecast, training=known, season=4)
    for key, value in (("RMSE", found.rmse), ("MAE", found.mae), ("MAPE", found.mape),
                       ("MASE", found.mase)):  # fmt: skip
        near(value, "ausbeer_snaive", key, 0.006)


# --- why


def test_case_kitagawa_berkeley() -> None:
    found = mix_and_rate(BERKELEY_MEN, BERKELEY_WOMEN)
    for key, value in (("rate_M", found.base), ("rate_F", found.value), ("delta", found.change),
                       ("rate_effect", found.rate), ("mix_effect", found.mix)):  # fmt: skip
        near(value, "kitagawa_berkeley", key, 1e-6)
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-15)
    assert found.is_simpson
    parts, case = three_way(BERKELEY_MEN, BERKELEY_WOMEN), expected("kitagawa_berkeley")
    assert {name: getattr(parts, name) for name in ("mix", "rate", "interaction")} == pytest.approx(
        case["three_way(base=M)"], abs=1e-6
    )


def test_case_adtributor_table() -> None:
    inputs = dict(ALL["adtributor_table"]["inputs"])
    case, total = expected("adtributor_table"), inputs.pop("total")
    del inputs["format"]
    members = {name: pair for values in inputs.values() for name, pair in values.items()}
    powers = {name: explanatory_power(*members[name], *total) for name in case["EP"]}
    assert powers == pytest.approx(case["EP"], abs=1e-4)
    terms = {name: surprise(*pair, *total) for name, pair in members.items()}
    terms |= {name: sum(terms[one] for one in values) for name, values in inputs.items()}
    assert {name: terms[name] for name in case["surprise"]} == pytest.approx(
        case["surprise"], abs=1e-4
    )
    slices = [
        Slice(((dimension, value),), *pair)
        for dimension, values in inputs.items()
        for value, pair in values.items()
    ]
    best = attribution(slices, expected=total[0], actual=total[1]).candidates[0]
    assert [one.segment for one in best.segments] == [
        (("Device", "Tablet"),), (("Device", "Mobile"),)
    ]  # fmt: skip


def test_case_bh_1995() -> None:
    inputs, case = ALL["bh_1995"]["inputs"], expected("bh_1995")
    for method in ("bonferroni", "hochberg", "bh", "by"):
        found = adjusted_p_values(inputs["p"], method=method)
        assert sum(p <= inputs["q"] for p in found) == case[method]
    raised = adjusted_p_values(inputs["p"], method="bh")
    # Two stages (Benjamini, Krieger and Yekutieli 2006): the first estimates how many are true.
    stage = inputs["q"] / (1 + inputs["q"])
    true = len(raised) - sum(p <= stage for p in raised)
    assert sum(p <= stage * len(raised) / true for p in raised) == case["tsbky"]
    assert raised[:5] == pytest.approx(case["bh_adjusted[0:5]"], abs=1e-5)


# --- the service


def test_case_apdex_wikipedia() -> None:
    inputs = ALL["apdex_wikipedia"]["inputs"]
    found = apdex(inputs["sat"], inputs["tol"], inputs["frus"])
    assert found.score == expected("apdex_wikipedia")["apdex"]


def test_case_slo_47min() -> None:
    inputs = ALL["slo_47min"]["inputs"]
    found = error_budget(inputs["down_min"], 30 * 24 * 60, objective=inputs["slo"])
    near(found.allowed, "slo_47min", "budget", 0.05)
    near(-found.left, "slo_47min", "overrun", 0.05)
    near(100 * found.consumed, "slo_47min", "consumed_pct", 0.05)


def test_case_slo_budget() -> None:
    objectives = ALL["slo_budget"]["inputs"]["slo"]
    found = [error_budget(0, 30 * 24 * 60, objective=one).allowed for one in objectives]
    near(found, "slo_budget", "minutes", 1e-9)


def test_case_slo_burn_thresholds() -> None:
    names = {"5m": timedelta(minutes=5), "30m": timedelta(minutes=30), "1h": timedelta(hours=1),
             "6h": timedelta(hours=6), "3d": timedelta(days=3)}  # fmt: skip
    case = expected("slo_burn_thresholds")
    rows = [(*row, kind) for kind in ("page", "ticket") for row in case[kind]]
    found = [(one.budget, one.long, one.short, one.burn(), one.severity) for one in WINDOWS]
    assert found == [
        (budget, names[long], names[short], pytest.approx(burn, rel=1e-12), kind)
        for budget, long, short, burn, kind in rows
    ]


def test_case_slo_detection_time() -> None:
    found = [detection_seconds(one, objective=0.999) for one in WINDOWS]
    assert found == pytest.approx(list(expected("slo_detection_time").values()), abs=1e-9)


def test_case_capacity_first_passage() -> None:
    inputs, case = ALL["capacity_first_passage"]["inputs"], expected("capacity_first_passage")
    found = first_passage(
        inputs["x0"], inputs["limit"], drift=inputs["drift_per_day"],
        sd=inputs["sd_per_sqrt_day"], horizons=(30, 60, 90, 120),
    )  # fmt: skip
    for days, chance in found.by_day.items():
        assert chance == pytest.approx(case[f"P(T<={days})"], abs=1e-5)
    assert (found.mean_days, found.sd_days) == (case["mean_days"], case["sd_days"])
