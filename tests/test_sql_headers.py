"""The header of every query is a contract; here its form, elsewhere its truth on real rows."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from queries import contract

TYPES = {"bigint", "boolean", "date", "double", "integer", "timestamp", "varchar"}
PARAMETER_TYPES = TYPES | {"varchar[]"}
SQL_FILES = sorted(contract.FOLDER.glob("*.sql"))


@pytest.fixture(params=SQL_FILES, ids=lambda path: path.stem)
def promise(request: pytest.FixtureRequest) -> contract.Contract:
    path: Path = request.param
    return contract.read_contract(path.stem, path.read_text(encoding="utf-8"))


def body(promise: contract.Contract) -> exp.Query:
    statement = sqlglot.parse_one(promise.text, dialect="duckdb")
    assert isinstance(statement, exp.Query)
    return statement


def test_header_begins_with_the_question(promise: contract.Contract) -> None:
    first = promise.text.splitlines()[0]
    assert first == f"-- {promise.question}"
    assert first[3].isupper()


def test_header_names_a_key_among_its_columns(promise: contract.Contract) -> None:
    assert set(promise.key) <= {column.name for column in promise.columns}


def test_header_describes_every_field(promise: contract.Contract) -> None:
    fields = promise.parameters + promise.columns
    assert [field.name for field in fields if not field.meaning] == []
    assert {field.type for field in promise.columns} <= TYPES
    assert {field.type for field in promise.parameters} <= PARAMETER_TYPES


def test_header_lists_the_parameters_that_are_used(promise: contract.Contract) -> None:
    used = {node.name for node in body(promise).find_all(exp.Placeholder, exp.Parameter)}
    assert used == {field.name for field in promise.parameters}


def test_header_lists_the_columns_in_the_order_of_the_last_select(
    promise: contract.Contract,
) -> None:
    assert body(promise).named_selects == [column.name for column in promise.columns]


def test_header_says_whether_it_can_be_broken_down(promise: contract.Contract) -> None:
    says = "-- Breakdown: yes" in promise.text
    assert says == promise.can_be_broken_down


def test_each_step_says_what_one_row_is(promise: contract.Contract) -> None:
    code = promise.text.partition("\n\n")[2]
    steps = re.findall(r"(.*)\n(?:with )?(\w+) as \($", code, flags=re.MULTILINE)
    assert [name for before, name in steps if not before.startswith("-- ")] == []
