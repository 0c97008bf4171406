"""What people thought of the items of the daily brief."""

from datetime import date

from sqlalchemy import select

from store.database import Database
from store.records import Opinion, Vote
from store.sessions import put, record_of, remove
from store.tables import VoteRow


class Votes(Database):
    """One vote of each person on each item."""

    def votes(self, since: date | None = None) -> tuple[Vote, ...]:
        """Those on items of a day or later, or all, by day."""
        asked = select(VoteRow).order_by(VoteRow.day, VoteRow.item, VoteRow.author, VoteRow.id)
        if since is not None:
            asked = asked.where(VoteRow.day >= since)
        with self.reading() as session:
            return tuple(record_of(Vote, row) for row in session.scalars(asked))

    def vote(self, vote: Vote, *, author: str) -> Vote | None:
        """Keep somebody's opinion of an item; the same opinion again takes it back.

        Returns:
            What is kept now; None: nothing.
        """
        with self.writing() as session:
            rows = session.scalars(
                select(VoteRow).where(VoteRow.item == vote.item, VoteRow.author == author)
            ).all()
            before: Opinion | None = None
            for row in rows:
                before = record_of(Vote, row).opinion
                remove(session, VoteRow, row.id, author=author, version=row.version)
            if before == vote.opinion:
                return None
            session.flush()
            return record_of(Vote, put(session, VoteRow, vote, author=author))
