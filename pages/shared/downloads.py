"""The rows behind a figure, as files."""

import io
from collections.abc import Callable

import polars as pl
import streamlit as st

from pages.shared.audit import recorder
from pages.shared.excel import excel_bytes, fits
from pages.shared.harmless import harmless

Make = Callable[[pl.DataFrame], bytes]

EXCEL_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOO_LONG = "A sheet of Excel has no room for so many rows: take CSV or Parquet."


def download_buttons(rows: pl.DataFrame, *, name: str, key: str, subject: str = "") -> None:
    """CSV, Excel and Parquet of all rows; the file is made when somebody asks for it.

    Args:
        rows: What the files hold.
        name: What they are called, without an ending.
        key: A name of its own on the page.
        subject: What the rows are, for the audit log; "": `name`.
    """
    with st.container(horizontal=True, gap="small"):
        for label, ending, mime, make in (
            ("CSV", "csv", "text/csv", csv_bytes),
            ("Excel", "xlsx", EXCEL_MIME, excel_bytes),
            ("Parquet", "parquet", "application/vnd.apache.parquet", parquet_bytes),
        ):
            is_too_long = ending == "xlsx" and not fits(rows)
            st.download_button(
                label,
                data=_maker(make, rows, recorder("downloaded", subject or name, kind=ending)),
                file_name=f"{name}.{ending}",
                mime=mime,
                key=f"{key}_{ending}",
                icon=":material/download:",
                on_click="ignore",
                disabled=is_too_long,
                help=TOO_LONG if is_too_long else None,
            )


def csv_bytes(rows: pl.DataFrame) -> bytes:
    """CSV with a header; a list becomes its values with spaces between; no text is a formula."""
    return harmless(rows).write_csv().encode()


def parquet_bytes(rows: pl.DataFrame) -> bytes:
    """Parquet, exact to the last bit."""
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


def _maker(make: Make, rows: pl.DataFrame, record: Callable[..., None]) -> Callable[[], bytes]:
    """Makes the file and notes who took it, in the moment it is asked for."""

    def made() -> bytes:
        content = make(rows)
        record(rows=rows.height)
        return content

    return made
