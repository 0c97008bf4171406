"""Which method a release's rollout allows, chosen before anything is looked at."""

from dataclasses import dataclass
from typing import Literal

Method = Literal[
    "experiment",
    "difference in differences",
    "staggered difference in differences",
    "synthetic control",
    "series with controls",
    "series alone",
    "adopters only",
]
Grade = Literal["A", "B", "C", "D"]

FEWEST_SEGMENTS = 8
FEWEST_UNTREATED = 2
FEWEST_DONORS = 10
FEW_TREATED = 3  # "one or few" for a synthetic control
DAYS_BEFORE, DAYS_AFTER = 28, 7
EXPOSED = 0.10
GRADES: dict[Method, Grade] = {
    "experiment": "A",
    "difference in differences": "B",
    "staggered difference in differences": "B",
    "synthetic control": "B",
    "series with controls": "C",
    "series alone": "D",
    "adopters only": "D",
}


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a release reached its users: facts of the rollout, none of its outcome.

    Attributes:
        is_randomised: Both arms live together, users split by a hash.
        is_own_choice: Users took it themselves (an app version), so those who have it differ.
        segments: Segments with a usable history, treated or not.
        treated: Segments reached by now.
        untreated: Segments not reached by now.
        dates: Different days on which segments were first reached.
        controls: Series that the release cannot have touched.
    """

    is_randomised: bool = False
    is_own_choice: bool = False
    segments: int = 0
    treated: int = 0
    untreated: int = 0
    dates: int = 1
    controls: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The method, and the best grade that it can earn.

    Attributes:
        method: Its name.
        grade: A: randomised, to D: no evidence about the cause.
        second_opinion: Another method to show beside it; None when there is none.
    """

    method: Method
    grade: Grade
    second_opinion: Literal["synthetic difference in differences"] | None = None


def method_for(rollout: Rollout) -> Choice:
    """The strongest method that the rollout's shape allows.

    Chosen from the shape alone: choosing after seeing results finds whatever one wants.

    Args:
        rollout: Its shape.

    Examples:
        >>> method_for(Rollout(segments=12, treated=5, untreated=7)).method
        'difference in differences'
        >>> method_for(Rollout()).grade
        'D'
    """
    if rollout.is_randomised:
        return _choice("experiment")
    if rollout.is_own_choice:
        return _choice("adopters only")
    has_others = rollout.untreated >= FEWEST_UNTREATED
    is_few = 1 <= rollout.treated <= FEW_TREATED and rollout.dates == 1
    if is_few and rollout.untreated >= FEWEST_DONORS:
        return _choice("synthetic control")
    if rollout.segments >= FEWEST_SEGMENTS and rollout.treated >= 1 and has_others:
        if rollout.dates > 1:
            return _choice("staggered difference in differences")
        opinion: Literal["synthetic difference in differences"] = (
            "synthetic difference in differences"
        )
        return Choice("difference in differences", "B", opinion)
    return _choice("series with controls" if rollout.controls else "series alone")


def _choice(method: Method) -> Choice:
    return Choice(method, GRADES[method])


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no verdict yet.

    Attributes:
        what: "days before", "days after", "exposure", "another release", "final data".
        has: What there is: days, or a share for exposure; None where it is no number.
        needs: What is needed; None as `has`.
        days_to_wait: Days until it can be there; None when waiting does not help or cannot be
            foreseen.
    """

    what: Literal["days before", "days after", "exposure", "another release", "final data"]
    has: float | None
    needs: float | None
    days_to_wait: int | None


def missing_evidence(
    *,
    days_before: int,
    days_after: int,
    exposed: float | None,
    others_inside: int = 0,
    days_not_final: int = 0,
) -> tuple[Missing, ...]:
    """What is missing before a release may be judged; nothing when it may.

    Asked first: a number shown too early is remembered for longer than its correction.

    Args:
        days_before: Complete days before the release.
        days_after: Complete days after it, the day of launch not counted.
        exposed: Share of users reached; None when unknown, which is missing too.
        others_inside: Other releases on the same metric inside the window.
        days_not_final: Days of the window whose data may still change.

    Raises:
        ValueError: Negative numbers, or an exposure outside 0 to 1.

    Examples:
        >>> [one.what for one in missing_evidence(days_before=90, days_after=4, exposed=1.0)]
        ['days after']
        >>> missing_evidence(days_before=90, days_after=7, exposed=0.5)
        ()
    """
    if min(days_before, days_after, others_inside, days_not_final) < 0:
        raise ValueError("days and releases must be 0 or more")
    if exposed is not None and not 0 <= exposed <= 1:
        raise ValueError(f"exposed must be between 0 and 1, got {exposed}")
    found: list[Missing] = []
    if days_before < DAYS_BEFORE:  # the past does not grow longer by waiting
        found.append(Missing("days before", days_before, DAYS_BEFORE, None))
    if days_after < DAYS_AFTER:
        wait = DAYS_AFTER - days_after
        found.append(Missing("days after", days_after, DAYS_AFTER, wait))
    if exposed is None or exposed < EXPOSED:
        found.append(Missing("exposure", exposed, EXPOSED, None))
    if others_inside:
        found.append(Missing("another release", others_inside, 0, None))
    if days_not_final:
        found.append(Missing("final data", None, None, days_not_final))
    return tuple(found)
