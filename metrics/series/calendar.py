"""What is known of a day beforehand: its weekday, a holiday, the season, and other series."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

YEARLY_FROM = 400  # days: with less, a season cannot be told from a trend
YEARLY_PAIRS = 2  # sines and cosines: a year and half of it
DAYS_OF_A_YEAR = 365.25
SEEN_TWICE = 2  # a holiday seen once would be explained by itself


def regressors(
    days: Days,
    training: int,
    *,
    holidays: Mapping[str, Days] | None = None,
    controls: Floats | None = None,
    is_weekly: bool = True,
) -> Floats:
    """One row for each day: constant, weekdays, holidays, season, and series that tell of it.

    A column that does not vary within the training days is left out, because nothing can be learnt
    from it: a holiday that comes for the first time stays a surprise.

    Args:
        days: (n,) calendar days, rising; gaps are allowed. The training days come first.
        training: How many of them are known and learnt from.
        holidays: Days of each recurring holiday, by its name; used once it was seen twice.
        controls: (n, k) series that the event looked at cannot have touched, on the same scale as
            the values (both logarithms, say).
        is_weekly: Whether weekdays may differ; False for weekly data.

    Returns:
        (n, p) columns.

    Raises:
        ValueError: Days that do not rise, fewer than the training, or controls of other length.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-02-12", dtype="datetime64[D]")
        >>> regressors(days, 35).shape
        (42, 7)
    """
    if len(days) < training or np.any(np.diff(days.astype(np.int64)) <= 0):
        raise ValueError(f"days must rise and be at least the {training} of the training")
    if controls is not None and len(controls) != len(days):
        raise ValueError(f"{len(days)} days need as many rows of controls, got {len(controls)}")
    number = days.astype("datetime64[D]").astype(np.int64)
    columns: list[Floats] = []
    if is_weekly:
        # 1970-01-01 was a Thursday; one weekday, carried by the constant, is left out.
        weekdays = (number + 3) % 7
        known = np.unique(weekdays[:training])
        columns += [(weekdays == weekday).astype(np.float64) for weekday in known[1:]]
    for dates in (holidays or {}).values():
        is_holiday = np.isin(days, dates).astype(np.float64)
        columns += [is_holiday] if is_holiday[:training].sum() >= SEEN_TWICE else []
    if training >= YEARLY_FROM:
        angle = 2 * np.pi * number / DAYS_OF_A_YEAR
        for pair in range(1, YEARLY_PAIRS + 1):
            columns += [np.sin(pair * angle), np.cos(pair * angle)]
    columns += [] if controls is None else list(controls.T)
    varying = [one for one in columns if np.ptp(one[:training]) > 0]
    return np.column_stack([np.ones(len(days)), *varying])
