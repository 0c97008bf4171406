"""Survival of accounts: who counts from when, the planted driver, and what real data say."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.revenue import Rules, history_of_levels
from metrics.survival import back_test, kaplan_meier
from queries import Segment, Workspace
from reports.churn_drivers import drivers_report
from reports.churn_lifetimes import first_endings, lives
from reports.churn_renewals import renewals_report
from reports.churn_survival import survival_report
from reports.revenue_cohorts import revenue_cohorts_report
from reports.revenue_spans import number, paid_spans
from sample_data.truths import truths
from tests import telco
from tests.churn_cases import ALL
from tests.demo_accounts import make_demo_accounts
from tests.slow_rollups import Row
from tests.test_reports_churn import paying, span
from tests.tiny_workspaces import Setup, workspace_of

EVERYBODY = Segment()
JANUARY = date(2026, 1, 5)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_demo_accounts(tmp_path_factory.mktemp("demo"))


def endings(*levels: tuple[int, int, float], until: int = 100, grace: int = 30) -> Any:
    accounts, days, amounts = (np.array(column) for column in zip(*levels, strict=True))
    found = first_endings(history_of_levels(accounts, days, amounts), until, grace)
    return [tuple(int(one) for one in row) for row in zip(*found, strict=True)]


def test_who_pays_again_within_the_grace_never_left() -> None:
    assert endings((1, 0, 9.0), (1, 20, 0.0), (1, 50, 9.0)) == [(1, 0, -1)]
    assert endings((1, 0, 9.0), (1, 20, 0.0), (1, 51, 9.0)) == [(1, 0, 20)]


def test_an_end_whose_grace_is_not_over_is_open() -> None:
    assert endings((1, 0, 9.0), (1, 70, 0.0)) == [(1, 0, -1)]
    assert endings((1, 0, 9.0), (1, 69, 0.0)) == [(1, 0, 69)]


def test_the_first_end_counts() -> None:
    assert endings((1, 0, 9.0), (1, 5, 0.0), (1, 40, 9.0), (1, 60, 0.0)) == [(1, 0, 5)]


def test_what_lies_ahead_is_not_known() -> None:
    assert endings((1, 0, 9.0), (1, 150, 0.0), (2, 120, 5.0)) == [(1, 0, -1)]


def test_accounts_older_than_the_records_of_leavers_enter_late(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("old", "2025-06-01", None, 5.0),
        span("new", "2026-01-20", None, 5.0),
        span("gone", "2025-12-01", "2026-02-01", 5.0),
    )
    found = lives(paid_spans(workspace, EVERYBODY), rules=Rules(), data_start=JANUARY)
    rows = found.table.sort("account_id").select("account_id", "duration", "entry")
    until = number(date(2026, 3, 16))
    # Events begin on 5 January, before the first ending.
    assert found.observed_from == number(JANUARY)
    assert rows.rows() == [
        ("gone", 62.0, 35.0),
        ("new", float(until - number(date(2026, 1, 20))), 0.0),
        ("old", float(until - number(date(2025, 6, 1))), 218.0),
    ]


def test_survival_of_textbook_lifetimes(tmp_path: Path) -> None:
    # Freireich et al. (1963), 6-MP: S(6) = .857, S(10) = .753, S(23) = .448 (Kleinbaum and Klein,
    # Survival Analysis, table 2.1), with weeks as days.
    remission = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1),
                 (16, 1), (17, 0), (19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0),
                 (34, 0), (35, 0)]  # fmt: skip
    first = date(2024, 1, 1)
    until = date(2026, 3, 16)
    spans = []
    for at, (weeks, left) in enumerate(remission):
        begin = first if left else until - timedelta(days=30 * weeks)
        end = str(first + timedelta(days=30 * weeks)) if left else None
        spans.append(span(f"a{at:02}", str(begin), end, 5.0, interval="month"))
    events: list[Row] = [
        ("ann", "opened", f"{day}T12:00:00Z", {}) for day in ("2024-01-01", "2026-03-15")
    ]
    setup = Setup(tables={"subscriptions": pl.DataFrame(spans, infer_schema_length=None)})
    workspace = workspace_of(tmp_path, events, setup)
    events_from = date(2015, 1, 1)  # before anybody paid: nobody enters late
    found = lives(
        paid_spans(workspace, EVERYBODY), rules=Rules(grace_days=0), data_start=events_from
    )
    assert found.table["entry"].max() == 0
    curve = kaplan_meier(found.lifetimes())
    scale = 30 * 12 / 365.25
    shares = [curve.at(weeks * scale + 1e-9).value for weeks in (6, 10, 23)]
    assert shares == pytest.approx([0.857, 0.753, 0.448], abs=0.001)


@telco.needs_telco
def test_telco_as_subscriptions_has_the_published_survival(tmp_path: Path) -> None:
    # Case tel-01: S at months 1, 12, 24, 48 and 72 of IBM's 7,043 customers, 1,869 of whom left.
    end = date(2026, 3, 16)
    rows = []
    for one in telco.customers().iter_rows(named=True):
        months, left = one["tenure"], one["Churn"] == "Yes"
        if months:
            days = round(months * 365.25 / 12)
            stop = end - timedelta(days=40) if left else None
            start = (stop or end) - timedelta(days=days)
            rows.append(
                span(one["customerID"], str(start), str(stop) if stop else None,
                     one["MonthlyCharges"], plan=one["Contract"], interval="month")
            )  # fmt: skip
    events: list[Row] = [
        ("ann", "opened", f"{day}T12:00:00Z", {}) for day in ("2015-01-01", "2026-03-15")
    ]
    setup = Setup(tables={"subscriptions": pl.DataFrame(rows, infer_schema_length=None)})
    workspace = workspace_of(tmp_path, events, setup)
    paid = paid_spans(workspace, EVERYBODY)
    some = lives(paid, rules=Rules(), data_start=date(2015, 1, 1))
    assert (some.table.height, some.table["left"].is_not_null().sum()) == (7_043 - 11, 1_869)
    curve = kaplan_meier(some.lifetimes())
    for age, share in ALL["tel-01"]["expected"].items():
        found = curve.at(min(int(age) + 0.02, curve.longest)).value
        assert found == pytest.approx(share, abs=2e-3)  # without the 11 of tenure 0


def test_the_driver_of_churn_is_found(demo: Workspace) -> None:
    truth = truths()["churn_driver"]
    finding = truth.find[0]
    found = drivers_report(demo, EVERYBODY, ("plan", "channel", "industry"), billed="month")
    strongest = found.drivers.rows.row(0, named=True)
    assert (strongest["attribute"], strongest["level"]) == ("channel", "marketplace")
    assert strongest["ratio"] == pytest.approx(finding.number, abs=finding.tolerance)
    assert strongest["ratio_from"] > 1.3
    others = found.drivers.rows.filter(
        (pl.col("attribute") != "plan") & (pl.col("level") != "marketplace")
    )
    assert others["p_value"].min() > 0.05 / others.height  # nothing else is planted


def test_its_curve_falls_first(demo: Workspace) -> None:
    found = survival_report(demo, EVERYBODY, by="channel", billed="month")
    rows = {row["segment"]: row for row in found.groups.rows.iter_rows(named=True)}
    assert rows["marketplace"]["median"] < min(
        row["median_from"] for name, row in rows.items() if name != "marketplace"
    )
    assert rows["marketplace"]["longer_to"] < 0
    assert found.log_rank is not None
    assert found.log_rank.p_value is not None
    assert found.log_rank.p_value < 1e-6


def test_yearly_contracts_run_on_renewals(demo: Workspace) -> None:
    found = survival_report(demo, EVERYBODY, billed="year")
    assert (found.unit, found.rhythms) == ("renewal", {"month": 907, "year": 593})
    assert found.curves.rows["age"].to_list() == [0.0, 1.0, 2.0, 3.0]


def test_curves_stop_where_few_are_at_risk(demo: Workspace) -> None:
    rows = survival_report(demo, EVERYBODY, by="plan", billed="month").curves.rows
    assert rows.filter(pl.col("left") > 0)["at_risk"].min() >= 20  # type: ignore[operator]


def test_levels_of_which_nobody_left_have_no_ratio(demo: Workspace) -> None:
    found = drivers_report(demo, EVERYBODY, ("plan",), billed="month")
    assert set(found.drivers.rows["level"]) == {"team", "business"}
    assert "8 accounts are left out" in " ".join(found.drivers.caveats)  # enterprise


def test_a_model_that_cannot_be_says_why(tmp_path: Path) -> None:
    workspace = paying(tmp_path, span("acme", "2026-01-10", None, 9.0, interval="month"))
    found = drivers_report(workspace, EVERYBODY, ("plan",), billed="month")
    assert found.drivers.is_empty
    assert found.missing is not None


def test_the_projection_is_tested_before_it_is_shown(demo: Workspace) -> None:
    found = renewals_report(demo, EVERYBODY, billed="month")
    seen = found.curve.rows.drop_nulls("survival_share")["survival_share"].to_list()
    expected = back_test([share * 1e6 for share in seen], withheld=found.withheld)
    told = found.curve.rows.drop_nulls("withheld_share")["withheld_share"].to_list()
    assert told == pytest.approx(expected.projected)
    assert found.worst_error == pytest.approx(max(expected.errors, key=abs))
    assert abs(found.worst_error or 1) < 0.05


def test_lists_behind_curves_have_exactly_the_count(demo: Workspace) -> None:
    for billed in (None, "year"):
        found = survival_report(demo, EVERYBODY, by="plan", billed=billed)
        for group, left in found.groups.rows.select("segment", "left").iter_rows():
            assert found.accounts_that_left(group).rows.height == left
        for group, age, count in found.at_risk.rows.select("segment", "age", "at_risk").iter_rows():
            rows = found.accounts_at(group, age).rows
            assert (rows.height, rows["account_id"].n_unique()) == (count, count)


def test_lists_behind_cohorts_have_exactly_the_count(demo: Workspace) -> None:
    found = revenue_cohorts_report(demo, EVERYBODY, months=6)
    for row in found.triangle.rows.iter_rows(named=True):
        cohort, age = row["cohort"], row["month_number"]
        assert found.accounts_of(cohort).rows.height == row["customers"]
        if row["paying"] is not None:
            paying = found.accounts_of(cohort, age).rows
            assert paying.height == row["paying"]
            assert paying["revenue"].sum() == pytest.approx(row["revenue"])


def test_too_few_renewals_are_not_projected(tmp_path: Path) -> None:
    workspace = paying(tmp_path, span("acme", "2026-01-10", None, 9.0, interval="year"))
    found = renewals_report(workspace, EVERYBODY, billed="year")
    assert (found.curve.is_empty, found.worst_error) == (True, None)
    assert "needs 3 renewals" in (found.missing or "")


def test_an_unknown_rhythm_is_not_projected(tmp_path: Path) -> None:
    workspace = paying(tmp_path, *[span(f"a{at}", "2025-06-10", None, 9.0) for at in range(30)])
    found = renewals_report(workspace, EVERYBODY, billed="(not set)")
    assert (found.curve.is_empty, found.withheld) == (True, 0)
    assert "rhythm of billing" in (found.missing or "")


def test_cohorts_follow_the_customers_of_a_month(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("acme", "2025-12-05", "2026-01-10", 10.0),
        span("acme", "2026-01-10", None, 15.0),
        span("bolt", "2025-12-20", "2026-02-03", 10.0),
        span("cone", "2026-01-03", None, 4.0),
    )
    rows = revenue_cohorts_report(workspace, EVERYBODY, months=3).triangle.rows
    shown = rows.select("cohort", "month_number", "revenue", "kept", "paying").rows()
    assert shown == [
        (date(2025, 12, 1), 0, 20.0, 20.0, 2),
        (date(2025, 12, 1), 1, 25.0, 20.0, 2),
        (date(2025, 12, 1), 2, 15.0, 10.0, 1),
        (date(2026, 1, 1), 0, 4.0, 4.0, 1),
        (date(2026, 1, 1), 1, 4.0, 4.0, 1),
    ]
