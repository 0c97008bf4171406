"""What analysts write is let through and answered; what they get wrong is said with its place."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from queries import Workspace, open_workspace
from queries.build import build
from queries.engine import MACROS
from queries.sandbox import Limits, Refused, Sandbox, SandboxError, landlock
from queries.sandbox.functions import FUNCTIONS, TABLE_FUNCTIONS
from queries.sandbox.outline import outline
from reports.ask_sql import ask_sql, cut_words, explain_sql, frame, seal_words
from reports.schema import parameters_of, samples, schema
from tests.page_workspace import FIRST_DAY, LAST_DAY, make_workspace

FEW = Limits(seconds=20, memory_mb=256)

QUESTIONS = """
select 1
select * from users limit 3
from users
from users select user_id where country = 'DE'
table calendar
values (1, 'a'), (2, 'b')
describe users
describe select day, count(*) from user_days group by day
summarize users
select count(*) as "Ünïcode names — fine" from users
select u.user_id as "user" from users as u where u."country" is not null
SELECT COUNT(*) FROM USERS
select /* ; copy (select 1) to 'x' */ 1 -- ; drop view users
select 'it''s; fine' as text, e'tab\\t' as tab, $$dollar; text$$ as dollar, 'getenv(''HOME'')' as words;
with users as (select * from users where country = 'DE') select count(*) from users
with a as (select 1 as x), b as (select x + 1 as x from a) select * from a, b
with recursive n(x) as (select 1 union all select x + 1 from n where x < 10) select sum(x) from n
with recursive d(day) as (select date '2026-01-01' union all select m_add_days(day, 1) from d where day < date '2026-01-09') select * from d
select (select max(day) from user_days) as last_day
select * from users where user_key in (select user_key from user_days where day = date '2026-10-01')
select exists (from users where country = 'DE') as any_there
select day, count(distinct user_key) as people from user_days group by day order by day
select country, count(*) as n from users group by all having count(*) > 3 order by all
select platform, event, count(*) from events group by cube (platform, event)
select platform, event, grouping(platform), count(*) from events group by rollup (platform, event)
select event, count(*) from events group by grouping sets ((event), ())
select user_key, day, lag(day) over (partition by user_key order by day) as before from user_days limit 5
select user_key, day from user_days qualify row_number() over (partition by user_key order by day desc) = 1
select day, sum(events) over w as so_far from user_days window w as (order by day, user_key rows between unbounded preceding and current row) limit 5
select day, avg(n) over (order by day range between interval 6 days preceding and current row) from (select day, count(*) as n from user_days group by day)
select quantile_cont(events, [0.5, 0.9]), median(events), mode(events), arg_max(user_key, events) from user_days
select percentile_cont(0.5) within group (order by events) from user_days
select string_agg(distinct country, ', ' order by country) from users
select count(*) filter (where platform = 'web') as web, count_if(platform = 'ios') as ios from events
pivot (select day, platform from events) on platform in ('web', 'ios') using count(*) group by day order by day
select * from (select platform, event from events) pivot (count(*) for platform in ('web', 'ios'))
unpivot (select 1 as a, 2 as b) on a, b into name which value number
select * from events asof join releases on events.occurred_at >= releases.released_at limit 3
select * from (values (1), (2)) as t(a) positional join (values (3), (4)) as u(b)
select * from users semi join user_days using (user_key)
select * from users anti join user_days using (user_key)
select u.user_id, d.n from users as u, lateral (select count(*) as n from user_days where user_key = u.user_key) as d limit 3
select * from range(5) as t(i), generate_series(1, 3) as u(j), unnest([1, 2]) as v(k)
select unnest(generate_series(date '2026-01-01', date '2026-02-01', interval 1 week)) as week
select * from events using sample 10 rows
select * from events tablesample reservoir(20%) repeatable (4)
select list_transform([1, 2, 3], lambda x: x * 2), [x * 2 for x in [1, 2, 3] if x > 1], list_reduce([1, 2], lambda a, b: a + b)
select {'a': 1, 'b': 'x'} as s, map {'k': 1} as m, [1, 2][1], {'a': 1}.a, [1, 2, 3][1:2]
select list_sort(list(distinct country)) as countries, len(list(country)) from users
select '{"a": {"b": [1, 2]}}'::json -> 'a' ->> '$.b[0]', json_extract_string('{"a": 1}', '$.a')
select key, value from json_each('{"a": 1, "b": 2}')
select properties ->> '$.plan' from events limit 1
select date_trunc('month', day), extract(isodow from day), strftime(day, '%Y-%m'), day + interval 1 month, date_diff('day', day, current_date) from user_days limit 1
select occurred_at at time zone 'UTC' at time zone 'America/New_York', epoch_us(occurred_at), time_bucket(interval 2 weeks, day) from events limit 1
select case when events > 1 then 'many' else 'one' end, coalesce(prev_day, first_day), nullif(events, 0), if(events > 1, 1, 0) from user_days limit 1
select lpad('7', 3, '0'), rpad('x', 3, ' '), repeat('-', 10), format('{:.2f} {}', 1.5, 'x'), printf('%05.1f', 2.5)
select regexp_extract(event, '^(\\w+)_'), event like 'draft%', event ilike 'DRAFT_%', event ~ 'draft', event similar to 'd.*' from events limit 1
select upper(event), split_part(event, '_', 1), event[1:3], event || '!', trim(event), replace(event, '_', ' '), 'a'.upper() from events limit 1
select try_cast('x' as int), cast(1.5 as decimal(10, 2)), '1'::bigint, 1::varchar, '2026-01-01'::date, [1]::double[], null::struct(a int, b varchar[])
select 7 // 2, 7 % 2, 2 ** 3, 5 & 3, 1 << 4, round(1.55, 1), greatest(1, 2), abs(-1)
select 'a' = 'A' collate nocase, 'é' = 'e' collate noaccent
select 1 as a union all select 2 except select 3 intersect select 3 order by a limit 1 offset 0
select 1 as a, 2 as b union all by name select 3 as b
select * exclude (segment) replace (upper(country) as country) rename (user_id as person) from users limit 1
select columns('^(user|country)') from users limit 1
select columns(lambda c: c like '%_day') from user_days limit 1
select min(columns(*)) from calendar
select distinct on (country) country, user_id from users order by country, user_id
select #1, count(*) from (select country from users) group by 1
select day, numerator, denominator, value, is_complete from metric_events order by day
select a.day, a.value / b.value as stickiness from metric_daily_active_users a join metric_active_users b using (day)
select hash(user_id) % 2 as arm, md5('x'), count(*) from users group by all
select corr(events, sessions), regr_slope(events, sessions), stddev_samp(events), histogram(events) from user_days
select m_trunc_week(day), m_days_between(first_day, day), m_int_div(7, 2), m_quantile(events, 0.5) from user_days group by all limit 1
select user_id, occurred_at, event from events where day between $first and $last and event in (select unnest($events)) limit $most
select * from users where country = any($countries)
"""  # noqa: E501
# ruff: noqa: DTZ001 - moments in files have no zone: they are UTC
GIVEN: dict[str, Any] = {
    "first": FIRST_DAY, "last": LAST_DAY, "events": ["draft_opened"], "most": 5,
    "countries": ["DE"],
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("questions"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(workers=1)
    yield sandbox
    sandbox.close()


def failure(sandbox: Sandbox, workspace: Workspace, sql: str) -> SandboxError:
    """What is said to a text that is wrong."""
    with pytest.raises(SandboxError) as failed:
        sandbox.run(workspace, sql, {}, limits=FEW)
    return failed.value


@pytest.mark.parametrize("sql", QUESTIONS.strip().splitlines())
def test_a_question_is_answered(workspace: Workspace, sandbox: Sandbox, sql: str) -> None:
    answer = sandbox.run(workspace, sql, GIVEN, limits=FEW)
    assert frame(answer.rows).width == len(answer.types)


def test_what_events_read_is_not_hidden_by_a_step_of_that_name(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    sql = """
        with kinds_of_events as (
            select 'draft_opened' as event, 'x' as feature, 'y' as action, false as is_qualifying
        )
        select distinct feature from events
    """
    assert sandbox.run(workspace, sql, {}, limits=FEW).rows.to_pylist() == [{"feature": "draft"}]


def test_a_metric_is_not_changed_by_a_step_of_the_name_of_its_roll_up(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    sql = (
        "with user_days as (select date '2026-11-22' as day, 1 as user_key, null::date as prev_day)"
        " select value from metric_daily_active_users order by day desc limit 1"
    )
    assert sandbox.run(workspace, sql, {}, limits=FEW).rows.to_pylist() == [{"value": 40.0}]


WRONG = {
    "select usr_id from users": ("no column 'usr_id'.*Did you mean 'user_id'", "usr_id", "user_id"),
    "select 'ü', usr_id\nfrom users": ("no column 'usr_id'", "usr_id", "user_id"),
    "select * from usrs": ("no table 'usrs'. Did you mean 'users'", "usrs", "users"),
    "select lowr('x')": ("function 'lowr' is not let through. Did you mean 'lower'",
                         "lowr", "lower"),
    "selct 1": ('syntax error at or near "selct"', "selct", None),
    "select * fom users": ("syntax error", "users", None),
    "select 'abc": ("unterminated string", "'abc", None),
    "select sum(user_id) from users": ("no function matches", "sum(user_id)", None),
    "select 1::intt": ("type 'intt' is not let through. Did you mean 'int'", "intt", "int"),
    "select cast('x' as int)": ("could not convert string 'x' to INT32", "cast", None),
    "select user_id": ("no column 'user_id': nothing is read; FROM is missing", "user_id", None),
    "select getenv('ü'), usr from users": ("function 'getenv'", "getenv", None),
    "select a.user_id from users as b": ("no table 'a' in what is read here", "a.user_id", None),
    "select nothing_like_it from users": ("no column 'nothing_like_it' in what is read here$",
                                          "nothing_like_it", None),
}  # fmt: skip


@pytest.mark.parametrize("sql", WRONG)
def test_a_mistake_is_said_with_its_place_and_the_nearest_name(
    workspace: Workspace, sandbox: Sandbox, sql: str
) -> None:
    words, at, suggestion = WRONG[sql]
    error = failure(sandbox, workspace, sql)
    assert pytest.raises(SandboxError, match=words).matches(error)
    assert error.position is not None
    assert sql[error.position :].startswith(at)
    assert error.suggestion == suggestion


def test_a_number_that_no_table_can_hold_is_named(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    error = failure(sandbox, workspace, "select 170141183460469231731687303715884105727::hugeint")
    assert "more than 38 digits" in str(error)


def test_a_missing_value_is_named(workspace: Workspace, sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match=r"needs a value for \$end, \$start"):
        sandbox.run(workspace, "select $end, $start, $start", {}, limits=FEW)


def test_values_arrive_as_they_are(workspace: Workspace, sandbox: Sandbox) -> None:
    given: dict[str, Any] = {
        "day": date(2026, 1, 2), "at": datetime(2026, 1, 2, 3, 4, 5), "n": 7, "x": 1.5, "no": None,
        "text": "it's $x; drop", "yes": True, "list": ["a", "b"], "money": Decimal("1.50"),
    }  # fmt: skip
    sql = f"select {', '.join(f'${name} as {name}' for name in given)}"
    answer = sandbox.run(workspace, sql, given, limits=FEW)
    assert answer.rows.to_pylist() == [given]


def test_a_value_that_nobody_can_write_is_named(workspace: Workspace, sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match=r"\$frame has a value of type DataFrame"):
        sandbox.run(workspace, "select $frame", {"frame": pl.DataFrame()}, limits=FEW)


def test_ask_sql_gives_polars_rows_and_a_source(workspace: Workspace) -> None:
    sql = "select day, count(*) as n from user_days where day < $end group by day order by day"
    end = FIRST_DAY + timedelta(days=2)
    answer = ask_sql(workspace, sql, {"end": end}, title="People")
    expected = pl.DataFrame({"day": [FIRST_DAY, FIRST_DAY + timedelta(days=1)], "n": [35, 35]})
    assert answer.rows.equals(expected)
    assert answer.source.rows.equals(expected)
    assert (answer.source.title, answer.source.sql) == ("People", sql)
    assert answer.source.parameters == {"end": end}
    assert answer.source.as_of == answer.watermark == LAST_DAY
    assert cut_words(answer) is None


def test_a_cut_is_said_in_words(workspace: Workspace) -> None:
    answer = ask_sql(workspace, "select * from range(20000)", {})
    assert cut_words(answer) == "The first 10,000 rows; there are more."
    assert answer.source.caveats == ("There are more rows than these.",)


def test_where_the_kernel_cannot_seal_the_data_page_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 7)
    assert seal_words() is None
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert "the kernel of this machine has no Landlock" in str(seal_words())


def test_a_plan_is_said_in_words(workspace: Workspace) -> None:
    sql = "select count(*) from user_days where day >= $day"
    (sentence,) = explain_sql(workspace, sql, {"day": LAST_DAY})
    assert sentence.startswith("Reads user_days: ")
    assert sentence.endswith(f" rows, from {LAST_DAY} on.")
    assert explain_sql(workspace, "select 1", {}) == ("Reads no table.",)


def test_the_plan_of_many_files_says_how_many_are_read(tmp_path: Path, sandbox: Sandbox) -> None:
    days = [datetime(2026, 3, day, 9) for day in range(1, 21)]
    (tmp_path / "events").mkdir()
    for day in days:
        pl.DataFrame({"user_id": ["ann"], "event": ["opened"], "occurred_at": [day]}).write_parquet(
            tmp_path / "events" / f"{day:%d}.parquet"
        )
    workspace = make_workspace_of(tmp_path)
    sql = "select count(*) from events where occurred_at >= timestamp '2026-03-18'"
    assert sandbox.explain(workspace, sql, {}) == (
        "Reads events: at most 3 of 20 files, 3 rows, from 2026-03-18 on.",
    )
    assert sandbox.explain(workspace, "select * from events", {}) == (
        "Reads events: all 20 files, 20 rows. A condition on occurred_at would read fewer.",
    )


def make_workspace_of(folder: Path) -> Workspace:
    """A built workspace over the files that are there."""
    (folder / "workspace.toml").write_text('[product]\nname = "Files"\n', encoding="utf-8")
    workspace = open_workspace(folder)
    build(workspace)
    return workspace


def test_the_schema_names_every_table_with_what_it_means(workspace: Workspace) -> None:
    found = schema(workspace)
    groups = {one.group for one in found.tables}
    assert groups == {"Your tables", "Roll-ups", "Metrics"}
    assert all(one.meaning for one in found.tables)
    users = found.table("users")
    assert users is not None
    assert [column.name for column in users.columns][:3] == ["user_key", "user_id", "account_id"]
    events = found.table("events")
    assert events is not None
    assert events.rows == 3_136
    assert {column.name: column.type for column in events.columns}["occurred_at"] == "TIMESTAMP"
    nameless = [
        f"{table.name}.{column.name}"
        for table in found.tables
        for column in table.columns
        if not column.meaning and column.name not in ("platform", "country")
    ]
    assert nameless == []


def test_samples_are_the_commonest_values(workspace: Workspace) -> None:
    assert samples(workspace, "events", "platform") == ("web", "ios")
    with pytest.raises(SandboxError, match="no table"):
        samples(workspace, "getenv", "x")


def test_parameters_have_the_kind_that_their_use_suggests() -> None:
    sql = """
        select $is_new, '$no' -- $neither
        from events where day >= $since and day < $end_date and event in $events
        and platform = any($platforms) and value > $min_value and events >= $n and user_id = $who
        limit $most offset $skip
    """
    assert [(one.name, one.kind) for one in parameters_of(sql)] == [
        ("is_new", "boolean"), ("since", "date"), ("end_date", "date"), ("events", "list"),
        ("platforms", "list"), ("min_value", "text"), ("n", "number"), ("who", "text"),
        ("most", "number"), ("skip", "number"),
    ]  # fmt: skip


def test_every_listed_function_is_one_of_the_engine() -> None:
    spoken = {"->", "!~", "coalesce", "current_time", "current_timestamp", "date", "grouping",
              "grouping_id", "ifnull", "localtime", "localtimestamp", "not", "percentile_cont",
              "percentile_disc"}  # fmt: skip
    with duckdb.connect() as link:
        link.execute(MACROS.read_text("utf-8"))
        known = {
            str(row[0]).lower()
            for row in link.execute("select function_name from duckdb_functions()").fetchall()
        }
    assert FUNCTIONS - known == spoken
    assert known >= TABLE_FUNCTIONS


def test_an_outline_passes_over_texts_and_comments() -> None:
    texts = "'$y ((', \"$z(\", $$ $w ( $$ /* ( /* */ ; */"
    seen = outline(f"-- ( ;\nwith a as (select $x, {texts}) from a;")  # noqa: S608
    assert (seen.first_word, seen.statements, seen.depth) == ("WITH", 1, 1)
    assert seen.parameters == ("x",)
