"""What a sight leaves of each table: rows of the policy's segment, personal columns hashed.

Every table is one select over its own files, with what it needs of other tables inside it, so that
nothing unfiltered has a name that a query could read.

A policy on a dimension of users leaves the rows of those users. A policy on a dimension of events
leaves the rows with its values, makes `user_days` and each user's first and last day anew from
them, and leaves the users who have any. Other tables keep the rows of users and customers who are
left; what belongs to nobody is left out, but for the product's own calendar.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from queries.access import Sight
from queries.access_settings import IDS, Access
from queries.errors import QueryError, nearest
from queries.narrow import (
    NOT_SET,
    Dimension,
    Filter,
    Narrowing,
    Segment,
    condition,
    narrowed,
)
from queries.quoting import quoted, text
from queries.tables import TABLES

# About the product, not about anybody: shown under every policy.
OF_THE_PRODUCT = ("experiments", "releases")
# Columns that say whose a row is, the first one that a table has.
OWNERS = ("user_id", "unit_id", "account_id")
HASH_LENGTH = 16  # hexadecimal digits: two of a billion people share one with a chance of 3 %


@dataclass(frozen=True, slots=True)
class Base:
    """A table as nobody but an admin without policies sees it: its select, and its columns."""

    select: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sighted:
    """The tables of a snapshot as a sight sees them.

    Attributes:
        bases: Roll-ups by name.
        dimensions: Of the snapshot.
        sight: Of the viewer.
        access: Says which columns are personal.
        salt: What they are hashed with.
    """

    bases: Mapping[str, Base]
    dimensions: Mapping[str, Dimension]
    sight: Sight
    access: Access
    salt: str

    def select(self, table: str, base: Base) -> str:
        """The select of a table; `base` is its unseen one."""
        rows = base.select if self.sight.policy.is_empty else self._rows(table, base)
        return self._hashed(table, Base(rows, base.columns))

    def _filters(self, level: str) -> list[Filter]:
        return [one for one in self.sight.policy.filters if self._level(one) == level]

    def _level(self, one: Filter) -> str:
        if one.dimension not in self.dimensions:
            hint = nearest(one.dimension, self.dimensions)
            raise QueryError(
                f"a policy names the dimension {one.dimension!r}, which is not there, so nothing "
                f"can be shown to whom it is for. {hint}"
            )
        return self.dimensions[one.dimension].level

    def _rows(self, table: str, base: Base) -> str:
        if table in OF_THE_PRODUCT:
            return base.select
        if table == "quarantine":
            return f"select * from ({base.select}) as kept where false"
        if table == "metric_days":
            return self._metric_days(base)
        if table == "users":
            return self._users()
        if table == "user_days" and self._filters("event"):
            return self._user_days_anew()
        if "user_key" in base.columns:
            return self._rollup(base)
        return self._canonical(base)

    def _rollup(self, base: Base) -> str:
        """Rows of a roll-up that knows its users by number."""
        of_users = self._filters("user")
        tests = _conditions(self._filters("event"))
        if of_users:
            people = self.bases["users"].select
            tests.append(
                f"kept.user_key in (select user_key from ({people}) as people "
                f"where {_all(_conditions(of_users))})"
            )
        return f"select * from ({base.select}) as kept where {_all(tests)}"

    def _users(self) -> str:
        """Users who satisfy the policy; those with events in it, if it is about events."""
        base = self.bases["users"]
        on_events = _all(_conditions(self._filters("event")))
        tests = _conditions(self._filters("user"))
        if not self._filters("event"):
            return f"select * from ({base.select}) as kept where {_all(tests)}"
        shown = ", ".join(
            f"spans.{name}" if name in ("first_day", "last_day") else f"kept.{quoted(name)}"
            for name in base.columns
        )
        tests.append(
            f"kept.user_key in (select user_key from ({self.bases['feature_days'].select}) as done "
            f"where {on_events})"
        )
        return (
            f"select {shown} from ({base.select}) as kept left join (select user_key, "
            "min(day) as first_day, max(day) as last_day "
            f"from ({self.bases['segment_days'].select}) as days where {on_events} "
            f"group by user_key) as spans on spans.user_key = kept.user_key where {_all(tests)}"
        )

    def _user_days_anew(self) -> str:
        """`user_days` of the events in the policy, with their own `prev_day`."""
        anew = narrowed(
            "select * from user_days", Narrowing(self.sight.policy), self.dimensions
        )
        parts = ", ".join(
            f"{name} as ({self.bases[name].select})" for name in ("users", "segment_days")
        )
        return f"with {parts} {anew}"

    def _metric_days(self, base: Base) -> str:
        """What is kept of a single event dimension; of one value of it, also as the whole."""
        kept = kept_dimension(self.sight.policy, self.dimensions)
        if kept is None:
            return f"select * from ({base.select}) as kept where false"
        values = ", ".join(text(NOT_SET if one is None else one) for one in kept.values)
        mine = f"kept.dimension = {text(kept.dimension)} and kept.value in ({values or 'null'})"
        parts = f"select * from ({base.select}) as kept where {mine}"
        if len(kept.values) != 1:
            return parts
        nothing = "cast(null as varchar)"
        shown = ", ".join(
            f"{nothing} as {name}" if name in ("dimension", "value") else f"kept.{name}"
            for name in base.columns
        )
        return f"{parts} union all select {shown} from ({base.select}) as kept where {mine}"

    def _canonical(self, base: Base) -> str:
        """Rows of the users and customers who are left, and of the policy's values."""
        owner = next((name for name in OWNERS if name in base.columns), None)
        if owner is None:
            return f"select * from ({base.select}) as kept where false"
        tests = [
            condition(one, "kept", as_text=True).sql(dialect="duckdb")
            for one in self._filters("event")
            if one.dimension in base.columns
        ]
        tests.append(self._is_owned(owner))
        return f"select * from ({base.select}) as kept where {_all(tests)}"

    def _is_owned(self, owner: str) -> str:
        """Whether a row belongs to somebody who is left."""
        left = self._users()
        customers = f"select account_id from ({left}) as people where account_id is not null"
        if owner == "account_id":
            return f"kept.account_id in ({customers})"
        mine = f"kept.{owner} in (select user_id from ({left}) as people)"
        if owner == "user_id":
            return mine
        # An id of somebody who is not left may be the id of a customer who is.
        everybody = f"select user_id from ({self.bases['users'].select}) as people"
        of_customers = f"kept.unit_id in ({customers}) and kept.unit_id not in ({everybody})"
        return f"({mine} or ({of_customers}))"

    def _hashed(self, table: str, base: Base) -> str:
        """The same rows with personal columns hashed."""
        personal = self._personal(table, base.columns)
        if self.sight.shows_personal or not personal:
            return base.select
        replaced = ", ".join(
            f"{how} as {quoted(name)}" for name, how in personal.items()
        )
        return f"select * replace ({replaced}) from ({base.select}) as kept"

    def _personal(self, table: str, columns: Iterable[str]) -> dict[str, str]:
        """What stands in place of each personal column of a table."""
        canonical = "users" if table == "users" else table if table in TABLES else "events"
        names = self.access.personal_columns(canonical)
        if table == "quarantine":
            has_any = any(self.access.personal.values())
            return {"content": "cast(null as varchar)"} if has_any else {}
        if table == "metric_days":
            of = ", ".join(text(name) for name in names if name in self.dimensions)
            hashed = f"case when dimension in ({of}) then {self._hash('value')} else value end"
            return {"value": hashed} if of else {}
        return {
            name: self._hashed_unit() if name == "unit_id" else self._hash(name)
            for name in names
            if name in columns
        }

    def _hashed_unit(self) -> str:
        """A unit as the id that it is; only one of both kinds may be personal."""
        hashed, ids = self._hash("unit_id"), self.access.personal_ids
        if len(ids) != 1:
            return hashed
        people = self.bases["users"].select
        is_customer = (
            f"unit_id in (select account_id from ({people}) as people where account_id is not null)"
            f" and unit_id not in (select user_id from ({people}) as people)"
        )
        of_customer, of_user = (hashed if name in ids else "unit_id" for name in IDS[::-1])
        return f"case when {is_customer} then {of_customer} else {of_user} end"

    def _hash(self, column: str) -> str:
        """The column's value hashed with the secret; a missing one stays missing."""
        value = f"cast({quoted(column)} as varchar)"
        return f"left(sha256({text(self.salt)} || {value}), {HASH_LENGTH})"


def kept_dimension(policy: Segment, dimensions: Mapping[str, Dimension]) -> Filter | None:
    """The one event dimension of a policy by which `metric_days` is kept; None: it is not."""
    if len(policy.filters) != 1:
        return None
    (one,) = policy.filters
    known = dimensions.get(one.dimension)
    return one if known is not None and known.level == "event" else None


def check_kept(policy: Segment, segment: Segment, dimensions: Mapping[str, Dimension]) -> None:
    """Refuse to read from `metric_days` what is not kept there for the policy's part.

    Raises:
        QueryError: The part is neither the whole product nor one value of one event dimension.
    """
    if policy.is_empty:
        return
    kept = kept_dimension(policy, dimensions)
    is_there = kept is not None and (
        all(one.dimension == kept.dimension for one in segment.filters)
        if segment.filters
        else len(kept.values) == 1
    )
    if not is_there:
        raise QueryError(
            "metrics of metrics.toml are kept for the whole product and for one value of one "
            "event dimension, not for the part of the product that you see"
        )


def _conditions(filters: Iterable[Filter]) -> list[str]:
    return [condition(one).sql(dialect="duckdb") for one in filters]


def _all(tests: Iterable[str]) -> str:
    return " and ".join(tests) or "true"
