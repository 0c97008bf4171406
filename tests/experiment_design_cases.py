"""Reference cases of looks, splits and sizes, put to the functions that pages use."""

from collections.abc import Callable
from math import exp, sqrt
from typing import Any

from metrics.experiments import (
    Allocation,
    Moments,
    anytime,
    anytime_share,
    constant_bounds,
    crossing_chances,
    difference,
    effect,
    false_positive_risk,
    inflation,
    looks,
    mean_arm,
    mixture_critical,
    mixture_evidence,
    power,
    power_of_shares,
    quantile_anytime_p_value,
    sample_ratio,
    sequential_sample_ratio,
    tuning,
    units_needed,
    units_needed_for_shares,
)
from metrics.experiments.distributions import tail_p_value
from tests.experiment_inputs import (
    Inputs,
    numbers,
)

Found = dict[str, Any]


def asos(i: Inputs) -> Found:
    rows, p_anytime = [], 1.0
    for row in i["rows"]:
        a = mean_arm(Moments(row["count_c"], row["mean_c"], row["variance_c"]))
        b = mean_arm(Moments(row["count_t"], row["mean_t"], row["variance_t"]))
        one = effect(difference(a, b), distribution="normal")
        sequential = anytime(
            one.difference, one.standard_error, n=one.n, planned=i["n_tune"], alpha=i["alpha"]
        )
        p_anytime = min(p_anytime, sequential.p_value)
        rows.append({
            "t": row["time_since_start"], "diff": one.difference, "z": one.statistic,
            "p_fixed": one.p_value, "p_anytime": p_anytime,
            "cs_halfwidth": (sequential.high - sequential.low) / 2,
        })  # fmt: skip
    return {"looks": rows}


def split(i: Inputs) -> Found:
    return {"p_value": sample_ratio([Allocation(tuple(i["counts"]), tuple(i["weights"]))]).p_value}


def tea_split(i: Inputs) -> Found:
    method = "exact" if sum(i["counts"]) < 1_000 else "corrected"
    plan = Allocation(tuple(i["counts"]), (1, i["ratio_t_over_c"]))
    return {"pvalue": sample_ratio([plan], method=method).p_value}


def spent_bounds(spending: str) -> Callable[[Inputs], Found]:
    return lambda i: {
        "z": [
            look.bound
            for look in looks(i["t"], alpha=i["alpha"], spending=spending, shape=i.get("rho", 1.0))
        ]
    }


def inflations(i: Inputs) -> Found:
    designs = [(5, 0, 0.8), (20, 0, 0.9), (4, 0.5, 0.8), (15, 0.5, 0.9)]
    return {
        "ratio": [
            inflation(
                [k / count for k in range(1, count + 1)],
                constant_bounds(count, delta=delta, alpha=i["alpha"]),
                alpha=i["alpha"],
                power=wanted,
            )
            for count, delta, wanted in designs
        ]
    }


def peeking(i: Inputs) -> Found:
    limit = 1.959963984540054
    fractions = [look / i["K"] for look in range(1, i["K"] + 1)]
    under, over = crossing_chances(fractions, [(-limit, limit)] * i["K"])
    return {"type_I": sum(under) + sum(over)}


def mixture_ratio(i: Inputs) -> Found:
    variance = 2 * i["sigma2"] / i["n_per_arm"]
    setting = {"n": 1 / variance, "rho": 1 / i["tau2"]}
    ratio = exp(mixture_evidence(i["diff"] / sqrt(variance), **setting))
    return {
        "likelihood_ratio": ratio, "p_value": min(1.0, 1 / ratio),
        "ci_halfwidth": mixture_critical(**setting) * sqrt(variance),
    }  # fmt: skip


def normal_mixture(i: Inputs) -> Found:
    rho = tuning(i["v_opt"], alpha=i["alpha_opt"])
    return {
        "rho": rho,
        "log_mixture": mixture_evidence(i["s"] / sqrt(i["v"]), i["v"], rho=rho),
        "bound": mixture_critical(i["v"], rho=rho, alpha=i["alpha"]) * sqrt(i["v"]),
    }


def running_ratio(i: Inputs) -> Found:
    batches = [Allocation(tuple(b), tuple(i["theta0"])) for b in i["batches"]]
    return {"p_values": list(sequential_sample_ratio(batches, concentration=i["k"]))}


def quantile_race(i: Inputs) -> Found:
    found = quantile_anytime_p_value(
        numbers(i["a"]), numbers(i["b"]), at=i["quantile"], planned=i["t_opt"],
        planned_alpha=i["alpha_opt"],
    )  # fmt: skip
    return {"p_value": found}


def running_share(i: Inputs) -> Found:
    confidence = 1 - i["alpha"]
    found = anytime_share(i["successes"], i["trials"], planned=i["t_opt"], confidence=confidence)
    return {"ci": [found.low, found.high]}


def power_of_mean(i: Inputs) -> Found:
    gap, half = i["mean"] * i["rel_effect_size"], i["n_obs"] / 2
    found = power(gap, sd=sqrt(i["var"]), n_control=half, n_treated=half)
    return i | {"power": found, "effect_size": gap}


def units(i: Inputs, **options: Any) -> Found:
    gap = i.get("delta") or i["mean"] * i["mde_rel"]
    options |= {"alpha": i["alpha"], "power_wanted": i["power"]}
    return {"n_per_arm": units_needed(gap, sd=i["sd"], **options)}


def units_by_ratio(i: Inputs) -> Found:
    options = {"alpha": i["alpha"], "power_wanted": i["power"], "ratio": i["ratio"]}
    return {"n_control": units_needed(i["effect_size_d"], sd=1, **options)}


def units_of_shares(i: Inputs) -> Found:
    more = i["p"] * (1 + i["mde_rel"])
    options = {"alpha": i["alpha"], "power_wanted": i["power"]}
    return {"n_per_arm": units_needed_for_shares(i["p"], more, **options)}


def extreme(i: Inputs) -> Found:
    return {"p_value": tail_p_value(i["z"])}


def running_critical(i: Inputs) -> Found:
    rho = tuning(i["N_tune"], alpha=i["alpha"])
    return {"multiplier": mixture_critical(i["t"], rho=rho, alpha=i["alpha"])}


def classical(i: Inputs, delta: float) -> Found:
    bounds = constant_bounds(i["K"], delta=delta, alpha=i["alpha"])
    return {"z": bounds[0] if delta else list(bounds)}


def risk_of_win(i: Inputs) -> Found:
    return {"fpr": false_positive_risk(i["success_rate"], alpha=i["alpha"], power=i["power"])}


def planned_power(i: Inputs) -> Found:
    return {"power": power_of_shares(i["p1"], i["p2"], n=i["n_per_arm"], alpha=i["alpha"])}
