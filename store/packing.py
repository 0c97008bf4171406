"""Values of a query's parameters as JSON and back: a date stays a date, a decimal exact."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from store.errors import StoreRefused

# What JSON cannot say is an object with one key that no chart and no parameter has.
_WRITTEN: dict[type, tuple[str, Callable[[Any], str]]] = {
    datetime: ("$moment", datetime.isoformat),
    date: ("$day", date.isoformat),
    time: ("$time", time.isoformat),
    Decimal: ("$decimal", str),
}
_READ: dict[str, Callable[[str], Any]] = {
    "$moment": datetime.fromisoformat,
    "$day": date.fromisoformat,
    "$time": time.fromisoformat,
    "$decimal": Decimal,
    "$number": float,
}


def packed(value: Any) -> Any:
    """A value as JSON can say it; a tuple becomes a list.

    Raises:
        StoreRefused: It is none of the kinds that parameters and charts have.

    Examples:
        >>> packed({"start": date(2026, 11, 1), "plans": ("free", "pro")})
        {'start': {'$day': '2026-11-01'}, 'plans': ['free', 'pro']}
    """
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": str(value)}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): packed(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [packed(inner) for inner in value]
    for kind, (key, write) in _WRITTEN.items():
        if isinstance(value, kind):
            return {key: write(value)}
    raise StoreRefused(
        f"a value of type {type(value).__name__} cannot be kept; "
        "numbers, texts, days, moments and lists of them can"
    )


def unpacked(value: Any) -> Any:
    """The value that was packed.

    Examples:
        >>> unpacked({"start": {"$day": "2026-11-01"}})
        {'start': datetime.date(2026, 11, 1)}
    """
    if isinstance(value, list):
        return [unpacked(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key in _READ and isinstance(inner, str):
            return _READ[key](inner)
    return {name: unpacked(inner) for name, inner in value.items()}
