"""Which segments explain a change: up to three candidates whose shares add up, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from metrics.attribution.surprise import explanatory_power, surprise

Segment = tuple[tuple[str, str], ...]  # (("platform", "ios"), ("country", "DE")), sorted

SUPPORT = 0.01  # of the whole, expected or actual: below it a segment is not looked at
POWER = 0.10  # least part of the change that a segment of a candidate explains
LIFT = 1.5  # times its part of the whole that a segment explains: below it, it moved like the rest
GAIN = 0.05  # what a finer candidate must explain better than a coarser one
CHANCE = 2.0  # standard errors of its count by which a segment must differ from moving alike
EXPLAINED = 0.50  # of the change, for the best candidate: below it, nothing is named
CANDIDATES = 3
PAIRED = 3  # dimensions of which every pair is searched
MOST_SEGMENTS = 5  # of one candidate: more is no explanation


@dataclass(frozen=True, slots=True)
class Slice:
    """What was expected of a segment, and what it is.

    Attributes:
        segment: (dimension, value) pairs, one for each of its dimensions.
        expected: Its forecast, 0 or more, in an additive unit.
        actual: What came.
        contribution: Its part of the change where that is not actual − expected, as for a ratio
            (see `mix_and_rate`); None: actual − expected.
    """

    segment: Segment
    expected: float
    actual: float
    contribution: float | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A segment of a candidate.

    Attributes:
        segment: As in `Slice`.
        share: Part of the change that it explains.
        surprise: How unlike the expected its share of the whole is, in nats.
    """

    segment: Segment
    share: float
    surprise: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One explanation: segments of one dimension, or of one pair, that exclude each other.

    Attributes:
        dimensions: The dimension, or the pair.
        segments: The largest share first.
        share: What they explain together.
        rest: 1 − share: what everybody else explains.
        score: share × surprise, by which candidates are ranked.
    """

    dimensions: tuple[str, ...]
    segments: tuple[Named, ...]
    share: float
    rest: float
    score: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """What may lie behind a change.

    Attributes:
        change: actual − expected, of the whole.
        candidates: Up to three, the best first: alternatives, whose shares do not add up with
            each other's. Empty when the change is not explained by these dimensions.
        best_share: What the best one explains, named or not; None when there was none.
    """

    change: float
    candidates: tuple[Candidate, ...]
    best_share: float | None


def attribution(
    slices: Sequence[Slice], *, expected: float, actual: float
) -> Attribution:
    """Search dimensions and pairs of them for segments in which the change is concentrated.

    Candidates are where to look first, not causes: on labelled real incidents the best published
    methods have the right one among the first three in four cases of five. Distinct users do not
    add up over dimensions that vary within a user: decompose them by identities instead.

    Args:
        slices: Every segment of every dimension, and of every pair where wanted (GROUPING SETS to
            depth 2). The segments of one grouping must add up to the whole.
        expected: Forecast of the whole, not yesterday's value.
        actual: What came.

    Raises:
        ValueError: A grouping that does not add up to the whole, a negative value, or a segment
            named twice.

    References:
        Bhagwan et al. (2014), "Adtributor", NSDI (power and surprise; here every segment that
        explains half again as much as its size does, beyond the chance of its count, belongs to
        the set, so that a change of everybody alike names nobody). The coarser explanation is
        preferred, as in Li et al. (2019), "Squeeze", ISSRE, section IV.D.

    Examples:
        >>> found = attribution([
        ...     Slice((("os", "ios"),), 50, 20), Slice((("os", "web"),), 50, 51),
        ...     Slice((("lang", "de"),), 50, 36), Slice((("lang", "en"),), 50, 35),
        ... ], expected=100, actual=71)
        >>> found.candidates[0].segments[0].segment, round(found.candidates[0].share, 3)
        ((('os', 'ios'),), 1.034)
    """
    change = actual - expected
    groupings = _groupings(slices, expected, actual)
    if change == 0:
        return Attribution(0.0, (), None)
    found = [
        candidate
        for dimensions, members in groupings.items()
        if (candidate := _candidate(dimensions, members, expected, actual)) is not None
    ]
    found.sort(key=lambda one: (-one.score, one.dimensions))
    counted = max(
        (sum(of.expected + of.actual for of in one) / 2 for one in groupings.values()), default=0.0
    )
    kept = [one for one in found if not _is_no_better(one, found, counted)]
    best = kept[0].share if kept else None
    named = kept[:CANDIDATES] if best is not None and best >= EXPLAINED else []
    return Attribution(change, tuple(named), best)


def telling(slices: Sequence[Slice], *, most: int = PAIRED) -> tuple[str, ...]:
    """The dimensions whose shares of the whole changed most, in which a pair is worth searching.

    What happens to one pair of values changes the shares of both its dimensions, so few of them
    need to be crossed: of seven dimensions, three pairs instead of twenty-one.

    Args:
        slices: Segments of single dimensions; those of pairs are not looked at.
        most: How many dimensions.

    References:
        Bhagwan et al. (2014), "Adtributor", NSDI, section 3.2 (surprise of a dimension: the sum
        over its segments, a Jensen-Shannon divergence).

    Examples:
        >>> telling([
        ...     Slice((("os", "ios"),), 50, 20), Slice((("os", "web"),), 50, 51),
        ...     Slice((("lang", "de"),), 50, 36), Slice((("lang", "en"),), 50, 35),
        ... ], most=1)
        ('os',)
    """
    members: dict[str, list[Slice]] = {}
    for one in slices:
        if len(one.segment) == 1:
            members.setdefault(one.segment[0][0], []).append(one)
    divergences = {name: _divergence(of) for name, of in members.items()}
    return tuple(sorted(divergences, key=lambda name: (-divergences[name], name))[:most])


def _divergence(members: list[Slice]) -> float:
    whole = sum(one.expected for one in members), sum(one.actual for one in members)
    return sum(surprise(one.expected, one.actual, *whole) or 0.0 for one in members)


def _groupings(
    slices: Sequence[Slice], expected: float, actual: float
) -> dict[tuple[str, ...], list[Slice]]:
    groupings: dict[tuple[str, ...], list[Slice]] = {}
    seen: set[Segment] = set()
    for one in slices:
        if one.segment in seen or min(one.expected, one.actual) < 0:
            raise ValueError(f"{one.segment} is named twice, or below 0")
        seen.add(one.segment)
        groupings.setdefault(tuple(name for name, _ in one.segment), []).append(one)
    size = 1e-6 * max(abs(expected), abs(actual), 1e-300)
    for dimensions, members in groupings.items():
        sums = sum(one.expected for one in members), sum(one.actual for one in members)
        moved = sum(_contribution(one) for one in members)
        is_own = any(one.contribution is not None for one in members)
        is_off = abs(moved - (actual - expected)) > size
        if is_off or not (is_own or abs(sums[0] - expected) <= size >= abs(sums[1] - actual)):
            raise ValueError(
                f"{', '.join(dimensions)}: segments add up to {sums[0]:g} and {sums[1]:g}, the "
                f"whole is {expected:g} and {actual:g}; distinct users need identities instead"
            )
    return groupings


def _contribution(one: Slice) -> float:
    return one.actual - one.expected if one.contribution is None else one.contribution


def _candidate(
    dimensions: tuple[str, ...], members: list[Slice], expected: float, actual: float
) -> Candidate | None:
    """The segments of one grouping that explain much, and more than their size does."""
    whole = sum(one.expected for one in members), sum(one.actual for one in members)
    named = []
    for one in members:
        share = explanatory_power(0.0, _contribution(one), expected, actual)
        unlike = surprise(one.expected, one.actual, *whole)
        support = max(one.expected / whole[0] if whole[0] else 0.0, one.actual / (whole[1] or 1.0))
        if share is None or unlike is None or support < SUPPORT:
            continue
        size = one.expected / whole[0] if whole[0] else 0.0
        is_chance = _excess(one, size, expected, actual, whole[0]) < CHANCE
        if share >= max(POWER, LIFT * size) and not is_chance:
            named.append(Named(one.segment, share, unlike))
    taken = sorted(named, key=lambda one: (-one.surprise, one.segment))[:MOST_SEGMENTS]
    if not taken:
        return None
    share = sum(one.share for one in taken)
    taken.sort(key=lambda one: (-one.share, one.segment))
    score = min(share, 1 / share) * sum(one.surprise for one in taken)
    return Candidate(dimensions, tuple(taken), share, 1 - share, score)


def _excess(one: Slice, size: float, expected: float, actual: float, counted: float) -> float:
    """By how many standard errors of its count a segment differs from moving like the rest."""
    beyond = abs(_contribution(one) - size * (actual - expected))
    in_counts = beyond * counted / expected if expected else 0.0  # a ratio's parts are no counts
    return in_counts / sqrt(max(one.expected, one.actual, 1.0))


def _is_no_better(one: Candidate, others: list[Candidate], counted: float) -> bool:
    """Whether a coarser candidate explains nearly as much as this finer one, or chance the gain.

    Each segment adds surprise by the chance of its count alone: 1 in 8 times all that is counted
    (the mean of a Jensen-Shannon divergence); twice of that is asked for.
    """
    chance = len(one.segments) / (4 * counted) if counted else 0.0
    return any(
        set(other.dimensions) < set(one.dimensions)
        and one.score < (1 + GAIN) * other.score + chance
        for other in others
    )
