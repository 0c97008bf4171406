"""A release's verdict as a person would say it, by templates: never "no impact", no p-value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metrics.impact import Missing, Verdict
    from metrics.impact.rollout import Method
    from reports.release_effects import Form

FINDS = {"up": "rose", "down": "fell"}


def sized(value: float, form: Form, unit: str) -> str:
    """An effect with two digits: '2.1 %', '1.3 points', '38 ms'.

    Examples:
        >>> sized(0.0214, "relative", "users"), sized(-0.013, "points", "percent")
        ('2.1%', '1.3 points')
    """
    size = abs(value)
    if form == "value":
        named = {"milliseconds": " ms", "seconds": " s"}.get(unit, "")
        return f"{size:.2g}{named}"
    hundred = size * 100
    digits = f"{hundred:.0f}" if hundred >= 10 else f"{hundred:.1f}"
    return f"{digits}%" if form == "relative" else f"{digits} points"


def signed(value: float, form: Form, unit: str) -> str:
    """The same with its sign."""
    if value in (float("inf"), float("-inf")):
        return "no end"
    return f"{'−' if value < 0 else '+'}{sized(value, form, unit)}"


def verdict_sentence(
    release: str, label: str, found: Verdict, *, method: Method, form: Form, unit: str, days: int
) -> str:
    """What may be said, in the words of the method."""
    ends = f"({signed(found.low, form, unit)} to {signed(found.high, form, unit)})"
    size = sized(found.effect, form, unit)
    if method == "experiment":
        said = _randomised(release, label, found, size, ends)
    elif "difference" in method or method == "synthetic control":
        said = _compared(release, label, found, size, ends)
    elif method == "series with controls":
        said = _controlled(label, found, form, unit, ends)
    else:
        said = _alone(release, label, found, form, unit, ends)
    lowered = ""
    if found.lowered_by:
        lowered = f" One grade down: {', '.join(found.lowered_by)} disagreed."
    return f"{said}{lowered} After {days} days."


def _randomised(release: str, label: str, found: Verdict, size: str, ends: str) -> str:
    if found.direction == "unclear":
        return (
            f"{label} with {release} is not distinguishable from that without {ends}. Randomised."
        )
    verb = "raised" if found.direction == "up" else "lowered"
    cause = "Randomised; we are confident it is the cause."
    return f"{release} {verb} {label} by {size} {ends}. {cause}"


def _compared(release: str, label: str, found: Verdict, size: str, ends: str) -> str:
    if found.direction == "unclear":
        return (
            f"{label} where {release} arrived moved like elsewhere: {ends} is not distinguishable "
            "from normal variation."
        )
    verb = "gained" if found.direction == "up" else "lost"
    is_off = "trends before" in found.lowered_by
    matched = "" if is_off else "; trends before did not clearly differ"
    said = f"{label}: segments that got {release} {verb} {size} {ends} over those that had not"
    return f"{said}{matched}."


def _controlled(label: str, found: Verdict, form: Form, unit: str, ends: str) -> str:
    moved = "above" if found.effect > 0 else "below"
    said = f"{label} ran {sized(found.effect, form, unit)} {ends} {moved} what the control predicts"
    if found.direction != "unclear":
        return f"{said}."
    return (
        f"{said}: not distinguishable from normal variation; less than "
        f"{signed(found.low, form, unit)} and more than {signed(found.high, form, unit)} are ruled "
        "out."
    )


def _alone(release: str, label: str, found: Verdict, form: Form, unit: str, ends: str) -> str:
    said = f"{label} changed {signed(found.effect, form, unit)} {ends} after {release}"
    if found.placebos is None:
        return f"{said}; how often ordinary days show as much is not known."
    ordinary = f"{found.as_large} of {found.placebos} ordinary days show as large a change"
    if found.direction == "unclear":
        return f"{said}, but {ordinary}. No evidence either way."
    return f"{said}; {ordinary}. It came after, which does not say because of."


def missing_sentence(missing: tuple[Missing, ...], look_again: str | None) -> str:
    """'Insufficient data: 5 of 7 days after it. Look again on 24 November.' and the like."""
    said = "; ".join(_lacks(one) for one in missing)
    again = f" Look again on {look_again}." if look_again else " Waiting does not help."
    return f"Insufficient data: {said}.{again}"


def _lacks(one: Missing) -> str:
    if one.what == "days before":
        return f"{one.has:.0f} of {one.needs:.0f} complete days before it"
    if one.what == "days after":
        return f"{one.has:.0f} of {one.needs:.0f} complete days after it"
    if one.what == "exposure":
        has = "it is not known whom it has reached" if one.has is None else f"{one.has:.0%} reached"
        return f"{has}, at least {one.needs:.0%} are needed"
    if one.what == "another release":
        return "another release of the same features came out in between"
    return "its days are not final yet"
