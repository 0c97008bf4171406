"""Writes events as one Parquet file per UTC day, sorted by time; some rows late, lost or broken."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sample_data.accounts import Accounts
from sample_data.broken_rows import with_broken_rows
from sample_data.chance import Flags, Floats, Ints, mixed
from sample_data.clock import DAYS, ENDS_AT, HOUR_MS, day_of, midnight, moment, number
from sample_data.events import NOTHING, QUERIES, Events, names, order_of
from sample_data.people import People
from sample_data.product import Product
from sample_data.truths import planted

ROWS_PER_GROUP = 122_880  # what DuckDB reads in one piece
TEXT = ("user_id", "account_id", "event", "platform", "app_version", "country", "plan")


class EventFiles:
    """Keeps events until their UTC day is complete, then writes the day.

    Attributes:
        written: Rows written.
        by_hour: Events of each UTC hour since the first day.
    """

    def __init__(
        self,
        folder: Path,
        product: Product,
        accounts: Accounts,
        people: People,
        versions: list[str],
    ) -> None:
        self.folder = folder
        self.written = 0
        self.by_hour = np.zeros(DAYS * 24, dtype=np.int64)
        self._product = product
        self._people = people
        self._account = people.account
        self._account_ids = account_ids(len(accounts.users))
        self._countries = pa.array([country.code for country in product.countries])
        self._country = people.country
        self._names = {
            "event": pa.array(names(product)),
            "platform": pa.array(product.platforms),
            "app_version": pa.array(versions),
            "plan": pa.array(product.plans),
        }
        self._pending: list[Events] = []
        self._late: list[Events] = []

    def add(self, events: Events) -> None:
        """Keep events of any day that is not written yet."""
        self._pending.append(events)

    def write_day(self, day: int) -> None:
        """Write one UTC day, for which no more events will come."""
        kept = Events.joined(self._pending)
        is_now = kept.time < midnight(day + 1)
        self._pending = [kept.take(~is_now)]
        events = kept.take(is_now & (kept.time >= midnight(day)))
        events = events.take(order_of(events.time - midnight(day)))
        events = self._arrived(events, day)
        hours = (events.time - midnight(0)) // HOUR_MS
        self.by_hour += np.bincount(hours, minlength=len(self.by_hour))
        table = with_broken_rows(self._table(events), day)
        self._write(table, f"{day_of(day)}.parquet")
        if day == number(planted("late_data")["arrived_on"]):
            late = Events.joined(self._late)
            self._write(self._table(late), f"{day_of(day)}-late.parquet")

    def _arrived(self, events: Events, day: int) -> Events:
        """The rows of a day that arrive with it: not late, not missing, not after the end."""
        late, missing = planted("late_data"), planted("missing_data")
        is_here = np.ones(len(events), dtype=np.bool_)
        if number(late["first_day"]) <= day <= number(late["last_day"]):
            is_late = self._share(events, late)
            self._late.append(events.take(is_late))
            is_here &= ~is_late
        begins, ends = moment(missing["starts_at"]), moment(missing["ends_at"])
        if midnight(day) < ends and midnight(day + 1) > begins:
            in_gap = (events.time >= begins) & (events.time < ends)
            is_here &= ~(in_gap & self._share(events, missing))
        is_here &= events.time < moment(ENDS_AT)
        return events if is_here.all() else events.take(is_here)

    def _share(self, events: Events, truth: dict[str, Any]) -> Flags:
        """A share of the sessions of one platform."""
        of_platform = events.platform == self._product.platforms.index(truth["platform"])
        keys = (events.session & 0xFFFFFFFF).astype(np.uint32)
        chosen: Flags = (
            of_platform & (events.session != NOTHING) & (mixed(keys, 5) < truth["share"])
        )
        return chosen

    def _table(self, events: Events) -> pa.Table:
        users, user_code = _compact(events.user, len(self._people))
        accounts, account_code = _compact(self._account[events.user], len(self._account_ids))
        texts = {
            "user_id": pa.DictionaryArray.from_arrays(user_code, self._people.ids.take(users)),
            "account_id": pa.DictionaryArray.from_arrays(
                account_code, self._account_ids.take(accounts)
            ),
            "country": pa.DictionaryArray.from_arrays(self._country[events.user], self._countries),
        }
        for name, column in (
            ("event", events.event),
            ("platform", events.platform),
            ("app_version", events.version),
            ("plan", events.plan),
        ):
            texts[name] = pa.DictionaryArray.from_arrays(column, self._names[name])
        return pa.table(
            {
                "user_id": texts["user_id"],
                "event": texts["event"],
                "occurred_at": pa.array(events.time, pa.timestamp("ms")),
                "session_id": _nullable(events.session, pa.int64()),
                "account_id": texts["account_id"],
                "platform": texts["platform"],
                "app_version": texts["app_version"],
                "country": texts["country"],
                "plan": texts["plan"],
                "duration_ms": _nullable(events.duration, pa.int32()),
                "value": _nullable(events.value / 100, pa.float64(), events.value == NOTHING),
                "properties": _searches(events.query),
            }
        )

    def _write(self, table: pa.Table, name: str) -> None:
        self.written += len(table)
        pq.write_table(
            table,
            self.folder / name,
            compression="zstd",
            row_group_size=ROWS_PER_GROUP,
            store_schema=False,
            use_dictionary=[*TEXT, "properties"],
            column_encoding={"occurred_at": "DELTA_BINARY_PACKED"},
            dictionary_pagesize_limit=1 << 24,
        )


def account_ids(count: int) -> pa.Array:
    """Names of all accounts."""
    return pa.array([f"a_{account:06d}" for account in range(1, count + 1)])


def _compact(positions: Ints, size: int) -> tuple[Ints, Ints]:
    """The different positions in order, and each row's place among them."""
    is_used = np.zeros(size, dtype=np.bool_)
    is_used[positions] = True
    used = np.flatnonzero(is_used)
    place = np.zeros(size, dtype=np.int32)
    place[used] = np.arange(len(used))
    return used, place[positions]


def _nullable(values: Ints | Floats, kind: pa.DataType, is_null: Flags | None = None) -> pa.Array:
    return pa.array(values, kind, mask=(values == NOTHING) if is_null is None else is_null)


def _searches(query: Ints) -> pa.Array:
    texts = pa.array([f'{{"query": "{text}"}}' for text in QUERIES])
    codes = pa.array(query, pa.int8(), mask=query == NOTHING)
    return pa.DictionaryArray.from_arrays(codes, texts)
