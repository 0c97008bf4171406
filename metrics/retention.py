"""Retention pooled over cohorts, counting only what could be seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.rates import NOT_MEASURABLE, Rate, rate


@dataclass(frozen=True, slots=True)
class Pooled:
    """Retention at one interval over several cohorts together.

    Attributes:
        rate: Share of the people who came back, with its interval; all None without a cohort.
        users: People of the cohorts that count; None without a cohort.
        returned: Of those, who came back; None without a cohort.
        cohorts: How many cohorts count.
    """

    rate: Rate
    users: int | None
    returned: int | None
    cohorts: int


def pooled_retention(users: Sequence[int], returned: Sequence[int | None]) -> Pooled:
    """One retention rate for several cohorts: a sum over a sum, of mature cohorts only.

    A cohort that is too young to be seen at the interval adds neither to the top nor to the
    bottom; one that was seen and has nobody back adds its people to the bottom. The mean of the
    cohorts' percentages would let a cohort of three weigh as much as one of three thousand.

    Args:
        users: People in each cohort.
        returned: Of those, who came back at the interval; None: not observable yet.

    Raises:
        ValueError: The two differ in length.

    Examples:
        >>> pooled_retention([100, 80, 60], [25, 0, None]).returned
        25
        >>> pooled_retention([60], [None]).rate.value is None
        True
    """
    if len(users) != len(returned):
        raise ValueError(f"got {len(users)} cohorts but {len(returned)} counts of returns")
    mature = [(n, back) for n, back in zip(users, returned, strict=True) if back is not None]
    if not mature:
        return Pooled(NOT_MEASURABLE, users=None, returned=None, cohorts=0)
    whole, part = sum(n for n, _ in mature), sum(back for _, back in mature)
    return Pooled(rate(part, whole), users=whole, returned=part, cohorts=len(mature))
