"""Rows sorted in parts are the rows sorted by an ordinary sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from queries.packed_sort import Columns, SortedParts, packed_sort

MICROSECONDS = st.sampled_from([1, 1_000, 1_000_000])
ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(-40, 40), st.integers(0, 3)), max_size=60)


def columns(rows: list[tuple[int, int, int]], grain: int = 1) -> list[NDArray[np.integer]]:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return [table[:, 0].astype(np.int32), table[:, 1] * grain, table[:, 2].astype(np.uint8)]


def rows_of(*parts: Columns) -> list[tuple[int, ...]]:
    return [row for part in parts for row in zip(*(one.tolist() for one in part), strict=True)]


@given(ROWS, MICROSECONDS, st.sampled_from([1, 7, 1_000]), st.booleans())
def test_parts_one_after_another_are_all_rows_in_order(
    rows: list[tuple[int, int, int]],
    grain: int,
    size: int,
    has_runs: bool,  # noqa: FBT001
) -> None:
    given_rows = sorted(rows, key=lambda row: (row[2], row[:2])) if has_runs else rows
    parts = SortedParts(*columns(given_rows, grain), rows=size)
    found = rows_of(*(parts.part(number) for number in range(len(parts))))
    assert found == sorted((who, when * grain, what) for who, when, what in rows)


@given(ROWS)
def test_nobody_is_in_two_parts(rows: list[tuple[int, int, int]]) -> None:
    parts = SortedParts(*columns(rows), rows=5)
    owners = [set(parts.part(number)[0].tolist()) for number in range(len(parts))]
    assert sum(map(len, owners)) == len(set().union(*owners))


def test_rows_that_need_more_bits_than_a_key_has_are_sorted_all_the_same() -> None:
    wide = np.array([2**40, 0, 2**40, 0])
    when = np.array([2**50 + 1, 5, 3, -(2**50)])
    found = packed_sort(wide, when, np.array([1, 0, 1, 0], dtype=np.uint8))
    assert rows_of(found) == sorted(zip(wide.tolist(), when.tolist(), [1, 0, 1, 0], strict=True))


@pytest.mark.parametrize("most_runs", [2, 4_096])
def test_runs_or_none_give_the_same(most_runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.packed_sort.MOST_RUNS", most_runs)
    chance = np.random.default_rng(3)
    rows = [tuple(row) for row in chance.integers(0, 50, (400, 3)).tolist()]
    parts = SortedParts(*columns(rows), rows=40)
    assert len(parts) > 1
    assert rows_of(*(parts.part(n) for n in range(len(parts)))) == sorted(rows)
