"""Quantiles of durations from buckets that can be added up: over hours, routes, machines.

Bucket k holds durations above b^(k−1) and up to b^k ms, with b = (1 + a) ÷ (1 − a). Its middle
2 b^k ÷ (b + 1) lies within the share a, 1 %, of everything in it. In SQL, k is
ceil(ln(duration_ms) / ln(b)), and adding up is a sum by k.
"""

from collections.abc import Iterable, Mapping
from math import ceil, log

ERROR = 0.01  # relative error of every quantile, at most
BASE = (1 + ERROR) / (1 - ERROR)
SHORTEST = 0.001  # ms: everything below shares one bucket

Buckets = Mapping[int, int]


def bucket(duration_ms: float) -> int:
    """The bucket of a duration.

    Args:
        duration_ms: 0 or more; below a microsecond it counts as one.

    Raises:
        ValueError: A duration below 0, or unknown.

    Examples:
        >>> bucket(1.0), bucket(1000.0)
        (0, 346)
    """
    if not duration_ms >= 0:
        raise ValueError(f"a duration must be 0 ms or more, got {duration_ms}")
    # Rounding must not lift a duration that is a power of the base into the next bucket.
    return ceil(log(max(duration_ms, SHORTEST)) / log(BASE) - 1e-9)


def middle(number: int) -> float:
    """The duration, in ms, that stands for a bucket: within 1 % of all of them.

    Examples:
        >>> 0.99 < middle(bucket(250.0)) / 250 < 1.01
        True
    """
    return 2 * BASE**number / (BASE + 1)


def merged(histograms: Iterable[Buckets]) -> dict[int, int]:
    """Several histograms as one: exact, in any order.

    Examples:
        >>> merged([{1: 2}, {1: 1, 5: 1}])
        {1: 3, 5: 1}
    """
    found: dict[int, int] = {}
    for one in histograms:
        for number, count in one.items():
            found[number] = found.get(number, 0) + count
    return dict(sorted(found.items()))


def quantile(histogram: Buckets, share: float) -> float | None:
    """The duration that a share of requests stayed within, to 1 % of its value.

    Averages of percentiles are no percentiles: add the buckets up instead.

    Args:
        histogram: Bucket → requests.
        share: 0 to 1; 0.95 for p95. The lower sample quantile: of n requests number
            ⌊share × (n − 1)⌋, counted from 0.

    Returns:
        Milliseconds; None without requests.

    Raises:
        ValueError: share outside 0 to 1, or a count below 0.

    References:
        Masson, Rim and Lee (2019), "DDSketch", PVLDB 12:2195-2205, propositions 3 and 4.

    Examples:
        >>> round(quantile({bucket(one): 1 for one in (10.0, 20.0, 400.0)}, 0.5), 1)
        19.9
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    if min(histogram.values(), default=0) < 0:
        raise ValueError("counts must be 0 or more")
    requests = sum(histogram.values())
    if requests == 0:
        return None
    at, passed = int(share * (requests - 1)), 0
    for number in sorted(histogram):
        passed += histogram[number]
        if passed > at:
            break
    return middle(number)


def within(histogram: Buckets, limit_ms: float) -> float | None:
    """Share of requests within a limit; those of the limit's own bucket count by half.

    Args:
        histogram: Bucket → requests.
        limit_ms: 0 or more.

    Returns:
        A fraction; None without requests.

    Examples:
        >>> within({bucket(100.0): 3, bucket(900.0): 1}, 300.0)
        0.75
    """
    requests = sum(histogram.values())
    if requests == 0:
        return None
    edge = bucket(limit_ms)
    below = sum(count for number, count in histogram.items() if number < edge)
    return (below + histogram.get(edge, 0) / 2) / requests
