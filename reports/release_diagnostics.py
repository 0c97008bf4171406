"""What speaks against a verdict: the same question asked in other ways, and where nothing happened.

Every check is a `metrics.impact.Check`; one that disagrees in sign or significance costs a grade.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.experiments import Allocation, difference, effect, marginal, mean_arm, sample_ratio
from metrics.impact import (
    READOUTS,
    Check,
    Placebos,
    placebo_dates,
    placebos,
)
from metrics.series import (
    compared,
    forecast,
    interruption,
    natural,
    regressors,
    structural_predictions,
)
from reports.release_effects import Effect, Judge, moments_of
from reports.release_segment_checks import (
    TRENDS_MATTER,
    Seen,
    is_finding_of,
    of_segments,
    of_stand_in,
)

if TYPE_CHECKING:
    from metrics.series import Floats
    from reports.release_measures import Measure

HALF, NEAR_HALF = 0.5, 0.05  # share with a flag; how far from it halves may have been meant
MOST_PLACEBOS = 40
PLACEBO_BEFORE = 42  # days that a placebo learns from, where the history is short
SHORT_HISTORY = 42
FEWEST_FOR_A_CHART = 30


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """All checks of one measure.

    Attributes:
        checks: Each asks the same question in another way.
        among: Dates without any release, by the same method; None: none could be run.
        words: What each found, a name and a sentence.
        daily: One row per day: `day, value, expected, low, high`; not a readout.
        event_study: One row per week before and after: `week, effect, low, high`; empty elsewhere.
        ordinary: One row per placebo date or segment: `kind, place, effect`.
        visible: The smallest effect that it could have seen; None when unknown.
    """

    checks: tuple[Check, ...]
    among: Placebos | None
    words: tuple[tuple[str, str], ...]
    daily: pl.DataFrame
    event_study: pl.DataFrame
    ordinary: pl.DataFrame
    visible: float | None


WEEKS = {"week": pl.Int64, "effect": pl.Float64, "low": pl.Float64, "high": pl.Float64}
ORDINARY = {"kind": pl.String, "place": pl.String, "effect": pl.Float64}


def diagnostics(judge: Judge, measure: Measure, day: int, found: Effect) -> Diagnostics:
    """Every check that the method of a measure has."""
    method = judge.choice(measure).method
    seen = Seen()
    if found.value is not None:
        if method == "experiment":
            _of_people(judge, measure, day, found, seen)
        elif method in ("difference in differences", "staggered difference in differences"):
            of_segments(judge, measure, day, found, seen)
        elif method == "synthetic control":
            of_stand_in(judge, measure, day, found, seen)
        else:
            _of_series(judge, measure, day, seen)
    return Diagnostics(
        checks=tuple(seen.checks),
        among=seen.among,
        words=tuple(seen.words),
        daily=_daily(judge, measure),
        event_study=pl.DataFrame(seen.weeks, schema=WEEKS, orient="row"),
        ordinary=pl.DataFrame(seen.ordinary, schema=ORDINARY, orient="row"),
        visible=found.visible,
    )


# Before and after


def _of_series(judge: Judge, measure: Measure, day: int, seen: Seen) -> None:
    chosen, before = judge.sides(measure, day)
    days, values = measure.days[chosen], measure.values[chosen]
    controls = None if measure.controls is None else measure.controls[chosen]
    alpha = READOUTS[day]
    after = len(days) - before
    short = min(SHORT_HISTORY, before)
    ramp = np.arange(len(days), dtype=np.float64)[:, None] / before
    more = ramp if controls is None else np.column_stack([controls, ramp])
    others: list[tuple[str, int, Floats | None]] = [
        ("half the history", short, None if controls is None else controls[before - short :]),
        ("a trend that goes on", before, more),
    ]
    if controls is not None:
        others.append(("without the control", before, None))
    for name, history, columns in others:
        cut = before - history
        one = interruption(
            days[cut:], values[cut:], history, scale=measure.scale, controls=columns,
            confidence=1 - alpha,
        )  # fmt: skip
        _note(seen, name, one.effect, one.p_value, alpha)
    columns_all = regressors(days, before, controls=controls)
    peer = compared(
        structural_predictions(values[:before], columns_all, np.full((1, after), 1 / after)),
        float(values[before:].mean()), days=after, scale=measure.scale, confidence=1 - alpha,
    )  # fmt: skip
    seen.words.append((
        "As users of CausalImpact know it",
        f"the same days by a local level: {_said(peer.effect, peer.p_value, alpha)}.",
    ))  # fmt: skip
    _placebo_dates(judge, measure, chosen, before, after, seen)


def _note(seen: Seen, name: str, value: float | None, p_value: float | None, alpha: float) -> None:
    is_significant = None if p_value is None else p_value <= alpha
    seen.checks.append(Check(name, value, is_significant))
    seen.words.append((name.capitalize(), f"{_said(value, p_value, alpha)}."))


def _said(value: float | None, p_value: float | None, alpha: float) -> str:
    if value is None or p_value is None:
        return "could not be measured"
    return f"{'up' if value > 0 else 'down'}, {'a finding' if p_value <= alpha else 'no finding'}"


def _placebo_dates(
    judge: Judge, measure: Measure, chosen: np.ndarray, before: int, after: int, seen: Seen
) -> None:
    """The same analysis at past dates; on the working scale, as signs and ranks are the same."""
    launch = np.datetime64(judge.window.launch)
    past = np.isfinite(measure.values) & (measure.days < launch)
    history = min(PLACEBO_BEFORE, int(past.sum()) - after - 1, before)
    if history < PLACEBO_BEFORE // 2:
        return
    count = int(past.sum()) - history - after + 1
    dates = placebo_dates(
        measure.days[past], measure.values[past], before=history, after=after,
        scale=measure.scale,
        controls=None if measure.controls is None else measure.controls[past],
        step=-(-count // MOST_PLACEBOS),
    )  # fmt: skip
    cut = before - history
    real = interruption(
        measure.days[chosen][cut:], measure.values[chosen][cut:], history, scale=measure.scale,
        controls=None if measure.controls is None else measure.controls[chosen][cut:],
    )  # fmt: skip
    if not dates or real.effect is None:
        return
    among = placebos(real.effect, [one for _, one, _ in dates], p_values=[p for _, _, p in dates])
    seen.among = among
    seen.ordinary += [("date", str(day), value) for day, value, _ in dates]
    seen.words.append((
        "Placebo dates",
        (
            f"{among.as_large} of {among.count} ordinary days show as large a change; the method "
            f"itself called {among.flagged} of them."
        ),
    ))  # fmt: skip


# People


def _of_people(judge: Judge, measure: Measure, day: int, found: Effect, seen: Seen) -> None:
    rows = judge.arms(day).filter(measure=measure.name)
    arms = {row["is_treated"]: moments_of(row) for row in rows.iter_rows(named=True)}
    sizes = arms[False].n, arms[True].n
    seen.words.append((
        "Split", f"{sizes[1]:,} with it, {sizes[0]:,} without; {_split(sizes)}."
    ))  # fmt: skip
    before = effect(difference(*(mean_arm(marginal(arms[one], 1)) for one in (False, True))))
    if before.p_value is not None:
        is_off = before.p_value < TRENDS_MATTER / 50
        seen.checks.append(Check("before the launch", None, is_finding_of(found) != is_off))
        seen.words.append((
            "Before the launch",
            (
                f"the same people {'differed' if is_off else 'did not clearly differ'} "
                f"(p = {before.p_value:.2g})."
            ),
        ))  # fmt: skip
    plain = effect(
        difference(*(mean_arm(marginal(arms[one])) for one in (False, True))),
        confidence=1 - READOUTS[day],
    )
    _note(seen, "without their past", plain.difference, plain.p_value, READOUTS[day])
    early = min(READOUTS)
    if day > early:
        one = judge.of_people(measure.name, early, 1 - READOUTS[early])
        seen.checks.append(Check("first days", one.value, None))
        seen.words.append(("First days", f"{_plain(one.value)} after {early} days."))


def _split(sizes: tuple[int, int]) -> str:
    """Whether the arms are halves, where they look like it: no table says what was meant."""
    if abs(sizes[1] / sum(sizes) - HALF) > NEAR_HALF:
        return "the share that was meant is not in the data, so the split cannot be tested"
    split = sample_ratio([Allocation(sizes, (HALF, HALF))])
    return "not known" if split.p_value is None else f"against halves p = {split.p_value:.2g}"


def _plain(value: float | None) -> str:
    return "not known" if value is None else f"{value:+.1%}"


# Day by day


def _daily(judge: Judge, measure: Measure) -> pl.DataFrame:
    """What each day was, and after the launch what the days before promised."""
    launch = np.datetime64(judge.window.launch)
    known = np.isfinite(measure.values) & (measure.days <= np.datetime64(judge.window.end))
    days, values = measure.days[known], measure.values[known]
    shown = natural(values, scale=measure.scale)
    rows = pl.DataFrame({"day": days, "value": shown}).with_columns(pl.col("day").cast(pl.Date))
    before = days < launch
    horizon = int((days[-1] - launch).astype(int)) + 1 if len(days) else 0
    is_enough = before.sum() >= FEWEST_FOR_A_CHART and np.ptp(values[before]) > 0
    if not is_enough or not 1 <= horizon <= before.sum() // 2:
        nothing = (pl.lit(None, pl.Float64).alias(name) for name in ("expected", "low", "high"))
        return rows.with_columns(nothing)
    promised = forecast(days[before], values[before], horizon, scale=measure.scale)
    coming = pl.DataFrame(
        {"day": promised.days, "expected": promised.expected, "low": promised.low,
         "high": promised.high}
    ).with_columns(pl.col("day").cast(pl.Date))  # fmt: skip
    return rows.join(coming, on="day", how="left", maintain_order="left")
