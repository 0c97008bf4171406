"""A snapshot: one published, immutable state of all roll-ups, and the files that make it.

Everything below `.tidemark/` is written once under a name that is never used again. Publishing is
one atomic rename of the file `current`, so a reader sees the old state or the new one, whole.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from queries.errors import BuildError, WorkspaceError

FOLDER = ".tidemark"
CURRENT = "current"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Partition:
    """One Parquet file of a roll-up.

    Attributes:
        file: Path below `.tidemark/`.
        first_day: First local day whose events it was made from; None: not dated.
        last_day: Last such day, included.
        rows: Rows.
        bytes: Size on disk.
    """

    file: str
    first_day: date | None
    last_day: date | None
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One of the user's files, as it was when it was read.

    Attributes:
        path: Where it is.
        size: Bytes.
        modified_ns: Modification time, nanoseconds since 1970.
        digest: Checksum of its content, to know a file that was only touched.
        rows: Rows in the file; None: it could not be read.
        days: Good rows by local day, as ISO text, for dated tables.
        quarantined: Rows left out, by reason, without duplicates, which belong to a day.
        problem: Why the whole file was left out; None: it was read.
        read_again_at: When the first of its future moments has passed; None: never.
        first_at: First good moment, UTC; None: none.
        last_at: Last good moment, UTC; None: none.
    """

    path: str
    size: int
    modified_ns: int
    digest: str
    rows: int | None
    days: Mapping[str, int]
    quarantined: Mapping[str, int]
    problem: str | None = None
    read_again_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TableState:
    """What is known of one canonical table.

    Attributes:
        files: Its source files by path.
        rows: Good rows.
        columns: Columns it is read with, canonical name to the user's column or expression.
        watermark: Last complete local day; None: undated, empty, or no day is complete.
        last_day: Last local day with any row; None: undated or empty.
    """

    files: Mapping[str, SourceFile] = field(default_factory=dict)
    rows: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    watermark: date | None = None
    last_day: date | None = None

    @property
    def quarantined(self) -> dict[str, int]:
        """Rows left out by reason, over all files."""
        total: dict[str, int] = {}
        for file in self.files.values():
            for reason, rows in file.quarantined.items():
                total[reason] = total.get(reason, 0) + rows
        return total


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published state.

    Attributes:
        id: Its name; two snapshots never share one.
        built_at: When it was published, UTC.
        seconds: How long the build took.
        settings_digest: Hash of the settings that decide what the roll-ups hold.
        partitions: Files of each roll-up and canonical table, by table name.
        sources: What is known of each canonical table.
        dimensions: Level ("user" or "event") by dimension name.
        kinds: Each (event, feature, action, is_qualifying); their positions are internal codes.
        days: Good events, duplicates left out and second of the last event, by ISO day.
        late_rows: Rows that came for days which had been built before, by ISO day.
        timings: Seconds by step of the build.
    """

    id: str
    built_at: datetime
    seconds: float
    settings_digest: str
    partitions: Mapping[str, tuple[Partition, ...]]
    sources: Mapping[str, TableState]
    dimensions: Mapping[str, str]
    kinds: tuple[tuple[str, str | None, str | None, bool], ...] = ()
    days: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    late_rows: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def watermarks(self) -> dict[str, date | None]:
        """Last complete day of each table that has files."""
        return {name: state.watermark for name, state in self.sources.items() if state.files}

    @property
    def watermark(self) -> date | None:
        """Last complete day of `events`; None: no day is complete yet."""
        state = self.sources.get("events")
        return state.watermark if state else None

    @property
    def first_day(self) -> date | None:
        """First local day with a qualifying event."""
        days = [p.first_day for p in self.partitions.get("user_days", ()) if p.first_day]
        return min(days, default=None)

    @property
    def last_day(self) -> date | None:
        """Last local day with a qualifying event, complete or not."""
        days = [p.last_day for p in self.partitions.get("user_days", ()) if p.last_day]
        return max(days, default=None)

    @property
    def duplicates(self) -> dict[str, int]:
        """Events left out as duplicates, by ISO day."""
        return {day: facts[1] for day, facts in self.days.items() if facts[1]}

    @property
    def tables(self) -> tuple[str, ...]:
        """Canonical tables that have rows."""
        return tuple(name for name, state in self.sources.items() if state.rows)


def current_id(folder: Path) -> str | None:
    """The id of the published snapshot; None: nothing has been built. Cheap: one small read."""
    try:
        return (folder / FOLDER / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def read_snapshot(folder: Path, snapshot_id: str | None = None) -> Snapshot | None:
    """The published snapshot, or the one named; None: nothing has been built.

    Raises:
        WorkspaceError: Its description is damaged or of another version of Tidemark.
    """
    snapshot_id = snapshot_id or current_id(folder)
    if snapshot_id is None:
        return None
    path = manifest_path(folder, snapshot_id)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            return None  # made by another version: to be built again
        return _decoded(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            f"{path} is damaged ({error}); remove the folder {FOLDER} and build again"
        ) from error


def manifest_path(folder: Path, snapshot_id: str) -> Path:
    """Where a snapshot's description is."""
    return folder / FOLDER / "snapshots" / f"{snapshot_id}.json"


def publish(folder: Path, snapshot: Snapshot) -> None:
    """Make the snapshot the current one: its description first, then one atomic rename.

    Raises:
        BuildError: The disk is full or cannot be written; the snapshot before stays current.
    """
    path = manifest_path(folder, snapshot.id)
    content = {"format": FORMAT, **_plain(snapshot)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, json.dumps(content, separators=(",", ":"), default=_plain))
        _write_whole(folder / FOLDER / CURRENT, snapshot.id + "\n")
    except OSError as error:
        raise BuildError(f"{path.parent} cannot be written: {error.strerror}") from error


def _write_whole(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _plain(value: Any) -> Any:
    """What JSON does not know by itself: a dataclass by its fields, a day or moment as ISO text."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, date | datetime):
        return value.isoformat()
    return dict(value)


def _decoded(content: dict[str, Any]) -> Snapshot:
    return Snapshot(
        id=content["id"],
        built_at=datetime.fromisoformat(content["built_at"]),
        seconds=content["seconds"],
        settings_digest=content["settings_digest"],
        partitions={
            name: tuple(_partition(one) for one in partitions)
            for name, partitions in content["partitions"].items()
        },
        sources={name: _table_state(one) for name, one in content["sources"].items()},
        dimensions=content["dimensions"],
        kinds=tuple((e, f, a, q) for e, f, a, q in content["kinds"]),
        days={day: (facts[0], facts[1], facts[2]) for day, facts in content["days"].items()},
        late_rows=content["late_rows"],
        timings=content["timings"],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _partition(content: dict[str, Any]) -> Partition:
    return Partition(
        content["file"], _day(content["first_day"]), _day(content["last_day"]),
        content["rows"], content["bytes"],
    )  # fmt: skip


def _table_state(content: dict[str, Any]) -> TableState:
    files = {
        path: SourceFile(**one | {
            "read_again_at": _moment(one["read_again_at"]),
            "first_at": _moment(one["first_at"]),
            "last_at": _moment(one["last_at"]),
        })
        for path, one in content["files"].items()
    }  # fmt: skip
    return TableState(
        files, content["rows"], content["columns"],
        _day(content["watermark"]), _day(content["last_day"]),
    )  # fmt: skip
