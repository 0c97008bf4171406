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
    placebo_in_space,
    step_change,
    synthetic_control,
    synthetic_did,
    two_by_two,
)
from metrics.multiplicity import adjusted_p_values
from metrics.service import WINDOWS, apdex, detection_seconds, error_budget, first_passage
from tests import test_cases_impact_series as of_series
from tests.impact_cases import ALL, ORIGINALS, expected, near, prop99, table

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

# R's UCBAdmissions (Bickel, Hammel and O'Connell 1975): department → (admitted, applicants).
BERKELEY_MEN = {"A": (512, 825), "B": (353, 560), "C": (120, 325), "D": (138, 417),
                "E": (53, 191), "F": (22, 373)}  # fmt: skip
BERKELEY_WOMEN = {"A": (89, 108), "B": (17, 25), "C": (202, 593), "D": (131, 375),
                  "E": (94, 393), "F": (24, 341)}  # fmt: skip


def test_every_case_is_answered_or_left_out_for_a_reason() -> None:
    tested = [name for name in (*globals(), *vars(of_series)) if name.startswith("test_case_")]
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
