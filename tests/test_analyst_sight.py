"""What a policy holds back is not in SQL either: in no row, count, plan, error or condition."""

from collections.abc import Iterator

import pytest

from queries import Filter, Segment, Workspace
from queries.access import Sight
from queries.engine import DuckDBEngine
from queries.sandbox import Limits, Sandbox, SandboxError
from tests.analyst_engine import analyst_rows, lake
from tests.marked_workspace import NOBODY, make_marked, of_country, of_site
from tests.test_access_views import PARTS, PERSONAL, Part

GERMANY = PARTS["a country"].sight
NORTH = PARTS["a site"].sight
HASHED = Sight(Segment(), shows_personal=False)
FEW = Limits(seconds=20, memory_mb=256)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def personal(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("personal"), access=PERSONAL)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(workers=2)
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize("name", [name for name in PARTS if not name.startswith("no ")])
def test_events_are_those_of_a_workspace_of_the_part_alone(
    tmp_path_factory: pytest.TempPathFactory, whole: Workspace, name: str
) -> None:
    part: Part = PARTS[name]
    alone = make_marked(tmp_path_factory.mktemp("alone"), part.keeps, is_by_site=part.is_by_site)
    sql = "select user_id, event, occurred_at, site, properties, day from events order by all"
    seen = analyst_rows(whole.seen_with(part.sight), sql)
    assert seen == analyst_rows(alone, sql)


@pytest.mark.parametrize("name", PARTS)
def test_no_table_holds_a_mark_of_what_is_not_in_the_part(whole: Workspace, name: str) -> None:
    seen = whole.seen_with(PARTS[name].sight)
    everything = lake(seen)
    engine = DuckDBEngine(everything.ddl)
    for table in everything.tables:
        rows = repr(engine.query(f'select * from "{table}"', {}).to_pylist())  # noqa: S608
        found = [mark for mark in PARTS[name].foreign if mark in rows]
        assert found == [], table
    engine.close()


FRENCH = of_country("FR")
SOUTHERN = of_site("south")
# Fails on a row with the mark, and only there; without one it is true of every row.
TRAPS = {
    "a cast": "case when {column} like '%{mark}%' then cast({column} as int) else 1 end = 1",
    "a cast in a join": "case when {column} like '%{mark}%' then {column}::int end is null",
    # The engine asks the first one while it reads, and the second one before it joins.
    "two conditions": "replace({column}, '{mark}', 'x') <> 'x' "
    "and case when contains({column}, '{mark}') then cast({column} as int) else 1 end = 1",
    "a moment": "case when {column} like '%{mark}%' then {column}::date end is null",
}


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize(
    ("table", "column", "sight", "mark"),
    [
        ("events", "user_id", GERMANY, FRENCH),
        ("events", "event", NORTH, SOUTHERN),
        ("users", "user_id", GERMANY, FRENCH),
        ("steps", "event", NORTH, SOUTHERN),
        ("feature_days", "event", NORTH, SOUTHERN),
        ("feedback", "text", GERMANY, FRENCH),
        ("subscriptions", "account_id", GERMANY, FRENCH),
    ],
)
def test_no_condition_is_asked_of_a_row_that_is_held_back(
    whole: Workspace, sandbox: Sandbox, trap: str, table: str, column: str, sight: Sight, mark: str
) -> None:
    seen = whole.seen_with(sight)
    condition = TRAPS[trap].format(column=column, mark=mark)
    sql = f"select (select count(*) from {table} where {condition}), (select count(*) from {table})"  # noqa: S608
    answer = sandbox.run(seen, sql, {}, limits=FEW)
    tried, there = answer.rows.to_pylist()[0].values()
    assert tried == there > 0


def test_a_trap_springs_where_the_row_is_seen(whole: Workspace, sandbox: Sandbox) -> None:
    condition = TRAPS["a cast"].format(column="user_id", mark=FRENCH)
    with pytest.raises(SandboxError, match="could not convert"):
        sandbox.run(whole, f"select * from events where {condition}", {}, limits=FEW)  # noqa: S608


def test_errors_repeat_no_value_under_a_policy(whole: Workspace, sandbox: Sandbox) -> None:
    seen = whole.seen_with(GERMANY)
    with pytest.raises(SandboxError) as failed:
        sandbox.run(seen, "select cast(user_id as int) from users", {}, limits=FEW)
    assert "~" not in str(failed.value)
    with pytest.raises(SandboxError, match="~"):
        sandbox.run(whole, "select cast(user_id as int) from users", {}, limits=FEW)


def test_plans_and_lists_give_no_counts_under_a_policy(whole: Workspace, sandbox: Sandbox) -> None:
    sql = "select count(*) from events where day > date '2026-02-01'"
    assert sandbox.explain(whole.seen_with(GERMANY), sql, {}) == ("Reads events.",)
    assert sandbox.explain(whole, sql, {})[0].startswith("Reads events: the one file, ")
    assert {one.rows for one in lake(whole.seen_with(GERMANY)).tables.values()} == {None}


def test_files_of_a_policy_are_not_named(whole: Workspace, sandbox: Sandbox) -> None:
    seen = whole.seen_with(GERMANY)
    answer = sandbox.run(seen, "select count(*) as n from quarantine", {}, limits=FEW)
    assert answer.rows.to_pylist() == [{"n": 0}]
    assert NOBODY not in repr(analyst_rows(seen, "select * from quarantine"))


def test_personal_columns_are_hashed_alike_in_events_and_users(personal: Workspace) -> None:
    seen = personal.seen_with(HASHED)
    ((events, matched, marked),) = analyst_rows(
        seen,
        """
        select count(*), count(users.user_key), count(*) filter (where events.user_id like '%~%')
        from events left join users using (user_id)
        """,
    )
    assert events == matched > 0
    assert marked == 0


def test_personal_columns_are_marked_as_such(personal: Workspace) -> None:
    tables = lake(personal).tables
    assert {"user_id", "email"} <= tables["users"].personal
    assert "user_id" in tables["events"].personal
    assert tables["calendar"].personal == frozenset()


def test_the_secret_of_hashes_is_in_no_message(personal: Workspace) -> None:
    hidden = lake(personal.seen_with(HASHED)).hidden
    salt = (personal.folder / ".tidemark" / "salt").read_text("ascii").strip()
    assert salt in hidden


def test_two_sights_never_share_a_worker(whole: Workspace, sandbox: Sandbox) -> None:
    sql = "select count(*) as n from users"
    everybody = sandbox.run(whole, sql, {}, limits=FEW).rows.to_pylist()[0]["n"]
    germans = sandbox.run(whole.seen_with(GERMANY), sql, {}, limits=FEW).rows.to_pylist()[0]["n"]
    nobody = Sight(Segment((Filter("country", ()),)), shows_personal=True)
    none = sandbox.run(whole.seen_with(nobody), sql, {}, limits=FEW).rows.to_pylist()[0]["n"]
    assert everybody > germans > none == 0
    assert sandbox.run(whole, sql, {}, limits=FEW).rows.to_pylist()[0]["n"] == everybody
