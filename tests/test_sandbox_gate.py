"""The gate refuses one wrong word anywhere in a text that it would let through without it."""

import json
import re
import sys
from collections.abc import Iterator

import duckdb
import pytest

from queries import names
from queries.contract import contract
from queries.meanings import ROLL_UPS
from queries.outcomes import MEANINGS as OF_EXPERIMENTS
from queries.sandbox.errors import Refused
from queries.sandbox.functions import FUNCTIONS
from queries.sandbox.gate import check
from queries.sandbox.seal import STACK_DEPTH
from queries.tables import TABLES as CANONICAL
from tests.test_sandbox_questions import QUESTIONS

METRICS = ("metric_events", "metric_active_users", "metric_daily_active_users")
TABLES = tuple(sorted({*CANONICAL, *ROLL_UPS, *OF_EXPERIMENTS, *METRICS}))
TEXTS = (*QUESTIONS.strip().splitlines(), *(contract(name).text for name in names()))
CALL = re.compile(r"\b([a-z_]\w*)\s*\(", re.IGNORECASE)
TABLE = re.compile(rf"\b({'|'.join(TABLES)})\b")
MOST_PLACES = 3  # of one text
TREE = "select json_serialize_sql($sql::varchar, skip_default := true)"


@pytest.fixture(scope="module")
def link() -> Iterator[duckdb.DuckDBPyConnection]:
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(STACK_DEPTH)
    with duckdb.connect() as link:
        yield link
    sys.setrecursionlimit(depth)


def with_one_word_changed(sql: str, word: re.Pattern[str], other: str) -> Iterator[str]:
    """The text once for some places of the word, with another one there."""
    places = [
        match for match in word.finditer(sql) if word is TABLE or match[1].lower() in FUNCTIONS
    ]
    for match in places[:: max(1, len(places) // MOST_PLACES)]:
        yield sql[: match.start(1)] + other + sql[match.end(1) :]


def is_read_as(sql: str, field: str, value: str, link: duckdb.DuckDBPyConnection) -> bool:
    """Whether the engine's parser finds that value in that field, anywhere."""
    tree = str(link.execute(TREE, {"sql": sql}).fetchall()[0][0])
    return f'"{field}":{json.dumps(value)}' in tree


def passes(sql: str, link: duckdb.DuckDBPyConnection) -> bool:
    """Whether the gate lets the text through."""
    try:
        check(sql, TABLES, link)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("function", ["getenv", "list_aggregate"])
def test_a_function_that_is_not_listed_is_refused_wherever_it_stands(
    link: duckdb.DuckDBPyConnection, function: str
) -> None:
    tried = 0
    for text in TEXTS:
        for sql in with_one_word_changed(text, CALL, function):
            if is_read_as(sql, "function_name", function, link):
                assert not passes(sql, link), sql
                tried += 1
    assert tried > 150


@pytest.mark.parametrize("table", ['"/etc/passwd"', "duckdb_views", "main.users"])
def test_a_table_that_is_not_there_is_refused_wherever_it_stands(
    link: duckdb.DuckDBPyConnection, table: str
) -> None:
    tried = 0
    for text in TEXTS:
        for sql in with_one_word_changed(text, TABLE, table):
            name = table.strip('"').rpartition(".")[2]
            made = is_read_as(sql, "key", name, link)  # by the text itself, in `with`
            if is_read_as(sql, "table_name", name, link) and not made and name not in text:
                assert not passes(sql, link), sql
                tried += 1
    assert tried > 50 or "." in table


def test_every_text_passes_as_it_stands(link: duckdb.DuckDBPyConnection) -> None:
    assert [text for text in TEXTS if not passes(text, link)] == []
