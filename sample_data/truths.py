"""What is planted in the demo, read from `truths.toml`: text and data cannot drift apart."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "truths.toml"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a page must say about a planted truth.

    Attributes:
        page: The page.
        what: What it says, in words.
        measure: Name of the number in it; None: words only.
        number: Its value at size 1 and the default seed, counted from the files by a test.
        tolerance: How far the page may be from `number`, in its unit.
    """

    page: str
    what: str
    measure: str | None = None
    number: float | None = None
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """One planted truth.

    Attributes:
        name: Its heading in the file.
        sentence: What is true, in plain words.
        planted: What the generator puts into the data.
        find: What pages must later say.
    """

    name: str
    sentence: str
    planted: dict[str, Any]
    find: tuple[Finding, ...]


@cache
def truths() -> dict[str, Truth]:
    """All planted truths by name."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {name: _truth(name, entry) for name, entry in content.items()}


def planted(name: str) -> dict[str, Any]:
    """What the generator puts into the data for one truth."""
    return truths()[name].planted


def _truth(name: str, entry: dict[str, Any]) -> Truth:
    find = tuple(Finding(**finding) for finding in entry.get("find", ()))
    return Truth(name, entry["sentence"], entry["planted"], find)
