"""Files of rows: exact, and no cell that a spreadsheet would run."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from pages.shared.downloads import csv_bytes, parquet_bytes
from pages.shared.excel import MOST_COLUMNS, excel_bytes
from pages.shared.harmless import is_formula

FORMULAS = (
    "=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")',
    "\uff1d1", "-", "=",
)  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_rows(rows: pl.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(rows).decode(), newline="")))


def cells(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """Type and content of each cell of the sheet, below the header."""
    with zipfile.ZipFile(io.BytesIO(excel_bytes(rows))) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    found = []
    for cell in sheet.iter(f"{MAIN}c"):
        if not re.fullmatch(r"[A-Z]+1", cell.attrib["r"]):
            kind = cell.attrib.get("t", "n")
            content = "".join(cell.itertext())
            assert cell.find(f"{MAIN}f") is None, "a formula"
            found.append((kind, content))
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_is_a_formula_is_text_in_csv(text: str) -> None:
    assert csv_rows(pl.DataFrame({"name": [text]}))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_is_a_formula_is_text_in_excel(text: str) -> None:
    ((kind, _),) = cells(pl.DataFrame({"name": [text]}))
    assert kind in {"s", "inlineStr"}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_name_of_a_column_is_no_formula_either(text: str) -> None:
    assert csv_rows(pl.DataFrame({text: [1]}))[0] == [f"'{text}"]


def test_what_a_list_or_a_record_begins_with_is_no_formula() -> None:
    rows = pl.DataFrame({"list": [["=1", "b"]], "record": [{"=a": "=b"}], "choice": ["=c"]})
    rows = rows.with_columns(pl.col("choice").cast(pl.Categorical))
    assert not any(is_formula(cell) for cell in csv_rows(rows)[1])


def test_negative_numbers_stay_numbers() -> None:
    rows = pl.DataFrame({"change": [-1, -2], "share": [-0.5, None], "money": [Decimal("-1.5")] * 2})
    assert csv_rows(rows)[1] == ["-1", "-0.5", "-1.5"]
    assert cells(rows)[:3] == [("n", "-1"), ("n", "-0.5"), ("n", "-1.5")]


def test_days_and_moments_are_dates_in_excel() -> None:
    rows = pl.DataFrame(
        {
            "day": [date(2026, 11, 22)],
            "at": [datetime(2026, 11, 22, 12)],  # noqa: DTZ001
            "there": [datetime(2026, 11, 22, 12, tzinfo=UTC)],
        }
    )
    # Days since 30 December 1899, as Excel counts them.
    day = (date(2026, 11, 22) - date(1899, 12, 30)).days
    assert cells(rows) == [("n", str(day)), ("n", f"{day}.5"), ("n", f"{day}.5")]


def test_what_excel_cannot_hold_exactly_is_text() -> None:
    rows = pl.DataFrame({"id": [2**60], "old": [date(1800, 1, 1)], "none": [float("nan")]})
    assert [kind for kind, _ in cells(rows)] == ["inlineStr"] * 3


def test_every_type_of_column_can_be_taken_away() -> None:
    rows = pl.DataFrame(
        {
            "record": [{"a": 1, "b": [date(2026, 1, 1)]}],
            "lists": [[[1], [2]]],
            "bytes": [b"\x00\xff"],
            "span": [timedelta(hours=1)],
            "hour": [time(12)],
            "nothing": [None],
            "empty": pl.Series([[]], dtype=pl.List(pl.Int64)),
            "truth": [True],
            "array": pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)),
        }
    )
    assert csv_rows(rows)[1] == [
        '{"a": 1, "b": ["2026-01-01"]}', "[[1], [2]]", "00ff", "1:00:00", "12:00:00.000000000",
        "", "", "true", "1 2",
    ]  # fmt: skip
    assert excel_bytes(rows)


def test_control_characters_and_long_texts_make_a_sound_workbook() -> None:
    rows = pl.DataFrame({"text": ["a\x00b\x1bc", "x" * 40_000, "\u202eabc", "\ud7ff\ufffd"]})
    assert [len(content) <= 32_767 + 20 for _, content in cells(rows)] == [True] * 4


def test_rows_without_columns_make_a_workbook() -> None:
    assert excel_bytes(pl.DataFrame())


def test_a_sheet_says_when_it_has_no_room() -> None:
    wide = pl.DataFrame({f"c{n}": [1] for n in range(MOST_COLUMNS + 1)})
    with pytest.raises(ValueError, match="at most"):
        excel_bytes(wide)


def test_parquet_keeps_every_text_as_it_is() -> None:
    rows = pl.DataFrame({"=name": list(FORMULAS)})
    assert pl.read_parquet(io.BytesIO(parquet_bytes(rows))).equals(rows)
