"""The workspaces that are measured: the demo at a size of choice, made once and kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pyarrow.parquet as pq

from sample_data.generate import generate

FOLDER = Path(__file__).parent / "data"


def workspace(size: float) -> Path:
    """The folder of the demo at a size; 1 is about five million events, 20 a hundred million."""
    folder = FOLDER / f"size-{size:g}"
    folder.mkdir(parents=True, exist_ok=True)
    with click.progressbar(length=1000, label=f"Demo data, size {size:g}") as bar:
        generate(
            folder,
            size=size,
            progress=lambda done, days: bar.update(1000 * done // days - bar.pos),
        )
    return folder


def event_files(folder: Path) -> list[Path]:
    """The daily files of events, oldest first."""
    return sorted((folder / "events").glob("*.parquet"))


def rows(files: list[Path]) -> int:
    """How many rows they hold, by their footers."""
    return sum(int(pq.ParquetFile(file).metadata.num_rows) for file in files)


@contextmanager
def last_day_held_back(folder: Path) -> Iterator[None]:
    """Keep the newest file of events out of the workspace for a while."""
    newest = event_files(folder)[-1]
    elsewhere = folder / f"{newest.name}.held-back"
    newest.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(newest)
