"""Which days are known: from the first day of data to the last complete one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from metrics.periods import Period

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

# Where nothing was recorded, no day is known; any day serves to say so.
NO_DATA = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Known:
    """The days about which something can be said.

    Attributes:
        data_start: First day of the data.
        watermark: Last complete day; before `data_start` if no day is complete.
    """

    data_start: date
    watermark: date

    def complete(self, period: Period) -> Period | None:
        """The part of a period up to the last complete day; None: no day of it is complete."""
        end = min(period.end, self.watermark + timedelta(days=1))
        return Period(period.start, end) if end > period.start else None

    def has(self, period: Period | None) -> bool:
        """Whether every day of a period is known; a period of None is not."""
        return (
            period is not None
            and self.data_start <= period.start
            and period.last_day <= self.watermark
        )


def known(workspace: Workspace) -> Known:
    """What the published snapshot covers.

    Raises:
        NoSnapshot: Nothing has been built.
    """
    snapshot = workspace.snapshot
    data_start = (snapshot.first_day if snapshot else None) or NO_DATA
    watermark = (snapshot.watermark if snapshot else None) or data_start - timedelta(days=1)
    return Known(data_start, watermark)


def complete_scope(scope: Scope, days: Known) -> Scope | None:
    """The scope cut at the last complete day, its comparison to the same length.

    A comparison of which a day is not known becomes None: it would be too small.

    Returns:
        None when no day of the period is complete.
    """
    period = days.complete(scope.period)
    if period is None:
        return None
    compared = scope.comparison
    if compared is not None:
        compared = Period(compared.start, compared.start + timedelta(days=period.days))
    return replace(scope, period=period, comparison=compared if days.has(compared) else None)


def missing_comparison(scope: Scope, days: Known) -> tuple[str, ...]:
    """A caveat where a comparison was asked for but reaches beyond what is known."""
    if scope.comparison is None:
        return ()
    whole = complete_scope(scope, days)
    if whole is None or whole.comparison is not None:
        return ()
    return (f"Nothing to compare with: the data begin on {days.data_start:%Y-%m-%d}.",)
