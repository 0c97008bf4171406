"""What an event must be, put into a query's text by rewriting its syntax tree.

A query that is to know which of several things an event is says so in columns `is_…` over the
reference `steps as done`; whatever a match asks beyond names is added to that column here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from queries.errors import QueryError, nearest
from queries.narrow import Dimension, Filter, Segment, condition

REFERENCE = "done"


@dataclass(frozen=True, slots=True)
class EventMatch:
    """What an event must be: one of the events or features, if any are named, and in the segment.

    Attributes:
        events: Names of events.
        features: (feature, action) each; None: any action of it.
        segment: Values of dimensions that it must have.
    """

    events: tuple[str, ...] = ()
    features: tuple[tuple[str, str | None], ...] = ()
    segment: Segment = field(default_factory=Segment)

    @property
    def is_by_name(self) -> bool:
        """Whether a list of names says all."""
        return bool(self.events) and not (self.features or self.segment.filters)

    @property
    def is_any(self) -> bool:
        """Whether an event of every name may be it."""
        return not (self.events or self.features)


def with_matches(
    sql: str,
    matches: Mapping[str, EventMatch],
    dimensions: Mapping[str, Dimension],
    *,
    has_names: bool = True,
) -> str:
    """`sql` whose columns ask for what their matches ask; unchanged where names say all.

    Args:
        sql: A query with `steps as done`, narrowed or not.
        matches: By the name of the column that says whether an event is it.
        dimensions: What there is to filter by.
        has_names: The column asks for the events' names itself, with a parameter.

    Raises:
        QueryError: A dimension is not known, or the query has no such reference.
    """
    wanted = {name: one for name, one in matches.items() if not (has_names and one.is_by_name)}
    if not wanted:
        return sql
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    reference, reader = _read(tree)
    for column in reader.expressions:
        match = wanted.get(column.alias) if isinstance(column, exp.Alias) else None
        if match is not None:
            own = None
            if has_names:
                own = column.this.copy()
            elif match.events:
                own = _is_named(match.events)
            column.set("this", _test(match, own, dimensions))
    _show(reference, {
        one.dimension
        for match in wanted.values()
        for one in match.segment.filters
        if dimensions[one.dimension].level == "event"
    })  # fmt: skip
    return tree.sql(dialect="duckdb", pretty=True)


def _read(tree: exp.Expr) -> tuple[exp.Expr, exp.Select]:
    """The reference to `steps as done`, and the select that reads it."""
    for node in tree.find_all(exp.Table, exp.Subquery):
        reader = node.find_ancestor(exp.Select)
        if node.alias == REFERENCE and reader is not None:
            return node, reader
    raise QueryError(f"the query has no table called {REFERENCE!r}, so nothing can be matched")


def _test(
    match: EventMatch, is_named: exp.Expr | None, dimensions: Mapping[str, Dimension]
) -> exp.Expr:
    """Whether an event is it: true or false, never null; `is_named` asks for its names."""
    named = [] if is_named is None else [is_named]
    named += [_is_of(feature, action) for feature, action in match.features]
    tests: list[exp.Expr] = [exp.paren(exp.or_(*named))] if named else []
    tests += [_has(one, dimensions) for one in match.segment.canonical().filters]
    return exp.and_(*tests) if tests else exp.true()


def _is_named(events: tuple[str, ...]) -> exp.Expr:
    literals = [exp.Literal.string(name) for name in sorted(set(events))]
    return exp.In(this=exp.column("event", REFERENCE), expressions=literals)


def _is_of(feature: str, action: str | None) -> exp.Expr:
    """Of a feature, and of an action of it; an event that has none is not."""
    tests = [exp.column("feature", REFERENCE).eq(exp.Literal.string(feature))]
    if action is not None:
        tests.append(exp.column("action", REFERENCE).eq(exp.Literal.string(action)))
    return exp.func("coalesce", exp.and_(*tests), exp.false())


def _has(one: Filter, dimensions: Mapping[str, Dimension]) -> exp.Expr:
    """The event has one of the filter's values, or its user has."""
    if one.dimension not in dimensions:
        raise QueryError(
            f"there is no dimension {one.dimension!r}. {nearest(one.dimension, dimensions)}"
        )
    if dimensions[one.dimension].level == "event":
        return exp.func("coalesce", condition(one, REFERENCE), exp.false())
    people = exp.select("user_key").from_("users").where(condition(one))
    return exp.column("user_key", REFERENCE).isin(query=people)


def _show(reference: exp.Expr, names: set[str]) -> None:
    """Let a narrowed reference show the dimensions that are asked for."""
    if not isinstance(reference, exp.Subquery):
        return  # the table itself, which has them
    select = reference.this
    shown = {column.alias_or_name for column in select.expressions}
    for name in sorted(names - shown):
        select.append("expressions", exp.column(name, table="kept", quoted=True))
