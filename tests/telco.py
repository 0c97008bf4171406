"""The IBM Telco customers (Apache-2.0), where they lie beside the project."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.survival import Lifetimes

FILE = Path(__file__).parents[2] / "shared" / "data" / "churn_telco_ibm.parquet"
needs_telco = pytest.mark.skipif(
    not FILE.is_file(), reason="needs churn_telco_ibm.parquet beside the project"
)


def customers() -> pl.DataFrame:
    return pl.read_parquet(FILE)


def lifetimes() -> Lifetimes:
    table = customers()
    return Lifetimes(
        table["tenure"].to_numpy().astype(float), (table["Churn"] == "Yes").to_numpy()
    )


def features() -> dict[str, np.ndarray[Any, Any]]:
    """Every column but the key and the answer: numbers as numbers, blanks as missing."""
    table = customers().drop("customerID", "Churn")
    columns = {}
    for name in table.columns:
        values = table[name]
        if name == "TotalCharges" and values.dtype == pl.String:
            values = values.str.strip_chars().cast(pl.Float64, strict=False)
        is_number = values.dtype.is_numeric()
        columns[name] = (
            values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
            if is_number
            else np.array(values.fill_null("").to_list(), dtype=np.str_)
        )
    return columns
