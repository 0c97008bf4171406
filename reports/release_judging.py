"""A release is judged: method by its rollout's shape, then readouts, checks and the verdict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.impact import (
    READOUTS,
    Choice,
    Missing,
    Readout,
    Verdict,
    goal,
    missing_evidence,
    next_readout,
    readouts,
    verdict,
)
from metrics.multiplicity import adjusted_p_values
from reports import release_definitions as definitions
from reports.answer import Source, source
from reports.release_answer import Criterion, ReleaseReport
from reports.release_diagnostics import Diagnostics, diagnostics
from reports.release_effects import Effect, Judge
from reports.release_facts import Release, before_season, coinciding, last_known, window_of
from reports.release_measures import Measure, measures
from reports.release_rollout import Shape, shape_of
from reports.release_sentences import missing_sentence, verdict_sentence
from reports.version_changes import VersionChanges, version_changes

if TYPE_CHECKING:
    from queries import Workspace
    from store import PlannedRelease


BEFORE_AND_AFTER = ("series with controls", "series alone", "adopters only")


class Judging:
    """One release, while its report is made."""

    def __init__(
        self,
        workspace: Workspace,
        release: Release,
        known: tuple[Release, ...],
        plan: PlannedRelease | None,
        measure: str | None,
    ) -> None:
        self.workspace = workspace
        self.release = release
        self.known = known
        self.plan = plan
        self.asked = measure
        self.days = last_known(workspace)
        self.window = window_of(release, known, self.days)
        self.is_out = release in known and release.released_on <= self.days.watermark

    def report(self) -> ReleaseReport:
        """All of it."""
        if not self.is_out:
            return self._planned()
        shape = shape_of(self.workspace, self.release, self.window)
        if shape.choice().method in BEFORE_AND_AFTER:
            self.window = before_season(self.window, self.workspace.settings.holidays)
        judge = Judge(self.workspace, self.release, self.window, shape)
        found = measures(self.workspace, self.release, self.window)
        missing = self._missing(shape)
        # Nothing is measured while something is missing: an early number outlives its correction.
        day = self.window.readout if not missing else None
        effects = {one.name: judge.effect(one, day) for one in found} if day else {}
        primary = self._primary(found, effects)
        choice = judge.choice(primary) if primary else None
        checked = (
            diagnostics(judge, primary, day, effects[primary.name]) if primary and day else None
        )
        said = self._verdict(judge, primary, effects, checked) if checked else None
        look_again = self._look_again(missing)
        return ReleaseReport(
            release=self.release,
            window=self.window,
            standing="judged" if said else "insufficient",
            sentence=self._sentence(judge, primary, effects, said, missing, look_again),
            missing=missing,
            look_again=look_again,
            shape=shape,
            choice=choice,
            primary=primary.name if primary else None,
            verdict=said,
            readouts=self._readouts(judge, primary, said is not None),
            metrics=self._metrics(judge, found, effects, day, shape),
            exposure=_exposure(shape),
            **self._pictures(primary, shape, checked),
            checks=checked.words if checked else (),
            visible=checked.visible if checked else None,
            criteria=self._criteria(found, effects),
            others=coinciding(self.release, self.known, self.window),
            around=tuple(self._around()),
            versions=self._versions(),
        )

    def _planned(self) -> ReleaseReport:
        nothing = source(
            self.workspace.ask("release_list"), title="Nothing yet", definition=definitions.METRICS
        ).showing(pl.DataFrame())
        launch = self.release.released_on
        return ReleaseReport(
            release=self.release, window=self.window, standing="planned",
            sentence=f"Not out yet: planned for {_day(launch)}; the first readout is on "
            f"{_day(launch + timedelta(days=min(READOUTS) + 1))}.",
            missing=(), look_again=launch + timedelta(days=min(READOUTS) + 1), shape=None,
            choice=None, primary=None, verdict=None, readouts=readouts({}), metrics=nothing,
            exposure=nothing, daily=nothing, event_study=nothing, ordinary=nothing, checks=(),
            visible=None, criteria=self._criteria((), {}), others=(), around=(), versions=None,
        )  # fmt: skip

    def _primary(self, found: tuple[Measure, ...], effects: dict[str, Effect]) -> Measure | None:
        """The first that was wanted; one that cannot be measured gives way to the next."""
        by_name = {one.name: one for one in found}
        goals = [
            one["measure"]
            for one in (self.plan.criteria if self.plan else ())
            if one["role"] == "goal"
        ]
        wanted = [self.asked, *goals, "feature_uses", "active_users", "p50_ms"]
        there = [by_name[name] for name in wanted if name in by_name]
        measured = [one for one in there if one.name in effects and not effects[one.name].missing]
        return next(iter(measured or there), None)

    def _missing(self, shape: Shape) -> tuple[Missing, ...]:
        return missing_evidence(
            days_before=self.window.days_before,
            days_after=self.window.days_after,
            exposed=shape.compared,
            others_inside=int(self.window.next_release is not None and self._is_too_short()),
        )

    def _is_too_short(self) -> bool:
        return self.window.readout is None or self.window.days_after < 7

    def _look_again(self, missing: tuple[Missing, ...]) -> date | None:
        """The first day on which the next readout is complete."""
        is_over = self.window.next_release is not None or self.window.season is not None
        if is_over or any(one.what in ("days before", "another release") for one in missing):
            return None
        wanted = next_readout(self.window.days_after)
        if missing and wanted is not None:
            wanted = max(wanted, 7)
        if wanted is None:
            return None
        return self.window.launch + timedelta(days=wanted + 1)

    def _verdict(
        self,
        judge: Judge,
        primary: Measure | None,
        effects: dict[str, Effect],
        checked: Diagnostics,
    ) -> Verdict | None:
        if primary is None or effects[primary.name].interval is None:
            return None
        interval = effects[primary.name].interval or (0.0, 0.0, 0.0)
        return verdict(
            judge.choice(primary), interval, better=primary.better, checks=checked.checks,
            among=checked.among,
        )  # fmt: skip

    def _sentence(
        self,
        judge: Judge,
        primary: Measure | None,
        effects: dict[str, Effect],
        said: Verdict | None,
        missing: tuple[Missing, ...],
        look_again: date | None,
    ) -> str:
        if primary is not None and said is not None:
            return verdict_sentence(
                self.release.name, primary.label, said, method=judge.choice(primary).method,
                form=effects[primary.name].form, unit=primary.unit, days=self.window.readout or 0,
            )  # fmt: skip
        if missing:
            return missing_sentence(missing, _day(look_again) if look_again else None)
        why = effects[primary.name].missing if primary and primary.name in effects else None
        return f"Cannot be judged: {why or 'nothing was measured on both sides of it.'}"

    def _readouts(
        self,
        judge: Judge,
        primary: Measure | None,
        is_judged: bool,  # noqa: FBT001
    ) -> tuple[Readout, ...]:
        if primary is None or not is_judged:
            return readouts({})
        done = [day for day in READOUTS if day <= self.window.days_after]
        return readouts({day: judge.effect(primary, day).p_value for day in done})

    def _metrics(
        self,
        judge: Judge,
        found: tuple[Measure, ...],
        effects: dict[str, Effect],
        day: int | None,
        shape: Shape,
    ) -> Source:
        adjusted = dict(
            zip(effects, adjusted_p_values([one.p_value for one in effects.values()], method="bh"),
                strict=True)
        )  # fmt: skip
        alpha = READOUTS[day] if day else None
        rows = [
            _row(one, judge.choice(one), effects[one.name], adjusted[one.name], alpha)
            for one in found
            if one.name in effects
        ]
        first = found[0].answer if found else shape.curve
        of = source(first, title=f"What {self.release.name} did", definition=definitions.METRICS)
        return of.showing(pl.DataFrame(rows, schema=METRIC_SCHEMA, orient="row"))

    def _pictures(
        self, primary: Measure | None, shape: Shape, checked: Diagnostics | None
    ) -> dict[str, Any]:
        answer = primary.answer if primary else shape.curve
        what = primary.label if primary else "Nothing"
        made = {
            "daily": (f"{what} day by day: not a readout", definitions.DAILY),
            "event_study": (f"{what} week by week", definitions.EVENT_STUDY),
            "ordinary": (f"{what} where nothing was released", definitions.PLACEBOS),
        }
        return {
            name: source(answer, title=title, definition=text).showing(
                getattr(checked, name) if checked else pl.DataFrame()
            )
            for name, (title, text) in made.items()
        }

    def _criteria(
        self, found: tuple[Measure, ...], effects: dict[str, Effect]
    ) -> tuple[Criterion, ...]:
        by_name = {one.name: one for one in found}
        return tuple(
            _criterion(dict(one), by_name.get(one["measure"]), effects.get(one["measure"]))
            for one in (self.plan.criteria if self.plan else ())
        )

    def _around(self) -> list[str]:
        inside = [one for one in self.workspace.settings.holidays
                  if self.window.launch <= one.day < self.window.end]  # fmt: skip
        said = [f"{one.name} on {_day(one.day)}" for one in inside]
        rows = self.workspace.ask(
            "experiment_dates", start_date=self.window.before_start, end_date=self.window.end
        ).rows
        for row in rows.iter_rows(named=True):
            started = row["started_at"].date()
            if self.window.launch <= started < self.window.end:
                said.append(f"experiment {row['experiment']} began on {_day(started)}")
        return said

    def _versions(self) -> VersionChanges | None:
        version = self.release.version
        return version_changes(self.workspace, version) if version else None


METRIC_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "measure": pl.String, "label": pl.String, "unit": pl.String, "better": pl.String,
    "form": pl.String, "before": pl.Float64, "after": pl.Float64, "effect": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64, "adjusted_p": pl.Float64,
    "is_finding": pl.Boolean, "visible": pl.Float64, "method": pl.String, "grade": pl.String,
    "units": pl.String, "missing": pl.String,
}  # fmt: skip


def _row(
    one: Measure, choice: Choice, found: Effect, adjusted: float | None, alpha: float | None
) -> tuple[object, ...]:
    is_finding = None if adjusted is None or alpha is None else adjusted <= alpha
    return (
        one.name, one.label, one.unit, one.better, found.form, found.before, found.after,
        found.value, found.low, found.high, found.p_value, adjusted, is_finding, found.visible,
        choice.method, choice.grade, found.units, found.missing,
    )  # fmt: skip


def _criterion(one: dict[str, Any], measure: Measure | None, found: Effect | None) -> Criterion:
    better = measure.better if measure else "higher"
    interval = found.interval if found else None
    said = goal(
        None if interval is None else (interval[1], interval[2]),
        target=float(one["target"]), better=better,
    )  # fmt: skip
    label = measure.label if measure else one["measure"]
    return Criterion(one["measure"], label, one["role"], float(one["target"]), found, said)


def _exposure(shape: Shape) -> Source:
    rows = shape.curve.rows.with_columns(
        pl.when(pl.col("active") > 0).then(pl.col("reached") / pl.col("active")).alias("share")
    )
    of = source(shape.curve, title="Who had it", definition=definitions.EXPOSURE)
    return of.showing(rows.drop("segment"))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
