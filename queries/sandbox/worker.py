"""The other process: sealed first, then the engine; answers one text at a time until it is ended.

Nothing of the server is imported here, so that a worker starts fast and is small.
"""

import os
import select
import signal
import sys
import threading
from typing import Any

import duckdb
import pyarrow as pa

from queries.sandbox.answering import TooLarge, send_rows, watched
from queries.sandbox.errors import Refused
from queries.sandbox.gate import Passed, check
from queries.sandbox.messages import EXPLAIN, described
from queries.sandbox.plan import plan_facts
from queries.sandbox.seal import seal
from queries.sandbox.shut_engine import OF_A_CONNECTION, columns, shut_engine
from queries.sandbox.wire import DONE, FAILED, READY, Opening, Outlet, Question, read_request

GRACE_SECONDS = 3  # after the deadline, until the kernel itself ends the process


def main() -> None:
    """Become a worker; ends with the server."""
    outlet = Outlet(os.dup(1))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    pipe = sys.stdin.buffer
    opening = read_request(pipe)
    if isinstance(opening, Opening):
        try:
            why_open = seal(opening)
            threading.Thread(target=_end_with_the_server, daemon=True).start()
            link = shut_engine(opening)
            known = {name: columns(link, name) for name in opening.tables}
        except OSError as error:
            outlet.words(FAILED, {"message": f"nobody can be sealed off to answer: {error}"})
        except (duckdb.Error, MemoryError) as error:
            outlet.words(FAILED, described(error, "", opening.hidden) | {"is_fatal": True})
        else:
            outlet.words(READY, {"why_open": why_open, "columns": known})
            _serve(opening, link, pipe, outlet)
    os._exit(0)


def _end_with_the_server() -> None:
    """Wait until the other end of the pipe is closed, whatever this process is doing then."""
    watch = select.poll()
    watch.register(0, 0)
    watch.poll()
    os._exit(0)


def _serve(opening: Opening, link: duckdb.DuckDBPyConnection, pipe: Any, outlet: Outlet) -> None:
    """Answer until the server has gone."""
    while isinstance(question := read_request(pipe), Question):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(question.seconds) + GRACE_SECONDS)
        _answer(opening, link, question, outlet)
        signal.alarm(0)


def _answer(
    opening: Opening, link: duckdb.DuckDBPyConnection, question: Question, outlet: Outlet
) -> None:
    def failed(error: Exception, before: str = "") -> None:
        outlet.words(FAILED, described(
            error, question.sql, opening.hidden, hides_values=opening.hides_values, before=before,
        ))  # fmt: skip

    try:
        with link.cursor() as cursor:
            for statement in OF_A_CONNECTION:
                cursor.execute(statement)
            passed = check(question.sql, opening.tables, cursor)
            with watched(cursor, question.seconds, outlet):
                facts = _facts(cursor, question, passed, outlet)
        outlet.words(DONE, facts | {"tables": passed.tables})
    except Refused as error:
        outlet.words(FAILED, {
            "message": str(error), "position": error.position, "suggestion": error.suggestion,
            "is_refused": True,
        })  # fmt: skip
    except TooLarge:
        outlet.words(FAILED, {"limit": "bytes"})
    except _NoPlan as error:
        failed(error.cause, EXPLAIN)
    except (duckdb.Error, MemoryError, pa.ArrowException) as error:
        failed(error)


class _NoPlan(Exception):
    """The engine can make no plan of a text, and says where in it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _facts(
    cursor: duckdb.DuckDBPyConnection, question: Question, passed: Passed, outlet: Outlet
) -> dict[str, Any]:
    missing = [f"${name}" for name in passed.parameters if name not in question.parameters]
    if missing:
        raise Refused(f"the text needs a value for {', '.join(missing)}")
    given = {name: question.parameters[name] for name in passed.parameters} or None
    if question.is_explained:
        return {"plan": plan_facts(_plan(cursor, question.sql, given))}
    try:
        relation = cursor.sql(question.sql, params=given)
    except duckdb.Error:
        _plan(cursor, question.sql, given)  # fails alike, and says where
        raise
    return send_rows(relation, question, outlet)


def _plan(cursor: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any] | None) -> str:
    try:
        return str(cursor.execute(EXPLAIN + sql, given).fetchall()[0][1])
    except duckdb.Error as error:
        raise _NoPlan(error) from error
