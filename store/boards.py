"""Boards and their tiles."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from store.database import Database
from store.errors import StoreMissing
from store.records import Board, Tile
from store.sessions import as_kept, found, named, note, put, record_of, remove
from store.tables import BoardRow, SavedQueryRow, TileRow


class Boards(Database):
    """Saved queries beside each other."""

    def boards(self) -> tuple[Board, ...]:
        """All of them with their tiles, by name."""
        with self.reading() as session:
            rows = session.scalars(select(BoardRow).options(selectinload(BoardRow.tiles)))
            records = [_board(row) for row in rows]
        return tuple(sorted(records, key=lambda one: (one.name.casefold(), one.id)))

    def board(self, board_id: str) -> Board:
        """One of them with its tiles.

        Raises:
            StoreMissing: There is none with this id.
        """
        with self.reading() as session:
            row = session.get(BoardRow, board_id)
            if row is None:
                raise StoreMissing(f"there is no board {board_id!r}; it may be removed")
            return _board(row)

    def save_board(self, board: Board, *, author: str) -> Board:
        """Keep a new board, or a change to its name or description; tiles have their own ways.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
        """
        with self.writing() as session:
            return _board(put(session, BoardRow, board, author=author))

    def delete_board(self, board_id: str, *, author: str, version: int | None = None) -> None:
        """Remove a board with its tiles, not their queries; the audit log keeps what was on it."""
        with self.writing() as session:
            for tile in _tiles(session, board_id):
                note(
                    session,
                    author=author,
                    action="removed tile",
                    subject=named(tile),
                    details=as_kept(tile),
                )
            remove(session, BoardRow, board_id, author=author, version=version)

    def pin(self, tile: Tile, *, author: str) -> Tile:
        """Put a saved query at the end of a board.

        Raises:
            StoreMissing: There is no such board or query.
        """
        with self.writing() as session:
            found(session, BoardRow, tile.board_id)  # locked: two who pin at once get two places
            if session.get(SavedQueryRow, tile.query_id) is None:
                raise StoreMissing(f"there is no saved query {tile.query_id!r}; save it first")
            last = session.scalar(
                select(func.max(TileRow.position)).where(TileRow.board_id == tile.board_id)
            )
            placed = replace(tile, position=0 if last is None else last + 1)
            return record_of(Tile, put(session, TileRow, placed, author=author))

    def edit_tile(self, tile: Tile, *, author: str) -> Tile:
        """Change a tile's title, width or chart.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
        """
        with self.writing() as session:
            return record_of(Tile, put(session, TileRow, tile, author=author))

    def move(self, tile_id: str, *, to: int, author: str) -> None:
        """Put a tile at a place of its board, from 0; the others keep their order."""
        with self.writing() as session:
            moved = found(session, TileRow, tile_id)
            found(session, BoardRow, moved.board_id)
            others = [tile for tile in _tiles(session, moved.board_id) if tile.id != tile_id]
            place = min(max(to, 0), len(others))
            for at, tile in enumerate([*others[:place], moved, *others[place:]]):
                if tile.position != at:
                    tile.position, tile.updated_by = at, author

    def unpin(self, tile_id: str, *, author: str, version: int | None = None) -> None:
        """Remove a tile, not its query; the audit log keeps it."""
        with self.writing() as session:
            remove(session, TileRow, tile_id, author=author, version=version)


def _tiles(session: Session, board_id: str) -> Sequence[TileRow]:
    return session.scalars(
        select(TileRow)
        .where(TileRow.board_id == board_id)
        .order_by(TileRow.position, TileRow.id)
        .with_for_update()
    ).all()


def _board(row: BoardRow) -> Board:
    return record_of(Board, row, tiles=tuple(record_of(Tile, tile) for tile in row.tiles))
