"""The demo's files as tables, and the questions of planted_numbers.sql about them."""

import re
from pathlib import Path

import duckdb

SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
MACROS, *_questions = re.split(r"^-- measure: (\w+)\n", SQL, flags=re.MULTILINE)
MEASURES = dict(zip(_questions[::2], _questions[1::2], strict=True))
SIDE_TABLES = ("users", "subscriptions", "exposures", "experiments", "requests")
EVENTS = r"""
create table events as
select
    *,
    cast(timezone('Europe/Berlin', timezone('UTC', occurred_at)) as date) as day,
    regexp_extract(event, '^(.*)_([a-z]+)$', 1) as feature,
    regexp_extract(event, '^(.*)_([a-z]+)$', 2) as action
from (select distinct * exclude (filename, properties) from files)
where occurred_at between timestamp '2000-01-01' and timestamp '2030-01-01'
    and trim(user_id) <> '' and event <> ''
"""


def open_demo(folder: Path) -> duckdb.DuckDBPyConnection:
    """The demo's files as tables; `events` without rows that are broken, with local days."""
    demo = duckdb.connect()
    for name in SIDE_TABLES:
        demo.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
    demo.read_parquet(str(folder / "events" / "*"), filename=True).create_view("files")
    demo.execute(EVENTS)
    demo.execute(MACROS)
    return demo


def measured(demo: duckdb.DuckDBPyConnection, name: str) -> float:
    """The one number that a question answers with."""
    row = demo.execute(MEASURES[name]).fetchone()
    assert row is not None
    return float(row[0])
