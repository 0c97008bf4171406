-- Which experiments are there, what are they to show, and how far are they?
--
-- One row per (experiment), the latest first.
--
-- Parameters
--   $until_at       timestamp  end of the last complete day, UTC
--
-- Columns
--   experiment      varchar    its name
--   started_at      timestamp  when, UTC; null: only exposures are known
--   ended_at        timestamp  when, UTC; null: it runs
--   hypothesis      varchar    what is expected, and why
--   unit            varchar    user or account
--   allocation      varchar    planned shares, such as control 50, treatment 50
--   control         varchar    name of the control variant
--   primary_metric  varchar    the metric that decides
--   guardrails      varchar    metrics that must not get worse, comma-separated
--   owner           varchar    whom to ask
--   first_at        timestamp  first exposure, UTC; null: none so far
--   last_at         timestamp  last exposure, UTC; null: none so far
--   units           bigint     different units that were exposed

with

-- one row per experiment with exposures
seen as (
    select
        experiment as seen_experiment,
        min(exposed_at) as first_seen_at,
        max(exposed_at) as last_seen_at,
        count(distinct unit_id) as seen_units
    from exposures
    where exposed_at < $until_at
    group by experiment
),

-- one row per experiment that is declared
declared as (
    select
        experiment as declared_experiment,
        started_at as declared_at,
        ended_at as closed_at,
        hypothesis as why,
        unit as unit_kind,
        allocation as shares,
        control as control_variant,
        primary_metric as primary_name,
        guardrails as guardrail_names,
        owner as owner_name
    from experiments
)

select
    coalesce(declared.declared_experiment, seen.seen_experiment) as experiment,
    declared.declared_at as started_at,
    declared.closed_at as ended_at,
    declared.why as hypothesis,
    declared.unit_kind as unit,
    declared.shares as allocation,
    declared.control_variant as control,
    declared.primary_name as primary_metric,
    declared.guardrail_names as guardrails,
    declared.owner_name as owner,
    seen.first_seen_at as first_at,
    seen.last_seen_at as last_at,
    coalesce(seen.seen_units, 0) as units
from declared
full join seen on seen.seen_experiment = declared.declared_experiment
order by coalesce(started_at, first_at) desc, experiment
