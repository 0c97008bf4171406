"""Reference cases of effects: each case's inputs, put to the functions that pages use."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from metrics.experiments import (
    Arm,
    Difference,
    Effect,
    Moments,
    anytime,
    capped,
    cuped,
    difference,
    effect,
    interaction,
    joint_moments,
    lift,
    linearised_ratios,
    log_lift,
    mean_arm,
    moments,
    non_inferiority,
    normal_posterior,
    post_stratified,
    quantile_arm,
    rank_test,
    ratio_arm,
    robust_adjusted,
    share_arm,
    share_posterior,
)
from metrics.multiplicity import adjusted_p_values
from metrics.proportion_tests import share_test
from metrics.proportions import share_difference, share_interval, share_ratio
from metrics.rates import rate
from tests.experiment_inputs import (
    Inputs,
    aggregated,
    arms,
    summed,
    summed_pair,
    with_covariate,
)

Found = dict[str, Any]


def mean_difference(inputs: Inputs, arm: Callable[[Inputs], Arm]) -> Difference:
    return difference(arm(inputs["control"]), arm(inputs["treatment"]))


def mean_of(sums: Inputs) -> Arm:
    return mean_arm(summed(sums))


def absolute(one: Effect) -> Found:
    return {
        "estimate": one.difference, "ci": [one.low, one.high], "se": one.standard_error,
        "p_value": one.p_value,
    }  # fmt: skip


def relative(of: Difference, *, linearised_at: float | None = None) -> Found:
    """GrowthBook's relative effect: delta method, Student's t."""
    one = effect(of)
    found = lift(of, critical=one.critical, df=one.df, method="delta", linearised_at=linearised_at)
    return {
        "estimate": found.value, "ci": [found.low, found.high], "se": found.standard_error,
        "p_value": found.p_value,
    }  # fmt: skip


def tea(control: Arm, treated: Arm, **options: Any) -> Found:
    """tea-tasting's names; its relative interval is the one on the log scale."""
    ratio = log_lift(control, treated, **options)
    spread = {"variance": options.pop("variance", "separate")}
    one = effect(difference(control, treated, **spread), **options)
    return {
        "control": one.control, "treatment": one.treated, "effect_size": one.difference,
        "effect_size_ci_lower": one.low, "effect_size_ci_upper": one.high,
        "rel_effect_size": ratio.value, "rel_effect_size_ci_lower": ratio.low,
        "rel_effect_size_ci_upper": ratio.high, "pvalue": one.p_value,
        "statistic": one.statistic,
    }  # fmt: skip


def clustered(i: Inputs) -> Found:
    users: dict[tuple[int, int], list[float]] = {}
    for user, variant, y in zip(i["user"], i["variant"], i["y"], strict=True):
        users.setdefault((variant, user), []).append(y)
    sides = [
        ratio_arm(joint_moments(list(zip(*sums, strict=True))))
        for arm in (0, 1)
        for sums in [[(sum(ys), len(ys)) for (v, _), ys in users.items() if v == arm]]
    ]
    one = effect(difference(*sides))
    return {
        "diff": one.difference, "se_delta_m_minus_1": one.standard_error,
        # CR0 divides by the number of clusters where the delta method has one less.
        "se_cluster_cr0": sqrt(sum(arm.variance * (arm.n - 1) / arm.n for arm in sides)),
    }  # fmt: skip


def gb_ratio(sums: Inputs) -> Arm:
    named = {"asum": sums["num_sum"], "bsum": sums["den_sum"]} | sums
    products = {"aa": "num_sum_sq", "bb": "den_sum_sq", "ab": "num_den"}
    return ratio_arm(summed_pair(named, ("a", "b"), products))


def gb_ratio_cuped(i: Inputs) -> Found:
    names = ("num_post_", "den_post_", "num_pre_", "den_pre_")
    products = {
        a + b: f"{a}sq" if a == b else (a + b).replace("_post_", "post_").replace("_pre_", "pre_")
        .rstrip("_") for a in names for b in names
    }  # fmt: skip
    ends = []
    for arm in ("control", "treatment"):
        sums = i[arm] | {"n": i["n_per_arm"]}
        known = {pair: name for pair, name in products.items() if name in sums}
        ends.append(linearised_ratios(summed_pair(sums, names, known)))
    return absolute(effect(cuped(*ends).difference))


def gb_cuped(i: Inputs, *, is_relative: bool) -> Found:
    sides = with_covariate(i["control"]), with_covariate(i["treatment"])
    found = cuped(*sides, slope="combined", base="unadjusted")
    if is_relative:
        plain = sides[1].means[0] / sides[0].means[0] - 1
        return relative(found.difference, linearised_at=plain)
    return absolute(effect(found.difference)) | {"theta": found.control_slopes[0]}


def gb_bayes(i: Inputs) -> Found:
    one = effect(mean_difference(i, mean_of)).lift
    found = normal_posterior(
        one.value, one.standard_error, prior_mean=i.get("prior_mean", 0.0),
        prior_variance=i.get("prior_var"),
    )  # fmt: skip
    return {
        "estimate": found.mean, "ci": [found.low, found.high], "se": found.standard_deviation,
        "chance_to_win": found.better, "risk": [found.loss_if_kept, found.loss_if_shipped],
    }  # fmt: skip


def gb_sequential(i: Inputs) -> Found:
    is_share = "sum_sq" not in i["control"]
    of = mean_difference(i, lambda a: share_arm(a["sum"], a["n"]) if is_share else mean_of(a))
    one = lift(of)
    found = anytime(one.value, one.standard_error, n=of.n, planned=i["N_star"], alpha=i["alpha"])
    return {
        "estimate": one.value, "ci": [found.low, found.high], "se": one.standard_error,
        "p_value": found.p_value,
    }  # fmt: skip


def gb_quantile(arm: Inputs) -> Arm:
    ends = {"low": arm["quantile_lower"], "high": arm["quantile_upper"]}
    return quantile_arm(arm["n"], arm["quantile_hat"], **ends, n_at_ranks=arm["n_star"])


def stratified(i: Inputs) -> Found:
    return relative(
        post_stratified([(summed(c["control"]), summed(c["treatment"])) for c in i["cells"]])
    )


def share_rate(i: Inputs, method: str) -> Found:
    found = rate(i["x"], i["n"]) if method == "wilson" else None
    found = found or share_interval(i["x"], i["n"], method=method)
    return {"ci": [found.low, found.high]}


def newcombe(i: Inputs) -> Found:
    found = share_difference((i["x2"], i["n2"]), (i["x1"], i["n1"]))
    return {"ci": [found.low, found.high]}


def risk_ratio(i: Inputs) -> Found:
    found = share_ratio((i["x2"], i["n2"]), (i["x1"], i["n1"]))
    return {"ratio": found.value, "ci": [found.low, found.high]}


def adjusted(method: str, key: str = "p") -> Callable[[Inputs], Found]:
    def found(i: Inputs) -> Found:
        values = adjusted_p_values(i[key], method=method)
        return {"adjusted": list(values), "rejected": sum(p <= i["alpha"] for p in values)}

    return found


def real_shares(i: Inputs) -> Found:
    control, treated = tuple(i["control"]), tuple(i["treatment"])
    found = share_test(control, treated, method="z")
    gap = share_difference(control, treated).value
    return {"diff": gap, "z": found.z, "p_value": found.p_value}


def tea_shares(i: Inputs, method: str) -> Found:
    control, treated = ((sum(arm), len(arm)) for arm in arms(i, "conv"))
    gap = share_difference(control, treated, method="pooled")
    ratio = share_ratio(control, treated, variance="pooled")
    return {
        "control": control[0] / control[1], "treatment": treated[0] / treated[1],
        "effect_size": gap.value, "effect_size_ci_lower": gap.low,
        "effect_size_ci_upper": gap.high, "rel_effect_size_ci_lower": ratio.low - 1,
        "rel_effect_size_ci_upper": ratio.high - 1,
        "pvalue": share_test(control, treated, method=method).p_value,
    }  # fmt: skip


def sleep(i: Inputs) -> Found:
    one = effect(difference(mean_arm(moments(i["b"])), mean_arm(moments(i["a"]))))
    return absolute(one) | {"t": one.statistic, "df": one.df}


def regression(variance: str, *, is_interacted: bool) -> Callable[[Inputs], Found]:
    def found(i: Inputs) -> Found:
        one = robust_adjusted(
            i["y"],
            i["variant"],
            covariates=[i["x"]],
            variance=variance,
            is_interacted=is_interacted,
        )
        return {"effect": one.value, "se": sqrt(one.variance)}

    return found


def guardrail(i: Inputs) -> Found:
    of = mean_difference(i, mean_of)
    options = {"margin": i["margin_rel"], "confidence": i["confidence"], "margin_of": "constant"}
    found = non_inferiority(of, **options)
    return {
        "estimate": of.value, "ci_lower": found.bound * of.base, "p_value": found.p_value,
        "null_hypothesis": -i["margin_rel"] * of.base,
    }  # fmt: skip


def fieller(i: Inputs) -> Found:
    control = Arm(100, i["mean_c"], i["var_mean_c"], 99)
    treated = Arm(100, i["mean_t"], i["var_mean_t"], 99)
    ends = {m: lift(difference(control, treated), method=m) for m in ("fieller", "delta")}
    ends["log"] = log_lift(control, treated, distribution="normal")
    return {method: [one.low, one.high] for method, one in ends.items()}


def interacting(i: Inputs) -> Found:
    cells = {name: Moments(c["n"], c["mean"], c["var"]) for name, c in i["cells"].items()}
    found = interaction(
        neither=cells["cc"], first_only=cells["tc"], second_only=cells["ct"], both=cells["tt"]
    )
    return {
        "effect": found.effect,
        "se": found.standard_error,
        "z": found.z,
        "p_value": found.p_value,
    }


def winsorised(i: Inputs) -> Found:
    found = capped(i["y"], low=0.05, high=0.95)
    of = moments(found.values)
    quantiles = np.quantile(i["y"], [0.01, 0.05, 0.95, 0.99]).tolist()
    return {"quantiles": quantiles, "mean": of.mean, "var": of.variance}


def tea_cuped(name: str) -> Callable[[Inputs], Found]:
    def found(i: Inputs) -> Found:
        sides = [aggregated(i[arm], name, f"{name}_covariate") for arm in ("control", "treatment")]
        one = cuped(*sides, slope="combined")
        return tea(one.control, one.treated)

    return found


def user_ratio(i: Inputs) -> Found:
    sides = [ratio_arm(aggregated(i[a], "orders", "sessions")) for a in ("control", "treatment")]
    return tea(*sides)


def session_ratio(i: Inputs) -> Found:
    orders, sessions = arms(i, "orders"), arms(i, "sessions")
    sides = [ratio_arm(joint_moments(pair)) for pair in zip(orders, sessions, strict=True)]
    return tea(*sides)


def pooled_z(i: Inputs) -> Found:
    sides = [mean_arm(moments(arm)) for arm in arms(i, "y")]
    return tea(*sides, variance="pooled", distribution="normal")


def beta_posterior(i: Inputs) -> Found:
    found = share_posterior(tuple(i["a"]), tuple(i["b"]))
    return {"prob_b_beats_a": found.better, "expected_loss_b": found.loss_if_shipped}


def stable(i: Inputs) -> Found:
    found = moments(i["y"])
    return {"mean": found.mean, "var": found.variance}


def ranked(i: Inputs) -> Found:
    return {"pvalue": rank_test(*arms(i, "y")).p_value}
