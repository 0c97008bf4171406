"""What users say in numbers: promoters less detractors, and the satisfied, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from metrics.rates import Rate, rate

PROMOTERS_FROM, DETRACTORS_TO, BEST = 9, 6, 10
SATISFIED_FROM = 4  # of 5
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Promoters less detractors among those who answered.

    Attributes:
        score: −100 to 100; None without answers.
        low: Lower end of its interval; None with score.
        high: Upper end; None with score.
        promoters: Answers of 9 and 10.
        passives: Answers of 7 and 8.
        detractors: Answers of 0 to 6.
    """

    score: float | None
    low: float | None
    high: float | None
    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors


def net_promoter(scores: Sequence[int], *, confidence: float = 0.95) -> NetPromoter:
    """The net promoter score of some answers, with an interval that holds for few of them too.

    Who answers is not who uses: a change of the score may be a change of who was asked.

    Args:
        scores: 0 to 10.
        confidence: Of the interval.

    Raises:
        ValueError: A score outside 0 to 10, or as `net_promoter_of`.

    References:
        Reichheld (2003), Harvard Business Review 81(12):46-54.

    Examples:
        >>> found = net_promoter([10, 9, 8, 3])
        >>> found.score, found.answers
        (25.0, 4)
    """
    strange = [one for one in scores if not 0 <= one <= BEST]
    if strange:
        raise ValueError(f"scores must lie between 0 and 10, got {strange[0]}")
    promoters = sum(one >= PROMOTERS_FROM for one in scores)
    detractors = sum(one <= DETRACTORS_TO for one in scores)
    passives = len(scores) - promoters - detractors
    return net_promoter_of(promoters, passives, detractors, confidence=confidence)


def net_promoter_of(
    promoters: int, passives: int, detractors: int, *, confidence: float = 0.95
) -> NetPromoter:
    """The net promoter score of counted answers.

    Its interval is the score interval of a difference of two shares of the same people, which
    keeps its promise where the usual one (± z standard errors) fails: few answers, or all alike.

    Args:
        promoters: Answers of 9 and 10.
        passives: Answers of 7 and 8.
        detractors: Answers of 0 to 6.
        confidence: Of the interval.

    Raises:
        ValueError: A count below 0, or a confidence outside 0 to 1.

    References:
        Tango (1998), Stat. Med. 17:891-908, eq. 20-24. Rocks (2016), Am. Stat. 70:365-372
        (intervals of the score compared).

    Examples:
        >>> found = net_promoter_of(50, 30, 20)
        >>> found.score, round(found.low, 1), round(found.high, 1)
        (30.0, 14.0, 44.3)
    """
    if min(promoters, passives, detractors) < 0:
        raise ValueError(f"counts must be 0 or more, got {(promoters, passives, detractors)}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    answers = promoters + passives + detractors
    if answers == 0:
        return NetPromoter(None, None, None, 0, 0, 0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    score = (promoters - detractors) / answers
    high = _end(promoters, detractors, answers, z)
    low = -_end(detractors, promoters, answers, z)
    counts = (promoters, passives, detractors)
    return NetPromoter(100 * score, 100 * low, 100 * high, *counts)


def _end(more: int, fewer: int, answers: int, z: float) -> float:
    """The largest difference of shares that the score test would not reject."""
    inside, outside = (more - fewer) / answers, 1.0
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        is_kept = _distance(more, fewer, answers, middle) <= z
        inside, outside = (middle, outside) if is_kept else (inside, middle)
    return (inside + outside) / 2


def _distance(more: int, fewer: int, answers: int, truth: float) -> float:
    """Standard errors between what was seen and a true difference (Tango 1998, eq. 20)."""
    first = -more - fewer + (2 * answers - more + fewer) * truth
    last = -fewer * truth * (1 - truth)
    share = (sqrt(max(first**2 - 8 * answers * last, 0)) - first) / (4 * answers)
    variance = answers * (2 * share + truth * (1 - truth))
    gap = answers * truth - (more - fewer)
    return gap / sqrt(variance) if variance > 0 else (0.0 if gap == 0 else float("inf"))


def satisfied(
    scores: Sequence[int], *, from_score: int = SATISFIED_FROM, best: int = 5,
    confidence: float = 0.95,
) -> Rate:  # fmt: skip
    """Share of answers that are satisfied (CSAT: 4 and 5 of 5), with Wilson's interval.

    Args:
        scores: 1 to `best`.
        from_score: The lowest score of the satisfied.
        best: The highest score there is.
        confidence: Of the interval.

    Raises:
        ValueError: A score outside 1 to `best`.

    Examples:
        >>> satisfied([5, 4, 2, 1]).value
        0.5
    """
    strange = [one for one in scores if not 1 <= one <= best]
    if strange:
        raise ValueError(f"scores must lie between 1 and {best}, got {strange[0]}")
    return rate(sum(one >= from_score for one in scores), len(scores), confidence=confidence)
