"""Files of a roll-up without an engine: blocks are left out only when nothing asked is in them."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from queries.snapshot import FOLDER, Partition
from queries.step_files import read_file

DAY = date(2026, 3, 2)
BLOCKS = (["a", "b"], ["b", "c"], ["e", "e"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of three blocks, two rows each, ordered by name."""
    made = tmp_path_factory.mktemp("blocks")
    (made / FOLDER).mkdir()
    rows = pl.DataFrame({"event": [name for block in BLOCKS for name in block]})
    rows = rows.with_columns(pl.lit(DAY).alias("day"), pl.int_range(6).alias("place"))
    rows.write_parquet(made / FOLDER / "steps.parquet", row_group_size=2, statistics=True)
    return made


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["a"], [0, 1]),  # the first name of a block
        (["b"], [0, 1, 2, 3]),  # the last of one, the first of the next
        (["c"], [2, 3]),
        (["d"], []),  # between two blocks
        (["a", "e"], [0, 1, 4, 5]),
        ([], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_blocks_at_whose_edge_an_event_stands_are_read(
    folder: Path, events: list[str], expected: list[int]
) -> None:
    part = Partition("steps.parquet", DAY, DAY, 6, 0)
    found = read_file(folder, part, ["place"], DAY, date(2026, 3, 3), events=events)
    assert found["place"].to_pylist() == expected
