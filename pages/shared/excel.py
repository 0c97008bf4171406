"""Rows as an Excel workbook: numbers as numbers, days as days, and no cell a formula."""

import io
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pages.shared.harmless import flat, is_formula

MOST_ROWS = 1_048_575  # below the header
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767  # characters of a cell
LARGEST_EXACT = 2**53  # a larger whole number would lose its last digits
FIRST_YEAR = 1900
WIDEST = 60  # characters

OPTIONS = {
    "constant_memory": True,  # a row is let go once it is written
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def fits(rows: pl.DataFrame) -> bool:
    """Whether a sheet has room for them."""
    return rows.height <= MOST_ROWS and rows.width <= MOST_COLUMNS


def excel_bytes(rows: pl.DataFrame) -> bytes:
    """One sheet with a header that stays in sight.

    Raises:
        ValueError: A sheet has no room for so many rows or columns.
    """
    if not fits(rows):
        raise ValueError(
            f"a sheet has at most {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns, "
            f"got {rows.height:,} and {rows.width:,}"
        )
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        write = _Writer(book)
        for column, name in enumerate(rows.columns):
            write.sheet.set_column(column, column, _width(rows[name]))
        for column, name in enumerate(rows.columns):
            write.header(column, name)
        for row, values in enumerate(flat(rows).iter_rows(), start=1):
            for column, value in enumerate(values):
                write.cell(row, column, value)
        write.sheet.freeze_panes(1, 0)
        if rows.width:
            write.sheet.autofilter(0, 0, rows.height, rows.width - 1)
    return buffer.getvalue()


class _Writer:
    """Writes each value in the form that keeps what it is."""

    def __init__(self, book: Any) -> None:
        self.sheet: Worksheet = book.add_worksheet("Rows")
        # The prefix says "text" even after somebody has edited the cell.
        self.text: Format = book.add_format({"quote_prefix": True})
        self.bold: Format = book.add_format({"bold": True, "quote_prefix": True})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    def header(self, column: int, name: str) -> None:
        self.sheet.write_string(0, column, name[:LONGEST_TEXT], self.bold)

    def cell(self, row: int, column: int, value: Any) -> None:
        for kinds, write in self._ways:
            if isinstance(value, kinds):
                write(self, row, column, value)
                return

    def _text(self, row: int, column: int, value: Any) -> None:
        text = str(value)[:LONGEST_TEXT]
        self.sheet.write_string(row, column, text, self.text if is_formula(text) else None)

    def _truth(self, row: int, column: int, value: bool) -> None:  # noqa: FBT001  (a cell's value)
        self.sheet.write_boolean(row, column, value)

    def _number(self, row: int, column: int, value: float | Decimal) -> None:
        is_exact = not isinstance(value, int) or abs(value) <= LARGEST_EXACT
        if is_exact and math.isfinite(value):
            self.sheet.write_number(row, column, float(value))
        else:
            self._text(row, column, value)

    def _moment(self, row: int, column: int, value: datetime) -> None:
        if value.year < FIRST_YEAR:
            self._text(row, column, value.isoformat(" "))
            return
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        self.sheet.write_datetime(row, column, plain, self.moment)

    def _day(self, row: int, column: int, value: date) -> None:
        if value.year < FIRST_YEAR:
            self._text(row, column, value.isoformat())
        else:
            self.sheet.write_datetime(row, column, value, self.day)

    # In this order: a truth is also a number, a moment also a day. What is missing stays blank.
    _ways: tuple[tuple[Any, Callable[..., None]], ...] = (
        (str, _text),
        (bool, _truth),
        ((int, float, Decimal), _number),
        (datetime, _moment),
        (date, _day),
        (time, _text),
    )


def _width(column: pl.Series) -> int:
    """Characters that show the header and most values."""
    kind = column.dtype
    usual = 20 if isinstance(kind, pl.Datetime) else 12
    if kind == pl.String:
        usual = int(column.head(200).str.len_chars().quantile(0.9) or 0) + 2
    return min(max(usual, len(column.name) + 4), WIDEST)
