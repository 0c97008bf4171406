"""The inputs of the reference cases, in the shape that the functions take."""

from collections.abc import Sequence
from typing import Any

from metrics.experiments import JointMoments, Moments

Inputs = dict[str, Any]


def summed(sums: Inputs) -> Moments:
    """Moments from a peer's sums of squares; small numbers, so that nothing is lost."""
    n, mean = sums["n"], sums["sum"] / sums["n"]
    return Moments(n, mean, (sums["sum_sq"] - n * mean**2) / (n - 1))


def summed_pair(sums: Inputs, names: Sequence[str], products: dict[str, str]) -> JointMoments:
    """Joint moments from sums, squares and products, named as the case names them."""
    n = sums["n"]
    means = [sums[f"{name}sum"] / n for name in names]
    table = [
        [
            (sums[products.get(a + b) or products[b + a]] - n * x * y) / (n - 1)
            for b, y in zip(names, means, strict=True)
        ]
        for a, x in zip(names, means, strict=True)
    ]
    return JointMoments(n, tuple(means), tuple(tuple(row) for row in table))


def with_covariate(sums: Inputs) -> JointMoments:
    named = sums | {"ysum": sums["sum"], "xsum": sums["x_sum"]}
    return summed_pair(named, ("y", "x"), {"yy": "sum_sq", "xx": "x_sum_sq", "yx": "xy"})


def arms(inputs: Inputs, column: str) -> list[list[float]]:
    rows = list(zip(inputs["variant"], inputs[column], strict=True))
    return [[value for variant, value in rows if variant == arm] for arm in (0, 1)]


def aggregated(arm: Inputs, *names: str) -> JointMoments:
    def covariance(a: str, b: str) -> float:
        return arm["var"][a] if a == b else arm["cov"].get(f"{a}|{b}") or arm["cov"][f"{b}|{a}"]

    table = tuple(tuple(covariance(a, b) for b in names) for a in names)
    return JointMoments(arm["n"], tuple(arm["mean"][name] for name in names), table)


def numbers(span: str) -> list[int]:
    """The case's "1+85..1000+85"."""
    first, last = (sum(map(int, end.split("+"))) for end in span.split(".."))
    return list(range(first, last + 1))
