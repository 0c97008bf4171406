"""How a release reached its users: the facts from which its method follows, before any outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.impact import Choice, Rollout, method_for
from reports.release_facts import Release, Window, exposed_share, reach

if TYPE_CHECKING:
    from queries import Answer, Workspace

REACHED = 0.5  # of a segment's active people: from that day on the segment has it
HAS_IT, HAS_IT_NOT = 0.7, 0.3  # share reached of a segment that has it, and that has it not
SAME_WAVE_DAYS = 3  # dates closer than that are one
OWN_CHOICE = (
    "People take it themselves, so those who have it differ from those who have not: before and "
    "after only, as a description."
)
FEWEST_ACTIVE = 5  # people a day, so that a segment's share means something
LIVE_TOGETHER = (0.1, 0.9)  # share reached within which a flag has two arms


@dataclass(frozen=True, slots=True)
class Shape:
    """The rollout.

    Attributes:
        rollout: The facts that the method follows from.
        dimension: By whose values the release was staged; None: by none.
        dates: Day on which each segment was reached, within the window; None: not by then.
        exposed: Share of the active reached at the end of the window; None: not known.
        curve: The answer behind the exposure curve.
        words: How it reached its users, in a sentence.
        within: Share reached of the active people of segments that have it; None: no segments.
    """

    rollout: Rollout
    dimension: str | None
    dates: dict[str, date | None]
    exposed: float | None
    curve: Answer
    words: str
    within: float | None = None

    @property
    def compared(self) -> float | None:
        """Share reached of those who are compared: where segments are, of those that have it."""
        return self.exposed if self.dimension is None else self.within

    def choice(self, *, has_control: bool = False) -> Choice:
        """The method for a measure; some have a series that the release cannot have touched."""
        return method_for(replace(self.rollout, controls=int(has_control)))


def shape_of(workspace: Workspace, release: Release, window: Window) -> Shape:
    """Read the shape of the rollout from who was reached when."""
    curve = reach(workspace, release, window)
    last = window.end - timedelta(days=1)
    exposed = exposed_share(curve.rows, release, last)
    if release.rollout == "flag" and exposed is not None and _lives_together(exposed):
        return Shape(
            Rollout(is_randomised=True), None, {}, exposed, curve,
            "A flag that some people have and others do not, at the same time.",
        )  # fmt: skip
    if release.rollout == "adopters":
        return Shape(Rollout(is_own_choice=True), None, {}, exposed, curve, OWN_CHOICE)
    dimension, dates = _stages(workspace, release, window)
    if dimension is None:
        return Shape(Rollout(), None, {}, exposed, curve, _words(release))
    reached = [day for day in dates.values() if day is not None]
    rollout = Rollout(
        segments=len(dates),
        treated=len(reached),
        untreated=len(dates) - len(reached),
        dates=len(_waves(reached)),
    )
    said = f"Staged by {dimension}: {len(reached)} of {len(dates)} reached within the window."
    by_segment = reach(workspace, release, window, by=dimension).rows
    return Shape(rollout, dimension, dates, exposed, curve, said, _within(by_segment, dates))


def _lives_together(exposed: float) -> bool:
    return LIVE_TOGETHER[0] <= exposed <= LIVE_TOGETHER[1]


def _words(release: Release) -> str:
    if release.rollout == "staged":
        return "Staged, but not by anything that people are told apart by: before and after only."
    if release.rollout == "flag":
        return "A flag that nobody, or everybody, has: before and after only."
    return "For everybody at once: before and after only."


def _stages(
    workspace: Workspace, release: Release, window: Window
) -> tuple[str | None, dict[str, date | None]]:
    """The dimension whose values were reached at different times, and when; None: none was."""
    if not release.reached or release.rollout == "full":
        return None, {}
    best: tuple[int, str | None, dict[str, date | None]] = (0, None, {})
    for name, dimension in workspace.dimensions.items():
        if dimension.level != "user":
            continue
        dates = _dates(reach(workspace, release, window, by=name).rows, window.launch)
        waiting = sum(day is None for day in dates.values())
        if 0 < waiting < len(dates) and waiting > best[0]:
            best = (waiting, name, dates)
    return best[1], best[2]


def _dates(rows: pl.DataFrame, launch: date) -> dict[str, date | None]:
    """Each segment's first day on which most of its active people had been reached.

    Nothing when a segment is neither reached nor left out: then it was not segments that got it.
    """
    found: dict[str, date | None] = {}
    for (segment,), days in rows.group_by("segment", maintain_order=True):
        if float(days["active"].mean() or 0) < FEWEST_ACTIVE:  # type: ignore[arg-type]
            continue
        had = days.filter(pl.col("reached") >= REACHED * pl.col("active"))
        day: date | None = had["day"].min() if had.height else None  # type: ignore[assignment]
        rest = days.filter(pl.col("day") > (day or launch))
        if not _is_clear(rest, has_it=day is not None):
            return {}
        found[str(segment)] = day
    return found


def _within(rows: pl.DataFrame, dates: dict[str, date | None]) -> float | None:
    """Of the active people of segments that have it, from the day after they got it on."""
    active = reached = 0
    for segment, day in dates.items():
        if day is not None:
            days = rows.filter((pl.col("segment") == segment) & (pl.col("day") > day))
            active += int(days["active"].sum())
            reached += int(days["reached"].sum())
    return reached / active if active else None


def _is_clear(days: pl.DataFrame, *, has_it: bool) -> bool:
    active = int(days["active"].sum())
    if not active:
        return not has_it  # reached on the last day: too early to say
    share = int(days["reached"].sum()) / active
    return share >= HAS_IT if has_it else share <= HAS_IT_NOT


def _waves(dates: list[date]) -> list[date]:
    """First days of waves, neighbouring dates put together."""
    waves: list[date] = []
    for day in sorted(dates):
        if not waves or (day - waves[-1]).days > SAME_WAVE_DAYS:
            waves.append(day)
    return waves
