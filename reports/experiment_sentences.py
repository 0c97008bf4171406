"""An experiment's verdict as a person would say it, with the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metrics.experiments import Effect, NonInferiority, Verdict
    from metrics.experiments.verdicts import Reason
    from reports.experiment_health import Split
    from reports.experiment_plan import Plan

HEADS = {
    "invalid": "No verdict",
    "keep running": "Keep running",
    "ship": "Ship",
    "do not ship": "Do not ship",
}


def verdict_sentence(
    judged: Verdict,
    *,
    label: str,
    primary: Effect | None,
    guardrails: Mapping[str, NonInferiority],
    smallest: float | None,
    split: Split,
    plan: Plan,
) -> str:
    """The verdict and why, in words; a broken experiment says nothing of its effect.

    Args:
        judged: The verdict.
        label: What the primary metric is called.
        primary: Its effect, with the interval that is valid now.
        guardrails: Each guardrail by its label.
        smallest: Smallest lift that would probably have been found.
        split: How units were divided.
        plan: What was decided before.
    """
    effect = lift_words(primary, label)
    worse = ", ".join(_worse(name, one) for name, one in guardrails.items() if one.is_harmed)
    unsafe = ", ".join(name for name, one in guardrails.items() if not one.is_safe)
    why: dict[Reason, str] = {
        "broken split": f"the split is broken{_where(split)}, so no result can be trusted",
        "units in several variants": f"{split.several:,} units saw more than one variant",
        "difference before exposure": (
            f"the arms differed on {label} before anybody had seen anything"
        ),
        "no data": "no unit has been followed for the whole window yet",
        "primary better": effect,
        "primary worse": effect,
        "primary undecided": f"no effect is shown yet: {effect}",
        "no effect of the size looked for": f"no effect is shown: {effect}{_could_have(smallest)}",
        "guardrail harmed": f"{worse}, while {effect}",
        "guardrail not shown safe": f"not yet shown safe within its margin: {unsafe}",
        "not a whole week": (
            f"a win counts after {plan.rule.least_days} days, and {plan.days} have passed"
        ),
        "futile": "the effect looked for has become unlikely",
    }
    said = [why[reason] for reason in judged.reasons]
    return f"{HEADS[judged.status]}: {'; '.join(said) or 'nothing is known yet'}."


def lift_words(of: Effect | None, label: str) -> str:
    """'Invoices +42.1% (+18.0% to +70.2%)', or that it cannot be measured."""
    if of is None or of.lift.value is None:
        return f"{label} cannot be measured"
    if of.lift.low is None or of.lift.high is None:
        return f"{label} {of.lift.value:+.1%} (the interval has no end)"
    return f"{label} {of.lift.value:+.1%} ({of.lift.low:+.1%} to {of.lift.high:+.1%})"


def _worse(name: str, one: NonInferiority) -> str:
    if one.lift is None or one.bound is None:
        return f"{name} got worse"
    return f"{name} got worse ({one.lift:+.1%}, at worst {one.bound:+.1%})"


def _could_have(smallest: float | None) -> str:
    if smallest is None:
        return ""
    return f"; an effect of {smallest:.1%} would have been found with a chance of 80%"


def _where(split: Split) -> str:
    sizes = " to ".join(f"{count:,}" for count in split.counts)
    names = " to ".join(split.variants)
    where = f"; {split.worst[0].lower()}{split.worst[1:].rstrip('.')}" if split.worst else ""
    return f" ({names}: {sizes} units{where})"
