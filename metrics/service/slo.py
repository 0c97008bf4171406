"""Is the service good enough? The error budget, how fast it burns, and whom to wake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

PERIOD = timedelta(days=30)
CLOSE = 1 - 1e-9  # of a threshold: rounding must not hide a rate that is on it
FEWEST_EVENTS = 100  # in the long window: one bad request of three is no outage


@dataclass(frozen=True, slots=True)
class Window:
    """An alert on how fast the budget burns, over a long and a short window.

    Attributes:
        budget: Share of the period's budget that is gone when it fires.
        long: Long window: what makes sure.
        short: Short window, which ends the alert soon after the trouble has ended.
        severity: "page" wakes somebody, "ticket" waits for the morning.
    """

    budget: float
    long: timedelta
    short: timedelta
    severity: Literal["page", "ticket"]

    def burn(self, period: timedelta = PERIOD) -> float:
        """Burn rate from which it fires: the budget's share by the period's length in windows."""
        return self.budget * (period / self.long)


WINDOWS = (
    Window(0.02, timedelta(hours=1), timedelta(minutes=5), "page"),
    Window(0.05, timedelta(hours=6), timedelta(minutes=30), "page"),
    Window(0.10, timedelta(days=3), timedelta(hours=6), "ticket"),
)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a service may fail in a period, and what it has.

    Attributes:
        allowed: Bad events, or minutes, that the objective allows in all.
        spent: What there were.
        left: allowed − spent; below 0 when missed.
        consumed: spent ÷ allowed, as a fraction; None when nothing is allowed.
        is_met: spent <= allowed.
    """

    allowed: float
    spent: float
    left: float
    consumed: float | None
    is_met: bool


def error_budget(spent: float, whole: float, *, objective: float) -> Budget:
    """How much of the budget is gone.

    Args:
        spent: Bad events out of `whole`, or minutes down.
        whole: All events expected in the period, or its minutes.
        objective: Share that must be good, strictly between 0 and 1: 0.999.

    Raises:
        ValueError: An objective outside its range (99.9 is a percentage), spent below 0 or above
            the whole.

    References:
        Beyer et al. (2018), "The site reliability workbook", chapter 2.

    Examples:
        >>> budget = error_budget(47, 30 * 24 * 60, objective=0.999)
        >>> round(budget.allowed, 1), round(-budget.left, 1), budget.is_met
        (43.2, 3.8, False)
    """
    _require(objective)
    if not 0 <= spent <= whole:
        raise ValueError(f"spent must lie between 0 and {whole}, got {spent}")
    allowed = (1 - objective) * whole
    return Budget(
        allowed=allowed,
        spent=spent,
        left=allowed - spent,
        consumed=spent / allowed if allowed > 0 else None,
        is_met=spent <= allowed,
    )


def burn_rate(bad: float, events: float, *, objective: float) -> float | None:
    """How many times faster than allowed the budget burns; 1 spends it exactly in its period.

    Args:
        bad: Bad events of a window.
        events: All of them.
        objective: As in `error_budget`.

    Returns:
        The rate; None without events.

    Raises:
        ValueError: As `error_budget`.

    Examples:
        >>> round(burn_rate(144, 10_000, objective=0.999), 6)
        14.4
    """
    _require(objective)
    if not 0 <= bad <= events:
        raise ValueError(f"bad events must lie between 0 and {events}, got {bad}")
    return bad / events / (1 - objective) if events else None


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, judged now.

    Attributes:
        window: Which.
        threshold: Burn rate from which it fires.
        long_burn: Of the long window; None without events.
        short_burn: Of the short window; None without events.
        fires: Whether both are at or above the threshold, on enough events.
    """

    window: Window
    threshold: float
    long_burn: float | None
    short_burn: float | None
    fires: bool


def burn_alerts(
    counts: Mapping[timedelta, tuple[float, float]],
    *,
    objective: float,
    period: timedelta = PERIOD,
    fewest: float = FEWEST_EVENTS,
) -> tuple[Alert, ...]:
    """Which alerts fire: fast burns wake somebody, slow ones make a ticket.

    Args:
        counts: Window → (bad, events) of the time just before now, for every long and short one.
        objective: As in `error_budget`.
        period: Of the budget.
        fewest: Events that the long window needs.

    Raises:
        ValueError: A window without counts, or as `burn_rate`.

    References:
        Beyer et al. (2018), "The site reliability workbook", chapter 5, table 5-8.

    Examples:
        >>> hour = {timedelta(hours=1): (90, 5000), timedelta(minutes=5): (9, 400)}
        >>> rest = {one: (80, 90_000) for one in (timedelta(hours=6), timedelta(minutes=30),
        ...                                       timedelta(days=3))}
        >>> [one.fires for one in burn_alerts(hour | rest, objective=0.999)]
        [True, False, False]
    """
    found = []
    for window in WINDOWS:
        missing = [str(one) for one in (window.long, window.short) if one not in counts]
        if missing:
            raise ValueError(f"no counts of the last {' and '.join(missing)}")
        long, short = (
            burn_rate(*counts[one], objective=objective) for one in (window.long, window.short)
        )
        threshold = window.burn(period)
        is_fast = long is not None and short is not None and min(long, short) >= threshold * CLOSE
        fires = is_fast and counts[window.long][1] >= fewest
        found.append(Alert(window, threshold, long, short, fires))
    return tuple(found)


def detection_seconds(
    window: Window, *, objective: float, failing: float = 1.0, period: timedelta = PERIOD
) -> float | None:
    """Seconds until an outage is noticed.

    Args:
        window: The alert.
        objective: As in `error_budget`.
        failing: Share of requests that fail, above 0; 1: an outage of everything.
        period: Of the budget.

    Returns:
        The time; None when so few failures never reach the threshold.

    Raises:
        ValueError: failing outside 0 to 1, or as `error_budget`.

    References:
        Beyer et al. (2018), chapter 5: (1 − objective) ÷ failing × window × burn.

    Examples:
        >>> round(detection_seconds(WINDOWS[0], objective=0.999), 2)
        51.84
    """
    _require(objective)
    if not 0 < failing <= 1:
        raise ValueError(f"failing must be above 0 and at most 1, got {failing}")
    needed = window.burn(period) * (1 - objective) / failing
    return needed * window.long.total_seconds() if needed <= 1 else None


def _require(objective: float) -> None:
    if not 0 < objective < 1:
        raise ValueError(f"objective must be a fraction below 1, like 0.999, got {objective}")
