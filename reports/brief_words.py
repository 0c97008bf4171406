"""The brief in words: the page, the digest and the printed page say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.periods import MONTHS

if TYPE_CHECKING:
    from datetime import date

    from reports.brief_items import Brief, Candidate, Identity, Item, Part

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTE, SECOND = 60_000, 1_000  # milliseconds
HUNDRED, TEN = 100, 10
EXPLAINED = 0.5


def day_in_words(day: date) -> str:
    """'Tue 15 Sep'."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def figure(value: float | None, unit: str, currency: str = "USD") -> str:
    """A figure as a sentence says it: '1,282', '4.2 %', '340 ms', '€1,204'."""
    if value is None:
        return "–"
    if unit == "percent":
        return f"{_digits(value * 100)} %"
    if unit in ("seconds", "milliseconds"):
        return _duration(value * (SECOND if unit == "seconds" else 1))
    money = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, f"{currency} ")
    sign = "−" if value < 0 else ""
    return f"{sign}{money if unit == 'currency' else ''}{_digits(abs(value))}"


def _digits(value: float) -> str:
    size = abs(value)
    return f"{value:,.0f}" if size >= HUNDRED else f"{value:.3g}"


def _duration(ms: float) -> str:
    if ms >= MINUTE:
        return f"{ms / MINUTE:.1f} min"
    return f"{ms / SECOND:.2g} s" if ms >= TEN * SECOND else f"{_digits(ms)} ms"


def signed(value: float, *, is_rate: bool) -> str:
    """A change: '−14 %', or '+6.1 points' for rates."""
    size = abs(value * 100)
    digits = f"{size:.0f}" if size >= TEN else f"{size:.2g}"
    return f"{'−' if value < 0 else '+'}{digits}{' points' if is_rate else ' %'}"


def name_of(item: Item) -> str:
    """'Active people', or 'Events, platform ios'."""
    return item.label if item.segment is None else f"{item.label}, {' '.join(item.segment)}"


def headline(item: Item, currency: str) -> str:
    """What moved: metric, size, interval, since when."""
    span = (item.day - item.since).days + 1
    if span == 1:
        when = f"on {day_in_words(item.day)}"
    else:
        when = f"a day on average since {day_in_words(item.since)}"
    low, high = (signed(end, is_rate=item.is_rate) for end in (item.low, item.high))
    now, usual = (figure(v, item.unit, currency) for v in (item.actual, item.expected))
    back = " It moved the other way in the days before: recovered." if item.is_recovery else ""
    moved = signed(item.effect, is_rate=item.is_rate)
    return (
        f"{moved} (95 % interval {low} to {high}): {now} {when}, where {usual} was expected.{back}"
    )


def reality(item: Item) -> str:
    """Is it real: what failed, or that nothing speaks against it."""
    failed = [check.words for check in item.checks if not check.is_passed]
    return failed[0] if failed else "Nothing in the data speaks against it."


def identity_in_words(item: Item, identity: Identity, currency: str) -> str:
    """Parts that add up: 'People active −180 (82 %), times each −40 (18 %)'."""
    parts = ", ".join(_part(item, part, currency) for part in identity.parts)
    simpson = " The parts moved against the whole." if identity.is_simpson else ""
    return f"{identity.words}: {parts}.{simpson}"


def _part(item: Item, part: Part, currency: str) -> str:
    if item.is_rate:
        size = signed(part.contribution, is_rate=True)
    else:
        sign = "−" if part.contribution < 0 else "+"
        size = f"{sign}{figure(abs(part.contribution), item.unit, currency)}"
    return f"{part.label} {size}" + ("" if part.share is None else f" ({part.share:.0%})")


def candidate_in_words(candidate: Candidate) -> str:
    """'platform: ios 92 %; everybody else 8 %'."""
    names = ", ".join(f"{name} {share:.0%}" for name, share in candidate.segments)
    return f"{' and '.join(candidate.dimensions)}: {names}; the rest {1 - candidate.share:.0%}"


def why(item: Item) -> str:
    """Where the change is concentrated, or that these dimensions do not explain it."""
    if item.candidates:
        return "Where to look first: " + " · ".join(map(candidate_in_words, item.candidates))
    if item.looked_at:
        return f"Not explained by these dimensions: {', '.join(item.looked_at)}."
    if item.segment is not None:
        return f"It is in {' '.join(item.segment)}."
    return "No dimension adds up to it."


def nothing_unusual(brief: Brief) -> str:
    """A brief without items."""
    if brief.day is None:
        return "No day is complete yet."
    day = day_in_words(brief.day)
    if brief.holiday:
        return f"{day} is no ordinary day ({brief.holiday}), so it is compared with none."
    if brief.too_short:
        return "Fewer than 35 days are known: too few to say what is ordinary."
    if not brief.tested:
        return f"No series had enough people or events around {day} to say what is ordinary."
    return f"Nothing unusual on {day} in {brief.tested:,} series."
