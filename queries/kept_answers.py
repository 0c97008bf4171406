"""Answers that took long, kept beside the roll-ups: a new process need not ask them again.

An experiment reads every event of weeks; what pages ask first is asked by everybody. What comes
back is small, and the same for as long as the snapshot and the settings are, so it lies in
`.tidemark/answers/<snapshot>/` under a hash of all that it depends on. Nothing else depends on
these files: whoever deletes them only waits once more.
"""

import hashlib
import logging
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

import polars as pl

from queries.snapshot import FOLDER

ANSWERS = "answers"
FORMAT = 1  # another number: what was kept before is not looked at
LEAST_SECONDS = 0.01  # what is quicker than this is asked again
MOST_BYTES = 8 * 2**20  # of one answer; larger ones are asked again
MOST_FILES = 500  # of one snapshot
# Questions that read every event of weeks and answer with sums: nobody's rows are kept.
KEPT = (
    "experiment_days_since",
    "experiment_distribution",
    "experiment_list",
    "experiment_moments",
    "experiment_overlaps",
    "experiment_split",
    "planner_units",
)
# Rows of single units, which lie nowhere beside the roll-ups.
NEVER_KEPT = ("experiment_doers", "experiment_people", "experiment_values", "planner_values")
_IS_KEEPING: ContextVar[bool] = ContextVar("is_keeping", default=False)
LOG = logging.getLogger("tidemark")


@contextmanager
def keeping() -> Iterator[None]:
    """While inside, whatever is asked is kept that is not about single units."""
    before = _IS_KEEPING.set(True)
    try:
        yield
    finally:
        _IS_KEEPING.reset(before)


def is_kept(question: str) -> bool:
    """Whether the answer to a question is to be kept, if it took long."""
    return question in KEPT or (_IS_KEEPING.get() and question not in NEVER_KEPT)


def name_of(parts: Iterable[object]) -> str:
    """A name for an answer, from all that it depends on."""
    return hashlib.sha256(repr((FORMAT, *parts)).encode()).hexdigest()[:32]


def kept(folder: Path, snapshot_id: str, name: str) -> tuple[pl.DataFrame, float] | None:
    """An answer's rows and the seconds that it took; None: it was not kept, or is unreadable."""
    for path in (folder / FOLDER / ANSWERS / snapshot_id).glob(f"{name}-*.arrow"):
        try:
            return pl.read_ipc(path.read_bytes()), int(path.stem.partition("-")[2]) / 1000
        except (OSError, ValueError, pl.exceptions.PolarsError) as error:
            LOG.warning("a kept answer is asked again: %s", error)
    return None


def keep(
    folder: Path,
    snapshot_id: str,
    name: str,
    rows: pl.DataFrame,
    seconds: float,
    *,
    most_bytes: int | None = None,
) -> None:
    """Keep an answer that took long and is small; those of earlier snapshots go.

    Small is at most `most_bytes`; None: as large as any answer may be.

    A folder that cannot be written to keeps nothing, and answers are none the worse for it.
    """
    if seconds < LEAST_SECONDS or rows.estimated_size() > (most_bytes or MOST_BYTES):
        return
    answers = folder / FOLDER / ANSWERS
    own = answers / snapshot_id
    beside = own / f".{uuid.uuid4().hex}"
    try:
        own.mkdir(parents=True, exist_ok=True)
        for earlier in answers.iterdir():
            if earlier.name != snapshot_id:
                shutil.rmtree(earlier, ignore_errors=True)
        if sum(1 for _ in own.iterdir()) >= MOST_FILES:
            return
        rows.write_ipc(beside, compression="lz4")
        beside.replace(own / f"{name}-{round(seconds * 1000)}.arrow")
    except OSError as error:
        LOG.warning("an answer could not be kept: %s", error)
        with suppress(OSError):
            beside.unlink(missing_ok=True)
