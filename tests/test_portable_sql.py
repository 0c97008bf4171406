"""Every query keeps the rules that make its numbers equal on other engines."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests import portable_sql

FOLDER = Path(__file__).parents[1] / "queries"
SQL_FILES = sorted(FOLDER.rglob("*.sql"))
LONGEST_LINE = 100


def parsed(text: str) -> exp.Expression:
    (statement,) = sqlglot.parse(text, dialect="duckdb")
    if not isinstance(statement, exp.Query):
        raise TypeError(f"a query must be one select, got {type(statement).__name__}")
    return statement


def code_of(text: str) -> str:
    """A query without its comments and quoted texts."""
    return re.sub(r"--[^\n]*|'[^']*'", "", text)


@pytest.mark.parametrize("rule", portable_sql.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: path.stem)
def test_query_is_portable(path: Path, rule: portable_sql.Rule) -> None:
    assert list(rule(parsed(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: path.stem)
def test_query_is_lower_case_and_fits_the_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\b\w*[A-Z]\w*\b", code_of(text)) == []
    assert [line for line in text.splitlines() if len(line) > LONGEST_LINE] == []
    assert "\t" not in text
    assert ";" not in code_of(text)


# The lint can fail: each of these gave other numbers, or an error, on another engine.
BROKEN = [
    ("days_come_from_the_calendar", "select d from generate_series(1, 7) as t(d) order by d"),
    ("days_come_from_the_calendar", "select unnest(range(7)) as d order by d"),
    ("functions_are_known", "select strange(day) as d from user_days order by d"),
    ("functions_are_known", "select m_add_weeks(day, 1) as d from user_days order by d"),
    ("traps_are_behind_macros", "select date_diff('day', day, prev_day) as gap from user_days"),
    ("traps_are_behind_macros", "select events // 7 as n from user_days"),
    ("traps_are_behind_macros", "select quantile_cont(events, 0.5) as n from user_days"),
    ("traps_are_behind_macros", "select dayofweek(day) as n from user_days"),
    ("traps_are_behind_macros", "select isodow(day) as n from user_days"),
    ("traps_are_behind_macros", "select extract(week from day) as n from user_days"),
    ("traps_are_behind_macros", "select day from steps where len($events) = 0"),
    ("time_is_only_compared", "select occurred_at + interval '1 day' * $days as e from steps"),
    ("time_is_only_compared", "select started_at - interval '1' day as e from sessions"),
    ("time_is_only_compared", "select ended_at - started_at as length from spans"),
    ("time_is_only_compared", "select day - prev_day as gap from user_days"),
    ("time_is_only_compared", "select day from user_days where day < $start_date + 7"),
    ("numbers_are_not_rounded", "select round(seconds) as s from sessions"),
    ("sums_are_cast", "select sum(events) as n from user_days"),
    ("sums_are_cast", "select day, sum(hours) over (order by day) as n from user_days"),
    ("averages_are_of_doubles", "select avg(events * 1.0) as n from user_days"),
    ("aliases_hide_no_column", "select min(day) as day from user_days"),
    ("aliases_hide_no_column", "with a as (select 1 as n) select n + 1 as n from a"),
    ("windows_have_a_total_order", "select row_number() over (partition by day) as n from steps"),
    ("windows_have_a_total_order", "select lag(day) over (order by occurred_at) as n from steps"),
    ("lists_have_no_order", "select list(day order by day) as days from user_days"),
    ("groups_are_named", "select day, count(*) as n from user_days group by all"),
    ("groups_are_named", "select * from user_days order by day"),
    ("rows_come_in_order", "select day from user_days"),
    ("rows_come_in_order", "select day from user_days order by all"),
    ("joins_are_plain", "select day from user_days positional join steps order by day"),
    ("engines_accept_it", "select arg_max(day, events, 3) as days from user_days order by days"),
]


@pytest.mark.parametrize(("name", "text"), BROKEN, ids=[text for _, text in BROKEN])
def test_rule_finds_what_breaks_it(name: str, text: str) -> None:
    rule = getattr(portable_sql, name)
    assert list(rule(parsed(text))) != []


def test_rules_leave_a_portable_query_alone() -> None:
    text = """
        with first_steps as (
            select user_key, occurred_at,
                row_number() over (partition by user_key order by occurred_at, event) as place
            from steps
        )
        select calendar.week_start, m_add_days(calendar.week_start, 7) as week_ends_on,
            count(distinct user_days.user_key) as users,
            cast(sum(user_days.events) as bigint) as things
        from user_days
        inner join calendar on calendar.day = user_days.day
        inner join first_steps on first_steps.user_key = user_days.user_key
        where first_steps.occurred_at <= $until + interval '1' day
        group by calendar.week_start
        order by calendar.week_start
    """
    assert [fault for rule in portable_sql.RULES for fault in rule(parsed(text))] == []
