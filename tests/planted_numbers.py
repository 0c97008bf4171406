"""Counts the numbers of `truths.toml` from the demo's files, in plain SQL: no generator code."""

# ruff: noqa: S608 - every query is written here; nothing of it comes from outside

from collections.abc import Callable
from pathlib import Path

import duckdb

SIDE_TABLES = ("users", "subscriptions", "exposures", "experiments", "requests", "feedback")
FEATURE = r"'^(.*)_(exposed|opened|started|completed|failed|abandoned)$'"
ENDED = "action in ('completed', 'failed', 'abandoned')"
SUCCESS = f"count(*) filter (where action = 'completed') / count(*) filter (where {ENDED})"

Measure = Callable[[duckdb.DuckDBPyConnection], float]
MEASURES: dict[str, Measure] = {}


def open_demo(folder: Path) -> duckdb.DuckDBPyConnection:
    """The demo's files as tables; `events` without rows that are broken, with local days."""
    demo = duckdb.connect()
    for name in SIDE_TABLES:
        demo.execute(f"create view {name} as from '{folder / name}.parquet'")
    demo.execute(f"create view files as from read_parquet('{folder}/events/*', filename = true)")
    demo.execute(
        f"""create table events as
        select
            * exclude (filename, properties),
            cast(timezone('Europe/Berlin', timezone('UTC', occurred_at)) as date) as day,
            regexp_extract(event, {FEATURE}, 1) as feature,
            regexp_extract(event, {FEATURE}, 2) as action
        from (select distinct * exclude (filename), '' as filename from files)
        where
            occurred_at between timestamp '2000-01-01' and timestamp '2030-01-01'
            and trim(user_id) <> '' and event <> ''"""
    )
    return demo


def measure(function: Measure) -> Measure:
    """Register a number under its name."""
    MEASURES[function.__name__] = function
    return function


def number(demo: duckdb.DuckDBPyConnection, sql: str) -> float:
    """The one number that a query answers with."""
    row = demo.execute(sql).fetchone()
    assert row is not None
    return float(row[0])


def active_on(day: str) -> str:
    """A query: people active on a local day."""
    return (
        "select count(distinct user_id) from events "
        f"where day = '{day}' and event <> 'agent_heartbeat'"
    )


@measure
def active_users_on_the_outage_day(demo: duckdb.DuckDBPyConnection) -> float:
    return number(demo, active_on("2026-09-15"))


@measure
def active_users_on_the_tuesday_before(demo: duckdb.DuckDBPyConnection) -> float:
    return number(demo, active_on("2026-09-08"))


@measure
def error_share_in_the_outage(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        """select sum(count) filter (where status >= 500) / sum(count) from requests
        where occurred_at >= '2026-09-15 09:00' and occurred_at < '2026-09-15 13:00'""",
    )


@measure
def schedule_changes_did(demo: duckdb.DuckDBPyConnection) -> float:
    """Rise in the first five countries over that in the others, per user and active day."""
    rate = (
        "(count(*) filter (where {when} and event = 'schedule_board_completed') "
        "/ count(distinct (user_id, day)) filter (where {when}))"
    )
    before = rate.format(when="day between date '2026-04-06' and date '2026-05-03'")
    after = rate.format(when="day between date '2026-05-11' and date '2026-06-28'")
    return number(
        demo,
        f"""select max(rise) filter (where is_first) / max(rise) filter (where not is_first) - 1
        from (
            select country in ('DE', 'NL', 'SE', 'US', 'IN') as is_first, {after} / {before} as rise
            from events where event <> 'agent_heartbeat' group by 1
        )""",
    )


@measure
def schedule_latency_ratio(demo: duckdb.DuckDBPyConnection) -> float:
    """Median latency of /schedule in release 5.5 over that in 5.3."""
    median = "median(duration_ms) filter (where app_version = '{}')"
    return number(
        demo,
        f"""select {median.format("5.5")} / {median.format("5.3")}
        from requests where route = '/schedule' and status = 200""",
    )


@measure
def comments_lift(demo: duckdb.DuckDBPyConnection) -> float:
    """Comments per active user with the flag over those without, in its four weeks, minus 1."""
    return number(
        demo,
        """with reached as (
            select distinct user_id, app_version = '5.7' as has_it from events
            where day between '2026-08-12' and '2026-09-07' and event <> 'agent_heartbeat'
        ),
        per_user as (
            select user_id, bool_or(has_it) as has_it from reached group by 1
        ),
        rates as (
            select has_it, count(*) filter (where event = 'comments_completed')
                / count(distinct user_id) as rate
            from events join per_user using (user_id)
            where day between '2026-08-12' and '2026-09-07' group by 1
        )
        select max(rate) filter (where has_it) / max(rate) filter (where not has_it) - 1
        from rates""",
    )


@measure
def checklist_success_in_5_9(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        f"""select {SUCCESS} from events
        where feature = 'mobile_checklists' and app_version = '5.9'""",
    )


@measure
def checklist_success_in_5_8(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        f"""select {SUCCESS} from events
        where feature = 'mobile_checklists' and app_version = '5.8'""",
    )


@measure
def checklist_errors_in_5_9(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        """select sum(count) filter (where status >= 500) / sum(count) from requests
        where route = '/checklists' and app_version = '5.9'""",
    )


RECENT = "day between date '2026-08-24' and date '2026-11-22'"


def recent_share(demo: duckdb.DuckDBPyConnection, feature: str, part: str, whole: str) -> float:
    """Users with one action over users with another, in the last thirteen weeks."""
    users = "count(distinct user_id) filter (where action = '{}')"
    return number(
        demo,
        f"""select {users.format(part)} / {users.format(whole)}
        from events where feature = '{feature}' and {RECENT}""",
    )


@measure
def route_planner_exposed_users(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        f"""select count(distinct user_id) from events
        where event = 'route_planner_exposed' and {RECENT}""",
    )


@measure
def route_planner_tried_of_exposed(demo: duckdb.DuckDBPyConnection) -> float:
    return recent_share(demo, "route_planner", "started", "exposed")


@measure
def bulk_edit_success(demo: duckdb.DuckDBPyConnection) -> float:
    return number(demo, f"select {SUCCESS} from events where feature = 'bulk_edit' and {RECENT}")


@measure
def activity_feed_completions_per_user(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        f"""select count(*) / count(distinct user_id) from events
        where event = 'activity_feed_completed' and {RECENT}""",
    )


@measure
def tax_codes_users_in_utilities(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        f"""select avg(cast(industry = 'utilities' as integer)) from (
            select distinct user_id from events where event = 'tax_codes_completed' and {RECENT}
        ) join users using (user_id)""",
    )


@measure
def voice_notes_completions_per_start(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        f"""select count(*) filter (where action = 'completed')
            / count(*) filter (where action = 'started')
        from events where feature = 'voice_notes' and {RECENT}""",
    )


@measure
def audit_log_users_outside_enterprise(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        """select count(distinct user_id) from events
        where feature = 'audit_log' and plan <> 'enterprise'""",
    )


def lift(demo: duckdb.DuckDBPyConnection, experiment: str, event: str) -> tuple[float, float]:
    """Relative lift of events per exposed user, and the z of the difference."""
    row = demo.execute(
        """with units as (
            select unit_id, min(variant) as variant, min(exposed_at) as since, any_value(ended_at)
                as ended_at
            from exposures join experiments using (experiment)
            where experiment = $1 group by 1 having count(distinct variant) = 1
        ),
        totals as (
            select variant, unit_id, count(event) as total from units
            left join events on user_id = unit_id and event = $2
                and occurred_at >= since and occurred_at < coalesce(ended_at, '2027-01-01')
            group by 1, 2
        )
        select avg(total), var_samp(total) / count(*) from totals
        group by variant order by variant""",
        [experiment, event],
    ).fetchall()
    (control, control_error), (treated, treated_error) = row
    z = (treated - control) / (control_error + treated_error) ** 0.5
    return treated / control - 1, z


@measure
def timesheet_hints_lift(demo: duckdb.DuckDBPyConnection) -> float:
    return lift(demo, "timesheet_hints", "timesheets_completed")[0]


@measure
def aa_navigation_z(demo: duckdb.DuckDBPyConnection) -> float:
    return lift(demo, "aa_navigation", "dashboard_completed")[1]


@measure
def one_click_invoice_lift(demo: duckdb.DuckDBPyConnection) -> float:
    return lift(demo, "one_click_invoice", "invoice_run_completed")[0]


def failed_invoices(demo: duckdb.DuckDBPyConnection, variant: str) -> float:
    """Share of invoice runs that failed or were abandoned after exposure."""
    return number(
        demo,
        f"""select avg(cast(action <> 'completed' as integer))
        from events join exposures on user_id = unit_id and experiment = 'one_click_invoice'
        where feature = 'invoice_run' and {ENDED} and variant = '{variant}'
            and occurred_at >= exposed_at and occurred_at < '2026-10-12'""",
    )


@measure
def failed_invoices_in_treatment(demo: duckdb.DuckDBPyConnection) -> float:
    return failed_invoices(demo, "treatment")


@measure
def failed_invoices_in_control(demo: duckdb.DuckDBPyConnection) -> float:
    return failed_invoices(demo, "control")


def exposed(demo: duckdb.DuckDBPyConnection, variant: str, platform: str = "%") -> float:
    """Users of the inbox experiment with a recorded exposure."""
    return number(
        demo,
        f"""select count(distinct unit_id) from exposures where experiment = 'inbox_redesign'
        and variant = '{variant}' and platform like '{platform}'""",
    )


@measure
def inbox_control_users(demo: duckdb.DuckDBPyConnection) -> float:
    return exposed(demo, "control")


@measure
def inbox_treatment_users(demo: duckdb.DuckDBPyConnection) -> float:
    return exposed(demo, "treatment")


@measure
def inbox_treatment_users_on_android(demo: duckdb.DuckDBPyConnection) -> float:
    return exposed(demo, "treatment", "android")


def tips_lift(demo: duckdb.DuckDBPyConnection, first_week: int, last_week: int) -> float:
    """Lift of dashboards viewed between two weeks after exposure, per exposed user."""
    return number(
        demo,
        f"""with totals as (
            select variant, count(*) as total from exposures
            join events on unit_id = user_id and event = 'dashboard_completed'
                and occurred_at >= exposed_at and occurred_at < '2026-05-04'
            where experiment = 'dashboard_tips'
                and date_diff('hour', exposed_at, occurred_at) // 168
                    between {first_week} and {last_week}
            group by 1
        ),
        units as (
            select variant, count(*) as users from exposures
            where experiment = 'dashboard_tips' group by 1
        )
        select max(total / users) filter (where variant = 'treatment')
            / max(total / users) filter (where variant = 'control') - 1
        from totals join units using (variant)""",
    )


@measure
def dashboard_tips_lift_in_week_1(demo: duckdb.DuckDBPyConnection) -> float:
    return tips_lift(demo, 0, 0)


@measure
def dashboard_tips_lift_in_weeks_3_to_6(demo: duckdb.DuckDBPyConnection) -> float:
    return tips_lift(demo, 2, 5)


@measure
def marketplace_hazard_ratio(demo: duckdb.DuckDBPyConnection) -> float:
    """Accounts lost per account-day, marketplace over all other channels."""
    return number(
        demo,
        """with accounts as (
            select account_id, min(started_at) filter (where not is_trial) as since,
                case when bool_and(ended_at is not null) then max(ended_at) end as until
            from subscriptions group by 1
        ),
        channels as (select account_id, any_value(channel) as channel from users group by 1),
        hazards as (
            select channel = 'marketplace' as is_driven, count(until) / sum(date_diff(
                'day', greatest(since, timestamp '2025-05-24'),
                coalesce(until, timestamp '2026-11-23'))) as hazard
            from accounts join channels using (account_id) group by 1
        )
        select max(hazard) filter (where is_driven) / max(hazard) filter (where not is_driven)
        from hazards""",
    )


@measure
def accounts_lost_in_april_2026(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        """select count(*) from (
            select account_id, max(ended_at) as until from subscriptions
            group by 1 having bool_and(ended_at is not null)
        ) where until >= '2026-04-01' and until < '2026-05-01'""",
    )


@measure
def price_changes_on_1_april_2026(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo, "select count(*) from subscriptions where started_at = '2026-04-01' and not is_trial"
    )


@measure
def reports_latency_ratio(demo: duckdb.DuckDBPyConnection) -> float:
    """Median latency of /reports, October 2026 over June 2025."""
    median = "median(duration_ms) filter (where date_trunc('month', occurred_at) = '{}')"
    return number(
        demo,
        f"""select {median.format("2026-10-01")} / {median.format("2025-06-01")}
        from requests where route = '/reports' and status = 200""",
    )


@measure
def crawlers(demo: duckdb.DuckDBPyConnection) -> float:
    """Users with more than 500 events on 10 October 2026."""
    return number(
        demo,
        """select count(*) from (
            select user_id from events where day = '2026-10-10' group by 1 having count(*) > 500
        )""",
    )


@measure
def crawler_events(demo: duckdb.DuckDBPyConnection) -> float:
    return number(
        demo,
        """select count(*) from events
        where event = 'dashboard_opened' and session_id is null""",
    )


@measure
def late_rows(demo: duckdb.DuckDBPyConnection) -> float:
    return number(demo, "select count(*) from files where filename like '%-late.parquet'")


@measure
def ios_events_against_the_thursday_before(demo: duckdb.DuckDBPyConnection) -> float:
    count = "count(*) filter (where day = '{}' and event <> 'agent_heartbeat')"
    return number(
        demo,
        f"""select {count.format("2026-11-19")} / {count.format("2026-11-12")}
        from events where platform = 'ios'""",
    )


@measure
def active_users_on_the_last_sunday(demo: duckdb.DuckDBPyConnection) -> float:
    return number(demo, active_on("2026-11-22"))


@measure
def users_with_heartbeats_on_the_last_sunday(demo: duckdb.DuckDBPyConnection) -> float:
    return number(demo, "select count(distinct user_id) from events where day = '2026-11-22'")
