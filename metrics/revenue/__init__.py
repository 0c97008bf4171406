"""Recurring revenue: what it is, why it changed, and what the same customers still pay.

`monthly` turns a bill into an amount a month; `history` turns paid spans into what each account
pays on each day, under `Rules`; `bridge` explains a period, `retained` and `revenue_cohorts` follow
the same customers, `reconcile` says why two tools differ. Days are numbers since 1 January 1970;
periods are half-open. The customer is the account: its subscriptions add up before anything else.
"""

from metrics.revenue.amounts import monthly
from metrics.revenue.bridge import Bridge, bridge
from metrics.revenue.cohorts import Cohort, Retained, retained, revenue_cohorts
from metrics.revenue.exchange import Exchange
from metrics.revenue.history import NEVER, History, Spans, history, history_of_levels
from metrics.revenue.migrations import Migration, migrations
from metrics.revenue.movements import KINDS, Movements, movements
from metrics.revenue.rates import annualised, daily_churn, lifetime, quick_ratio
from metrics.revenue.reconciliation import Line, Reconciliation, reconcile
from metrics.revenue.rules import PRESETS, Rules

__all__ = [
    "KINDS",
    "NEVER",
    "PRESETS",
    "Bridge",
    "Cohort",
    "Exchange",
    "History",
    "Line",
    "Migration",
    "Movements",
    "Reconciliation",
    "Retained",
    "Rules",
    "Spans",
    "annualised",
    "bridge",
    "daily_churn",
    "history",
    "history_of_levels",
    "lifetime",
    "migrations",
    "monthly",
    "movements",
    "quick_ratio",
    "reconcile",
    "retained",
    "revenue_cohorts",
]
