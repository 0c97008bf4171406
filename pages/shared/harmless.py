"""Rows as a spreadsheet may have them: flat, and with no text that it would run as a formula.

A cell that starts with = + - @ or a control character is a formula to a spreadsheet, whoever wrote
it: an event's name can reach out of the file. Such a text gets an apostrophe in front, which says
"text" to a spreadsheet. Numbers stay numbers, also negative ones.
"""

import json
from typing import Any

import polars as pl

# The last four are the full-width forms, which some spreadsheets read as the plain ones.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PATTERN = r"^([=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}])"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula.

    Examples:
        >>> is_formula("=1+1"), is_formula("a=1")
        (True, False)
    """
    return text.startswith(STARTS)


def harmless(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, flat, with an apostrophe before each text and name that would be a formula."""
    texts = flat(rows).with_columns(pl.col(pl.String).str.replace(PATTERN, "'${1}"))
    return texts.rename(
        {name: f"'{name}" for name in texts.columns if is_formula(name)}, strict=False
    )


def flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Each cell a number, truth, day, moment or text; a list is its values with spaces between."""
    return rows.with_columns(_flat(rows[name]) for name in rows.columns)


def _flat(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if kind.is_numeric() or kind in {pl.Boolean, pl.Date, pl.Time, pl.String}:
        return column
    if isinstance(kind, pl.Datetime):
        return column
    if isinstance(kind, pl.List | pl.Array) and not kind.inner.is_nested():  # type: ignore[union-attr]
        return column.cast(pl.List(pl.String)).list.join(" ")
    if isinstance(kind, pl.Categorical | pl.Enum) or kind == pl.Null:
        return column.cast(pl.String)
    values = [None if value is None else _as_text(value) for value in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.String)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        return json.dumps(value, default=_as_text, ensure_ascii=False)
    return str(value)
