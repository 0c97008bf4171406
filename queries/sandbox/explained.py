"""The plan of a text in words: which tables are read, and how many files and rows of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from queries.analyst import AnalystTable, Part

_BOUND = re.compile(
    r"(?P<column>\w+)\"? (?P<sign>>=|<=|>|<|=) "
    r"'(?P<day>\d{4}-\d\d-\d\d)[^']*'::(?P<type>DATE|TIMESTAMP)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Days between which a read stays, both included; None: open."""

    first: date | None = None
    last: date | None = None

    def reaches(self, part: Part) -> bool:
        """Whether a file may have a row in it."""
        if part.first_day is None or part.last_day is None:
            return True
        starts = self.last is None or part.first_day <= self.last
        return starts and (self.first is None or part.last_day >= self.first)


def explained(facts: Mapping[str, Any], tables: Mapping[str, AnalystTable]) -> tuple[str, ...]:
    """Sentences about what answering would take."""
    read = [str(name) for name in facts.get("tables", ())]
    if not read:
        return ("Reads no table.",)
    scans = facts.get("plan", ())
    names = dict.fromkeys(name for one in read for name in (tables[one].reads or (one,)))
    return tuple(_sentence(name, tables[name], scans) for name in names)


def _sentence(name: str, table: AnalystTable, scans: Sequence[Mapping[str, Any]]) -> str:
    if not table.parts:
        return f"Reads {name}."
    spans = _spans(table, scans)
    if not spans:
        return f"Reads {name}, but none of its files: the answer is known without them."
    parts = [part for part in table.parts if any(span.reaches(part) for span in spans)]
    rows = sum(part.rows for part in parts)
    whole = len(table.parts)
    files = "the one file" if whole == 1 else f"all {whole:,} files"
    if len(parts) < whole:
        files = f"at most {len(parts):,} of {whole:,} files"
    hint = ""
    if whole > 1 and len(parts) == whole and table.dated_by and Span() in spans:
        hint = f" A condition on {table.dated_by} would read fewer."
    return f"Reads {name}: {files}, {rows:,} rows{_days(spans)}.{hint}"


def _spans(table: AnalystTable, scans: Sequence[Mapping[str, Any]]) -> list[Span]:
    """The days of each read that may be one of this table: its columns are all there."""
    found = []
    for scan in scans:
        conditions = [str(one) for one in scan.get("conditions", ())]
        columns = {str(one) for one in scan.get("columns", ())}
        columns |= {match["column"] for one in conditions for match in _BOUND.finditer(one)}
        if columns <= table.stored:
            found.append(_span(conditions, table.stored_date))
    return found


def _span(conditions: Sequence[str], column: str | None) -> Span:
    first: date | None = None
    last: date | None = None
    for match in (match for one in conditions for match in _BOUND.finditer(one)):
        if match["column"] != column or " OR " in match.string:
            continue
        day, sign = date.fromisoformat(match["day"]), match["sign"]
        if sign in (">", ">=", "="):
            lower = day + timedelta(days=1) if sign == ">" and match["type"] == "DATE" else day
            first = lower if first is None else max(first, lower)
        if sign in ("<", "<=", "="):
            upper = day - timedelta(days=1) if sign == "<" and match["type"] == "DATE" else day
            last = upper if last is None else min(last, upper)
    return Span(first, last)


def _days(spans: Sequence[Span]) -> str:
    firsts, lasts = [one.first for one in spans], [one.last for one in spans]
    first = None if None in firsts else min(day for day in firsts if day)
    last = None if None in lasts else max(day for day in lasts if day)
    if first and last:
        return f", for {first} to {last}"
    return f", from {first} on" if first else f", up to {last}" if last else ""

