"""How busy an ordinary day is: weekday, summer, Christmas, public holidays."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from sample_data.chance import Floats, stream
from sample_data.clock import day_of
from sample_data.truths import planted

WEEKDAYS = (0.98, 1.05, 1.04, 1.02, 0.9)  # Monday to Friday
WEEKENDS = ((0.1, 0.07), (0.34, 0.22), (0.09, 0.09), (0.04, 0.05), (0.05, 0.05))  # by role
CHRISTMAS_EVE = (12, 24)
WORKSPACE = Path(__file__).parent / "demo" / "workspace.toml"


def levels(day: int, seed: int) -> Floats:
    """Level of a day for each role: 1 on an ordinary working day, less at weekends."""
    today = day_of(day)
    level = season(today) * _chance_of_the_day(day, seed)
    if today.weekday() < 5:
        return np.full(len(WEEKENDS), level * WEEKDAYS[today.weekday()], dtype=np.float32)
    return np.array([level * role[today.weekday() - 5] for role in WEEKENDS], dtype=np.float32)


def season(today: date) -> float:
    """Level of a day within the year, without its weekday."""
    parameters = planted("season")
    in_year = (today.month, today.day)
    if today in _holidays() and in_year != CHRISTMAS_EVE:  # which begins the quiet week
        return float(parameters["holiday_level"])
    if in_year >= CHRISTMAS_EVE or in_year <= (1, 2):
        return float(parameters["christmas_level"])
    from_august = abs((today - date(today.year, 8, 5)).days)
    return 1 - float(parameters["summer_dip"]) * max(0.0, 1 - from_august / 40)


@cache
def _holidays() -> frozenset[date]:
    """The holidays that the demo's workspace declares."""
    workspace = tomllib.loads(WORKSPACE.read_text(encoding="utf-8"))
    return frozenset(holiday["day"] for holiday in workspace["holidays"])


def _chance_of_the_day(day: int, seed: int) -> float:
    """Between 0.96 and 1.04: no two Tuesdays are the same."""
    return 0.96 + 0.08 * float(stream(seed, "weather", day).random())
