"""What a release did to one measure, by the method that its rollout allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import erfc, sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from metrics.experiments import JointMoments, effect, regression_adjusted
from metrics.impact import (
    EXPOSED,
    NEVER,
    READOUTS,
    Choice,
    Panel,
    Rollout,
    collapsed,
    event_study,
    group_time_effects,
    method_for,
    placebo_in_space,
    synthetic_control,
)
from metrics.series import FEWEST_DAYS, Days, Scale, interruption, natural
from reports.release_rollout import SAME_WAVE_DAYS

if TYPE_CHECKING:
    from queries import Workspace
    from reports.release_facts import Release, Window
    from reports.release_measures import Measure
    from reports.release_rollout import Shape

WEEK = 7
MOST_WEEKS_BEFORE = 12
POWER = 0.8  # chance with which the smallest visible effect would have been seen
OF_PEOPLE = ("feature_uses", "feature_users", "feature_failed", "active_days")
Form = Literal["relative", "points", "value"]
Levels = tuple[float | None, float | None]
Ends = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect.

    Attributes:
        form: "relative" (a fraction), "points" (a difference of shares) or "value" (in the unit).
        before: The level that is compared with, in the measure's unit: what was expected, or the
            others' level; None when unknown.
        after: The level with the release.
        value: The effect; None when it could not be measured.
        low: Lower end of its interval; None when unknown, or when it has no end.
        high: Upper end.
        p_value: Two-sided; None when unknown.
        visible: Smallest effect that would probably have been seen; None when unknown.
        smallest_p: The smallest p-value that so few segments can reach; None elsewhere.
        units: Days, segments or people on both sides, in words.
        missing: Why there is none; None: there is one.
    """

    form: Form
    before: float | None = None
    after: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    visible: float | None = None
    smallest_p: float | None = None
    units: str = ""
    missing: str | None = None

    @property
    def interval(self) -> tuple[float, float, float] | None:
        """(effect, low, high); an end that is not there is infinite."""
        if self.value is None:
            return None
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return self.value, float(low), float(high)


def told(form: Form, levels: Levels, ends: Ends, **others: Any) -> Effect:
    """An effect from its levels before and after, and (effect, low, high)."""
    value, low, high = ends
    return Effect(
        form, before=levels[0], after=levels[1], value=value, low=low, high=high, **others
    )


def form_of(scale: Scale) -> Form:
    """How effects on a scale are told."""
    return "points" if scale == "rate" else "value" if scale == "value" else "relative"


class Judge:
    """One release while its measures are judged."""

    def __init__(
        self, workspace: Workspace, release: Release, window: Window, shape: Shape
    ) -> None:
        self.workspace = workspace
        self.release = release
        self.window = window
        self.shape = shape

    def choice(self, measure: Measure) -> Choice:
        """The method for a measure: that of the rollout where people's attributes tell it apart."""
        has_control = measure.controls is not None
        chosen = self.shape.choice(has_control=has_control)
        if chosen.method == "experiment":
            is_fit = measure.name in OF_PEOPLE
        else:
            is_fit = self.shape.dimension is None or measure.is_by_segment
        return chosen if is_fit else _of_series(has_control=has_control)

    def effect(self, measure: Measure, day: int) -> Effect:
        """The effect at a readout, with the interval that the error spent there allows."""
        confidence = 1 - READOUTS[day]
        method = self.choice(measure).method
        if method == "experiment":
            return self.of_people(measure.name, day, confidence)
        if method in ("difference in differences", "staggered difference in differences"):
            return self.of_segments(measure, day, confidence)
        if method == "synthetic control":
            return self.of_stand_in(measure, day, confidence)
        return self.of_series(measure, day, confidence)

    # Before and after

    def sides(self, measure: Measure, day: int) -> tuple[np.ndarray, int]:
        """Which days of a series count, and how many of them lie before."""
        launch = np.datetime64(self.window.launch)
        end = min(self.window.end, self.window.launch + timedelta(days=day + 1))
        known = np.isfinite(measure.values)
        start = np.datetime64(self.window.before_start)
        before = known & (measure.days < launch) & (measure.days >= start)
        after = known & (measure.days > launch) & (measure.days < np.datetime64(end))
        return before | after, int(before.sum())

    def of_series(self, measure: Measure, day: int, confidence: float) -> Effect:
        """The days after against what the days before promised."""
        chosen, before = self.sides(measure, day)
        after = int(chosen.sum()) - before
        form = form_of(measure.scale)
        if self.shape.dimension is not None and (self.shape.exposed or 0.0) < EXPOSED:
            return Effect(form, missing=f"It has reached {self.shape.exposed or 0.0:.0%} of all.")
        if before < FEWEST_DAYS or after < 1:
            return Effect(form, missing=f"{before} days before and {after} after it are known.")
        controls = None if measure.controls is None else measure.controls[chosen]
        found = interruption(
            measure.days[chosen], measure.values[chosen], before, scale=measure.scale,
            controls=controls, confidence=confidence, holidays=self.holidays(),
        )  # fmt: skip
        if found.effect is None or found.low is None or found.high is None:
            return Effect(form, missing="The series never varied before.")
        ends = (found.effect, found.low, found.high)
        return told(
            form,
            _levels(found.actual, found.effect, measure.scale),
            tuple(_told(one, found.actual, measure.scale) for one in ends),
            p_value=found.p_value,
            visible=_visible(found.visible, found.actual - found.effect, measure.scale),
            units=f"{before} days before, {after} after",
        )

    def holidays(self) -> dict[str, Days]:
        """Days of each holiday by its name."""
        by_name: dict[str, list[date]] = {}
        for one in self.workspace.settings.holidays:
            by_name.setdefault(one.name, []).append(one.day)
        return {name: np.array(days, dtype="datetime64[D]") for name, days in by_name.items()}

    # Segments

    def panel(self, measure: Measure, blocks: list[tuple[date, date]]) -> tuple[list[str], Panel]:
        """Segments by spans of days, on the scale on which effects add up.

        Raises:
            ValueError: No segment, or none on a side, is known in every span.
        """
        answer = self.workspace.ask(
            "release_measures",
            by=self.shape.dimension,
            features=list(self.release.features),
            start_date=blocks[0][0],
            end_date=blocks[-1][1],
        )
        rows = answer.rows.filter(measure=measure.name)
        launch = next(at for at, (start, _) in enumerate(blocks) if start > self.window.launch)
        names, outcomes, first = [], [], []
        for name, reached_on in self.shape.dates.items():
            values = [_block(rows.filter(segment=name), *one, measure.scale) for one in blocks]
            if all(value is not None for value in values):
                names.append(name)
                outcomes.append(values)
                first.append(_first_period(reached_on, blocks, launch))
        return names, Panel(np.array(outcomes, dtype=np.float64), np.array(first))

    def blocks(self, day: int, *, is_weekly: bool = False) -> list[tuple[date, date]]:
        """Whole weeks before the launch, then the days after it as one, or as weeks."""
        launch = self.window.launch
        weeks = min(MOST_WEEKS_BEFORE, self.window.days_before // WEEK)
        before = [
            (launch - timedelta(days=WEEK * n), launch - timedelta(days=WEEK * (n - 1)))
            for n in range(weeks, 0, -1)
        ]
        first = launch + timedelta(days=1)
        length = WEEK if is_weekly else day
        after = [
            (first + timedelta(days=at), first + timedelta(days=at + length))
            for at in range(0, day - length + 1, length)
        ]
        return before + after

    def of_segments(self, measure: Measure, day: int, confidence: float) -> Effect:
        """Segments that got it against those that had not."""
        form = form_of(measure.scale)
        is_staggered = self.shape.rollout.dates > 1
        if is_staggered and day < WEEK:
            return Effect(form, missing="Several dates are compared by whole weeks, from day 7 on.")
        try:
            names, panel = self.panel(measure, self.blocks(day, is_weekly=is_staggered))
            if is_staggered:
                found = event_study(group_time_effects(panel), confidence=confidence).overall
                ends: Ends = (found.effect, found.low, found.high)
                return told(
                    form,
                    _means(panel, measure),
                    tuple(on_form(one, form) for one in ends),
                    p_value=_normal_p(found.effect, found.error),
                    units=f"{len(names)} segments",
                )
            one = collapsed(panel, confidence=confidence)
        except ValueError as error:
            return Effect(form, missing=f"Segments cannot be compared: {error}.")
        return told(
            form, _means(panel, measure),
            tuple(on_form(end, form) for end in (one.effect, one.low, one.high)),
            p_value=one.p_value, smallest_p=one.smallest_p,
            units=f"{one.treated} segments with it, {one.untreated} without",
        )  # fmt: skip

    def of_stand_in(self, measure: Measure, day: int, confidence: float) -> Effect:
        """One or few segments against an average of others that went the same way before."""
        form = form_of(measure.scale)
        try:
            _, panel = self.panel(measure, self.blocks(day))
            treated, donors = panel.outcomes[panel.is_treated], panel.outcomes[~panel.is_treated]
            at = panel.only_date()
            found = synthetic_control(treated.mean(axis=0), donors, at)
            space = placebo_in_space(treated.mean(axis=0), donors, at)
        except ValueError as error:
            return Effect(form, missing=f"No stand-in can be made: {error}.")
        reach = float(np.quantile(np.abs(space.effects), confidence))
        ends = (found.effect, found.effect - reach, found.effect + reach)
        return told(
            form, _means(panel, measure), tuple(on_form(end, form) for end in ends),
            p_value=space.p_value, smallest_p=1 / space.units, visible=on_form(reach, form),
            units=f"{len(treated)} segments with it, {len(donors)} donors",
        )  # fmt: skip

    # People

    def arms(self, day: int, *, before_days: int = 28) -> pl.DataFrame:
        """Sums over people with and without a flag."""
        return self.workspace.ask(
            "release_arms",
            release=self.release.name,
            launch_on=self.window.launch,
            window_days=day,
            before_days=before_days,
            features=list(self.release.features),
        ).rows

    def of_people(self, name: str, day: int, confidence: float) -> Effect:
        """People with a flag against those without, adjusted by their own past."""
        rows = self.arms(day).filter(measure=name)
        arms = {row["is_treated"]: moments_of(row) for row in rows.iter_rows(named=True)}
        form: Form = "points" if name == "feature_users" else "relative"
        if len(arms) < 2 or min(one.n for one in arms.values()) < 2:
            return Effect(form, missing="There are not two arms with people in them.")
        found = effect(regression_adjusted(arms[False], arms[True]).difference,
                       confidence=confidence)  # fmt: skip
        units = f"{arms[True].n:,} people with it, {arms[False].n:,} without"
        if form == "points":
            ends: Ends = (found.difference, found.low, found.high)
        else:
            ends = (found.lift.value, found.lift.low, found.lift.high)
        return told(
            form, (found.control, found.treated), ends, p_value=found.p_value, units=units,
            visible=_of_error(found.standard_error, found.control, form, confidence),
        )  # fmt: skip


def moments_of(row: dict[str, Any]) -> JointMoments:
    """Sums of an arm as means and covariances of (after, before)."""
    n = row["units"]
    after, before = row["after_sum"] / n, row["before_sum"] / n
    below = max(n - 1, 1)
    joint = (row["products"] - n * after * before) / below
    return JointMoments(
        n,
        (after, before),
        (
            ((row["after_squares"] - n * after**2) / below, joint),
            (joint, (row["before_squares"] - n * before**2) / below),
        ),
    )


def _of_series(*, has_control: bool) -> Choice:
    return method_for(Rollout(controls=int(has_control)))


def _levels(actual: float, moved: float, scale: Scale) -> tuple[float, float]:
    expected, seen = natural(np.array([actual - moved, actual]), scale=scale)
    return float(expected), float(seen)


def _told(moved: float, actual: float, scale: Scale) -> float:
    """An effect on the working scale as it is told."""
    if scale == "value":
        return moved
    if scale == "rate":
        expected, seen = natural(np.array([actual - moved, actual]), scale=scale)
        return float(seen - expected)
    return float(np.expm1(moved))


def _visible(visible: float | None, expected: float, scale: Scale) -> float | None:
    return None if visible is None else abs(_told(visible, expected + visible, scale))


def on_form(end: float | None, form: Form) -> float | None:
    """An effect of a panel as it is told: counts there are logarithms, rates shares."""
    return None if end is None else float(np.expm1(end)) if form == "relative" else float(end)


def _block(rows: pl.DataFrame, start: date, end: date, scale: Scale) -> float | None:
    """A segment's outcome over some days."""
    days = rows.filter((pl.col("day") >= start) & (pl.col("day") < end))
    above, below = float(days["numerator"].sum()), float(days["denominator"].sum() or 0)
    if scale == "rate":
        return above / below if below else None
    length = below or float((end - start).days)
    return float(np.log((above + 0.5) / length)) if length else None


def _first_period(reached_on: date | None, blocks: list[tuple[date, date]], launch: int) -> int:
    if reached_on is None:
        return NEVER
    soon = timedelta(days=SAME_WAVE_DAYS)
    after = [
        at for at, (start, _) in enumerate(blocks) if at >= launch and start + soon > reached_on
    ]
    return min(after, default=NEVER)


def _means(panel: Panel, measure: Measure) -> tuple[float | None, float | None]:
    """Level of the segments without it and of those with it, after the launch."""
    if not len(panel.groups):
        return None, None
    after = panel.outcomes[:, min(panel.groups) :]
    levels = [float(after[side].mean()) for side in (~panel.is_treated, panel.is_treated)]
    if measure.scale == "rate":
        return levels[0], levels[1]
    return float(np.exp(levels[0])), float(np.exp(levels[1]))


def _normal_p(value: float, error: float | None) -> float | None:
    return None if not error else erfc(abs(value) / error / sqrt(2))


def _of_error(
    error: float | None, control: float | None, form: Form, confidence: float
) -> float | None:
    """The effect that 80 % of such comparisons would have shown."""
    from metrics.experiments.distributions import critical_value  # which is slow to import

    if not error or (form == "relative" and not control):
        return None
    seen = critical_value(confidence) + critical_value(POWER, alternative="less")
    reach = float(seen) * error
    return reach if form == "points" else reach / abs(control or 1)
