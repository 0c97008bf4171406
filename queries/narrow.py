"""Narrowing a query to a segment, or breaking it down, by rewriting its syntax tree.

Every reference to a narrowable table becomes a subquery with the same columns and fewer rows.
Two kinds of dimension need different care, because `prev_day` belongs to the set of rows that it
was computed over: a user dimension is fixed, so rows may be filtered as they are; an event
dimension varies within a user, so `user_days` is made anew from the finer `segment_days`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp

from queries.errors import QueryError, nearest

Level = Literal["user", "event"]
By = str | tuple[str, ...] | None
EVERYONE = "All users"
NOT_SET = "(not set)"
PEOPLE = "people"  # what `users` is called where it is joined
BETWEEN = "\x1f"  # values of a pair of dimensions, in one column
HISTORY = ("first_day", "prev_day")

# Columns of each narrowable table, without dimensions and `segment`.
COLUMNS: dict[str, tuple[str, ...]] = {
    "user_days": ("day", "user_key", "events", "sessions", "hours", "first_day", "prev_day"),
    "segment_days": ("day", "user_key", "events", "sessions", "hours"),
    "feature_days": (
        "day", "event", "feature", "action", "user_key", "events", "is_qualifying",
    ),
    "steps": ("day", "event", "feature", "action", "user_key", "occurred_at", "is_qualifying"),
    "sessions": ("day", "user_key", "started_at", "seconds", "events"),
    "users": (
        "user_key", "user_id", "account_id", "signed_up_on", "deleted_on", "first_day", "last_day",
    ),
    "metric_days": ("day", "metric", "dimension", "value", "numerator", "denominator"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something to filter or break down by.

    Attributes:
        name: The column's name.
        level: "user": fixed for a user; "event": may vary within a user.
    """

    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose dimension has one of these values; None stands for a missing value."""

    dimension: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Users or events that satisfy all filters; without filters, everybody."""

    filters: tuple[Filter, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it narrows nothing."""
        return not self.filters

    def canonical(self) -> "Segment":
        """The same segment in one order of filters and values, for comparing and caching."""
        filters = (
            Filter(
                one.dimension, tuple(sorted(set(one.values), key=lambda v: (v is None, v or "")))
            )
            for one in self.filters
        )
        return Segment(tuple(sorted(filters, key=lambda one: (one.dimension, str(one.values)))))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked of a query beside its parameters.

    Attributes:
        segment: Narrows every reference to a narrowable table.
        by: The dimension whose value becomes the column `segment`; of several, their values in
            their order with BETWEEN between them; None: one segment.
        aliases: Further filters for the references that carry these aliases.
    """

    segment: Segment = Segment()
    by: By = None
    aliases: Mapping[str, Segment] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the text may run as it stands."""
        return self.segment.is_empty and self.by is None and not self.aliases


@lru_cache(maxsize=256)
def _tree(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb")


def narrowed(sql: str, narrowing: Narrowing, dimensions: Mapping[str, Dimension]) -> str:
    """`sql` with its tables narrowed; unchanged to the letter when nothing is asked.

    Raises:
        QueryError: A dimension is not known, or the query reads nothing that carries it.
    """
    if narrowing.is_empty:
        return sql
    tree = _tree(sql).copy()
    has_history = _reads_history(tree)
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    seen: set[str] = set()
    for reference in list(tree.find_all(exp.Table)):
        if reference.name in COLUMNS and reference.name not in ctes:
            alias = reference.alias or reference.name
            seen.add(alias)
            subquery = _narrowed_table(
                reference.name, alias, narrowing, dimensions, has_history=has_history
            )
            if subquery is not None:
                reference.replace(subquery)
    for alias in narrowing.aliases:
        if alias not in seen:
            raise QueryError(f"the query has no table called {alias!r}. {nearest(alias, seen)}")
    return tree.sql(dialect="duckdb", pretty=True)


def _reads_history(tree: exp.Expr) -> bool:
    """Whether a query asks for the user's first or previous day, which cost windows over all."""
    if any(select.is_star for select in tree.find_all(exp.Select)):
        return True
    return any(column.name in HISTORY for column in tree.find_all(exp.Column))


def _narrowed_table(
    table: str,
    alias: str,
    narrowing: Narrowing,
    dimensions: Mapping[str, Dimension],
    *,
    has_history: bool,
) -> exp.Expr | None:
    """A subquery in place of the table; None where nothing about it changes."""
    own = narrowing.aliases.get(alias, Segment())
    filters = (*narrowing.segment.canonical().filters, *own.canonical().filters)
    by = tuple(_known(name, dimensions) for name in names_of(narrowing.by))
    on_users = [one for one in filters if _known(one.dimension, dimensions).level == "user"]
    on_events = [one for one in filters if _known(one.dimension, dimensions).level == "event"]
    if not filters and not by:
        return None
    if table == "metric_days":
        select = _metric_days(on_users, on_events)
    elif table == "users":
        select = _users(on_users, by)
    elif table == "user_days" and (on_events or any(one.level == "event" for one in by)):
        select = _user_days_anew(on_users, on_events, by, has_history=has_history)
    else:
        select = _rows(table, on_users, on_events, by)
    return select.subquery(alias)


def names_of(by: By) -> tuple[str, ...]:
    """The dimensions of a breakdown, by name."""
    return () if by is None else (by,) if isinstance(by, str) else by


def _known(name: str, dimensions: Mapping[str, Dimension]) -> Dimension:
    if name not in dimensions:
        raise QueryError(f"there is no dimension {name!r}. {nearest(name, dimensions)}")
    return dimensions[name]


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def condition(one: Filter, table: str | None = None, *, as_text: bool = False) -> exp.Expr:
    """`column in (…)`, with a missing value spelled `is null`; a column of any type as text."""
    column: exp.Expr = _column(one.dimension, table)
    if as_text:
        column = exp.cast(column, "varchar")
    given = [value for value in one.values if value is not None]
    tests: list[exp.Expr] = []
    if given:
        literals = [exp.Literal.string(value) for value in given]
        tests.append(exp.In(this=column, expressions=literals))
    if None in one.values:
        tests.append(exp.Is(this=column.copy(), expression=exp.Null()))
    return exp.paren(exp.or_(*tests)) if tests else exp.false()


def _segment(by: tuple[Dimension, ...], people: str = PEOPLE) -> exp.Expr:
    """The column `segment`: the dimensions' values, or one name for everybody.

    Args:
        by: The dimensions.
        people: The table that has the users' own columns.
    """
    values: list[exp.Expr] = [
        exp.func("coalesce", _column(one.name, _source(one, people)), exp.Literal.string(NOT_SET))
        for one in by
    ]
    if not values:
        return exp.alias_(exp.Literal.string(EVERYONE), "segment")
    if len(values) == 1:
        return exp.alias_(values[0], "segment")
    joined = exp.func("concat_ws", exp.Literal.string(BETWEEN), *values)
    return exp.alias_(joined, "segment")


def _source(one: Dimension, people: str = PEOPLE) -> str:
    return people if one.level == "user" else "kept"


def _of_users(select: exp.Select, on_users: list[Filter]) -> exp.Select:
    """Only rows of the users that satisfy the filters."""
    if not on_users:
        return select
    keys = exp.select("user_key").from_("users").where(*(condition(one) for one in on_users))
    return select.where(exp.column("user_key", table="kept").isin(query=keys))


def _with_users(select: exp.Select, by: tuple[Dimension, ...]) -> exp.Select:
    """Joined to `users` where the breakdown needs the user's own columns."""
    if all(one.level == "event" for one in by):
        return select
    same = exp.column("user_key", "kept").eq(exp.column("user_key", PEOPLE))
    return select.join(exp.alias_(exp.to_table("users"), PEOPLE, table=True), on=same)


def _rows(
    table: str, on_users: list[Filter], on_events: list[Filter], by: tuple[Dimension, ...]
) -> exp.Select:
    """The table's own rows, filtered."""
    columns = [exp.column(name, table="kept") for name in COLUMNS[table]]
    select = exp.select(*columns, _segment(by)).from_(f"{table} as kept")
    select = _with_users(select, by).where(*(condition(one, "kept") for one in on_events))
    return _of_users(select, on_users)


def _users(on_users: list[Filter], by: tuple[Dimension, ...]) -> exp.Select:
    """Users that satisfy the filters on users; events are narrowed where they are read."""
    columns = [exp.column(name, table="kept") for name in COLUMNS["users"]]
    own = by if all(one.level == "user" for one in by) else ()
    select = exp.select(*columns, _segment(own, "kept")).from_("users as kept")
    return select.where(*(condition(one, "kept") for one in on_users))


def _user_days_anew(
    on_users: list[Filter],
    on_events: list[Filter],
    by: tuple[Dimension, ...],
    *,
    has_history: bool,
) -> exp.Select:
    """`user_days` of the events that satisfy the filters, with their own `prev_day`."""
    columns = [
        exp.column("day", "kept"),
        exp.column("user_key", "kept"),
        exp.alias_(_total("events"), "events"),
        exp.alias_(_total("sessions"), "sessions"),
        exp.alias_(exp.func("bit_or", exp.column("hours", "kept")), "hours"),
        _segment(by),
    ]
    rows = exp.select(*columns).from_("segment_days as kept")
    rows = _with_users(rows, by).where(*(condition(one, "kept") for one in on_events))
    rows = _of_users(rows, on_users).group_by(
        exp.column("day", "kept"), exp.column("user_key", "kept")
    )
    for one in by:
        rows = rows.group_by(_column(one.name, _source(one)))
    history = _history(has_history=has_history)
    return exp.select(
        "day", "user_key", "events", "sessions", "hours", *history, "segment"
    ).from_(rows.subquery("narrowed_days"))  # fmt: skip


def _history(*, has_history: bool) -> list[exp.Expr]:
    """The columns of HISTORY over the narrowed rows; null where nobody reads them."""
    if not has_history:
        nothing = exp.cast(exp.Null(), "date")
        return [exp.alias_(nothing.copy(), name) for name in HISTORY]
    window = "over (partition by user_key, segment order by day)"
    texts = (f"min(day) {window} as first_day", f"lag(day) {window} as prev_day")
    return [sqlglot.parse_one(text, dialect="duckdb") for text in texts]


def _total(column: str) -> exp.Expr:
    return exp.cast(exp.func("sum", exp.column(column, "kept")), "bigint")


def _metric_days(on_users: list[Filter], on_events: list[Filter]) -> exp.Select:
    """`metric_days` of one value of one event dimension: all that is kept."""
    if not on_users and not on_events:
        return exp.select("*").from_("metric_days")
    if on_users or len(on_events) != 1 or len(on_events[0].values) != 1:
        raise QueryError(
            "this metric is kept for the whole product and for one value of one event dimension; "
            "remove the other filters to see it"
        )
    (one,) = on_events
    value = exp.Literal.string(NOT_SET if one.values[0] is None else one.values[0])
    nothing = exp.cast(exp.Null(), "varchar")
    return (
        exp.select(
            "day", "metric", exp.alias_(nothing, "dimension"), exp.alias_(nothing.copy(), "value"),
            "numerator", "denominator",
        )
        .from_("metric_days as kept")
        .where(
            exp.column("dimension", "kept").eq(exp.Literal.string(one.dimension)),
            exp.column("value", "kept").eq(value),
        )
    )  # fmt: skip
