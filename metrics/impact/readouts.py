"""Days on which a release may be judged, and the error that each judgement spends."""

from collections.abc import Mapping
from dataclasses import dataclass

READOUTS: Mapping[int, float] = {3: 0.0001, 7: 0.004, 14: 0.019, 28: 0.043}


@dataclass(frozen=True, slots=True)
class Readout:
    """One of the days on which a release is judged.

    Attributes:
        day: Days since the release, the day of launch not counted.
        alpha: A p-value up to this is a finding on that day.
        p_value: What was found; None before the day, or when it could not be measured.
        is_finding: p_value <= alpha; None with p_value.
    """

    day: int
    alpha: float
    p_value: float | None
    is_finding: bool | None


def readouts(p_values: Mapping[int, float | None]) -> tuple[Readout, ...]:
    """Judge a release on days 3, 7, 14 and 28, with 5 % of false findings over all four.

    Looking every day at 5 % finds something in one of five releases that did nothing. The chart in
    between is no readout. Early readouts are strict: only what cannot be doubted is found then.

    Args:
        p_values: By readout day; days not reached yet may be missing or None.

    Raises:
        ValueError: A day that is no readout, or a p-value outside 0 to 1.

    References:
        O'Brien and Fleming (1979), Biometrics 35:549-556: nominal levels of looks after 3, 7, 14
        and 28 of 28 days, error spent as Lan and DeMets (1983), Biometrika 70:659-663.

    Examples:
        >>> [one.is_finding for one in readouts({3: 0.004, 7: 0.003})]
        [False, True, None, None]
    """
    strange = sorted(set(p_values) - set(READOUTS))
    if strange:
        raise ValueError(f"readouts are on days {list(READOUTS)}, got {strange}")
    found = []
    for day, alpha in READOUTS.items():
        p_value = p_values.get(day)
        if p_value is not None and not 0 <= p_value <= 1:
            raise ValueError(f"a p-value must lie between 0 and 1, got {p_value} on day {day}")
        is_finding = None if p_value is None else p_value <= alpha
        found.append(Readout(day, alpha, p_value, is_finding))
    return tuple(found)


def next_readout(days_after: int) -> int | None:
    """The next day to look again, so many days after the release; None when all are over.

    Examples:
        >>> next_readout(5), next_readout(28)
        (7, None)
    """
    return next((day for day in READOUTS if day > days_after), None)
