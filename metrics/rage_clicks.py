"""Clicks of somebody who expects something to happen, and nothing does."""

from collections.abc import Sequence

CLICKS = 3
WITHIN_MILLISECONDS = 1000
WITHIN_PIXELS = 30


def rage_clicks(clicks: Sequence[tuple[float, float, float]]) -> int:
    """How many bursts of three or more quick clicks on one spot there are.

    Each click follows the one before within a second, and within 30 pixels (across plus down). A
    longer burst counts once. Double-clicks and fast counters ("+" buttons) look alike: see where.

    Args:
        clicks: (milliseconds, x, y) of one person on one page, in order of time.

    Raises:
        ValueError: Clicks that are not in order.

    References:
        posthog-js, RageclickConfig: 3 clicks, 1000 ms, 30 px.

    Examples:
        >>> rage_clicks([(0, 5, 5), (300, 6, 5), (600, 5, 5), (900, 5, 5)])
        1
        >>> rage_clicks([(0, 0, 0), (300, 40, 0), (600, 80, 0)])
        0
    """
    bursts, run = 0, 0
    for place, (when, x, y) in enumerate(clicks):
        before = clicks[place - 1] if place else None
        if before and when < before[0]:
            raise ValueError(f"clicks must be in order of time, got {when} after {before[0]}")
        is_quick = before is not None and when - before[0] < WITHIN_MILLISECONDS
        is_near = before is not None and abs(x - before[1]) + abs(y - before[2]) < WITHIN_PIXELS
        run = run + 1 if is_quick and is_near else 1
        bursts += run == CLICKS
    return bursts
