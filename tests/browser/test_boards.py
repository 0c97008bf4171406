"""Boards and annotations in a browser: written, shared by link, arranged, accessible, harmless."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from queries import open_workspace
from store import Board, Store, store_of
from tests.board_samples import make_board
from tests.browser.conftest import Open, Reader
from tests.browser.test_looks import violations
from tests.page_workspace import ALL, HOSTILE


@pytest.fixture(scope="module")
def store(workspace: Path) -> Store:
    """The store of the workspace that the server shows."""
    return store_of(open_workspace(workspace))


@pytest.fixture
def board(workspace: Path, store: Store) -> Iterator[Board]:
    """A board with a tile of every sort; gone again afterwards."""
    made = make_board(workspace, HOSTILE)
    yield made
    for one in store.boards():
        store.delete_board(one.id, author="test")
    for query in store.queries():
        store.delete_query(query.id, author="test")
    for note in store.annotations(date.min, date.max):
        store.delete_annotation(note.id, author="test")


def test_an_annotation_is_written_beside_one_chart_and_seen_on_another(
    reader: Reader, store: Store
) -> None:
    reader.opens("/usage").clicks("annotate_lifecycle")
    dialog = reader.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Outage")
    dialog.get_by_role("button", name="Add it").click()
    reader.waits()
    expect(dialog).to_have_count(0)
    (kept,) = store.annotations(date.min, date.max)
    reader.opens("/").clicks("annotate_active_users")
    expect(dialog.get_by_text("Outage")).to_be_visible()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    reader.page.get_by_role("button", name="Remove it").click()
    reader.waits()
    expect(dialog).to_have_count(0)
    assert (kept.title, store.annotations(date.min, date.max)) == ("Outage", ())
    assert reader.problems == []


def test_a_link_to_a_board_shows_all_its_tiles(reader: Reader, board: Board) -> None:
    reader.opens(f"/boards?board={board.id}&where=country%3ADE")
    reader.page.get_by_role("button", name="Remove country: DE").click()
    reader.waits()
    number = reader.page.locator(f".st-key-card_tile_{board.tiles[1].id}")
    expect(number.get_by_test_id("stMetricValue")).to_have_text(str(ALL))
    chart = reader.page.locator(f".st-key-card_tile_{board.tiles[0].id} .js-plotly-plot")
    expect(chart).to_be_visible()
    assert f"board={board.id}" in reader.page.url
    assert (reader.problems, reader.elsewhere) == ([], [])
    assert reader.page.locator("img[src='x'], a[href^='javascript']").count() == 0


def test_a_tile_is_moved_and_widened(reader: Reader, store: Store, board: Board) -> None:
    reader.opens(f"/boards?board={board.id}")
    reader.page.get_by_text("Arrange", exact=True).click()
    reader.waits().clicks(f"move_Later_{board.tiles[0].id}")
    moved = store.board(board.id).tiles[1]
    assert moved.id == board.tiles[0].id
    reader.clicks(f"width_{moved.id}_{moved.version}", "A third")
    assert store.board(board.id).tiles[1].width == 1
    assert reader.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_board_is_accessible(server: str, reader_of: Open, board: Board, theme: str) -> None:
    reader = reader_of(server, theme=theme).opens(f"/boards?board={board.id}")
    assert violations(reader) == {}


def test_the_dialog_of_annotations_is_accessible(reader: Reader, board: Board) -> None:
    assert board.tiles
    reader.opens("/usage").clicks("annotate_active_users")
    assert violations(reader) == {}


def test_a_board_fits_on_a_telephone(server: str, reader_of: Open, board: Board) -> None:
    reader = reader_of(server, width=390).opens(f"/boards?board={board.id}")
    wide = reader.page.evaluate(
        "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth - element.clientWidth)"
    )
    assert wide == [0, 0]
