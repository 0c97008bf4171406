"""Each feature's rungs against its product's others: logit contrasts with their variance."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.counts import Counts, Durations, Groups, Ladder, ProductCounts

Floats = NDArray[np.float64]

LEAST = 5  # people (or expected events) below which a contrast says nothing
FEWEST_TRIES = 20  # below which nobody can say from which group they come
EVEN = 0.03  # nats of concentration that are as good as none: its logarithm stays finite
UNKNOWN = 1e6  # variance of a signal that is not there: it has no say


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """One signal of every feature.

    Attributes:
        value: (F,) on the logit scale (time: log seconds, focus: log nats); 0 where unknown.
        variance: (F,) of its sampling error; `UNKNOWN` where it is not known.
        seen: (F,) people who did it, before standardisation.
        of: (F,) people who could have.
        usual: (F,) the share expected of the same people at the product's own rates.
    """

    value: Floats
    variance: Floats
    seen: Floats
    of: Floats
    usual: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """All signals of a product.

    Attributes:
        names: J signals, in the order of `SIGNALS`.
        value: (F, J), 0 where unknown.
        variance: (F, J), `UNKNOWN` where unknown.
        seen: (F, J) people who did it; of log seconds: their sum.
        of: (F, J) people who could have.
        usual: (F, J) the share expected of the same people at the product's rates.
        doubt: (F, J) a direction in which the logs of a feature may be wrong, one standard
            deviation long; 0 where they are trusted.
    """

    names: tuple[str, ...]
    value: Floats
    variance: Floats
    seen: Floats
    of: Floats
    usual: Floats
    doubt: Floats

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """(F, J) which signals say something."""
        return self.variance < UNKNOWN


def contrast(part: Counts, whole: Counts) -> Contrast:
    """How much likelier people do it with this feature than the same people with the others.

    Indirect standardisation: the product's rate in each stratum says how many of this feature's
    people would have done it; the contrast is the difference of the logits of seen and expected.
    Features of heavy users are not flattered. What it cannot remove is a difference between people
    of the same stratum.

    Args:
        part: (F, ...) people who did it, by feature and stratum.
        whole: (F, ...) people who could have.

    References:
        Breslow and Day (1987), Statistical Methods in Cancer Research II, section 2.3. The half
        added to each count: Haldane (1956), Ann. Hum. Genet. 20:309-311.

    Examples:
        >>> found = contrast(np.array([[10.0, 80.0], [5.0, 40.0]]), np.array([[100.0, 160.0]] * 2))
        >>> found.value.round(1).tolist()
        [0.4, -0.5]
    """
    part, whole = (np.reshape(counts, (len(counts), -1)) for counts in (part, whole))
    everyone = whole.sum(axis=0)
    rate = (part.sum(axis=0) + 0.5 * overall(part, whole)) / (everyone + 0.5)
    seen, of = part.sum(axis=1), whole.sum(axis=1)
    usual = np.divide(whole @ rate, of, out=np.full(len(of), 0.5), where=of > 0)
    usual = np.clip(usual, 1e-6, 1 - 1e-6)
    known = of >= LEAST
    smoothed = seen + 2 * 0.5 * usual, of - seen + 2 * 0.5 * (1 - usual)
    value = np.log(smoothed[0] / smoothed[1]) - np.log(usual / (1 - usual))
    variance = 1 / smoothed[0] + 1 / smoothed[1]
    return Contrast(
        np.where(known, value, 0.0), np.where(known, variance, UNKNOWN), seen, of, usual
    )


def overall(part: Counts, whole: Counts) -> float:
    """The rate of all features and strata together."""
    return float(part.sum() / max(whole.sum(), 1.0))


def reach(ladder: Ladder) -> Contrast:
    """Exposed of eligible; unknown where people try what nobody is said to have seen."""
    found = contrast(ladder.exposed, ladder.eligible)
    is_blind = (found.seen == 0) & (ladder.tried.sum(axis=1) > 0)
    return replace(
        found,
        value=np.where(is_blind, 0.0, found.value),
        variance=np.where(is_blind, UNKNOWN, found.variance),
    )


def uptake(ladder: Ladder) -> Contrast:
    """Tried of eligible: all that is known of the first two rungs without exposures."""
    found, is_blind = contrast(ladder.tried, ladder.eligible), reach(ladder).variance >= UNKNOWN
    return replace(
        found,
        value=np.where(is_blind, found.value, 0.0),
        variance=np.where(is_blind, found.variance, UNKNOWN),
    )


def trial(ladder: Ladder) -> Contrast:
    """First tries of exposures, at equal numbers of exposures; without those, tried of exposed."""
    if ladder.offers is not None and ladder.accepted is not None:
        return contrast(ladder.accepted, ladder.offers)
    return contrast(np.minimum(ladder.tried, ladder.exposed), ladder.exposed)


def dose(ladder: Ladder) -> Contrast:
    """Later exposures against the first: whether people come round to it."""
    if ladder.offers is None or ladder.accepted is None:
        return _unknown(len(ladder.eligible))
    first = contrast(ladder.accepted[..., 0], ladder.offers[..., 0])
    return difference(contrast(ladder.accepted[..., 1:], ladder.offers[..., 1:]), first)


def success(ladder: Ladder) -> Contrast:
    """First attempts completed of those that ended."""
    return contrast(ladder.succeeded, ladder.ended)


def persistence(ladder: Ladder) -> Contrast:
    """Tried again after a failed first attempt: they want it."""
    return contrast(*_at_most(ladder.retried, ladder.ended - ladder.succeeded))


def haste(ladder: Ladder) -> Contrast:
    """Of those who tried again, within a minute."""
    return contrast(ladder.retried_rapidly, ladder.retried)


def repetition(ladder: Ladder) -> Contrast:
    """Used again after a clean first success: value net of friction. Without ends: of all."""
    if ladder.clean.sum() == 0:
        return contrast(ladder.repeated, ladder.tried)
    return contrast(ladder.clean_repeated, ladder.clean)


def habit(ladder: Ladder) -> Contrast:
    """Habitual of those who repeated."""
    return contrast(ladder.habitual, ladder.repeated)


def friction(ladder: Ladder) -> Contrast:
    """Used again after a clean first success, against after one that failed first."""
    after = contrast(*_at_most(ladder.recovered_repeated, ladder.recovered))
    return difference(contrast(ladder.clean_repeated, ladder.clean), after)


def search(ladder: Ladder) -> Contrast:
    """Searched for it of those who never tried."""
    if ladder.searched is None:
        return _unknown(len(ladder.eligible))
    return contrast(*_at_most(ladder.searched, ladder.eligible - ladder.tried))


def difference(one: Contrast, other: Contrast) -> Contrast:
    """One contrast less another of other people; its counts are those of the first."""
    known = (one.variance < UNKNOWN) & (other.variance < UNKNOWN)
    return Contrast(
        np.where(known, one.value - other.value, 0.0),
        np.where(known, one.variance + other.variance, UNKNOWN),
        one.seen, one.of, one.usual,
    )  # fmt: skip


def slowness(durations: Durations | None, features: int) -> Contrast:
    """Mean log seconds of a first success, against the product's."""
    if durations is None:
        return _unknown(features)
    count, known = durations.count, durations.count >= LEAST
    mean = durations.total / np.maximum(count, 1)
    spread = np.maximum(durations.squares / np.maximum(count, 1) - mean**2, 0.05)
    typical = float(np.median(mean[known])) if known.any() else 0.0
    return Contrast(
        np.where(known, mean - typical, 0.0),
        np.where(known, spread / np.maximum(count, 1), UNKNOWN),
        durations.total, count, np.full(features, typical),
    )  # fmt: skip


def focus(groups: Groups | None, features: int) -> Contrast:
    """How far tries come from few groups of those who were shown it: log nats, against the median.

    For each dimension of users the divergence (Kullback and Leibler) of the groups of those who try
    it from what the product's features lead to expect of those who were shown it, less what chance
    alone would make of it; the most telling dimension counts. `seen` and `of` are the tries of its
    group that stands out most, and all tries.

    References:
        Kullback and Leibler (1951), Ann. Math. Stat. 22:79-86. The bias of (groups − 1) / 2n:
        Miller (1955), Note on the bias of information estimates.
    """
    if groups is None:
        return _unknown(features)
    rate = groups.tried.sum(axis=0) / np.maximum(groups.shown.sum(axis=0), 1)
    expected = groups.shown * rate
    found = [
        _divergence(groups.tried[:, own], expected[:, own])
        for own in (groups.dimension == one for one in np.unique(groups.dimension))
    ]
    if not found:
        return _unknown(features)
    places, best = np.arange(features), np.argmax([one[0] for one in found], axis=0)
    nats, error, seen, of, usual = (
        np.array([one[part] for one in found])[best, places] for part in range(5)
    )
    known = of >= FEWEST_TRIES
    value = np.log(nats + EVEN)
    middle = float(np.median(value[known])) if known.any() else 0.0
    return Contrast(
        np.where(known, value - middle, 0.0),
        np.where(known, np.log1p(np.sqrt(error) / (nats + EVEN)) ** 2, UNKNOWN),
        seen, of, usual,
    )  # fmt: skip


def _divergence(tried: Counts, expected: Counts) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Nats, their variance, tries of the group that stands out, all tries, its expected share."""
    of, places = tried.sum(axis=1), np.arange(len(tried))
    usual = expected / np.maximum(expected.sum(axis=1), 1e-12)[:, None]
    share = (tried + usual) / (of + 1)[:, None]  # one imagined try, spread as expected
    ratio = np.log(np.where(share > 0, share, 1.0) / np.where(usual > 0, usual, 1.0))
    nats = (share * ratio).sum(axis=1)
    chance = ((usual > 0).sum(axis=1) - 1) / (2 * (of + 1))
    scatter = (share * ratio**2).sum(axis=1) - nats**2 - 2 * chance
    error = (np.maximum(scatter, 0.0) + chance) / (of + 1)
    top = (share * ratio).argmax(axis=1)
    corrected = np.maximum(nats - chance, 0.0)
    return corrected, error, tried[places, top], of, usual[places, top]


STAGES: dict[str, Callable[[Ladder], Contrast]] = {
    "reach": reach,
    "uptake": uptake,
    "trial": trial,
    "dose": dose,
    "success": success,
    "haste": haste,
    "persistence": persistence,
    "repetition": repetition,
    "habit": habit,
    "friction": friction,
    "search": search,
}
SIGNALS = (*STAGES, "slowness", "focus")


def signals(counts: ProductCounts, *, without: frozenset[str] = frozenset()) -> Signals:
    """Every signal of every feature, with its sampling variance.

    A signal whose events the product does not send (nobody did it anywhere) is unknown, not low.

    Args:
        counts: The product.
        without: Names of signals to leave out.

    Raises:
        ValueError: An unknown signal is to be left out.
    """
    if not without <= set(SIGNALS):
        raise ValueError(f"signals are {', '.join(SIGNALS)}; got {sorted(without)}")
    found = [stage(counts.ladder) for stage in STAGES.values()]
    found.append(slowness(counts.durations, len(counts.names)))
    found.append(focus(counts.groups, len(counts.names)))
    columns = [
        _unknown(len(counts.names)) if name in without or one.seen.max() == 0 else one
        for name, one in zip(SIGNALS, found, strict=True)
    ]
    value, variance, seen, of, usual = (
        np.column_stack([getattr(one, name) for one in columns])
        for name in ("value", "variance", "seen", "of", "usual")
    )
    return Signals(SIGNALS, value, variance, seen, of, usual, doubt=np.zeros_like(value))


def _at_most(part: Counts, whole: Counts) -> tuple[Counts, Counts]:
    return np.minimum(part, whole), whole


def _unknown(features: int) -> Contrast:
    nothing = np.zeros(features)
    return Contrast(nothing, np.full(features, UNKNOWN), nothing, nothing, nothing)
