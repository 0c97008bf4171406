"""What to do, by rules that were written before the experiment began."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.experiments.effects import Effect
from metrics.experiments.non_inferiority import Better, NonInferiority

Status = Literal["invalid", "keep running", "ship", "do not ship"]
Reason = Literal[
    "broken split",
    "units in several variants",
    "difference before exposure",
    "no data",
    "primary better",
    "primary worse",
    "primary undecided",
    "no effect of the size looked for",
    "guardrail harmed",
    "guardrail not shown safe",
    "not a whole week",
    "futile",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """The decision rule of an experiment's definition.

    Attributes:
        better: Which direction of the primary metric is good.
        split_alpha: Sequential p-value below which the split counts as broken.
        most_multiple: Largest share of units in several variants that is still tolerable.
        bias_alpha: p-value below which a difference before exposure makes the result invalid.
        least_days: Days to run at least before a win counts, to see every day of the week.
        needs_safe_guardrails: Whether a win needs every guardrail shown safe, or only none harmed.
    """

    better: Better = "higher"
    split_alpha: float = 0.001
    most_multiple: float = 0.01
    bias_alpha: float = 0.001
    least_days: int = 7
    needs_safe_guardrails: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about an experiment now.

    Attributes:
        primary: Effect on the primary metric with the interval that is valid *now* (sequential
            before the end); None before any data.
        guardrails: Each guardrail against its margin, likewise valid now.
        days: Whole days since the start.
        is_ended: The planned end is reached.
        is_futile: The futility bound was crossed.
        split_p: Sequential p-value of the sample ratio; None without units.
        multiple_share: Share of units seen in several variants; None without units.
        bias_p: p-value of the primary metric before exposure; None when there is no past.
    """

    primary: Effect | None
    guardrails: tuple[NonInferiority, ...] = ()
    days: int = 0
    is_ended: bool = False
    is_futile: bool = False
    split_p: float | None = None
    multiple_share: float | None = None
    bias_p: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision that the rule asks for.

    Attributes:
        status: "invalid" shows no result at all, only why.
        reasons: Why, the deciding ones first.
    """

    status: Status
    reasons: tuple[Reason, ...]


def verdict(evidence: Evidence, *, rule: Rule) -> Verdict:
    """Ship, do not ship, keep running, or invalid, and why.

    Validity comes first: no result is read off a broken experiment, however good it looks. Harm
    may end an experiment at any time; a win counts after whole weeks and with safe guardrails.

    Args:
        evidence: What is known now.
        rule: What was decided before.

    References:
        Fabijan, Gupchup, Gupta et al. (2019), KDD (validity first). Schultzberg, Ankargren and
        Frånberg (2024), arXiv:2402.11609 (decision rules with guardrails).

    Examples:
        >>> verdict(Evidence(primary=None, split_p=1e-9), rule=Rule())
        Verdict(status='invalid', reasons=('broken split',))
        >>> verdict(Evidence(primary=None), rule=Rule())
        Verdict(status='keep running', reasons=('no data',))
    """
    broken = _broken(evidence, rule)
    if broken:
        return Verdict("invalid", broken)
    primary = evidence.primary
    if primary is None or primary.difference is None or primary.critical is None:
        return Verdict("do not ship" if evidence.is_ended else "keep running", ("no data",))
    harms = _harms(primary, evidence.guardrails, rule)
    if harms:
        return Verdict("do not ship", harms)
    waits = _waits(primary, evidence, rule)
    if not waits:
        return Verdict("ship", ("primary better",))
    if evidence.is_futile and "primary undecided" in waits:
        return Verdict("do not ship", ("futile", *waits))
    if not evidence.is_ended:
        return Verdict("keep running", waits)
    if "primary undecided" in waits:
        rest = tuple(reason for reason in waits if reason != "primary undecided")
        return Verdict("do not ship", ("no effect of the size looked for", *rest))
    is_only_early = waits == ("not a whole week",)
    return Verdict("keep running" if is_only_early else "do not ship", waits)


def _broken(evidence: Evidence, rule: Rule) -> tuple[Reason, ...]:
    checks: Sequence[tuple[Reason, bool]] = (
        ("broken split", evidence.split_p is not None and evidence.split_p < rule.split_alpha),
        (
            "units in several variants",
            evidence.multiple_share is not None and evidence.multiple_share > rule.most_multiple,
        ),
        (
            "difference before exposure",
            evidence.bias_p is not None and evidence.bias_p < rule.bias_alpha,
        ),
    )
    return tuple(reason for reason, is_broken in checks if is_broken)


def _harms(primary: Effect, guardrails: Sequence[NonInferiority], rule: Rule) -> tuple[Reason, ...]:
    worst = primary.high if rule.better == "higher" else primary.low
    is_worse = worst is not None and (worst < 0 if rule.better == "higher" else worst > 0)
    reasons: list[Reason] = ["primary worse"] if is_worse else []
    if any(guardrail.is_harmed for guardrail in guardrails):
        reasons.append("guardrail harmed")
    return tuple(reasons)


def _waits(primary: Effect, evidence: Evidence, rule: Rule) -> tuple[Reason, ...]:
    """What is still missing for a win."""
    least = primary.low if rule.better == "higher" else primary.high
    is_better = least is not None and (least > 0 if rule.better == "higher" else least < 0)
    reasons: list[Reason] = [] if is_better else ["primary undecided"]
    if rule.needs_safe_guardrails and not all(g.is_safe for g in evidence.guardrails):
        reasons.append("guardrail not shown safe")
    if evidence.days < rule.least_days:
        reasons.append("not a whole week")
    return tuple(reasons)
