"""The rows behind a figure, as files."""

import io
from collections.abc import Callable

import polars as pl
import streamlit as st


def download_buttons(rows: pl.DataFrame, *, name: str, key: str) -> None:
    """CSV and Parquet of all rows; the file is made when somebody asks for it."""
    with st.container(horizontal=True, gap="small"):
        for label, ending, mime, make in (
            ("CSV", "csv", "text/csv", csv_bytes),
            ("Parquet", "parquet", "application/vnd.apache.parquet", parquet_bytes),
        ):
            st.download_button(
                label,
                data=_maker(make, rows),
                file_name=f"{name}.{ending}",
                mime=mime,
                key=f"{key}_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )


def csv_bytes(rows: pl.DataFrame) -> bytes:
    """CSV with a header; a list becomes its values with spaces between."""
    flat = rows.with_columns(
        pl.col(name).cast(pl.List(pl.String)).list.join(" ")
        for name, kind in rows.schema.items()
        if isinstance(kind, pl.List)
    )
    return flat.write_csv().encode()


def parquet_bytes(rows: pl.DataFrame) -> bytes:
    """Parquet, exact to the last bit."""
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


def _maker(make: Callable[[pl.DataFrame], bytes], rows: pl.DataFrame) -> Callable[[], bytes]:
    return lambda: make(rows)
