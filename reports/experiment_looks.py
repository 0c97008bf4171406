"""How far an interval reaches at each look, so that looking every day costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from metrics.experiments import futility_bounds, looks, mixture_critical, tuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.experiments import Effect
    from reports.experiment_plan import Plan

# A look that can stop nothing yet: no z beyond this has any error left to be spent.
TOO_EARLY = 8.0
# What an open-ended experiment without a plan is tuned for; a guess, made before any data.
USUAL_UNITS = 10_000
MOST_DRIFT = 10.0  # standard errors at the end: beyond it every experiment is certain of its answer

WORDS = {
    "planned": "group-sequential (Lan-DeMets, O'Brien-Fleming spending), a look every day",
    "open": "anytime-valid (asymptotic confidence sequence), for as long as it runs",
    "fixed": "one look, at the planned end; before it, anytime-valid",
}


@dataclass(frozen=True, slots=True)
class Looks:
    """Standard errors that a valid interval reaches, look by look.

    Attributes:
        days: Day of exposure up to which units are in the look.
        units: Units of both arms in it.
        bounds: z that the interval reaches; `TOO_EARLY` where nothing can be said yet.
        method: How, in words.
        fractions: Information of each look over the planned one; empty but for a planned end.
    """

    days: tuple[int, ...]
    units: tuple[int, ...]
    bounds: tuple[float, ...]
    method: str
    fractions: tuple[float, ...] = ()

    @property
    def now(self) -> float:
        """The bound of the last look."""
        return self.bounds[-1] if self.bounds else TOO_EARLY


def looks_of(plan: Plan, days: Sequence[int], units: Sequence[int], *, alpha: float) -> Looks:
    """The bounds of all looks so far.

    Args:
        plan: Its design decides.
        days: Day of exposure up to which each look reaches, ascending.
        units: Units of both arms at each look, never falling.
        alpha: Error of all looks of this comparison together.
    """
    kept = [at for at in range(len(days)) if units[at] > (units[at - 1] if at else 0)]
    days, units = [days[at] for at in kept], [units[at] for at in kept]
    if not units:
        return Looks((), (), (), WORDS[plan.design])
    fractions: list[float] = []
    if plan.design == "planned":
        fractions = _fractions(plan, days, units)
        found = looks(fractions, alpha=alpha, is_ended=plan.is_ended)
        bounds = [TOO_EARLY if one.bound is None else one.bound for one in found]
    else:
        rho = tuning(plan.planned_units or USUAL_UNITS, alpha=alpha)
        bounds = [mixture_critical(n, rho=rho, alpha=alpha) for n in units]
        if plan.design == "fixed" and plan.is_ended:
            bounds[-1] = looks([1.0], alpha=alpha)[0].bound or bounds[-1]
    return Looks(tuple(days), tuple(units), tuple(bounds), WORDS[plan.design], tuple(fractions))


def is_futile(plan: Plan, seen: Looks, primary: Effect) -> bool:
    """Whether the effect that was worth finding has become so unlikely that going on is a waste.

    Non-binding: the bounds for success do not count on it. Only with a planned end and a smallest
    effect that was written down.
    """
    known = plan.minimum_effect, primary.standard_error, primary.statistic, primary.control
    if not seen.fractions or any(one is None for one in known):
        return False
    wanted, error, z, control = (float(one or 0.0) for one in known)
    at_the_end = error * sqrt(min(1.0, seen.fractions[-1]))
    if wanted * abs(control) <= 0 or at_the_end <= 0:
        return False
    drift = min(MOST_DRIFT, wanted * abs(control) / at_the_end)
    bounds = [None if bound >= TOO_EARLY else bound for bound in seen.bounds]
    floor = futility_bounds(seen.fractions, bounds, drift=drift)[-1]
    signed = z if plan.rule.better == "higher" else -z
    return floor is not None and seen.fractions[-1] < 1 and signed < floor


def _fractions(plan: Plan, days: Sequence[int], units: Sequence[int]) -> list[float]:
    """Information over the planned one: by units where their number is known, else by days."""
    if plan.planned_units:
        return [n / plan.planned_units for n in units]
    if plan.is_ended or plan.ended_at is None:
        return [n / units[-1] for n in units]
    whole = (plan.ended_at - plan.started_at).days - plan.primary_days
    return [(day + 1) / max(whole, day + 1) for day in days]
