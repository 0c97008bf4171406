"""Two processes that write at once lose nothing."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from store import Annotation, Board, SavedQuery, Store, Tile

ROOT = Path(__file__).parents[1]
WRITERS, TIMES = 4, 25

# Each counts a shared number up, again and again; who was too late takes the new state.
COUNTING = """
import sys
from dataclasses import replace
from store import StoreConflict, open_store
url, query_id, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = open_store(url)
for _ in range(times):
    while True:
        query = store.query(query_id)
        counted = query.parameters["count"] + 1
        try:
            store.save_query(replace(query, parameters={"count": counted}), author="x")
            break
        except StoreConflict:
            continue
store.close()
"""

ADDING = """
import sys
from datetime import date
from store import Annotation, Run, Tile, open_store
url, query_id, board_id, name, times = *sys.argv[1:5], int(sys.argv[5])
store = open_store(url)
for number in range(times):
    title = f"{name}-{number}"
    store.pin(Tile(board_id=board_id, query_id=query_id, title=title), author=name)
    store.annotate(Annotation(day=date(2026, 11, 3), title=title), author=name)
    store.record_run(Run(author=name, sql=title))
store.close()
"""


def run_at_once(code: str, *arguments: tuple[str, ...]) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", code, *given], cwd=ROOT) for given in arguments
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * len(arguments)


def test_no_change_is_lost_between_processes(store: Store) -> None:
    query = SavedQuery(name="Counter", sql="select 1", parameters={"count": 0})
    kept = store.save_query(query, author="a")
    given = (store.url, kept.id, str(TIMES))
    run_at_once(COUNTING, *[given] * WRITERS)
    after = store.query(kept.id)
    assert after.parameters == {"count": WRITERS * TIMES}
    assert after.version == 1 + WRITERS * TIMES


def test_nothing_added_is_lost_between_processes(store: Store) -> None:
    query = store.save_query(SavedQuery(name="Q", sql="select 1"), author="a")
    board = store.save_board(Board(name="B"), author="a")
    names = [f"w{number}" for number in range(WRITERS)]
    given = [(store.url, query.id, board.id, name, str(TIMES)) for name in names]
    run_at_once(ADDING, *given)
    wanted = {f"{name}-{number}" for name in names for number in range(TIMES)}
    tiles = store.board(board.id).tiles
    noted = store.annotations(date(2026, 11, 3), date(2026, 11, 4))
    assert {tile.title for tile in tiles} == wanted
    assert [tile.position for tile in tiles] == list(range(WRITERS * TIMES))
    assert {one.title for one in noted} == wanted
    assert store.counts()["query_runs"] == WRITERS * TIMES


def test_a_process_killed_while_it_writes_leaves_all_or_nothing(store: Store) -> None:
    query = store.save_query(SavedQuery(name="Q", sql="select 1"), author="a")
    board = store.save_board(Board(name="B"), author="a")
    code = ADDING.replace("range(times)", "__import__('itertools').count()")
    given = [store.url, query.id, board.id, "w", "1"]
    writer = subprocess.Popen([sys.executable, "-c", code, *given], cwd=ROOT)
    while len(store.board(board.id).tiles) < 5:
        assert writer.poll() is None
    writer.kill()
    writer.wait()
    tiles = store.board(board.id).tiles
    assert [tile.position for tile in tiles] == list(range(len(tiles)))
    assert store.damage() == ()
    store.pin(Tile(board_id=board.id, query_id=query.id), author="a")
    store.annotate(Annotation(day=date(2026, 11, 3), title="still works"), author="a")
