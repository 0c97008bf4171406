"""How the user's columns become ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from queries.errors import TidemarkError, nearest
from queries.quoting import quoted
from queries.settings import Settings, TableSource
from queries.tables import TABLES, Table


class FileProblem(TidemarkError):
    """A whole file cannot be used; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """Where each of our columns comes from in one file.

    Attributes:
        table: The canonical table.
        plain: Our column to the file's column.
        computed: Our column to a DuckDB expression over the file's columns.
    """

    table: Table
    plain: Mapping[str, str]
    computed: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Our columns that this file has."""
        return (*self.plain, *self.computed)

    def described(self) -> dict[str, str]:
        """Our column to the file's column or expression, in words of the user's files."""
        return {**self.plain, **self.computed}

    def select_list(self, names: Iterable[str]) -> str:
        """The expressions of some of our columns, for `select`."""
        return ", ".join(f"{self.expression(name)} as {quoted(name)}" for name in names)

    def expression(self, name: str) -> str:
        """SQL of one of our columns over the file's columns."""
        if name in self.plain:
            return quoted(self.plain[name])
        return f"({self.computed[name]})"


def mapping(table: str, settings: Settings, columns: Iterable[str]) -> FileMapping:
    """Where each of our columns comes from, in a file that has these columns.

    Raises:
        FileProblem: A required column is neither there nor mapped.
    """
    there = list(columns)
    declared = settings.tables.get(table, TableSource()).columns
    ours = TABLES[table]
    plain = {name: source for name, source in declared.items() if source in there}
    computed = {name: source for name, source in declared.items() if source not in there}
    plain |= {n: n for n in there if n not in declared and (n in ours.names or ours.is_open)}
    missing = [name for name in ours.required if name not in plain and name not in computed]
    if missing:
        raise FileProblem(_missing(table, missing, there))
    return FileMapping(ours, plain, computed)


def _missing(table: str, missing: list[str], there: list[str]) -> str:
    hint = nearest(missing[0], there)
    return (
        f"missing column {', '.join(missing)}. {hint} "
        f'Map it in workspace.toml: [tables.{table}] columns = {{ {missing[0]} = "…" }}'
    )
