"""Boards: listed, made, opened by link, arranged; each tile shows its query for the period."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import plain
from queries import Viewer, open_workspace
from store import Board, SavedQuery, Store, StoreReadOnly, Tile, store_of
from tests.board_samples import ANN, BY_DAY, make_board
from tests.page_runs import TIMEOUT, act, has_failed, headers, metrics, run_page, showing, text
from tests.page_workspace import ALL, GERMAN, HOSTILE, OLD, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("boards")).folder


@pytest.fixture
def store(workspace: Path) -> Iterator[Store]:
    """The workspace's store, emptied afterwards."""
    kept = store_of(open_workspace(workspace))
    yield kept
    for board in kept.boards():
        kept.delete_board(board.id, author="test")
    for query in kept.queries():
        kept.delete_query(query.id, author="test")
    for one in kept.annotations(date.min, date.max):
        kept.delete_annotation(one.id, author="test")


@pytest.fixture
def board(workspace: Path, store: Store) -> Board:  # noqa: ARG001  (the store is emptied after)
    return make_board(workspace)


def open_board(workspace: Path, board_id: str, **state: object) -> AppTest:
    """The page as a link to the board opens it."""
    with showing(workspace):
        screen = run_page(workspace, "boards", **state)
        screen.query_params["board"] = board_id
        return screen.run(timeout=TIMEOUT)


def press(workspace: Path, screen: AppTest, label: str, at: int = 0) -> AppTest:
    """The page after a click on the button that says this, the first of them unless told."""
    return act(workspace, [one for one in screen.button if one.label == label][at].click())


def alt_texts(screen: AppTest) -> list[str]:
    return [chart.proto.alt for chart in screen.get("plotly_chart")]


def titles(screen: AppTest) -> list[str]:
    return [one.value for one in screen.subheader]


def test_no_board_says_how_one_comes_to_be(workspace: Path, store: Store) -> None:  # noqa: ARG001
    screen = run_page(workspace, "boards")
    assert "**No board yet**" in text(screen)
    assert "pin queries to it" in text(screen)


def test_a_board_is_made_and_opened(workspace: Path, store: Store) -> None:
    screen = run_page(workspace, "boards")
    screen.text_input(key="new_board_name").set_value(HOSTILE)
    screen = press(workspace, screen, "Make it")
    (made,) = store.boards()
    assert (made.name, made.author) == (HOSTILE, "local")
    assert headers(screen) == [plain.markdown(HOSTILE)]
    assert screen.query_params["board"] in ([made.id], made.id)
    assert "**Nothing is pinned here yet**" in text(screen)


def test_a_board_without_a_name_is_refused(workspace: Path, store: Store) -> None:
    said = text(press(workspace, run_page(workspace, "boards"), "Make it"))
    assert ("Not kept" in said, "name is needed" in said) == (True, True)
    assert store.boards() == ()


def test_boards_are_listed_with_their_tiles(workspace: Path, board: Board) -> None:
    said = text(run_page(workspace, "boards"))
    assert f"**{board.name}**" in said
    assert "6 tiles" in said


def test_a_link_opens_a_board(workspace: Path, board: Board) -> None:
    screen = open_board(workspace, board.id)
    assert headers(screen) == [board.name]
    assert titles(screen) == [
        "Users by day", "Users in the period", "Events by platform", "Releases", "Misspelt",
        "Nothing",
    ]  # fmt: skip
    assert "**26 Oct – 22 Nov compared with 28 Sep – 25 Oct**" in text(screen)


def test_a_link_to_a_board_that_is_gone_says_so(workspace: Path, board: Board) -> None:
    said = text(open_board(workspace, "nowhere"))
    assert "**Not there**" in said
    assert f"**{board.name}**" in said


def test_tiles_are_of_the_boards_period(workspace: Path, board: Board) -> None:
    assert metrics(open_board(workspace, board.id))["users"][0] == str(ALL)
    days = (date(2026, 9, 28), date(2026, 10, 4))
    before = open_board(workspace, board.id, period="custom", days=days)
    assert metrics(before)["users"][0] == str(OLD)


def test_tiles_are_of_the_boards_filters(workspace: Path, board: Board) -> None:
    screen = open_board(workspace, board.id, where=["country:DE"])
    assert metrics(screen)["users"][0] == str(GERMAN)


def test_a_tile_says_which_control_does_not_apply(workspace: Path, board: Board) -> None:
    everybody = text(open_board(workspace, board.id)).replace("\\", "")
    assert everybody.count("Not of this period: the query has no $start and $end.") == 1
    assert "Not filtered" not in everybody
    german = text(open_board(workspace, board.id, where=["country:DE"])).replace("\\", "")
    assert german.count("Not filtered: the query reads nothing about people.") == 1


def test_a_tile_that_fails_says_why_and_leaves_the_others(workspace: Path, board: Board) -> None:
    screen = open_board(workspace, board.id)
    assert "no column 'dya'" in text(screen).replace("\\", "")
    assert "Open the query" in [button.label for button in screen.button]
    assert len(alt_texts(screen)) == 2


def test_a_tile_without_rows_says_so(workspace: Path, board: Board) -> None:
    assert "**Nothing in these days for these people**" in text(open_board(workspace, board.id))


def test_annotations_are_on_a_tile_over_time(workspace: Path, board: Board) -> None:
    screen = open_board(workspace, board.id)
    drawn = json.loads(screen.get("plotly_chart")[0].proto.spec)["data"]
    said = [text for trace in drawn for text in trace.get("text") or []]
    assert "Annotation: Outage" in said
    assert sum(str(button.key).startswith("annotate_tile") for button in screen.button) == 2


def arranged(workspace: Path, board: Board) -> AppTest:
    screen = open_board(workspace, board.id)
    return act(workspace, screen.toggle(key=f"arrange_{board.id}").set_value(True))


def test_a_tile_moves(workspace: Path, board: Board) -> None:
    screen = press(workspace, arranged(workspace, board), "Later")
    assert titles(screen)[:3] == ["Users in the period", "Users by day", "Events by platform"]
    screen = press(workspace, screen, "Earlier", at=1)
    assert titles(screen)[:2] == ["Users by day", "Users in the period"]


def test_a_tile_gets_a_width_and_a_title(workspace: Path, store: Store, board: Board) -> None:
    screen = arranged(workspace, board)
    tile = board.tiles[0]
    own = f"{tile.id}_{tile.version}"
    screen = act(workspace, screen.text_input(key=f"title_{own}").set_value("**Daily**"))
    assert titles(screen)[0] == plain.markdown("**Daily**")
    own = f"{tile.id}_{tile.version + 1}"
    act(workspace, screen.segmented_control(key=f"width_{own}").set_value(3))
    kept = store.board(board.id).tiles[0]
    assert (kept.width, kept.title) == (3, "**Daily**")


def test_a_tile_is_removed_and_its_query_stays(
    workspace: Path, store: Store, board: Board
) -> None:
    queries = store.queries()
    # The first is the board's own.
    screen = press(workspace, arranged(workspace, board), "Remove it", at=1)
    assert "Users by day" not in titles(screen)
    assert store.queries() == queries


def test_a_board_is_renamed_and_removed(workspace: Path, store: Store, board: Board) -> None:
    screen = open_board(workspace, board.id)
    screen.text_input(key=f"board_name_{board.id}_{board.version}").set_value("New")
    screen = press(workspace, screen, "Keep it")
    assert headers(screen) == ["New"]
    screen = press(workspace, screen, "Remove it")
    assert store.boards() == ()
    assert "**No board yet**" in text(screen)


def test_who_may_not_save_looks(
    workspace: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    looker = Viewer("Vic", "vic@example.com", (), "viewer")
    for part in ("board", "listing", "tile", "arranging"):
        monkeypatch.setattr(f"pages.shared.boards.{part}.viewer", lambda: looker)
    screen = open_board(workspace, board.id)
    assert metrics(screen)["users"][0] == str(ALL)
    labels = {button.label for button in screen.button}
    assert {"Keep it", "Remove it", "Make it", "Open the query", "Earlier"} & labels == set()
    assert not screen.toggle


def test_a_store_for_reading_only_shows_boards_and_says_why_nothing_is_kept(
    workspace: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreReadOnly("the store in /x cannot be written")

    monkeypatch.setattr(Store, "move", refuse)
    screen = press(workspace, arranged(workspace, board), "Later")
    assert "Not kept" in text(screen)
    assert titles(screen)[0] == "Users by day"


def pinning(folder: str, query_id: str) -> None:
    """What the dialog shows; AppTest forgets a dialog at the next click, so without one."""
    from pages.shared.boards import pin
    from queries import open_workspace
    from store import store_of

    opened = open_workspace(folder)
    pin.current = lambda: opened
    pin.leave_for = lambda _: None
    pin.pin_form(store_of(opened).query(query_id))


def pin_form(workspace: Path, query: SavedQuery) -> AppTest:
    given = {"folder": str(workspace), "query_id": query.id}
    return AppTest.from_function(pinning, default_timeout=TIMEOUT, kwargs=given).run()


def test_a_saved_query_is_pinned_to_a_board(workspace: Path, store: Store) -> None:
    query = store.save_query(SavedQuery(name="Users", sql=BY_DAY), author=ANN)
    board = store.save_board(Board(name="Daily"), author=ANN)
    screen = pin_form(workspace, query)
    screen.text_input(key="pin_title").set_value("By day")
    assert not has_failed(press(workspace, screen, "Pin it"))
    (tile,) = store.board(board.id).tiles
    assert (tile.query_id, tile.title, tile.width, tile.author) == (query.id, "By day", 1, "local")


def test_a_board_is_made_by_pinning_to_it(workspace: Path, store: Store) -> None:
    query = store.save_query(SavedQuery(name="Users", sql=BY_DAY), author=ANN)
    screen = pin_form(workspace, query)
    screen.text_input(key="pin_board_name").set_value("Fresh")
    press(workspace, screen, "Pin it")
    assert [(board.name, len(board.tiles)) for board in store.boards()] == [("Fresh", 1)]


def test_names_from_anybody_are_shown_harmlessly(workspace: Path, store: Store) -> None:
    query = store.save_query(SavedQuery(name=HOSTILE, sql="select 1 as one"), author=HOSTILE)
    board = store.save_board(Board(name=HOSTILE, description=HOSTILE), author=HOSTILE)
    store.pin(Tile(board_id=board.id, query_id=query.id), author=HOSTILE)
    listed, opened = run_page(workspace, "boards"), open_board(workspace, board.id)
    for screen in (listed, opened):
        said = text(screen) + "".join(titles(screen))
        assert plain.markdown(HOSTILE) in said
        assert "[x](http" not in said
        assert "<img" not in said.replace("\\<", "")
