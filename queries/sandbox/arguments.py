"""Functions of which a large argument is the harm, and how large it may be."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MOST_TEXT = 1_000  # characters that one call may repeat or pad to
MOST_ROWS = 10_000_000  # rows or items that one call with written-out bounds may make
MOST_ITEMS_OF_AN_ARRAY = 1_000
_WIDTH = re.compile(r"\d{4,}")
# In a format, a width that comes from an argument: `{:{}}` or `%*d`.
_OPEN_WIDTH = re.compile(r"\{[^{}]*\{|%[-+ #0]*\*|%[^%a-zA-Z]*\.\*")

Expression = Mapping[str, Any]
Check = Callable[[str, Sequence[Expression]], str | None]


def too_large(name: str, arguments: Sequence[Expression]) -> str | None:
    """Why a call is refused for its arguments, with what is right; None: it is not."""
    check = _CHECKS.get(name)
    return check(name, arguments) if check else None


def integer(expression: Expression) -> int | None:
    """The whole number that is written out there; None: something else is."""
    if expression.get("class") == "CAST":
        return integer(expression.get("child", {}))
    if expression.get("class") == "FUNCTION" and expression.get("function_name") == "-":
        parts = [integer(one.get("expression", {})) for one in expression.get("arguments", ())]
        known = [part for part in parts if part is not None]
        return None if len(known) != 1 or len(parts) != 1 else -known[0]
    literal = expression.get("literal") or {}
    if literal.get("kind") == "INTEGER":
        return int(str(literal["text"]).replace("_", ""))
    return None


def _repeated(name: str, arguments: Sequence[Expression]) -> str | None:
    times = integer(arguments[1]) if len(arguments) > 1 else None
    if times is not None and times <= MOST_TEXT:
        return None
    return f"{name}(…, n) takes a whole number up to {MOST_TEXT:,}, written out"


def _formatted(name: str, arguments: Sequence[Expression]) -> str | None:
    literal = (arguments[0].get("literal") or {}) if arguments else {}
    if literal.get("kind") != "STRING":
        return f"{name}('…', …) takes its format written out as a text"
    form = str(literal.get("text", ""))
    if _WIDTH.search(form) or _OPEN_WIDTH.search(form):
        return f"a width in {name}('…', …) is a number up to 999, written out"
    return None


def _ranged(name: str, arguments: Sequence[Expression]) -> str | None:
    numbers = [integer(one) for one in arguments]
    if not numbers or any(number is None for number in numbers):
        return None
    known = [number for number in numbers if number is not None]
    start, stop = (0, known[0]) if len(known) == 1 else (known[0], known[1])
    step = known[2] if len(known) > 2 else 1
    rows = abs(stop - start) // abs(step) if step else 0
    if rows <= MOST_ROWS:
        return None
    return f"{name}(…) may make {MOST_ROWS:,} rows, this one would make {rows:,}"


_CHECKS: dict[str, Check] = {
    "repeat": _repeated,
    "lpad": _repeated,
    "rpad": _repeated,
    "format": _formatted,
    "printf": _formatted,
    "range": _ranged,
    "generate_series": _ranged,
}
