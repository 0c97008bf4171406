"""Asking: parameters, cache, deadlines, threads, and segments that are exact."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from queries import Filter, NoSnapshot, QueryError, Segment, Workspace, open_workspace
from queries.contract import contract
from queries.engine import DuckDBEngine
from queries.narrow import BETWEEN, NOT_SET, Dimension, Narrowing, narrowed
from tests.build_logs import empty_workspace, random_log, rebuilt, write_events
from tests.slow_rollups import Row

SETTINGS = """
[product]
name = "Random"
time_zone = "Europe/Berlin"
[activity]
exclude = ["ping"]
[dimensions]
users = ["team"]
events = ["platform"]
"""
TEAMS = ("red", "blue", None)


def made(folder: Path, rows: list[Row]) -> Workspace:
    """A workspace of these rows in which everybody has a team, or none."""
    workspace = empty_workspace(folder, SETTINGS)
    write_events(folder / "events.parquet", rows)
    people = sorted({row[0] for row in rows})
    teams = [team_of(person) for person in people]
    pl.DataFrame(
        {"user_id": people, "team": teams}, schema_overrides={"team": pl.String}
    ).write_parquet(folder / "users.parquet")
    return rebuilt(workspace)


def team_of(person: str) -> str | None:
    """A person's team, by the last letter of the name."""
    return TEAMS[ord(person[-1]) % 3]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """A random log."""
    return random_log(11)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> Workspace:
    """The workspace of that log."""
    return made(tmp_path_factory.mktemp("all"), rows)


FILTERS = [
    (Filter("team", ("red",)),),
    (Filter("team", ("blue", None)),),
    (Filter("platform", ("web",)),),
    (Filter("platform", ("ios", None)),),
    (Filter("platform", ("web", "ios")), Filter("team", ("red", "blue"))),
]


# A session belongs to the segment of its first event, and is not cut by a dimension of events.
CASES = [(table, one) for table in ("user_days", "feature_days", "steps") for one in FILTERS]
CASES += [("sessions", one) for one in FILTERS[:2]]


@pytest.mark.parametrize(("table", "filters"), CASES)
def test_a_segment_is_what_a_workspace_of_its_events_alone_would_show(
    tmp_path: Path, workspace: Workspace, rows: list[Row], table: str, filters: tuple[Filter, ...]
) -> None:
    kept = [row for row in rows if all(_matches(row, one) for one in filters)]
    alone = made(tmp_path, kept)
    columns = {
        "user_days": "day, events, hours, first_day, prev_day",
        "feature_days": "day, event, events, is_qualifying",
        "steps": "day, event, occurred_at",
        "sessions": "day, started_at, seconds, events",
    }[table]
    sql = f"select {columns}, user_id from {table} join (select user_key as k, user_id from users) as who on who.k = user_key"  # noqa: S608, E501
    inside = narrowed(sql, Narrowing(Segment(filters)), workspace.dimensions)
    expected = pl.DataFrame(pl.from_arrow(alone.engine.query(sql, {})))
    found = pl.DataFrame(pl.from_arrow(workspace.engine.query(inside, {})))
    kinds = dict(expected.schema)
    assert found.cast(kinds).sort(found.columns).rows() == expected.sort(expected.columns).rows()


def test_two_dimensions_at_once_are_the_segments_of_both(workspace: Workspace) -> None:
    reach = {"start_date": date(2000, 1, 1), "end_date": date(2100, 1, 1)}
    both = workspace.ask("brief_segments", by=("team", "platform"), **reach).rows
    pairs = {tuple(name.split(BETWEEN)) for name in both["segment"]}
    assert {team for team, _ in pairs} == {"red", "blue", NOT_SET}
    for team, platform in pairs:
        inside = Segment((
            Filter("team", (None if team == NOT_SET else team,)),
            Filter("platform", (None if platform == NOT_SET else platform,)),
        ))  # fmt: skip
        alone = workspace.ask("brief_segments", segment=inside, **reach).rows.drop("segment")
        found = both.filter(segment=f"{team}{BETWEEN}{platform}").drop("segment")
        assert found.rows() == alone.rows()


def _matches(row: Row, one: Filter) -> bool:
    value = team_of(row[0]) if one.dimension == "team" else row[3]["platform"]
    return value in one.values


def test_users_counted_as_bits_are_the_different_users(workspace: Workspace) -> None:
    """The quick way of counting and the plain one agree for every event and day."""
    plan = workspace.engine.query("explain select m_distinct_users(user_key) from steps", {})
    assert "bitstring_agg" in str(plan.to_pylist())
    unequal = workspace.engine.query(
        "select event from steps group by event, day "
        "having m_distinct_users(user_key) <> count(distinct user_key)",
        {},
    )
    assert unequal.num_rows == 0


def test_an_empty_segment_leaves_the_text_as_it_stands() -> None:
    sql = "select  1 -- as it stands"
    assert narrowed(sql, Narrowing(), {}) == sql


def test_values_cannot_leave_their_quotes() -> None:
    hostile = Filter("platform", ("x') or true --",))
    dimensions = {"platform": Dimension("platform", "event")}
    sql = narrowed("select count(*) from steps", Narrowing(Segment((hostile,))), dimensions)
    assert "'x'') or true --'" in sql


def test_a_cte_with_the_name_of_a_table_is_left_alone() -> None:
    sql = "with users as (select 1 as x) select x from users"
    dimensions = {"team": Dimension("team", "user")}
    changed = narrowed(sql, Narrowing(Segment((Filter("team", ("red",)),))), dimensions)
    assert "team" not in changed


def test_an_unknown_dimension_names_the_nearest(workspace: Workspace) -> None:
    segment = Segment((Filter("tem", ("red",)),))
    with pytest.raises(QueryError, match=r"there is no dimension 'tem'. Did you mean 'team'"):
        workspace.ask("active_users", segment=segment, **asked())


def test_a_missing_parameter_is_named(workspace: Workspace) -> None:
    with pytest.raises(QueryError, match=r"needs .*start_date"):
        workspace.ask("active_users")


def test_an_unknown_parameter_names_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(
        QueryError, match=r"has no parameter 'start_dat'. Did you mean 'start_date'"
    ):
        workspace.ask("active_users", start_dat=date(2025, 1, 1))


def test_an_unknown_query_names_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(QueryError, match="Did you mean 'active_users'"):
        workspace.ask("activ_users")


def test_an_answer_is_remembered_until_the_next_snapshot(tmp_path: Path, rows: list[Row]) -> None:
    workspace = made(tmp_path, rows)
    first = workspace.ask("active_users", **asked())
    assert workspace.ask("active_users", **asked()) is first
    write_events(tmp_path / "events.parquet", rows[: len(rows) // 2])
    rebuilt(workspace)
    assert workspace.ask("active_users", **asked()).snapshot_id != first.snapshot_id


def test_nothing_built_says_how_to_build(tmp_path: Path) -> None:
    empty_workspace(tmp_path)
    with pytest.raises(NoSnapshot, match=r"run: python app.py build"):
        open_workspace(tmp_path).ask("active_users", **asked())


def test_many_threads_ask_at_once(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        sql = "select count(*) as n from user_days"
        answers = list(pool.map(lambda _: workspace.engine.query(sql, {}), range(64)))
    assert len({answer["n"][0].as_py() for answer in answers}) == 1


SLOW = "select count(*) from range(100000000) a, range(1000) b where a.range % 7 = b.range % 11"


def test_a_query_ends_at_its_deadline() -> None:
    with pytest.raises(QueryError, match=r"stopped before it was done \(limit: 0.2 s\)"):
        DuckDBEngine().query(SLOW, {}, deadline=0.2)


def test_a_query_can_be_cancelled_by_another_thread() -> None:
    engine = DuckDBEngine()
    timer = threading.Timer(0.3, engine.cancel)
    timer.start()
    with pytest.raises(QueryError, match="stopped before it was done"):
        engine.query(SLOW, {})
    timer.join()


def asked() -> dict[str, object]:
    """A value for every parameter of the query `active_users`."""
    values = {"date": date(2025, 4, 1), "integer": 28}
    return {field.name: values[field.type] for field in contract("active_users").parameters}


def test_every_question_finds_the_footers_of_files_that_another_one_read() -> None:
    engine = DuckDBEngine()
    sql = "select value from duckdb_settings() where name = 'parquet_metadata_cache'"
    assert engine.query(sql, {}).to_pylist() == [{"value": "true"}]
