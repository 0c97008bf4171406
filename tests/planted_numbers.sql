-- The numbers of sample_data/truths.toml, counted from the demo's files: no generator code.
-- `events` has local days, features and actions, and no broken rows; see planted_numbers.py.

create macro active_on(wanted) as (
    select count(distinct user_id) from events where day = wanted and event <> 'agent_heartbeat'
);

create macro success_in(wanted_feature, wanted_version) as (
    select avg(cast(action = 'completed' as integer)) from events
    where feature = wanted_feature and app_version = wanted_version
        and action in ('completed', 'failed', 'abandoned')
);

create macro error_share(wanted_route, from_at, to_at, wanted_version) as (
    select sum(count) filter (where status >= 500) / sum(count) from requests
    where route like wanted_route and app_version like wanted_version
        and occurred_at >= from_at and occurred_at < to_at
);

-- The last thirteen weeks.
create view recent as
select * from events where day between date '2026-08-24' and date '2026-11-22';

create macro recent_users(wanted) as (
    select count(distinct user_id) from recent where event = wanted
);

create macro recent_events(wanted) as (select count(*) from recent where event = wanted);

create macro exposed_users(wanted_experiment, wanted_variant, wanted_platform) as (
    select count(distinct unit_id) from exposures
    where experiment = wanted_experiment and variant = wanted_variant
        and platform like wanted_platform
);

-- One row per unit that saw one variant only: how often it did the event after its exposure.
create macro outcomes(wanted_experiment, wanted_event) as table (
    with units as (
        select
            unit_id,
            min(variant) as variant,
            min(exposed_at) as since,
            coalesce(min(ended_at), timestamp '2027-01-01') as until
        from exposures join experiments using (experiment)
        where experiment = wanted_experiment
        group by unit_id having count(distinct variant) = 1
    )
    select variant, unit_id, count(event) as total
    from units left join events on user_id = unit_id and event = wanted_event
        and occurred_at >= since and occurred_at < until
    group by variant, unit_id
);

create macro lift(wanted_experiment, wanted_event) as (
    select avg(total) filter (where variant = 'treatment')
        / avg(total) filter (where variant = 'control') - 1
    from outcomes(wanted_experiment, wanted_event)
);

-- Difference of the means over its standard error (Welch).
create macro z_of(wanted_experiment, wanted_event) as (
    select (max(mean) filter (where variant = 'treatment')
        - max(mean) filter (where variant = 'control')) / sqrt(sum(squared_error))
    from (
        select variant, avg(total) as mean, var_samp(total) / count(*) as squared_error
        from outcomes(wanted_experiment, wanted_event) group by variant
    )
);

create macro failed_invoices(wanted_variant) as (
    select avg(cast(action <> 'completed' as integer))
    from events join exposures on user_id = unit_id and experiment = 'one_click_invoice'
    where feature = 'invoice_run' and action in ('completed', 'failed', 'abandoned')
        and variant = wanted_variant
        and occurred_at >= exposed_at and occurred_at < timestamp '2026-10-12'
);

-- Dashboards viewed per exposed user between two weeks after exposure, treatment over control.
create macro tips_lift(first_week, last_week) as (
    with totals as (
        select variant, count(*) as total
        from exposures join events on unit_id = user_id and event = 'dashboard_completed'
            and occurred_at >= exposed_at and occurred_at < timestamp '2026-05-04'
        where experiment = 'dashboard_tips'
            and date_diff('hour', exposed_at, occurred_at) // 168 between first_week and last_week
        group by variant
    ),
    units as (
        select variant, count(*) as users from exposures
        where experiment = 'dashboard_tips' group by variant
    )
    select max(total / users) filter (where variant = 'treatment')
        / max(total / users) filter (where variant = 'control') - 1
    from totals join units using (variant)
);

-- One row per account: its first paid day, and when it left.
create view accounts as
select
    account_id,
    any_value(channel) as channel,
    min(started_at) filter (where not is_trial) as since,
    case when bool_and(ended_at is not null) then max(ended_at) end as until
from subscriptions join (
    select account_id, any_value(channel) as channel from users group by account_id
) using (account_id)
group by account_id;

create macro route_median(wanted_route, from_at, to_at, wanted_version) as (
    select median(duration_ms) from requests
    where route = wanted_route and status = 200 and app_version like wanted_version
        and occurred_at >= from_at and occurred_at < to_at
);

-- measure: active_users_on_the_outage_day
select active_on(date '2026-09-15');

-- measure: active_users_on_the_tuesday_before
select active_on(date '2026-09-08');

-- measure: error_share_in_the_outage
select error_share('%', timestamp '2026-09-15 09:00', timestamp '2026-09-15 13:00', '%');

-- measure: schedule_changes_did
-- Rise per user and active day in the first five countries, over the rise in the others.
with rates as (
    select
        country in ('DE', 'NL', 'SE', 'US', 'IN') as is_first,
        day >= date '2026-05-11' as is_after,
        count(*) filter (where event = 'schedule_board_completed')
            / count(distinct (user_id, day)) as rate
    from events
    where event <> 'agent_heartbeat'
        and (day between date '2026-04-06' and date '2026-05-03'
            or day between date '2026-05-11' and date '2026-06-28')
    group by all
),
rises as (
    select is_first, max(rate) filter (where is_after) / max(rate) filter (where not is_after)
        as rise
    from rates group by is_first
)
select max(rise) filter (where is_first) / max(rise) filter (where not is_first) - 1 from rises;

-- measure: schedule_latency_ratio
select route_median('/schedule', timestamp '2025-01-01', timestamp '2027-01-01', '5.5')
    / route_median('/schedule', timestamp '2025-01-01', timestamp '2027-01-01', '5.3');

-- measure: comments_lift
-- Comments per active user with the flag over those without, in its four weeks.
with active as (
    select user_id, bool_or(app_version = '5.7') as has_it,
        count(*) filter (where event = 'comments_completed') as comments
    from events
    where day between date '2026-08-12' and date '2026-09-07' and event <> 'agent_heartbeat'
    group by user_id
)
select avg(comments) filter (where has_it) / avg(comments) filter (where not has_it) - 1
from active;

-- measure: checklist_success_in_5_9
select success_in('mobile_checklists', '5.9');

-- measure: checklist_success_in_5_8
select success_in('mobile_checklists', '5.8');

-- measure: checklist_errors_in_5_9
select error_share('/checklists', timestamp '2025-01-01', timestamp '2027-01-01', '5.9');

-- measure: route_planner_exposed_users
select recent_users('route_planner_exposed');

-- measure: route_planner_tried_of_exposed
select recent_users('route_planner_started') / recent_users('route_planner_exposed');

-- measure: bulk_edit_success
select avg(cast(action = 'completed' as integer)) from recent
where feature = 'bulk_edit' and action in ('completed', 'failed', 'abandoned');

-- measure: activity_feed_completions_per_user
select recent_events('activity_feed_completed') / recent_users('activity_feed_completed');

-- measure: tax_codes_users_in_utilities
select avg(cast(industry = 'utilities' as integer)) from users
where user_id in (select user_id from recent where event = 'tax_codes_completed');

-- measure: voice_notes_completions_per_start
select recent_events('voice_notes_completed') / recent_events('voice_notes_started');

-- measure: audit_log_users_outside_enterprise
select count(distinct user_id) from events where feature = 'audit_log' and plan <> 'enterprise';

-- measure: timesheet_hints_lift
select lift('timesheet_hints', 'timesheets_completed');

-- measure: aa_navigation_z
select z_of('aa_navigation', 'dashboard_completed');

-- measure: inbox_control_users
select exposed_users('inbox_redesign', 'control', '%');

-- measure: inbox_treatment_users
select exposed_users('inbox_redesign', 'treatment', '%');

-- measure: inbox_treatment_users_on_android
select exposed_users('inbox_redesign', 'treatment', 'android');

-- measure: dashboard_tips_lift_in_week_1
select tips_lift(0, 0);

-- measure: dashboard_tips_lift_in_weeks_3_to_6
select tips_lift(2, 5);

-- measure: one_click_invoice_lift
select lift('one_click_invoice', 'invoice_run_completed');

-- measure: failed_invoices_in_treatment
select failed_invoices('treatment');

-- measure: failed_invoices_in_control
select failed_invoices('control');

-- measure: marketplace_hazard_ratio
-- Accounts lost per account-day in the data, marketplace over all other channels.
with hazards as (
    select
        channel = 'marketplace' as is_driven,
        count(until) / sum(date_diff('day', greatest(since, timestamp '2025-05-24'),
            coalesce(until, timestamp '2026-11-23'))) as hazard
    from accounts group by all
)
select max(hazard) filter (where is_driven) / max(hazard) filter (where not is_driven)
from hazards;

-- measure: accounts_lost_in_april_2026
select count(*) from accounts
where until >= timestamp '2026-04-01' and until < timestamp '2026-05-01';

-- measure: price_changes_on_1_april_2026
select count(*) from subscriptions
where started_at = timestamp '2026-04-01' and not is_trial;

-- measure: reports_latency_ratio
select route_median('/reports', timestamp '2026-10-01', timestamp '2026-11-01', '%')
    / route_median('/reports', timestamp '2025-06-01', timestamp '2025-07-01', '%');

-- measure: crawlers
select count(*) from (
    select user_id from events where day = date '2026-10-10'
    group by user_id having count(*) > 500
);

-- measure: crawler_events
select count(*) from events where event = 'dashboard_opened' and session_id is null;

-- measure: late_rows
select count(*) from files where filename like '%-late.parquet';

-- measure: ios_events_against_the_thursday_before
select count(*) filter (where day = date '2026-11-19')
    / count(*) filter (where day = date '2026-11-12')
from events where platform = 'ios';

-- measure: active_users_on_the_last_sunday
select active_on(date '2026-11-22');

-- measure: users_with_heartbeats_on_the_last_sunday
select count(distinct user_id) from events where day = date '2026-11-22';
