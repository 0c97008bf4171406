"""Which local calendar day an instant falls on, for many instants at once.

Days are counted from 1999-12-31, so that 2000-01-01 is 1 and 0 can stand for "never"; 16 bits
reach to the year 2179.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

EPOCH = date(1999, 12, 31)
NEVER = 0
# No day is later; it stands for "no day at all" where the first of some days is asked for.
LAST_DAY = 2**16 - 1
SECOND = 1_000_000
HOUR = 3600 * SECOND
HOURS_PER_DAY = np.int32(24)
DAY = 24 * HOUR
# Microseconds from 1970-01-01 to EPOCH.
EPOCH_AT = (EPOCH - date(1970, 1, 1)).days * DAY
# Nothing that a product did is older; an older stamp is a broken clock.
FIRST_MOMENT = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * SECOND
# The closest two changes of a clock since 2000 are seven days apart (Recife, October 2000).
STEP = timedelta(days=4)


def day_number(day: date) -> int:
    """Days since EPOCH.

    Examples:
        >>> day_number(date(2000, 1, 1))
        1
    """
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day with that number.

    Examples:
        >>> day_of(1)
        datetime.date(2000, 1, 1)
    """
    return EPOCH + timedelta(days=int(number))


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC; a moment without zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def moment_of(microseconds_utc: int) -> datetime:
    """The UTC moment, without zone."""
    return datetime(1970, 1, 1) + timedelta(microseconds=int(microseconds_utc))  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A zone's offsets from UTC between two years, as arrays.

    Attributes:
        changes: Instants at which the offset changes, microseconds since 1970 UTC, ascending.
        offsets: Offset from each instant on, microseconds; one more in front of the first change.
    """

    changes: Integers
    offsets: Integers

    def local(self, moments: Integers) -> Integers:
        """Local clock time of UTC instants, both in microseconds since 1970."""
        if not len(self.changes):
            only: Integers = moments + self.offsets[0]
            return only
        if len(moments):
            first, last = np.searchsorted(self.changes, (moments.min(), moments.max()), "right")
            if first == last:  # one offset holds for all of them, the usual case
                alike: Integers = moments + self.offsets[first]
                return alike
        local: Integers = moments + self.offsets[np.searchsorted(self.changes, moments, "right")]
        return local

    def day_and_hour(
        self, moments: Integers
    ) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
        """Local day number and hour 0–23 of each UTC instant."""
        hours = ((self.local(moments) - EPOCH_AT) // HOUR).astype(np.int32)
        day = hours // HOURS_PER_DAY
        return day.astype(np.uint16), (hours - HOURS_PER_DAY * day).astype(np.uint8)

    def start_of(self, day: int) -> int:
        """The UTC instant at which a local day begins, microseconds since 1970."""
        guess = EPOCH_AT + day * DAY
        around = np.arange(guess - 26 * HOUR, guess + 26 * HOUR, 15 * 60 * SECOND)
        on_or_after = around[(self.local(around) - EPOCH_AT) // DAY >= day]
        return int(on_or_after[0])


def local_time(zone: ZoneInfo, until: datetime) -> LocalTime:
    """The offsets of `zone` from 2000 until some days after `until`."""
    start = datetime(1999, 12, 30, tzinfo=UTC)
    changes: list[int] = []
    offsets = [_offset(zone, start)]
    moment = start
    while moment < until + timedelta(days=400):
        later = moment + STEP
        if _offset(zone, later) != offsets[-1]:
            at = _change_between(zone, moment, later)
            changes.append(microseconds(at))
            offsets.append(_offset(zone, at))
        moment = later
    return LocalTime(np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64))


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second with the later offset, by halving."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high
