"""What was decided about an experiment before it began, whoever wrote it down, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from metrics.experiments import Rule
from queries.errors import QueryError, nearest
from queries.experiment_definitions import ExperimentDefinition, read_experiments
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries import Answer, MetricDefinition, Workspace

Design = Literal["planned", "open", "fixed"]
Unit = Literal["user", "account"]
SHARE = re.compile(r"([^\s,;:=%]+)\s*[:=]?\s*(\d+(?:\.\d+)?)\s*%?")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must not get worse, and by how much it may; None: not decided."""

    metric: str
    margin: float | None


@dataclass(frozen=True, slots=True)
class Shares:
    """Planned shares of the variants from a moment on."""

    from_at: datetime
    of: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment as it was meant.

    Attributes:
        name: Its name.
        hypothesis: What is expected, and why; "": nobody wrote it.
        owner: Whom to ask; "": nobody in particular.
        unit: What was randomised.
        started_at: When, UTC.
        ended_at: Its end, UTC; None: it runs on.
        control: The variant that the others are compared with; None: the first by name.
        shares: Planned shares, the earliest first; empty: equal ones.
        primary: The metric that decides; None: none was named.
        secondary: Metrics that explain.
        guardrails: Metrics that must not get worse.
        design: How looks are paid for.
        planned_units: Units of all arms at the planned end; None: not decided.
        minimum_effect: Smallest lift worth finding; None: not decided.
        window_days: Days after the exposure that count, but for metrics that say themselves.
        primary_days: The same of the primary metric.
        covariate_days: Days before it that explain differences between units; 0: none.
        alpha: Error of the whole experiment.
        rule: The decision rule.
        units: Different units exposed so far.
        until_at: Up to when it is looked at: its end, or the last complete day's, UTC.
    """

    name: str
    hypothesis: str
    owner: str
    unit: Unit
    started_at: datetime
    ended_at: datetime | None
    control: str | None
    shares: tuple[Shares, ...]
    primary: str | None
    secondary: tuple[str, ...]
    guardrails: tuple[Guardrail, ...]
    design: Design
    planned_units: int | None
    minimum_effect: float | None
    window_days: int
    primary_days: int
    covariate_days: int
    alpha: float
    rule: Rule
    units: int
    until_at: datetime

    @property
    def metrics(self) -> tuple[str, ...]:
        """All its metrics, the primary one first, each once."""
        named = (self.primary, *self.secondary, *(one.metric for one in self.guardrails))
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def days(self) -> int:
        """Whole days since the start."""
        return max(0, (self.until_at - self.started_at) // DAY)

    @property
    def is_ended(self) -> bool:
        """Whether its end has been reached."""
        return self.ended_at is not None and self.until_at >= self.ended_at


def plans(workspace: Workspace) -> tuple[Answer, tuple[Plan, ...]]:
    """All experiments, the latest first, and the answer that they were read from.

    Raises:
        WorkspaceError: A definition in the folder `experiments` cannot be used.
    """
    until_at = end_of_data(workspace)
    answer = workspace.ask("experiment_list", until_at=until_at)
    written = read_experiments(workspace.folder)
    rows = {row["experiment"]: row for row in answer.rows.iter_rows(named=True)}
    for name in written:
        rows.setdefault(name, {"experiment": name, "units": 0})
    found = (
        _plan(row, written.get(name, ExperimentDefinition()), workspace.metrics, until_at)
        for name, row in rows.items()
    )
    ordered = sorted((one for one in found if one), key=lambda one: one.started_at, reverse=True)
    return answer, tuple(ordered)


def plan_of(workspace: Workspace, name: str) -> Plan:
    """One of them.

    Raises:
        QueryError: There is none of that name.
    """
    known_plans = {one.name: one for one in plans(workspace)[1]}
    if name not in known_plans:
        raise QueryError(f"there is no experiment {name!r}. {nearest(name, known_plans)}")
    return known_plans[name]


def end_of_data(workspace: Workspace) -> datetime:
    """The end of the last complete local day, UTC without zone."""
    after = known(workspace).watermark + DAY
    midnight = datetime.combine(after, time(0), workspace.settings.product.zone)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def parsed_shares(text: str | None) -> dict[str, float]:
    """The planned shares that a text such as 'control 50, treatment 50' gives.

    Examples:
        >>> parsed_shares("control 50, treatment 50")
        {'control': 50.0, 'treatment': 50.0}
        >>> parsed_shares(None), parsed_shares("half each")
        ({}, {})
    """
    return {name: float(share) for name, share in SHARE.findall(text or "") if float(share) > 0}


def _plan(
    row: Mapping[str, Any],
    written: ExperimentDefinition,
    metrics: Mapping[str, MetricDefinition],
    data_end: datetime,
) -> Plan | None:
    started_at = written.started_at or row.get("started_at") or row.get("first_at")
    if started_at is None:
        return None
    ended_at = written.ended_at or row.get("ended_at")
    primary: str | None = written.primary or row.get("primary_metric")
    decisive = metrics.get(primary or "")
    guardrails = _guardrails(row, written)
    return Plan(
        name=row["experiment"],
        hypothesis=written.hypothesis or row.get("hypothesis") or "",
        owner=written.owner or row.get("owner") or "",
        unit=written.unit or ("account" if row.get("unit") == "account" else "user"),
        started_at=started_at,
        ended_at=ended_at,
        control=written.control or row.get("control"),
        shares=_shares(row, written, started_at),
        primary=primary,
        secondary=written.secondary,
        guardrails=guardrails,
        design=written.design or ("open" if ended_at is None else "planned"),
        planned_units=written.planned_units,
        minimum_effect=written.minimum_effect,
        window_days=written.window_days,
        primary_days=(decisive.followed_days if decisive else None) or written.window_days,
        covariate_days=written.covariate_days,
        alpha=written.alpha,
        rule=_rule(written, guardrails, decisive.better if decisive else "higher"),
        units=row.get("units") or 0,
        until_at=max(started_at, min(ended_at or data_end, data_end)),
    )


def _guardrails(row: Mapping[str, Any], written: ExperimentDefinition) -> tuple[Guardrail, ...]:
    if written.guardrails is not None:
        return tuple(Guardrail(one.metric, one.margin) for one in written.guardrails)
    names = (name.strip() for name in (row.get("guardrails") or "").split(","))
    return tuple(Guardrail(name, None) for name in names if name)


def _shares(
    row: Mapping[str, Any], written: ExperimentDefinition, started_at: datetime
) -> tuple[Shares, ...]:
    if written.allocation:
        found = (Shares(one.from_at or started_at, one.shares) for one in written.allocation)
        return tuple(sorted(found, key=lambda one: one.from_at))
    of = parsed_shares(row.get("allocation"))
    return (Shares(started_at, of),) if of else ()


def _rule(
    written: ExperimentDefinition,
    guardrails: tuple[Guardrail, ...],
    better: Literal["higher", "lower"],
) -> Rule:
    needs = written.needs_safe_guardrails
    if needs is None:
        needs = all(one.margin is not None for one in guardrails)
    return Rule(
        better=better,
        split_alpha=written.split_alpha,
        most_multiple=written.most_multiple,
        bias_alpha=written.bias_alpha,
        least_days=written.least_days,
        needs_safe_guardrails=needs,
    )
