"""A rate moved: because segments' rates moved, or because the mix of segments did? Exactly."""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.rates import ratio


@dataclass(frozen=True, slots=True)
class SegmentPart:
    """One segment's part in the change of a rate, as fractions of 1.

    Attributes:
        mix: By its weight: change of its share × how far its rate lies from the average; above 0
            also when a segment below the average shrank.
        rate: By its own rate: change of its rate × its share.
    """

    mix: float
    rate: float


@dataclass(frozen=True, slots=True)
class MixAndRate:
    """A change of a rate in two parts that add up to it exactly.

    Attributes:
        base: Rate before, as a fraction.
        value: Rate now.
        change: value − base = mix + rate.
        mix: What the mix alone did.
        rate: What the segments' rates alone did.
        is_simpson: Whether the segments' rates and the rate of all moved in opposite ways.
        segments: Each one's part; their sums are mix and rate.
    """

    base: float
    value: float
    change: float
    mix: float
    rate: float
    is_simpson: bool
    segments: dict[str, SegmentPart]


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A change of a rate in three parts, seen from the base.

    Attributes:
        mix: Mix moved, rates as before.
        rate: Rates moved, mix as before.
        interaction: What both did together.
    """

    mix: float
    rate: float
    interaction: float


Counts = Mapping[str, tuple[float, float]]


def mix_and_rate(before: Counts, now: Counts) -> MixAndRate | None:
    """Split a rate's change into mix and rate, each judged at the middle of before and now.

    The middle makes it symmetric: exchanging before and now only changes signs, and nothing is
    left over. A segment without anybody at one time has no rate then; it is taken to have had the
    one that it has, so all of its part is mix.

    Args:
        before: Segment → (part, whole): how many did it, of how many who could have.
        now: The same; segments may come and go.

    Returns:
        The split; None when nobody could have, before or now.

    Raises:
        ValueError: A whole below 0, or a part where the whole is 0.

    References:
        Kitagawa (1955), JASA 50:1168-1194, eq. 4. Simpson (1951), JRSS B 13:238-241. Measuring
        mix from the average rate changes no sum, as changes of shares add up to 0.

    Examples:
        >>> found = mix_and_rate({"new": (10, 100), "old": (60, 100)},
        ...                      {"new": (36, 300), "old": (64, 100)})
        >>> [round(one, 4) for one in (found.change, found.mix, found.rate)]
        [-0.1, -0.1275, 0.0275]
        >>> found.is_simpson
        True
    """
    whole = [_whole(one) for one in (before, now)]
    if 0 in whole:
        return None
    base, value = (
        sum(part for part, _ in one.values()) / total
        for one, total in zip((before, now), whole, strict=True)
    )
    middle, segments = (base + value) / 2, {}
    for name in dict.fromkeys([*before, *now]):
        (then, rate_then), (later, rate_later) = (
            _share_and_rate(one.get(name, (0, 0)), total)
            for one, total in zip((before, now), whole, strict=True)
        )
        first = rate_then if rate_then is not None else rate_later
        second = rate_later if rate_later is not None else rate_then
        if first is None or second is None:
            first = second = middle  # nobody, at either time: no part in anything
        segments[name] = SegmentPart(
            mix=(later - then) * ((first + second) / 2 - middle),
            rate=(second - first) * (then + later) / 2,
        )
    mix, rate = (sum(getattr(one, part) for one in segments.values()) for part in ("mix", "rate"))
    return MixAndRate(
        base, value, value - base, mix, rate,
        is_simpson=rate * (value - base) < 0, segments=segments,
    )  # fmt: skip


def three_way(before: Counts, now: Counts) -> ThreeWay | None:
    """The same change with what both did together apart; the parts depend on which is the base.

    Args:
        before: As in `mix_and_rate`; every segment needs somebody at both times.
        now: As there.

    Returns:
        The parts; None when a segment has nobody at one of the times.

    References:
        Kitagawa (1955), section 2. Oaxaca (1973), Int. Econ. Rev. 14:693-709.
    """
    whole = [_whole(one) for one in (before, now)]
    if set(before) != set(now) or 0 in whole:
        return None
    mix = rate = interaction = 0.0
    for name in before:
        (then, first), (later, second) = (
            _share_and_rate(one[name], total)
            for one, total in zip((before, now), whole, strict=True)
        )
        if first is None or second is None:
            return None
        mix += (later - then) * first
        rate += then * (second - first)
        interaction += (later - then) * (second - first)
    return ThreeWay(mix, rate, interaction)


def _whole(counts: Counts) -> float:
    for name, (part, whole) in counts.items():
        if whole < 0 or (whole == 0 and part != 0):
            raise ValueError(f"{name}: {part} of {whole} is no count")
    return sum(whole for _, whole in counts.values())


def _share_and_rate(count: tuple[float, float], total: float) -> tuple[float, float | None]:
    return count[1] / total, ratio(*count)
