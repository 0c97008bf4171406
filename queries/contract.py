"""The header of a .sql file, read as the contract that it is."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from queries.errors import QueryError, nearest

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a column as the header promises it."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a .sql file promises.

    Attributes:
        name: The file's name without its ending.
        question: The first line, in plain words.
        key: Columns that no two rows of the answer share.
        parameters: What has to be given, by `$name`.
        columns: What comes back, in this order.
        text: The whole file, as it stands and as it runs.
    """

    name: str
    question: str
    key: tuple[str, ...]
    parameters: tuple[Field, ...]
    columns: tuple[Field, ...]
    text: str

    @property
    def can_be_broken_down(self) -> bool:
        """Whether a dimension can be put into the column `segment`."""
        return any(column.name == "segment" for column in self.columns)


def names() -> tuple[str, ...]:
    """Every question that can be asked, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.sql")))


@cache
def contract(name: str) -> Contract:
    """The contract of `queries/<name>.sql`.

    Raises:
        QueryError: There is no such file, or its header lacks the question or the key.
    """
    path = FOLDER / f"{name}.sql"
    if name not in names():
        raise QueryError(f"there is no query named {name!r}. {nearest(name, names())}")
    return read_contract(name, path.read_text(encoding="utf-8"))


def read_contract(name: str, text: str) -> Contract:
    """The contract in the header of `text`.

    Raises:
        QueryError: The first line is no question, or no line says what one row is.
    """
    header = _header(text)
    question = header.splitlines()[0] if header else ""
    key = re.search(r"One row per \(([^)]*)\)", header)
    if not question.endswith("?"):
        raise QueryError(f"{name}.sql: the first line is to be the question, got {question!r}")
    if not key:
        raise QueryError(f"{name}.sql: the header is to say 'One row per (column, …)'")
    return Contract(
        name=name,
        question=question,
        key=tuple(part.strip() for part in key[1].split(",") if part.strip()),
        parameters=_section(text, "Parameters"),
        columns=_section(text, "Columns"),
        text=text,
    )


def _header(text: str) -> str:
    return "\n".join(
        line.removeprefix("--").strip() for line in text.partition("\n\n")[0].strip().splitlines()
    )


def _section(text: str, title: str) -> tuple[Field, ...]:
    """The fields under a title; a line indented deeper than a name continues the meaning."""
    after = text.partition("\n\n")[0].partition(f"-- {title}\n")[2]
    block = "" if after.startswith("--\n") else after.partition("\n--\n")[0]
    fields: list[Field] = []
    for line in block.splitlines():
        parts = line.removeprefix("--").split(maxsplit=2)
        if len(parts) >= 2 and re.match(r"-- {2,3}\S", line):
            meaning = parts[2] if len(parts) > 2 else ""
            fields.append(Field(parts[0].removeprefix("$"), parts[1], meaning))
        elif fields:
            last = fields[-1]
            more = line.removeprefix("--").strip()
            fields[-1] = Field(last.name, last.type, f"{last.meaning} {more}".strip())
    return tuple(fields)
