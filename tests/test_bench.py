"""What the bench prints is kept whole, and answers that differ stop it."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bench import result_files
from bench.comparisons import require_equal
from bench.table import Table, keep
from bench.timing import timed

ANSWER = pl.DataFrame({"day": [date(2026, 1, 1)], "users": [3]})


def test_table_is_markdown() -> None:
    table = Table("Builds", ("what", "seconds"), [("all", "1.5")])
    assert table.markdown == "### Builds\n\n| what | seconds |\n| --- | --: |\n| all | 1.5 |"


def test_keep_replaces_what_was_measured_before(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nz\n", encoding="utf-8")
    keep("new", page)
    expected = "a\n<!-- bench: begin -->\n\nnew\n\n<!-- bench: end -->\nz\n"
    assert page.read_text(encoding="utf-8") == expected


def test_keep_refuses_a_page_without_marks(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="needs one pair of bench marks, has 0"):
        keep("new", page)


def test_timed_does_not_count_the_run_that_warms_up() -> None:
    calls: list[int] = []
    _, timing = timed(lambda: calls.append(1), runs=3)
    assert (len(calls), timing.runs) == (4, 3)


def test_equal_answers_may_have_other_integer_types() -> None:
    require_equal("users", ANSWER, ANSWER.with_columns(pl.col("users").cast(pl.UInt64)))


@pytest.mark.parametrize(
    "other",
    [
        ANSWER.with_columns(users=pl.lit(4)),
        ANSWER.with_columns(day=pl.lit(date(2026, 1, 2))),
        ANSWER.clear(),
    ],
    ids=["a number", "a day", "no rows"],
)
def test_answers_that_differ_are_refused(other: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="answers differ"):
        require_equal("users", ANSWER, other)


def test_a_result_file_costs_hardly_more_than_its_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_files, "DATA", tmp_path)
    table = result_files.over_bare_sql(units=2_000, runs=1)
    assert [row[0] for row in table.rows] == ["bare aggregate SQL", "from Parquet to intervals"]
    own = Path(sys.executable)
    found = result_files.process(own, "with_tidemark.py", result_files.units_file(2_000))
    assert set(found.answer) == set(result_files.METRICS)
    assert 0 < found.cpu < 60
    assert found.peak_bytes > 2**20


def test_libraries_that_disagree_stop_the_bench() -> None:
    one = result_files.Process({"spend": [1.0, 0.0, 2.0]}, 1.0, 1.0, 1)
    result_files.require_same(one, replace(one, answer={"spend": [1.0, 0.0, 2.01]}))
    with pytest.raises(ValueError, match="spend"):
        result_files.require_same(one, replace(one, answer={"spend": [1.2, 0.2, 2.2]}))
