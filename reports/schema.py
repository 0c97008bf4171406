"""What can be asked in SQL: which tables are there, with which columns, and what do they mean?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from queries import names
from queries.contract import contract
from queries.quoting import quoted
from queries.sandbox import shared_sandbox
from queries.sandbox.outline import outline
from reports.ask_sql import ask_sql

if TYPE_CHECKING:
    from queries import Workspace

Group = Literal["Your tables", "Roll-ups", "Metrics"]
ParameterKind = Literal["date", "moment", "number", "text", "list", "boolean"]
MOST_SAMPLES = 10

_KINDS: dict[str, ParameterKind] = {
    "date": "date", "integer": "number", "bigint": "number", "double": "number",
    "boolean": "boolean", "varchar": "text", "timestamp": "moment",
}  # fmt: skip
_DATE_NAMES = re.compile(r"(^|_)(date|day|on|since|until|from|watermark)$")
_NUMBER_NAMES = re.compile(
    r"(^|_)(days|weeks|months|hours|minutes|seconds|rows|limit|count|number|top|n|least|most|share)$"
)
_MOMENT_NAMES = re.compile(r"_at$")
_TRUTH_NAMES = re.compile(r"^(is|has)_")


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """One column.

    Attributes:
        name: Its name.
        type: The engine's type.
        meaning: One line; empty: it is the user's own.
        is_personal: Whether it is hashed for all but admins.
    """

    name: str
    type: str
    meaning: str
    is_personal: bool


@dataclass(frozen=True, slots=True)
class SchemaTable:
    """One table.

    Attributes:
        name: Its name.
        group: Where it stands in the list.
        meaning: What one row is.
        rows: How many there are; None: not known without counting.
        columns: In order.
    """

    name: str
    group: Group
    meaning: str
    rows: int | None
    columns: tuple[SchemaColumn, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """All that can be read, by groups."""

    tables: tuple[SchemaTable, ...]

    def table(self, name: str) -> SchemaTable | None:
        """The table of that name; None: there is none."""
        return next((one for one in self.tables if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A `$parameter` of a text.

    Attributes:
        name: Without the $.
        kind: Which kind of value it probably takes.
    """

    name: str
    kind: ParameterKind


def schema(workspace: Workspace) -> Schema:
    """Every table that the workspace's viewer may read.

    Raises:
        NoSnapshot: Nothing has been built.
        SandboxError: Nobody could be started to answer.
    """
    tables, columns = shared_sandbox().tables(workspace)
    return Schema(
        tuple(
            SchemaTable(
                name=name,
                group=table.group,
                meaning=table.meaning,
                rows=table.rows,
                columns=tuple(
                    SchemaColumn(
                        column, kind, table.columns.get(column, ""), column in table.personal
                    )
                    for column, kind in columns.get(name, ())
                ),
            )
            for name, table in tables.items()
        )
    )


def samples(workspace: Workspace, table: str, column: str) -> tuple[str, ...]:
    """Some values of a column, the commonest first, as texts.

    Raises:
        NoSnapshot: Nothing has been built.
        SandboxError: There is no such table or column, or it takes too long.
    """
    sql = (
        f"select cast({quoted(column)} as varchar) as sample from "  # noqa: S608 - quoted
        f"(select {quoted(column)} from {quoted(table)} limit 100000) as sampled "
        f"where {quoted(column)} is not null group by sample "
        f"order by count(*) desc, sample limit {MOST_SAMPLES}"
    )
    return tuple(str(value) for value in ask_sql(workspace, sql, {}).rows["sample"])


def parameters_of(sql: str) -> tuple[Parameter, ...]:
    """The `$parameters` of a text, in order, each with the kind that its use suggests."""
    return tuple(Parameter(name, _kind(name, sql)) for name in outline(sql).parameters)


def _kind(name: str, sql: str) -> ParameterKind:
    known = _known_kinds().get(name)
    if known is not None:
        return known
    used = re.escape(f"${name}")
    if re.search(rf"(\bin|any|all|unnest|list_contains)\s*\(?\s*{used}\b", sql, re.IGNORECASE):
        return "list"
    if re.search(rf"\b(limit|offset)\s+{used}\b", sql, re.IGNORECASE):
        return "number"
    return _kind_of_name(name) or _kind_of_column(used, sql) or "text"


def _kind_of_name(name: str) -> ParameterKind | None:
    """By how such names are used in the pages' own questions."""
    if _TRUTH_NAMES.search(name):
        return "boolean"
    if _MOMENT_NAMES.search(name):
        return "moment"
    if _DATE_NAMES.search(name):
        return "date"
    return "number" if _NUMBER_NAMES.search(name) else None


def _kind_of_column(used: str, sql: str) -> ParameterKind | None:
    """By the column that the parameter is compared with."""
    column = re.search(rf'(\w+)"?\s*(?:=|<>|!=|<=|>=|<|>|between)\s*{used}\b', sql, re.IGNORECASE)
    return _kind_of_name(column[1].lower()) if column else None


@cache
def _known_kinds() -> dict[str, ParameterKind]:
    """Kinds of the parameters of the pages' own questions, where they agree."""
    kinds: dict[str, set[ParameterKind]] = {}
    for name in names():
        for field in contract(name).parameters:
            is_list = field.type.endswith("[]")
            kind = "list" if is_list else _KINDS.get(field.type, "text")
            kinds.setdefault(field.name, set()).add(kind)
    return {name: next(iter(found)) for name, found in kinds.items() if len(found) == 1}
