"""What counts for each metric, event by event, and what each unit is: views for experiments.

A metric that reads nothing beyond what `steps` holds is read from there: these rows lie clustered
by event, so that a metric of one event reads only its own (4 ms for six weeks of the demo, where
the user's own files take 90 to 200). The few that need more, such as `value` or `duration_ms`,
read `events`. A query that asks for some metrics reads only theirs: the engine leaves out the
parts of a union whose name is not asked for.
"""

from collections.abc import Iterable, Mapping

from queries.build.mapping import FileProblem
from queries.build.parquet_columns import columns_in
from queries.definitions import MetricDefinition
from queries.narrow import NOT_SET, Dimension
from queries.quoting import quoted, text
from queries.tables import TABLES

OUTCOMES = "outcomes"
UNIT_DIMENSIONS = "unit_dimensions"
COLUMNS = ("metric", "user_key", "day", "occurred_at", "numerator", "denominator")
IN_STEPS = ("event", "feature", "action", "is_qualifying", "day", "user_key", "occurred_at")
QUALIFYING = "is_qualifying"
MEANINGS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    OUTCOMES: (
        "One row per (metric, event that counts for it): for a metric per user or per unit.",
        {
            "metric": "its name in metrics.toml",
            "user_key": "number of the user; users says who it is",
            "day": "local day",
            "occurred_at": "when, UTC",
            "numerator": "what is counted or added up",
            "denominator": "what it is divided by; null: nothing",
        },
    ),
    UNIT_DIMENSIONS: (
        "One row per (experiment, unit, dimension): what the unit was when it was first exposed.",
        {
            "experiment": "which experiment",
            "unit_id": "user or account",
            "dimension": "of exposures, or of users",
            "value": "the dimension's value; '(not set)' for a missing one",
        },
    ),
}


def outcomes_view(
    metrics: Mapping[str, MetricDefinition],
    dimensions: Mapping[str, Dimension],
    *,
    has_events: bool,
) -> str:
    """The statement that makes `outcomes`, over `steps`, `events` and `users`.

    Args:
        metrics: Definitions by name.
        dimensions: What there is beside the columns that are always there.
        has_events: Whether there is a table `events`; without it, its metrics have no rows.
    """
    of_steps = {*IN_STEPS, *(n for n, one in dimensions.items() if one.level == "event")}
    parts = [
        _of_steps(name, one) if _used(one) <= of_steps else _of_events(name, one)
        for name, one in metrics.items()
        if _used(one) <= of_steps or has_events
    ]
    return f"create view {OUTCOMES} as {' union all '.join(parts) or _nothing()}"


def reads_events(
    metrics: Mapping[str, MetricDefinition], dimensions: Mapping[str, Dimension]
) -> bool:
    """Whether a metric needs more of an event than `steps` holds."""
    of_steps = {*IN_STEPS, *(n for n, one in dimensions.items() if one.level == "event")}
    return any(not _used(one) <= of_steps for one in metrics.values())


def unit_dimensions_view(columns: Iterable[str], dimensions: Mapping[str, Dimension]) -> str:
    """The statement that makes `unit_dimensions`, over `exposures` and `users`.

    Args:
        columns: Columns of `exposures`; those that are not canonical are dimensions at exposure.
        dimensions: Of the workspace; those of users are fixed.
    """
    own = [name for name in columns if name not in TABLES["exposures"].names]
    fixed = [n for n, one in dimensions.items() if one.level == "user" and n not in own]
    parts = []
    if own:
        values = (f"arg_min(cast({quoted(name)} as varchar), exposed_at)" for name in own)
        parts.append(f"select {_turned(own, values)} from exposures group by experiment, unit_id")
    if fixed:
        values = (f"cast(people.{quoted(name)} as varchar)" for name in fixed)
        parts.append(
            f"select {_turned(fixed, values)} "
            "from (select distinct experiment, unit_id from exposures) as seen "
            "inner join users as people on people.user_id = seen.unit_id"
        )
    nothing = "cast(null as varchar)"
    empty = (
        f"select {nothing} as experiment, {nothing} as unit_id, {nothing} as dimension, "
        f"{nothing} as value where false"
    )
    return f"create view {UNIT_DIMENSIONS} as {' union all '.join(parts) or empty}"


def _turned(names: Iterable[str], values: Iterable[str]) -> str:
    """Dimensions of a unit turned into rows, so that all of them cost one join."""
    known = ", ".join(f"coalesce({value}, {text(NOT_SET)})" for value in values)
    listed = ", ".join(text(name) for name in names)
    return f"experiment, unit_id, unnest([{listed}]) as dimension, unnest([{known}]) as value"


def _used(metric: MetricDefinition) -> set[str]:
    """Columns of events that a metric reads; what is no SQL reads what is not there."""
    parts = (metric.where, metric.among, metric.value, metric.numerator, metric.denominator)
    try:
        return {column for part in parts if part for column in columns_in(part)}
    except FileProblem:
        return {""}


def _of_steps(name: str, metric: MetricDefinition) -> str:
    return f"select {_shown(name, metric, 'user_key')} from steps where {_condition(metric)}"


def _of_events(name: str, metric: MetricDefinition) -> str:
    done = f"select {_shown(name, metric, 'user_id')} from events where {_condition(metric)}"
    shown = ", ".join("people.user_key" if c == "user_key" else f"done.{c}" for c in COLUMNS)
    return (
        f"select {shown} from ({done}) as done "
        "inner join users as people on people.user_id = done.user_id"
    )


def _shown(name: str, metric: MetricDefinition, who: str) -> str:
    above, below = _parts(metric)
    return (
        f"{text(name)} as metric, {who}, day, occurred_at, "
        f"coalesce(cast({above} as double), 0) as numerator, "
        f"{'cast(null as double)' if below is None else f'coalesce(cast({below} as double), 0)'} "
        "as denominator"
    )


def _parts(metric: MetricDefinition) -> tuple[str, str | None]:
    """What a row adds above and below the line; nothing below where units are the denominator."""
    if metric.kind == "share" and metric.among is not None:
        return f"case when ({metric.where}) then 1 else 0 end", "1"
    if metric.kind in ("mean", "quantile"):
        return f"({metric.value})", "1"
    if metric.kind == "ratio":
        return f"({metric.numerator})", f"({metric.denominator})"
    return "1", None


def _condition(metric: MetricDefinition) -> str:
    if metric.kind in ("active", "retention"):
        return QUALIFYING
    if metric.kind == "share" and metric.among is not None:
        return f"({metric.among})"
    tests = [f"({metric.where})"] if metric.where else []
    if metric.kind in ("mean", "quantile"):
        tests.append(f"({metric.value}) is not null")
    if metric.kind == "ratio":  # an event that adds nothing need not be read: six of seven here
        parts = (metric.numerator, metric.denominator)
        tests.append(f"({' or '.join(f'coalesce(({part}), 0) <> 0' for part in parts)})")
    return " and ".join(tests) or "true"


def _nothing() -> str:
    kinds = ("varchar", "integer", "date", "timestamp", "double", "double")
    shown = (f"cast(null as {kind}) as {c}" for c, kind in zip(COLUMNS, kinds, strict=True))
    return f"select {', '.join(shown)} where false"
