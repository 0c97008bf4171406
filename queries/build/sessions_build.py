"""Sessions from day to day: what is open at midnight goes on in the next day's file."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

from queries.build.arrow import OPEN_COLUMNS, visits_of
from queries.build.days import LocalTime, day_of
from queries.build.partitions import Partitions
from queries.build.sessions import Moments, Open, Visits, still_open, visits
from queries.snapshot import Partition, Snapshot


class SessionsBuild:
    """Sessions of consecutive runs of days, given those of the days before."""

    def __init__(
        self, clock: LocalTime, partitions: Partitions, old: Snapshot | None, idle: int
    ) -> None:
        self._clock = clock
        self._partitions = partitions
        self._old = old
        self._idle = idle
        self._made: dict[int, Visits] = {}  # the last days of each run
        self._kept: tuple[str, Visits] | None = None

    def add(self, rows: Moments, days: list[int], touched: set[int]) -> Visits:
        """Sessions of some days without a day between them that stays as it is."""
        before = still_open(
            self._before(days[0], touched), self._clock.start_of(days[0]), idle=self._idle
        )
        parts = visits(rows, before, idle=self._idle)
        for day in days[-2:]:
            self._made[day] = _on(parts, parts.on_day == day)
        if self._old is None:  # nothing will be compared, so older ones may go
            self._made = {day: v for day, v in self._made.items() if day > days[-1] - 3}
        return parts

    def begins_otherwise(self, day: int, touched: set[int]) -> bool:
        """Whether an untouched day finds other open sessions than when it was made."""
        return not self._open_now(day, touched).equals(self._open_before(day))

    def _open_now(self, day: int, touched: set[int]) -> Open:
        at = self._clock.start_of(day)
        return still_open(self._before(day, touched), at, idle=self._idle)

    def _open_before(self, day: int) -> Open:
        parts = _joined([self._known(day - 1), self._known(day - 2)])
        return still_open(parts, self._clock.start_of(day), idle=self._idle)

    def _before(self, day: int, touched: set[int]) -> Visits:
        """Parts of sessions of the two days before, as they are now."""
        return _joined([self._now(day - 1, touched), self._now(day - 2, touched)])

    def _now(self, day: int, touched: set[int]) -> Visits:
        return self._made.get(day, _nothing()) if day in touched else self._known(day)

    def _known(self, day: int) -> Visits:
        """Parts of sessions of a day in the snapshot before."""
        if self._old is None or day < 1:
            return _nothing()
        files = _holding(self._old.partitions.get("sessions", ()), day_of(day))
        parts = [self._read(one) for one in files]
        return _joined([_nothing(), *(_on(one, one.on_day == day) for one in parts)])

    def _read(self, file: Partition) -> Visits:
        """A file's parts of sessions; the last one read is kept, as neighbouring days share it."""
        if self._kept is None or self._kept[0] != file.file:
            table = self._partitions.read([file], list(OPEN_COLUMNS))
            self._kept = (file.file, visits_of(table))
        return self._kept[1]


def _nothing() -> Visits:
    none = np.empty(0, dtype=np.int64)
    small, who = none.astype(np.uint16), none.astype(np.int32)
    return Visits(
        on_day=small, day=small, user=who, started_at=none, last_at=none,
        seconds=none.astype(np.float64), events=none, is_start=none.astype(bool), cell=who,
        session=none,
    )  # fmt: skip


def _on(rows: Visits, keep: npt.NDArray[np.bool_]) -> Visits:
    return Visits(*(getattr(rows, name)[keep] for name in Visits.__slots__))


def _joined(parts: list[Visits]) -> Visits:
    return Visits(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Visits.__slots__)
    )


def _holding(partitions: Iterable[Partition], day: date) -> list[Partition]:
    return [
        one
        for one in partitions
        if one.first_day is not None
        and one.last_day is not None
        and one.first_day <= day <= one.last_day
    ]
