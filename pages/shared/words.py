"""Numbers, shares and spans of time as a reader wants them.

A unit is one of a metric definition's: users, events, sessions, percent, seconds, milliseconds,
currency, number. A percent is given as a fraction of 1. None is shown as a dash, never as 0.
"""

from itertools import pairwise

DASH = "–"
FEW = 30  # a base below this is flagged: one person moves a share by more than three points
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}
COUNTED = ("users", "events", "sessions")
FINE_SHARE = 0.04  # an axis that ends below it needs tenths of a percent
MANY = 5  # from here on an axis of whole things needs no tick at each
THOUSAND = 1_000
COMPACT_STEPS = ((1e9, "B"), (1e6, "M"), (1e4, "k"))
SECONDS_PER = (("d", 86_400), ("h", 3_600), ("min", 60))


def full(value: float | None, unit: str = "number", *, currency: str = "USD") -> str:
    """The exact figure, for tables and sentences: '12,345', '12.3%', '1 h 05 min', '€1,234.50'."""
    if value is None:
        return DASH
    if unit == "percent":
        return f"{value:.1%}"
    if unit in {"seconds", "milliseconds"}:
        return duration(value if unit == "seconds" else value / 1_000)
    if unit == "currency":
        return _with_symbol(f"{abs(value):,.2f}", value, currency)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def compact(value: float | None, unit: str = "number", *, currency: str = "USD") -> str:
    """The figure for a card: exact up to 9,999, then three digits and a letter: '12.3k'."""
    if value is None or unit == "percent":
        return full(value, unit)
    if unit in {"seconds", "milliseconds"}:
        return rough_duration(value if unit == "seconds" else value / 1_000)
    short = _shortened(abs(value), is_money=unit == "currency")
    if unit == "currency":
        return _with_symbol(short, value, currency)
    return f"-{short}" if value < 0 else short


def _shortened(size: float, *, is_money: bool) -> str:
    for step, letter in COMPACT_STEPS:
        if size >= step:
            scaled = size / (1e3 if letter == "k" else step)
            return f"{scaled:.{max(0, 3 - len(str(int(scaled))))}f}{letter}"
    if is_money or float(size).is_integer():
        return f"{size:,.0f}"
    return f"{size:,.2f}"


def _with_symbol(digits: str, value: float, currency: str) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{digits}"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest parts: '340 ms', '12.4 s', '3 min 20 s', '1 h 05 min'."""
    if seconds is None:
        return DASH
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if seconds < 1:
        return f"{seconds * 1_000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    steps = pairwise((*SECONDS_PER, ("s", 1)))
    (name, size), (finer, finer_size) = next(step for step in steps if seconds >= step[0][1])
    whole, rest = divmod(round(seconds / finer_size), size // finer_size)
    return f"{whole} {name} {rest:02d} {finer}" if rest else f"{whole} {name}"


def rough_duration(seconds: float) -> str:
    """A length of time in one part, for a card: '8.5 min'."""
    for name, size in SECONDS_PER:
        if abs(seconds) >= size:
            return f"{seconds / size:.1f} {name}"
    return duration(seconds)


def change(fraction: float | None) -> str | None:
    """A relative change with its sign: '+4.2%'; None stays None, which shows no arrow."""
    return None if fraction is None else _signed(fraction * 100, "%")


def points(difference: float | None) -> str | None:
    """A difference of two shares in percentage points: 0.013 is '+1.3 pp'."""
    return None if difference is None else _signed(difference * 100, " pp")


def _signed(number: float, unit: str) -> str:
    """With its sign, unless nothing is left of it at one decimal."""
    text = f"{number:+.1f}"
    return f"{'0.0' if text in {'+0.0', '-0.0'} else text}{unit}"


def interval(low: float | None, high: float | None) -> str:
    """The ends of an interval of a share: '12.1% to 15.0%'."""
    return DASH if low is None or high is None else f"{low:.1%} to {high:.1%}"


def size(n_bytes: float | None) -> str:
    """Bytes as people say them: '12.3 MB'."""
    if n_bytes is None:
        return DASH
    for step, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if n_bytes >= step:
            return f"{n_bytes / step:,.1f} {name}"
    return f"{n_bytes:,.0f} B"


def counted(number: int, noun: str) -> str:
    """A number with its noun: '1 user', '1,204 users'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def is_few(base: float | None) -> bool:
    """Whether a base is too small to read much into."""
    return base is not None and base < FEW


def axis_format(unit: str, highest: float, *, currency: str = "USD") -> dict[str, object]:
    """How Plotly writes the ticks of an axis of this unit that reaches up to `highest`."""
    if unit == "percent":
        return {"tickformat": ".0%" if highest >= FINE_SHARE else ".1%"}
    if unit == "seconds":
        return {"tickformat": "~s", "ticksuffix": "s"}
    if unit == "milliseconds":
        return {"tickformat": ",~g", "ticksuffix": " ms"}  # the SI format would say 1k ms
    if unit == "currency":
        return {"tickformat": "~s", "tickprefix": SYMBOLS.get(currency, currency + " ")}
    if unit in COUNTED and highest < MANY:
        return {"tickformat": "d", "dtick": 1}
    # Below 1 the SI format would say 500m for a half.
    return {"tickformat": "~s" if unit in COUNTED or highest > THOUSAND else "~g"}
