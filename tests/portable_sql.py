"""The rules by which one SQL text gives equal numbers on DuckDB, Spark and ClickHouse.

Each rule takes a parsed DuckDB query and yields what breaks it. Behind each stands a query that ran
elsewhere without an error and answered something else.
"""

import re
from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

MACROS = {
    "m_days_between", "m_secs_between", "m_add_days", "m_trunc_week", "m_trunc_month", "m_int_div",
    "m_quantile", "m_distinct_users",
}  # fmt: skip
# Names that sqlglot passes through unchanged and that every engine knows.
SAME_EVERYWHERE = {"bit_count"}
WEEKDAY = "m_days_between(calendar.week_start, calendar.day)"
EXTRACTED_ALIKE = {"year", "month", "day", "hour", "minute", "second"}
ENGINES = ("spark", "clickhouse", "trino")

# Columns of the tables that queries read, as far as an alias could be taken for one of them.
ROLL_UPS = {
    "users": "user_key user_id account_id signed_up_on deleted_on first_day last_day segment",
    "user_days": "day user_key events sessions hours first_day prev_day segment",
    "segment_days": "day user_key events hours",
    "feature_days": "day event feature action user_key events is_qualifying segment",
    "steps": "day event feature action user_key occurred_at is_qualifying segment",
    "sessions": "day user_key started_at seconds events segment",
    "metric_days": "day metric dimension value numerator denominator",
    "request_hours": "day hour_at route app_version platform status_class bucket requests",
    "calendar": "day week_start month_start begins_at ends_at",
}

NEEDS_ORDER = (
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue,
    exp.LastValue, exp.NthValue,
)  # fmt: skip
COMPARISONS = (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.EQ, exp.Between)
DAY_NAME = re.compile(r"^(day|\w+_(day|on|date|start))$")
MOMENT_NAME = re.compile(r"^\w+_at$")

Rule = Callable[[exp.Expression], Iterator[str]]


def days_come_from_the_calendar(tree: exp.Expression) -> Iterator[str]:
    """Rule 1: engines make series, and lists to unnest, each in their own way."""
    for node in tree.find_all(exp.GenerateSeries, exp.GenerateDateArray, exp.Unnest, exp.Explode):
        yield f"{node.sql('duckdb')}: join calendar instead"


def functions_are_known(tree: exp.Expression) -> Iterator[str]:
    """Rule 2: what sqlglot does not know is translated by nobody, but for our own macros."""
    for node in tree.find_all(exp.Anonymous):
        name = str(node.this)
        if name not in MACROS | SAME_EVERYWHERE:
            yield f"{name}() is neither portable nor one of {', '.join(sorted(MACROS))}"


def traps_are_behind_macros(tree: exp.Expression) -> Iterator[str]:
    """Rule 2: these translate without an error, into something else."""
    instead = {
        exp.DateDiff: "m_days_between", exp.TimestampDiff: "m_secs_between",
        exp.DateAdd: "m_add_days", exp.DateSub: "m_add_days", exp.IntDiv: "m_int_div",
        exp.PercentileCont: "m_quantile", exp.PercentileDisc: "m_quantile",
        exp.Quantile: "m_quantile", exp.DayOfWeek: WEEKDAY, exp.DayOfWeekIso: WEEKDAY,
    }  # fmt: skip
    for node in tree.find_all(*instead):
        yield f"{node.sql('duckdb')}: use {instead[type(node)]}"
    for node in tree.find_all(exp.Extract):
        if node.name.lower() not in EXTRACTED_ALIKE:
            yield f"{node.sql('duckdb')}: engines number {node.name.lower()} differently"
    for node in tree.find_all(exp.Length):
        if isinstance(node.this, exp.Placeholder):
            yield f"{node.sql('duckdb')}: that is a text's length, use array_length"


def time_is_only_compared(tree: exp.Expression) -> Iterator[str]:
    """Rule 3: an interval stands in `moment <= other + interval '1' day` and nowhere else."""
    for node in tree.find_all(exp.Interval):
        moment = node.parent
        fixed = isinstance(node.this, exp.Literal) and isinstance(moment, exp.Add | exp.Sub)
        if not (fixed and isinstance(moment.parent, COMPARISONS)):
            yield f"{moment.sql('duckdb')}: compare with a moment plus a fixed interval"
    for node in tree.find_all(exp.Add, exp.Sub):
        if any(_is_named(side, DAY_NAME) for side in (node.this, node.expression)):
            yield f"{node.sql('duckdb')}: use m_add_days or m_days_between"
        if all(_is_named(side, MOMENT_NAME) for side in (node.this, node.expression)):
            yield f"{node.sql('duckdb')}: use m_secs_between"


def numbers_are_not_rounded(tree: exp.Expression) -> Iterator[str]:
    """Rule 4: half-even on one engine, half-up on another."""
    for node in tree.find_all(exp.Round):
        yield f"{node.sql('duckdb')}: round where it is shown"


def sums_are_cast(tree: exp.Expression) -> Iterator[str]:
    """Rule 4: the type of a sum differs, and DuckDB's 128-bit integers become floats elsewhere."""
    for node in tree.find_all(exp.Sum, exp.CountIf):
        step = node.parent
        while step is not None and not isinstance(step, exp.Cast | exp.Select):
            step = step.parent
        if not isinstance(step, exp.Cast):
            yield f"{node.sql('duckdb')}: cast it to bigint or double"


def averages_are_of_doubles(tree: exp.Expression) -> Iterator[str]:
    """Rule 4: the average of a decimal keeps that decimal's digits on some engines."""
    for node in tree.find_all(exp.Avg):
        for number in node.find_all(exp.Literal):
            if not number.is_string and "." in number.name:
                yield f"{node.sql('duckdb')}: {number.name} is a decimal, cast it to double"


def aliases_hide_no_column(tree: exp.Expression) -> Iterator[str]:
    """Rule 5: ClickHouse puts an alias in place of an input column of that name.

    Filling in `coalesce(t.x, 0) as x` is left alone: done twice, it is the same.
    """
    for scope in traverse_scope(tree):
        known = set().union(*(_columns(source) for source in scope.sources.values()))
        for item in scope.expression.selects:
            value = item.unalias()
            value = value.this if isinstance(value, exp.Coalesce) else value
            same = isinstance(value, exp.Column) and value.name == item.alias
            if isinstance(item, exp.Alias) and item.alias in known and not same:
                yield f"{item.sql('duckdb')}: {item.alias} is also an input column"


def windows_have_a_total_order(tree: exp.Expression) -> Iterator[str]:
    """Rule 6: ties are broken by chance, and differently by each engine."""
    for node in tree.find_all(exp.Window):
        order = node.args.get("order")
        needs = isinstance(node.this.unnest(), NEEDS_ORDER) or node.args.get("spec")
        if needs and order is None:
            yield f"{node.sql('duckdb')}: has no order"
        keys = [key.this for key in order.expressions] if order else []
        if len(keys) == 1 and _is_named(keys[0], MOMENT_NAME):
            yield f"{node.sql('duckdb')}: moments tie, add a second key"


def lists_have_no_order(tree: exp.Expression) -> Iterator[str]:
    """Spark forgets the order inside a list."""
    for node in tree.find_all(exp.ArrayAgg, exp.GroupConcat):
        yield f"{node.sql('duckdb')}: aggregate to rows"


def groups_are_named(tree: exp.Expression) -> Iterator[str]:
    """Rule 7: `all` and stars mean what the tables happen to hold."""
    for node in tree.find_all(exp.Group):
        if node.args.get("all"):
            yield "group by all: name the columns"
    for select in tree.find_all(exp.Select):
        if any(isinstance(item.unalias(), exp.Star) for item in select.selects):
            yield "select *: name the columns"


def rows_come_in_order(tree: exp.Expression) -> Iterator[str]:
    """An answer without an order is another answer the next time."""
    order = tree.args.get("order")
    if order is None:
        yield "has no order by at its end"
    elif any(key.this.sql() == "ALL" for key in order.expressions):
        yield "order by all: name the columns"


def joins_are_plain(tree: exp.Expression) -> Iterator[str]:
    """Engines that lack these joins, or have them by another name, get them untranslated."""
    for node in tree.find_all(exp.Join):
        if node.method:
            yield f"{node.method.lower()} join: join on a condition"


def engines_accept_it(tree: exp.Expression) -> Iterator[str]:
    """Every construct has a translation."""
    bound = tree.transform(_bound)
    for engine in ENGINES:
        try:
            sqlglot.parse_one(bound.sql(engine, unsupported_level=ErrorLevel.RAISE), dialect=engine)
        except SqlglotError as error:
            yield f"{engine}: {error}"


RULES: tuple[Rule, ...] = (
    days_come_from_the_calendar,
    functions_are_known,
    traps_are_behind_macros,
    time_is_only_compared,
    numbers_are_not_rounded,
    sums_are_cast,
    averages_are_of_doubles,
    aliases_hide_no_column,
    windows_have_a_total_order,
    lists_have_no_order,
    groups_are_named,
    rows_come_in_order,
    joins_are_plain,
    engines_accept_it,
)


def _is_named(node: exp.Expression, pattern: re.Pattern[str]) -> bool:
    return isinstance(node, exp.Column | exp.Placeholder) and bool(pattern.match(node.name))


def _bound(node: exp.Expression) -> exp.Expression:
    """A parameter as a column: how a value is bound differs, and is the runner's business."""
    return exp.column(f"parameter_{node.name}") if isinstance(node, exp.Placeholder) else node


def _columns(source: exp.Expression | Scope) -> set[str]:
    """What a query could read from one of its tables."""
    if isinstance(source, Scope):
        return set(source.expression.named_selects)
    return set(ROLL_UPS.get(source.name, "").split())
