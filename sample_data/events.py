"""Events as columns of numbers, from visits to the milliseconds at which things happened."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from sample_data.chance import Flags, Ints, scattered, spread
from sample_data.ladder import (
    ABANDONED,
    COMPLETED,
    EXPOSED,
    LENGTHS,
    LOGGED_IN,
    OFFSETS,
    OPENED,
    SEARCHED,
    STARTED,
    STEPS,
    VIEWED,
)
from sample_data.product import Product

OTHER_EVENTS = ("logged_in", "page_viewed", "search_performed", "agent_heartbeat")
QUERIES = ("open orders", "invoice", "route", "plan my route", "customer address", "bulk", "tax")
NOTHING = -1  # in session, duration, value and query: the column is null
TAKES = spread(0.55)  # of the median time to complete
WAITS = spread(0.8)  # of the median wait before an event
INVOICE_CENTS = 24_000  # median
WAIT_MS = np.zeros(9, dtype=np.int64)
WAIT_MS[[EXPOSED, OPENED, STARTED, LOGGED_IN, VIEWED, SEARCHED]] = (
    [35_000, 5_000, 9_000, 2_000, 30_000, 12_000]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Events:
    """Rows of events; every column is a number or a position in a list of names.

    Attributes:
        time: Milliseconds since 1970.
        user: Position in the population.
        event: 6 × feature + action, then OTHER_EVENTS.
        session: Session number, or NOTHING.
        duration: Milliseconds, or NOTHING.
        value: Cents, or NOTHING.
        query: Position in QUERIES, or NOTHING.
    """

    time: Ints
    user: npt.NDArray[np.int32]
    event: npt.NDArray[np.int16]
    session: Ints
    platform: npt.NDArray[np.int8]
    version: npt.NDArray[np.int8]
    plan: npt.NDArray[np.int8]
    duration: npt.NDArray[np.int32]
    value: npt.NDArray[np.int32]
    query: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: Ints | Flags) -> Self:
        """The chosen rows."""
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Rows of all parts, one part after the other."""
        columns = (column.name for column in fields(cls))
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def names(product: Product) -> list[str]:
    """Event names by number."""
    actions = ("exposed", "opened", "started", "completed", "failed", "abandoned")
    derived = [f"{feature.name}_{action}" for feature in product.features for action in actions]
    return [*derived, *OTHER_EVENTS]


def order_of(keys: Ints) -> Ints:
    """Positions in the order of `keys` (below 2^39), equal ones as they stand.

    One sort of plain numbers is several times faster than a stable argsort.
    """
    return np.sort((keys << 24) | np.arange(len(keys))) & 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Steps:
    """Events of one day in session order, before they get their columns."""

    visit: Ints
    action: Ints
    time: Ints
    duration: Ints


def steps_of(
    pattern: Ints, session: Ints, median_ms: Ints, started: Ints, rng: np.random.Generator
) -> Steps:
    """Expand visits into timed events.

    Args:
        pattern: How each visit went; visits are sorted by session.
        session: Session of each visit.
        median_ms: Median time to complete of each visit.
        started: Start of each session, milliseconds since 1970.
        rng: Chance.
    """
    length = LENGTHS[pattern]
    visit = np.repeat(np.arange(len(pattern)), length)
    step = np.arange(len(visit)) - np.repeat(np.cumsum(length) - length, length)
    action = STEPS[OFFSETS[pattern][visit] + step]
    is_end = (action >= COMPLETED) & (action <= ABANDONED)
    takes = scattered(median_ms[visit], TAKES, rng)
    waits = scattered(WAIT_MS[action], WAITS, rng) + 1
    gap = np.where(is_end, takes + 1, waits)
    is_echo = (action == COMPLETED) & (np.diff(action, prepend=NOTHING) == 0)
    gap[is_echo] = 40 + gap[is_echo] % 200  # sent twice within a moment
    of_session = session[visit]
    is_first = np.diff(of_session, prepend=NOTHING) != 0
    gap[is_first] = 0
    elapsed = np.cumsum(gap)
    lengths = np.diff(np.flatnonzero(is_first), append=len(gap))
    since_first = elapsed - np.repeat(elapsed[is_first], lengths)
    return Steps(visit, action, started[of_session] + since_first, np.where(is_end, gap, NOTHING))


def invoice_values(is_invoice: Flags, rng: np.random.Generator) -> Ints:
    """Cents of each completed invoice run, NOTHING elsewhere."""
    count = int(is_invoice.sum())
    cents = np.full(len(is_invoice), NOTHING)
    cents[is_invoice] = scattered(np.full(count, INVOICE_CENTS), spread(1.0), rng)
    return cents
