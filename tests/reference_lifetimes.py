"""Textbook tables of lifetimes, as bundled with lifelines 0.30.3 (MIT licence).

leukemia.csv: Freireich et al. (1963), Kleinbaum and Klein; lung.csv: Loprinzi et al. (1994), as in
R's survival; waltons.csv: Walton's flies; rossi.csv: Rossi et al. (1980), Fox (2002).
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from metrics.survival import Lifetimes

FOLDER = Path(__file__).parent / "cases"
COLUMNS = {  # duration, event
    "leukemia": ("t", "status"),
    "lung": ("time", "status"),
    "waltons": ("T", "E"),
    "rossi": ("week", "arrest"),
}


def table(name: str) -> dict[str, np.ndarray[Any, Any]]:
    """A table's columns: numbers where they are numbers."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    return {key: _numbers(values) for key, values in columns.items()}


def lifetimes(name: str) -> Lifetimes:
    """The lifetimes of a table."""
    columns = table(name)
    duration, event = COLUMNS[name]
    return Lifetimes(columns[duration], columns[event] > 0)


def covariates(name: str) -> dict[str, np.ndarray[Any, Any]]:
    """The other columns of a table."""
    return {key: values for key, values in table(name).items() if key not in COLUMNS[name]}


def _numbers(values: list[str]) -> np.ndarray[Any, Any]:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return np.array(values)
