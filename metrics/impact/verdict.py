"""What may be said of a release: grade, direction and bounds, the inputs of its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.impact.placebo import Placebos
from metrics.impact.rollout import Choice, Grade

ORDER: tuple[Grade, ...] = ("A", "B", "C", "D")
GOOD_FIT = 0.1
RARE = 0.05

Goal = Literal["met", "not met", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Check:
    """A diagnostic: the same question asked in another way.

    Attributes:
        name: Which: "placebo dates", "without one donor", "other prior", "synthetic …", ….
        effect: What it found; None when it only says significant or not.
        is_significant: Whether it calls the effect a finding; None when it does not say.
    """

    name: str
    effect: float | None
    is_significant: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that a sentence about a release needs.

    Attributes:
        grade: A: randomised. B: compared with segments not reached. C: with a forecast from what
            it could not touch. D: before and after only; says nothing about the cause.
        effect: In the metric's unit, or a fraction for relative effects.
        low: Lower end of its interval.
        high: Upper end.
        direction: "up" or "down" when the interval excludes 0, else "unclear".
        is_better: Whether the direction is the wanted one; None when unclear.
        ruled_out_above: More than this is ruled out: high, when unclear; else None.
        ruled_out_below: Less than this is ruled out: low, when unclear; else None.
        as_large: Placebos that show as large a change; None when none were run.
        placebos: How many were run; None when none.
        lowered_by: Names of the checks that disagreed, for which the grade is one lower.
    """

    grade: Grade
    effect: float
    low: float
    high: float
    direction: Literal["up", "down", "unclear"]
    is_better: bool | None
    ruled_out_above: float | None
    ruled_out_below: float | None
    as_large: int | None
    placebos: int | None
    lowered_by: tuple[str, ...]


def verdict(
    choice: Choice,
    interval: tuple[float, float, float],
    *,
    better: Literal["higher", "lower"],
    checks: Sequence[Check] = (),
    among: Placebos | None = None,
    fit: float | None = None,
) -> Verdict:
    """Grade what was found. Any check that disagrees in sign or significance costs one grade.

    Args:
        choice: The method, chosen before looking.
        interval: (effect, low, high).
        better: Which way the metric should go.
        checks: Diagnostics that ask the same question.
        among: Placebo dates; they disagree when the effect is a finding but not rare among them.
        fit: Of a synthetic control, as in `SyntheticControl`; above 0.1 it is poor.

    Raises:
        ValueError: An effect outside its interval.

    Examples:
        >>> from metrics.impact.rollout import Rollout, method_for
        >>> found = verdict(method_for(Rollout(controls=1)), (0.03, -0.01, 0.07), better="higher")
        >>> found.grade, found.direction, found.ruled_out_above
        ('C', 'unclear', 0.07)
    """
    effect, low, high = interval
    if not low <= effect <= high:
        raise ValueError(f"the effect {effect} lies outside its interval {low} to {high}")
    is_finding = low > 0 or high < 0
    disagreeing = [one.name for one in checks if _disagrees(one, effect, is_finding=is_finding)]
    if is_finding and among is not None and among.as_large > RARE * among.count:
        disagreeing.append("placebo dates")
    if fit is not None and fit > GOOD_FIT:
        disagreeing.append("fit before")
    direction: Literal["up", "down", "unclear"] = (
        "unclear" if not is_finding else "up" if effect > 0 else "down"
    )
    return Verdict(
        grade=_lowered(choice.grade) if disagreeing else choice.grade,
        effect=effect, low=low, high=high, direction=direction,
        is_better=(direction == "up") == (better == "higher") if is_finding else None,
        ruled_out_above=None if is_finding else high,
        ruled_out_below=None if is_finding else low,
        as_large=None if among is None else among.as_large,
        placebos=None if among is None else among.count,
        lowered_by=tuple(disagreeing),
    )  # fmt: skip


def goal(
    interval: tuple[float, float] | None, *, target: float, better: Literal["higher", "lower"]
) -> Goal:
    """Was the goal that was set before met? Judged by the interval, not by the estimate.

    Args:
        interval: Of the effect; None when it could not be measured.
        target: At least this ("higher") or at most this ("lower"), in the effect's unit.
        better: Which way is good.

    Examples:
        >>> goal((0.02, 0.06), target=0.01, better="higher")
        'met'
        >>> goal((-0.02, 0.06), target=0.01, better="higher")
        'cannot tell'
    """
    if interval is None:
        return "cannot tell"
    low, high = interval if better == "higher" else (-interval[1], -interval[0])
    wanted = target if better == "higher" else -target
    if low >= wanted:
        return "met"
    return "not met" if high < wanted else "cannot tell"


def _disagrees(check: Check, effect: float, *, is_finding: bool) -> bool:
    """In sign where it matters, which is when there is a finding; or in significance."""
    has_other_sign = check.effect is not None and check.effect * effect < 0 and is_finding
    is_other = check.is_significant is not None and check.is_significant != is_finding
    return has_other_sign or is_other


def _lowered(grade: Grade) -> Grade:
    return ORDER[min(ORDER.index(grade) + 1, len(ORDER) - 1)]
