"""Checks of a comparison of segments: trends before, other methods, each segment left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.impact import (
    NEVER,
    READOUTS,
    Check,
    Panel,
    Placebos,
    breakdown,
    collapsed,
    event_study,
    group_time_effects,
    missed_trend,
    placebo_in_space,
    placebo_periods,
    placebos,
    synthetic_did,
)
from reports.release_effects import Effect, Judge, on_form

if TYPE_CHECKING:
    from metrics.series import Floats
    from reports.release_measures import Measure

WEEKS_CHECKED = 7
TRENDS_MATTER = 0.05  # p-value of trends before, from which on they speak against a finding


@dataclass(slots=True)
class Seen:
    """What the checks have found so far."""

    checks: list[Check] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    among: Placebos | None = None
    weeks: list[tuple[Any, ...]] = field(default_factory=list)
    ordinary: list[tuple[str, str, float]] = field(default_factory=list)


def is_finding_of(found: Effect) -> bool:
    """Whether the interval of an effect leaves out zero."""
    interval = found.interval
    return interval is not None and (interval[1] > 0 or interval[2] < 0)


def of_segments(judge: Judge, measure: Measure, day: int, found: Effect, seen: Seen) -> None:
    """Segments that got it against those that had not, asked in other ways."""
    alpha = READOUTS[day]
    weekly_names, weekly = judge.panel(measure, judge.blocks(max(7, day - day % 7), is_weekly=True))
    effects = group_time_effects(_recent(weekly))
    study = event_study(effects)
    seen.weeks = [
        (one.at, *(on_form(end, found.form) for end in (one.effect, one.low, one.high)))
        for one in study.periods
    ]
    is_finding = is_finding_of(found)
    p = effects.pretest_p
    if p is not None:
        is_off = p < TRENDS_MATTER
        seen.checks.append(Check("trends before", None, is_finding != is_off))
        seen.words.append(("Trends before", _trends(effects, p)))
    _breakdown(study, seen)
    if judge.shape.rollout.dates > 1:
        return
    names, panel = judge.panel(measure, judge.blocks(day))
    peer = synthetic_did(panel, confidence=1 - alpha)
    is_peer = None if peer.low is None or peer.high is None else peer.low > 0 or peer.high < 0
    seen.checks.append(Check("synthetic difference in differences", peer.effect, is_peer))
    seen.words.append((
        "Synthetic difference in differences",
        (
            "a second opinion: "
            f"{_told(peer.effect, found)} ({_told(peer.low, found)} to {_told(peer.high, found)})."
        ),
    ))  # fmt: skip
    _left_out(names, panel, found, seen)
    _past_periods(judge, weekly_names, weekly, found, seen)


def _recent(weekly: Panel) -> Panel:
    """The panel from few weeks before the first launch on: more than segments can tell of each."""
    cut = max(0, min(weekly.groups) - WEEKS_CHECKED)
    first = np.where(weekly.first_treated == NEVER, NEVER, weekly.first_treated - cut)
    return Panel(weekly.outcomes[:, cut:], first)


def _trends(effects: Any, p: float) -> str:
    pre = [at for at, cell in enumerate(effects.cells) if cell.period < cell.group]
    missed = missed_trend(effects.covariance[np.ix_(pre, pre)])
    what = "differ" if p < TRENDS_MATTER else "do not clearly differ"
    more = "" if missed is None else (
        f" A trend of {missed:.1%} a week would have been overlooked in one of five."
    )  # fmt: skip
    return f"the weeks before {what} (p = {p:.2g}).{more}"


def _breakdown(study: Any, seen: Seen) -> None:
    overall, before = study.overall, [one.effect for one in study.periods if one.at < 0]
    after = sum(one.at >= 0 for one in study.periods)
    if overall.low is None or not before:
        return
    reach = (overall.high - overall.low) / 2
    factor = breakdown(overall.effect, reach, before, periods_after=after)
    if factor is not None:
        seen.words.append((
            "How much worse trends must part to explain it",
            (
                f"{factor:.1f} times the worst step between weeks before. A simple, careful bound "
                "after Rambachan and Roth (2023), each week after adding that step in one "
                "direction; not their optimal interval (HonestDiD)."
            ),
        ))  # fmt: skip


def _left_out(names: list[str], panel: Panel, found: Effect, seen: Seen) -> None:
    """The effect without each segment."""
    values = []
    for at in range(len(names)):
        rest = Panel(np.delete(panel.outcomes, at, axis=0), np.delete(panel.first_treated, at))
        if rest.is_treated.any() and not rest.is_treated.all():
            values.append((names[at], collapsed(rest).effect))
    if not values:
        return
    worst = min(values, key=lambda one: one[1] * np.sign(found.value or 1.0))
    seen.checks.append(Check(f"without {worst[0]}", worst[1], None))
    seen.words.append((
        "Each segment left out",
        (
            f"the effect stays between {_told(min(v for _, v in values), found)} and "
            f"{_told(max(v for _, v in values), found)}; least without {worst[0]}."
        ),
    ))  # fmt: skip


def _past_periods(judge: Judge, names: list[str], weekly: Panel, found: Effect, seen: Seen) -> None:
    """The same comparison at each earlier week."""
    date = weekly.only_date()
    after = weekly.outcomes.shape[1] - date

    def at(outcomes: Floats, week: int) -> float:
        first = np.where(weekly.is_treated, week, NEVER)
        return collapsed(Panel(outcomes, first)).effect

    if date - after < 3:
        return
    past = placebo_periods(weekly.outcomes, date, after, at, first=3)
    real = at(weekly.outcomes, date)
    seen.among = placebos(real, past)
    launch = judge.window.launch
    seen.ordinary += [
        ("date", str(launch - timedelta(days=7 * (date - week))), on_form(one, found.form) or 0.0)
        for week, one in zip(range(3, date - after + 1), past, strict=True)
    ]
    # Placebos in space: each segment without it, as if it had been the one that got it.
    for unit in np.flatnonzero(~weekly.is_treated):
        first = np.where(np.arange(len(names)) == unit, date, NEVER)[~weekly.is_treated]
        alone = collapsed(Panel(weekly.outcomes[~weekly.is_treated], first)).effect
        seen.ordinary.append(("segment", names[unit], on_form(alone, found.form) or 0.0))
    seen.words.append((
        "Placebo dates",
        f"{seen.among.as_large} of {seen.among.count} earlier weeks show as large a difference.",
    ))  # fmt: skip
    as_large = sum(
        abs(one) >= abs(found.value or 0.0) for kind, _, one in seen.ordinary if kind == "segment"
    )
    seen.words.append((
        "Placebos in space",
        (
            f"{as_large} of {int((~weekly.is_treated).sum())} segments without it show as large a "
            "difference."
        ),
    ))  # fmt: skip


def _told(end: float | None, found: Effect) -> str:
    value = on_form(end, found.form)
    return "no end" if value is None else f"{value:+.1%}"


def of_stand_in(judge: Judge, measure: Measure, day: int, found: Effect, seen: Seen) -> None:
    """Few segments against their stand-in: each other segment as if it had got it."""
    names, panel = judge.panel(measure, judge.blocks(day))
    treated, donors = panel.outcomes[panel.is_treated], panel.outcomes[~panel.is_treated]
    space = placebo_in_space(treated.mean(axis=0), donors, panel.only_date())
    of_donors = [name for name, had in zip(names, panel.is_treated, strict=True) if not had]
    seen.ordinary += [
        ("segment", name, on_form(one, found.form) or 0.0)
        for name, one in zip(of_donors, space.effects, strict=False)
    ]
    seen.words.append((
        "Placebos in space",
        f"its gap after over before ranks {space.rank} of {space.units} segments.",
    ))  # fmt: skip
    for at, value in space.without_each.items():
        seen.checks.append(Check(f"without {of_donors[at]}", value, None))
