"""A board with one tile of every sort, for a workspace of `page_workspace`."""

from datetime import date
from pathlib import Path
from typing import Any

from queries import open_workspace
from store import Annotation, Board, SavedQuery, Store, Tile, store_of

ANN = "ann@example.com"
BY_DAY = """
select day, count(distinct user_key) as users
from user_days
where day >= $start and day < $end
group by day
order by day
"""
BY_PLATFORM = """
select platform, sum(events) as events
from segment_days
where day >= $start and day < $end
group by platform
order by events desc
"""
NUMBER = """
select count(distinct user_key) as users
from user_days
where day >= $start and day < $end
"""
TABLE = "select release, title, released_at from releases order by released_at"
WRONG = "select dya from user_days"
SLOW_ROWS = "select day, events from user_days where day < $start - 4000"


def save(store: Store, name: str, sql: str, chart: dict[str, Any] | None = None) -> SavedQuery:
    start = date(2026, 10, 1)
    given = {"start": start, "end": date(2026, 10, 8)} if "$start" in sql else {}
    query = SavedQuery(name=name, sql=sql.strip(), parameters=given, chart=chart)
    return store.save_query(query, author=ANN)


def line(x: str, y: str) -> dict[str, Any]:
    return {"kind": "line", "x": x, "y": [y]}


def make_board(folder: Path, name: str = "Daily look") -> Board:
    """The board, in the workspace's store."""
    store = store_of(open_workspace(folder))
    board = store.save_board(Board(name=name, description="What we look at"), author=ANN)
    bars = {"kind": "bar", "x": "platform", "y": ["events"]}
    tiles = [
        (save(store, "Users by day", BY_DAY, line("day", "users")), 2),
        (save(store, "Users in the period", NUMBER), 1),
        (save(store, "Events by platform", BY_PLATFORM, bars), 1),
        (save(store, "Releases", TABLE), 1),
        (save(store, "Misspelt", WRONG), 1),
        (save(store, "Nothing", SLOW_ROWS, line("day", "events")), 3),
    ]
    for query, width in tiles:
        store.pin(Tile(board_id=board.id, query_id=query.id, width=width), author=ANN)
    store.annotate(Annotation(day=date(2026, 11, 10), title="Outage"), author=ANN)
    return store.board(board.id)
