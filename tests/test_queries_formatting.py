"""Setting out SQL: the same tree, the same comments, or nothing is done."""

from pathlib import Path

import pytest
import sqlglot

from queries.errors import QueryError
from queries.formatting import LONGEST, formatted

QUERIES = sorted((Path(__file__).parents[1] / "queries").glob("*.sql"))


def tree(sql: str) -> object:
    return sqlglot.parse_one(sql, dialect="duckdb")


def test_clauses_stand_on_their_own_lines_in_lower_case() -> None:
    assert formatted("SELECT day, COUNT(*) FROM user_days WHERE x > $low GROUP BY ALL") == (
        "select\n    day,\n    count(*)\nfrom user_days\nwhere\n    x > $low\ngroup by all"
    )


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_our_own_queries_say_the_same_afterwards(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    try:
        after = formatted(sql)
    except QueryError:
        return
    assert tree(after) == tree(sql)


def test_most_of_our_own_queries_can_be_set_out() -> None:
    def can_be(sql: str) -> bool:
        try:
            formatted(sql)
        except QueryError:
            return False
        return True

    done = [can_be(path.read_text(encoding="utf-8")) for path in QUERIES]
    assert sum(done) >= 0.9 * len(done)


def test_names_keep_their_capitals() -> None:
    assert formatted('select Users.Day as "The Day" from Users') == (
        'select\n    Users.Day as "The Day"\nfrom Users'
    )


def test_the_header_and_comments_stay() -> None:
    after = formatted("-- Who?\n-- One row per user.\nselect 1 -- one\n, 2 /* two */ from t")
    assert after.startswith("-- Who?\n-- One row per user.\nselect")
    assert after.count("one") == after.count("two") == 1


def test_it_settles_after_once() -> None:
    once = formatted("select a,b from t where c in (select d from u) order by 1")
    assert formatted(once) == once


@pytest.mark.parametrize(
    "sql",
    [
        "select 1; select 2",
        "select $$ab$$",
        "select (",
        "select " + "(" * 2_000 + "1" + ")" * 2_000,
        "select 1 -- " + "x" * LONGEST,
        "select 'a' from t as t, unnest([1]) as u",
        "select a in /* which ones? */ (1) from t",
    ],
    ids=["two", "dollars", "unfinished", "deep", "long", "a join", "a comment"],
)
def test_what_is_not_read_well_enough_is_refused(sql: str) -> None:
    with pytest.raises(QueryError, match=r"^[^\x1b]+$"):
        formatted(sql)


def test_an_empty_text_stays_empty() -> None:
    assert formatted(" \n") == " \n"
