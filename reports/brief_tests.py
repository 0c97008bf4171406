"""Which series of a day are unlike what the weeks before promised? Day after day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from metrics.brief import Family, Movement, clusters, families, smallest_relevant
from metrics.series import Surprise, factored, natural, regressors, surprises
from reports.brief_series import ACTIVE, OF_VERSIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.series import Days, Floats
    from queries.brief_settings import Brief
    from reports.brief_series import Collected, Measured

HISTORY = 84  # days that a forecast learns from
ALIKE_HISTORY = 140  # days among which those of the same kind, busy or quiet, are learnt from
DRIFT = 7
LOOK = ALIKE_HISTORY + DRIFT  # days before the one tested that are looked at
QUIET = 0.5  # of a weekday's median: weekdays below it are quiet, and noisier
FAR, MAD_TO_SD = 6.0, 1.4826  # widths of a weekday's usual spread
RARE = 0.15  # of a weekday's days: what is far more often is no exception
LONGEST_RUN = 7  # days out of the ordinary after which they are the ordinary
FEWEST_DAYS = 28
TOLD = 0.05  # p-value above which nothing is told, whatever the other series say
CLEAR = 0.001  # a shock below this is not learnt from, once it is over
BRIDGE_DAYS = 7  # days between two holidays up to which the days between are holidays too
BRIDGED = {1: -1, 3: 1}  # of a holiday on a Tuesday the Monday, on a Thursday the Friday
ALIKE_DAYS = 56
FALLBACK = 0.01  # smallest change that matters of a metric that never changed
FEATURES_WEIGH, PEOPLE_WEIGH = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Tested:
    """The tests of one day.

    Attributes:
        day: The day.
        number: Its place among the collected days.
        surprises: One for each series, in their order.
        families: By metric.
        movements: What moved, with the number of its series; before it is decided what is told.
        holiday: Why the day is not compared; None: it is.
    """

    day: date
    number: int
    surprises: tuple[Surprise, ...]
    families: Mapping[str, Family]
    movements: tuple[tuple[int, Movement], ...]
    holiday: str | None

    @property
    def count(self) -> int:
        """Series with a verdict."""
        return sum(one.p_value is not None for one in self.surprises)


def holiday_days(holidays: Sequence[tuple[date, str]]) -> dict[date, str]:
    """Holidays, the days between two that are close, and a day between one and a weekend."""
    named = dict(sorted(holidays))
    ordered = list(named)
    found = dict(named)
    for first, second in pairwise(ordered):
        if 1 < (second - first).days <= BRIDGE_DAYS:
            for ahead in range(1, (second - first).days):
                between = first + timedelta(days=ahead)
                found[between] = f"between {named[first]} and {named[second]}"
    for day in ordered:
        if day.weekday() in BRIDGED:
            between = day + timedelta(days=BRIDGED[day.weekday()])
            found.setdefault(between, f"between {named[day]} and the weekend")
    return found


class Replay:
    """Tests day after day; days out of the ordinary are not learnt from while they are few."""

    def __init__(self, data: Collected, holidays: Sequence[tuple[date, str]], rules: Brief) -> None:
        self.data = data
        self.rules = rules
        self.holidays = holiday_days(holidays)
        self.worked = np.stack([one.worked for one in data.series])
        self.volumes = np.stack([one.volume for one in data.series])
        self._sizes = [_weekly_changes(one) for one in data.series]
        days = [day.item() for day in data.days]
        closed = [number for number, day in enumerate(days) if day in self.holidays]
        self.worked[:, closed] = np.nan
        self._is_tested = np.array(
            [one.segment is None or one.segment[0] != OF_VERSIONS for one in data.series]
        )
        self._weekdays = np.array([day.weekday() for day in days])
        self._runs: dict[int, _Run] = {}
        self._is_clean = False

    def test(self, number: int) -> Tested:
        """Test one day; days must rise from call to call."""
        day: date = self.data.days[number].item()
        holiday = self.holidays.get(day)
        if holiday or number < FEWEST_DAYS:
            return Tested(day, number, (), {}, (), holiday)
        if not self._is_clean:
            self._clean(number)
        shocks, weeks = self._surprises(number)
        found = tuple(map(_together, shocks, weeks))
        grouped = self._families(found)
        moved = self._movements(number, day, found, grouped)
        self._follow_runs(number, shocks)
        return Tested(day, number, found, grouped, moved, None)

    def _clean(self, number: int) -> None:
        """Before the first day tested, days far out of the ordinary count as their weekday's."""
        self._is_clean = True
        for weekday in range(DRIFT):
            at = np.flatnonzero(self._weekdays[:number] == weekday)
            values = self.worked[:, at]
            usual = np.array([_median(row) for row in values])[:, None]
            spread = np.array([_median(row) for row in np.abs(values - usual)])[:, None]
            with np.errstate(invalid="ignore"):
                is_far = np.abs(values - usual) > FAR * MAD_TO_SD * spread
            is_far &= is_far.mean(axis=1, keepdims=True) <= RARE
            self.worked[:, at] = np.where(is_far, usual, values)

    def _surprises(self, number: int) -> tuple[tuple[Surprise, ...], tuple[Surprise, ...]]:
        """The day among days of its kind, as quiet days are noisier; its week among all."""
        first = max(0, number - LOOK + 1)
        days = self.data.days[first : number + 1]
        values = self.worked[:, first : number + 1].copy()
        recent = self.volumes[:, max(0, number - 27) : number + 1].mean(axis=1)
        values[(recent < self.rules.least_volume) | ~self._is_tested] = np.nan
        values[np.isfinite(values).sum(axis=1) < FEWEST_DAYS + DRIFT] = np.nan
        week = surprises(days, values, history=HISTORY, spans=(DRIFT,), interval_below=TOLD)
        alike = self._alike(first, number)
        shock = surprises(
            days[alike], values[:, alike], history=HISTORY, spans=(1,), interval_below=TOLD
        )
        return shock, week

    def _alike(self, first: int, number: int) -> NDArray[np.bool_]:
        """Which days are as busy as this one usually is."""
        whole = self.volumes[0, first : number + 1]
        weekdays = self._weekdays[first : number + 1]
        usual = np.array([float(np.median(whole[weekdays == n])) for n in range(DRIFT)])
        is_quiet = usual < QUIET * float(np.median(usual))
        found: NDArray[np.bool_] = is_quiet[weekdays] == is_quiet[weekdays[-1]]
        return found

    def _families(self, found: Sequence[Surprise]) -> dict[str, Family]:
        totals: dict[str, float | None] = {}
        segments: dict[str, dict[str, float | None]] = {}
        for one, surprise in zip(self.data.series, found, strict=True):
            metric = one.subject.metric
            totals.setdefault(metric, None)
            if one.segment is None:
                totals[metric] = surprise.p_value
            else:
                segments.setdefault(metric, {})["=".join(one.segment)] = surprise.p_value
        return families(totals, segments)

    def _movements(
        self, number: int, day: date, found: Sequence[Surprise], grouped: Mapping[str, Family]
    ) -> tuple[tuple[int, Movement], ...]:
        moved = [
            at for at, (one, surprise) in enumerate(zip(self.data.series, found, strict=True))
            if _has_moved(one, surprise, grouped[one.subject.metric])
        ]  # fmt: skip
        together = self._with_the_whole(self._clusters(number, moved), moved, found)
        return tuple((at, self._movement(number, day, at, found[at], together[at])) for at in moved)

    def _movement(
        self, number: int, day: date, at: int, surprise: Surprise, cluster: str
    ) -> Movement:
        one = self.data.series[at]
        low, effect, high = effect_of(one, surprise)
        volume = float(self.volumes[at, max(0, number - 27) : number + 1].mean())
        whole = self.data.of(one.subject.metric)
        recent = slice(max(0, number - 27), number + 1)
        everybody = float(whole.volume[recent].mean()) if whole else volume
        return Movement(
            metric=one.subject.metric,
            segment=None if one.segment is None else "=".join(one.segment),
            on=day,
            effect=effect,
            low=low,
            high=high,
            smallest=self._smallest(number, at),
            volume=volume,
            weight=self._weight(one),
            users=1.0 if one.segment is None else min(1.0, volume / (everybody or volume)),
            cluster=cluster,
        )

    def _smallest(self, number: int, at: int) -> float:
        one = self.data.series[at]
        own = self.rules.smallest.get(one.subject.metric)
        if own is not None:
            return own
        weekly = self._sizes[at][max(0, number - LOOK) : max(0, number - DRIFT)]
        return smallest_relevant(weekly[np.isfinite(weekly)][::DRIFT].tolist()) or FALLBACK

    def _weight(self, one: Measured) -> float:
        default = FEATURES_WEIGH if one.subject.feature else 1.0
        if one.subject.metric == ACTIVE:
            default = PEOPLE_WEIGH
        return self.rules.weights.get(one.subject.metric, default)

    def _clusters(self, number: int, moved: Sequence[int]) -> dict[int, str]:
        """What moves together from day to day gets one headline."""
        names = {at: self.data.series[at].subject.metric for at in moved}
        first = max(0, number - ALIKE_DAYS)
        recent = self.worked[:, first : number + 1]
        daily = recent[:, DRIFT:] - recent[:, :-DRIFT]
        varying = [
            at for at in moved
            if np.isfinite(daily[at]).all() and float(np.ptp(daily[at])) > 0
        ]  # fmt: skip
        if len(varying) > 1:
            labels = clusters(daily[varying], least=0.6)
            for at, label in zip(varying, labels, strict=True):
                names[at] = self.data.series[varying[label]].subject.metric
        return names

    def _with_the_whole(
        self, names: dict[int, str], moved: Sequence[int], found: Sequence[Surprise]
    ) -> dict[int, str]:
        """A feature that moved as the product did, or a segment as its whole, is told with it."""
        kinds = {at: (self.data.series[at].subject.unit, _is_up(found[at])) for at in moved}
        wholes = {
            kinds[at]: names[at] for at in reversed(moved)
            if self.data.series[at].subject.page == "today"
            and self.data.series[at].subject.feature is None
            and self.data.series[at].segment is None
        }  # fmt: skip
        joined = {
            at: wholes[kinds[at]] for at in moved
            if self.data.series[at].subject.feature and kinds[at] in wholes
        }  # fmt: skip
        of_metrics = {
            (self.data.series[at].subject.metric, _is_up(found[at])): (names | joined)[at]
            for at in moved if self.data.series[at].segment is None
        }  # fmt: skip
        for at in moved:
            key = self.data.series[at].subject.metric, _is_up(found[at])
            joined[at] = of_metrics.get(key, (names | joined)[at])
        return joined

    def _follow_runs(self, number: int, shocks: Sequence[Surprise]) -> None:
        """A clear shock counts as the expected, until it has become the ordinary."""
        for at, surprise in enumerate(shocks):
            run = self._runs.get(at)
            rose = _rose(surprise)
            if rose is None or (run is not None and run.rose != rose):
                self._runs.pop(at, None)
            if rose is None or surprise.expected is None:
                continue
            run = self._runs.setdefault(at, _Run(rose, {}))
            run.values[number] = float(self.worked[at, number])
            self.worked[at, number] = surprise.expected
            if len(run.values) >= LONGEST_RUN:
                for day, value in run.values.items():
                    self.worked[at, day] = value
                del self._runs[at]


@dataclass(frozen=True, slots=True)
class _Run:
    """Days out of the ordinary in one direction, with their values."""

    rose: bool
    values: dict[int, float]


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _is_up(surprise: Surprise) -> bool:
    return (surprise.actual or 0.0) > (surprise.expected or 0.0)


def _rose(shock: Surprise) -> bool | None:
    """Which way a clear shock went; None: there was none."""
    if shock.shock_p is None or shock.actual is None or shock.expected is None:
        return None
    return shock.actual > shock.expected if shock.shock_p < CLEAR else None


def _together(shock: Surprise, week: Surprise) -> Surprise:
    """Two tests of a series as one: twice the smaller, told by the one that sees more."""
    known = [one for one in (shock, week) if one.p_value is not None]
    if not known:
        return shock
    best = min(known, key=lambda one: one.p_value or 0.0)
    return replace(
        best,
        p_value=min(1.0, len(known) * (best.p_value or 0.0)),
        shock_p=shock.shock_p,
        drift_p=week.drift_p,
    )


def _has_moved(one: Measured, surprise: Surprise, family: Family) -> bool:
    if surprise.p_value is None or surprise.expected is None or family.level is None:
        return False
    if one.segment is None:
        return surprise.p_value <= family.level
    return "=".join(one.segment) in family.segments


def effect_of(one: Measured, surprise: Surprise) -> tuple[float, float, float]:
    """Low end, effect and high end: relative changes, or points for rates."""
    actual, expected = surprise.actual or 0.0, surprise.expected or 0.0
    ends = (surprise.low or 0.0, actual - expected, surprise.high or 0.0)
    seen = float(natural(np.array([actual]), scale=one.scale)[0])
    foreseen = natural(actual - np.array(ends), scale=one.scale)
    if one.scale == "rate":
        low, effect, high = (float(seen - value) for value in foreseen)
    else:
        low, effect, high = (float((seen - v) / abs(v)) if v else 0.0 for v in foreseen)
    return min(low, effect), effect, max(high, effect)


def _weekly_changes(one: Measured) -> Floats:
    """For each day: the seven days up to it against the seven before, as effects are counted."""
    sums = _rolling(one.parts)
    if one.trials is not None:
        trials = _rolling(one.trials)
        sums = sums / np.where(trials > 0, trials, np.nan)
    changes = np.full(len(sums), np.nan)
    now, before = sums[DRIFT:], sums[:-DRIFT]
    with np.errstate(invalid="ignore", divide="ignore"):
        changes[DRIFT:] = now - before if one.scale == "rate" else now / before - 1
    return changes


def _rolling(values: Floats) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    sums = np.full(len(values), np.nan)
    sums[DRIFT - 1 :] = total[DRIFT:] - total[:-DRIFT]
    return sums


def expected_days(days: Days, worked: Floats, span: int) -> Floats | None:
    """What each of the last days was expected to be, on the working scale.

    Args:
        days: (n,) calendar days, without gaps; the last `span` of them are foretold.
        worked: (s, n) on the working scale; days that are not known in every series are left out.
        span: How many.

    Returns:
        (s, span); None with too few known days.
    """
    known = np.all(np.isfinite(worked), axis=0)
    before = np.flatnonzero(known[:-span])[-HISTORY:]
    if len(before) < FEWEST_DAYS:
        return None
    chosen = np.concatenate([before, np.arange(len(days) - span, len(days))])
    columns = regressors(days[chosen], len(before))
    engine = factored(days[chosen], columns, len(before), np.eye(span))
    return engine.predict(worked[:, before]).means
