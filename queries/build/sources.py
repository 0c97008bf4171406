"""Which files a table has, and whether they are still what they were."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from glob import glob, has_magic
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from queries.build.days import microseconds
from queries.errors import WorkspaceError, nearest
from queries.settings import Settings, TableSource
from queries.snapshot import SourceFile

# Up to twice this size all of a file is summed; of a larger one both ends, footer included.
DIGEST_BYTES = 4 * 2**20
SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Found:
    """A file on disk: path, size in bytes, modification time in nanoseconds since 1970."""

    path: str
    size: int
    modified_ns: int

    def digest(self) -> str:
        """A checksum of the content; of a large file, of its size, first and last bytes.

        Raises:
            OSError: The file cannot be read.
        """
        with Path(self.path).open("rb") as file:
            return self._checksum(file)

    def digest_of(self, content: bytes) -> str:
        """The checksum of a content that has been read already."""
        return self._checksum(BytesIO(content))

    def _checksum(self, file: BinaryIO) -> str:
        check = zlib.crc32(file.read(DIGEST_BYTES))
        file.seek(max(DIGEST_BYTES, self.size - DIGEST_BYTES))
        return f"{self.size:x}-{zlib.crc32(file.read(DIGEST_BYTES), check):08x}"


def table_files(table: str, settings: Settings, folder: Path) -> list[Found]:
    """Files of a table, by path: as declared, or named after the table.

    Raises:
        WorkspaceError: A declared path has no file.
    """
    declared = settings.tables.get(table, TableSource()).files
    if declared is None:
        return _named_after(table, folder)
    return files_of(declared, folder, f"tables.{table}.files")


def files_of(patterns: Iterable[str], folder: Path, key: str) -> list[Found]:
    """Files that the patterns name, by path.

    Raises:
        WorkspaceError: A pattern has no file; the message names the key and the nearest file.
    """
    found: set[Path] = set()
    for pattern in patterns:
        matches = _matches(pattern, folder)
        if not matches:
            raise WorkspaceError(f"{key}: {_no_file(pattern, folder)}")
        found.update(matches)
    return _stats(found)


def _matches(pattern: str, folder: Path) -> list[Path]:
    path = folder / pattern
    if path.is_dir():
        return [p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file()]
    if has_magic(pattern) and not path.exists():
        return [
            Path(p)
            for p in glob(str(path), recursive=True)  # noqa: PTH207 - absolute patterns, too
            if Path(p).is_file()
        ]
    return [path] if path.is_file() else []


def _named_after(table: str, folder: Path) -> list[Found]:
    single = [folder / f"{table}{suffix}" for suffix in SUFFIXES]
    matches = {path for path in single if path.is_file()}
    for suffix in SUFFIXES:
        matches |= set(folder.glob(f"{table}_*{suffix}"))
        matches |= set((folder / table).rglob(f"*{suffix}"))
    return _stats(path for path in matches if path.is_file())


def _no_file(pattern: str, folder: Path) -> str:
    if not folder.is_dir():
        return f"there is no folder {folder}"
    if has_magic(pattern):
        return f"no file matches {pattern!r} in {folder}"
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return f"there is no file {pattern!r} in {folder}. {nearest(pattern, there[:200])}"


def _stats(paths: Iterable[Path]) -> list[Found]:
    found = []
    for path in sorted(str(one) for one in paths):
        stat = Path(path).stat()
        found.append(Found(path, stat.st_size, stat.st_mtime_ns))
    return found


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the last build.

    Attributes:
        fresh: New or changed files, to be read whole.
        same: Unchanged files, by path, as they were described.
        gone: Descriptions of files that were changed or deleted, by path.
    """

    fresh: tuple[Found, ...]
    same: Mapping[str, SourceFile]
    gone: Mapping[str, SourceFile]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not self.fresh and not self.gone


def changes(found: Iterable[Found], known: Mapping[str, SourceFile], now_us: int) -> Changes:
    """Compare files on disk with those of the last build.

    A file whose size and time are the same is unchanged. One that was only touched (same size and
    digest) is unchanged too. One with moments that were in the future is read again once they
    have passed.
    """
    fresh: list[Found] = []
    same: dict[str, SourceFile] = {}
    for file in found:
        before = known.get(file.path)
        if before is not None and _is_same(file, before) and not _is_due(before, now_us):
            same[file.path] = before
        else:
            fresh.append(file)
    gone = {path: before for path, before in known.items() if path not in same}
    return Changes(tuple(fresh), same, gone)


def _is_same(file: Found, before: SourceFile) -> bool:
    if file.size != before.size:
        return False
    return file.modified_ns == before.modified_ns or file.digest() == before.digest


def _is_due(before: SourceFile, now_us: int) -> bool:
    return before.read_again_at is not None and microseconds(before.read_again_at) <= now_us
