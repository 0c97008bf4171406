"""What do the unhappy say that the happy do not? Words and short phrases, counted and compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist

from metrics.multiplicity import adjusted_p_values
from metrics.rates import Rate, rate

LONGEST = 3  # words of a phrase
MOST_COMPARED = 400  # of the clearest phrases, among which the same ones are found
SAME = 0.8  # of the texts that hold one of two phrases hold both: they are one
LETTERS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# What ties words together and tells nothing by itself: no phrase begins or ends with one.
TIES = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if",
    "in", "into", "is", "it", "its", "just", "me", "my", "no", "not", "of", "on", "or", "our",
    "she", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "to", "too", "us", "was", "we", "were", "what", "when", "where",
    "which", "who", "will", "with", "would", "you", "your",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """A word or phrase.

    Attributes:
        phrase: In lower case.
        unhappy: How many of the unhappy said it.
        happy: How many of the happy did.
        unhappy_share: Of all unhappy ones, with its 95 % interval.
        happy_share: Of all happy ones.
        z: Log odds of the unhappy against the happy, in standard errors; above 0: the unhappy's.
        adjusted_p: Two-sided, adjusted for all phrases looked at (Benjamini and Hochberg).
    """

    phrase: str
    unhappy: int
    happy: int
    unhappy_share: Rate
    happy_share: Rate
    z: float
    adjusted_p: float | None

    @property
    def count(self) -> int:
        """How many said it."""
        return self.unhappy + self.happy


def phrases(text: str, *, longest: int = LONGEST) -> set[str]:
    """The words and phrases of a text, each once, without those that begin or end with a tie.

    Examples:
        >>> sorted(phrases("It failed and I had to start again."))
        ['again', 'failed', 'start', 'start again']
    """
    words = [word.replace("’", "'").lower() for word in LETTERS.findall(text)]
    found = set()
    for size in range(1, longest + 1):
        for at in range(len(words) - size + 1):
            part = words[at : at + size]
            if part[0] not in TIES and part[-1] not in TIES:
                found.add(" ".join(part))
    return found


def themes(
    unhappy: Sequence[str], happy: Sequence[str], *, fewest: int = 3, longest: int = LONGEST
) -> tuple[Theme, ...]:
    """Words and phrases that one side says more often than the other, the clearest first.

    Texts count, not repetitions inside one. Each phrase is compared by its log odds with a prior
    that holds as many as both sides together say it, so that rare phrases do not come first by
    chance. Of phrases that nearly the same texts hold, the
    longest stands for all. Who wrote is not who was asked: shares are of texts, not of people.

    Args:
        unhappy: Texts of the one side.
        happy: Texts of the other.
        fewest: Texts that must have a phrase for it to count.
        longest: Words of a phrase at most.

    Raises:
        ValueError: `fewest` below 1.

    References:
        Monroe, Colaresi and Quinn (2008), "Fightin' Words", Political Analysis 16:372-403, eq. 16,
        20 and 22, with document counts.

    Examples:
        >>> found = themes(["too slow", "so slow", "slow again"], ["works", "works well", "works"])
        >>> [(one.phrase, one.unhappy, one.happy) for one in found]
        [('slow', 3, 0), ('works', 0, 3)]
    """
    if fewest < 1:
        raise ValueError(f"fewest must be at least 1, got {fewest}")
    texts = _texts_by_phrase([*unhappy, *happy], longest)
    kept = sorted(name for name, holders in texts.items() if len(holders) >= fewest)
    sad = {name: sum(at < len(unhappy) for at in texts[name]) for name in kept}
    glad = {name: len(texts[name]) - sad[name] for name in kept}
    scores = {name: _z(sad[name], len(unhappy), glad[name], len(happy)) for name in kept}
    levels = [_two_sided(scores[name]) for name in kept]
    adjusted = adjusted_p_values(levels, method="bh") if kept else ()
    found = [
        Theme(
            phrase=name,
            unhappy=sad[name],
            happy=glad[name],
            unhappy_share=rate(sad[name], len(unhappy)),
            happy_share=rate(glad[name], len(happy)),
            z=scores[name],
            adjusted_p=p,
        )
        for name, p in zip(kept, adjusted, strict=True)
    ]
    ordered = sorted(found, key=lambda one: (-abs(one.z), -one.count, one.phrase))
    return tuple(_distinct(ordered[:MOST_COMPARED], texts))


def _texts_by_phrase(texts: Sequence[str], longest: int) -> dict[str, set[int]]:
    """The texts that hold each phrase, by their place."""
    found: dict[str, set[int]] = {}
    for at, text in enumerate(texts):
        for name in phrases(text, longest=longest):
            found.setdefault(name, set()).add(at)
    return found


def _distinct(found: Sequence[Theme], texts: Mapping[str, set[int]]) -> list[Theme]:
    """Without those that a longer phrase of nearly the same texts stands for."""
    kept: list[Theme] = []
    for one in sorted(found, key=lambda theme: -len(theme.phrase)):
        holders = texts[one.phrase]
        if not any(
            len(holders & texts[other.phrase]) >= SAME * len(holders | texts[other.phrase])
            for other in kept
        ):
            kept.append(one)
    return [one for one in found if one in kept]


def _z(sad: int, all_sad: int, glad: int, all_glad: int) -> float:
    """The log-odds ratio with an informative prior, in standard errors (eq. 16, 20, 22)."""
    prior = sad + glad  # as often as both sides together say it
    rest = all_sad + all_glad - prior + 1  # one text more, so that a phrase of all has odds
    in_sad = log((sad + prior) / (all_sad - sad + rest))
    in_glad = log((glad + prior) / (all_glad - glad + rest))
    return (in_sad - in_glad) / sqrt(1 / (sad + prior) + 1 / (glad + prior))


def _two_sided(z: float) -> float:
    return 2 * (1 - NormalDist().cdf(abs(z)))
