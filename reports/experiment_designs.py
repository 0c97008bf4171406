"""What does it cost to look often, and to stop soon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metrics.experiments import constant_bounds, inflation, looks, mixture_critical, tuning
from metrics.experiments.distributions import critical_value

Design = Literal["planned", "open", "fixed"]
DAILY_LOOKS = 14  # looks of a planned design; more cost hardly anything
POCOCK = 0.5  # shape of the classical design with one bound for all looks


@dataclass(frozen=True, slots=True)
class DesignCost:
    """A way to look, and its price.

    Attributes:
        name: What it is called.
        design: As an experiment's definition names it; None: it cannot be chosen there.
        looks: How many; None: any number.
        first_bound: z that a result must reach at the first look; None: that look can stop nothing.
        last_bound: The same at the planned end.
        inflation: Units over those of a single look.
    """

    name: str
    design: Design | None
    looks: int | None
    first_bound: float | None
    last_bound: float
    inflation: float


def design_costs(*, alpha: float, power: float) -> tuple[DesignCost, ...]:
    """Each way to look, the cheapest first.

    Args:
        alpha: Two-sided error of the whole experiment.
        power: Chance wanted to find the effect.
    """
    fractions = [(look + 1) / DAILY_LOOKS for look in range(DAILY_LOOKS)]
    spending = [look.bound for look in looks(fractions, alpha=alpha)]
    flat = constant_bounds(DAILY_LOOKS, delta=POCOCK, alpha=alpha)
    once = critical_value(1 - alpha)
    rho = tuning(1.0, alpha=alpha)
    always = mixture_critical(1.0, rho=rho, alpha=alpha)
    beyond = critical_value(power, alternative="less")
    return (
        DesignCost("One look at the end", "fixed", 1, once, once, 1.0),
        DesignCost(
            "Daily looks, planned end (O'Brien-Fleming)", "planned", DAILY_LOOKS, spending[0],
            spending[-1] or once, inflation(fractions, spending, alpha=alpha, power=power),
        ),
        DesignCost(
            "Daily looks, the same bound at each (Pocock)", None, DAILY_LOOKS, flat[0], flat[-1],
            inflation(fractions, flat, alpha=alpha, power=power),
        ),
        DesignCost(
            "Daily looks, open end (anytime-valid)", "open", None,
            mixture_critical(1 / DAILY_LOOKS, rho=rho, alpha=alpha), always,
            float(((always + beyond) / (once + beyond)) ** 2),
        ),
    )  # fmt: skip
