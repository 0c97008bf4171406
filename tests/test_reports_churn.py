"""The reports of churn and revenue: the identity, the planted truths, and what is left out."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.revenue import PRESETS, Rules, bridge, history, history_of_levels, retained
from metrics.revenue.uncertainty import retention_rates, revenue_churn, share_of_sums
from queries import Filter, Segment, Workspace
from queries.exchange_settings import ExchangeRates
from reports.churn_usage import people_of_interval, usage_churn_report
from reports.revenue_bridge import RevenueReport, revenue_report
from reports.revenue_spans import paid_spans
from sample_data.truths import truths
from tests.demo_accounts import make_demo_accounts
from tests.slow_rollups import Row
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

EVERYBODY = Segment()
MOVED = ("new", "reactivation", "expansion", "contraction", "churn", "currency_effect")
RULES = {f"{name}, {mode}": replace(rules, mode=mode)
         for name, rules in PRESETS.items() for mode in ("net", "event")}  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_demo_accounts(tmp_path_factory.mktemp("demo"))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(account: str, start: str, end: str | None, mrr: float, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account, "started_at": day(start), "ended_at": day(end) if end else None,
        "mrr": mrr, "plan": None, "currency": None, "is_trial": None, "reason": None,
    } | more  # fmt: skip


def paying(folder: Path, *spans: dict[str, Any]) -> Workspace:
    """A workspace with these spans, complete to 15 March 2026."""
    rows: list[Row] = [
        ("ann", "opened", "2026-01-05T12:00:00Z", {}),
        ("ann", "opened", "2026-03-15T12:00:00Z", {}),
    ]
    table = pl.DataFrame(list(spans), infer_schema_length=None)
    return workspace_of(folder, rows, Setup(tables={"subscriptions": table}))


def report(workspace: Workspace, **more: Any) -> RevenueReport:
    return revenue_report(workspace, EVERYBODY, **more)


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_start_and_movements_make_the_end(demo: Workspace, rules: Rules) -> None:
    rows = report(demo, rules=rules, months=36).months.rows
    moved = rows.select(pl.sum_horizontal("start", *MOVED) - pl.col("end")).to_series()
    assert rows.height == 37
    assert moved.abs().max() < 1e-6


@pytest.mark.parametrize("mode", ["net", "event"])
def test_each_month_starts_where_the_one_before_ended(demo: Workspace, mode: Any) -> None:
    rows = report(demo, rules=Rules(mode=mode), months=24).months.rows
    assert rows["start"].to_list()[1:] == rows["end"].to_list()[:-1]


@pytest.mark.parametrize("mode", ["net", "event"])
def test_the_accounts_behind_a_bar_add_up_to_it(demo: Workspace, mode: Any) -> None:
    found = report(demo, rules=Rules(mode=mode))
    sums = found.movements.rows.group_by("month", "kind").agg(pl.col("difference").sum())
    for month, kind, total in sums.iter_rows():
        bar = found.months.rows.filter(pl.col("month") == month)[kind].item()
        assert total == pytest.approx(bar)


def test_the_list_of_a_month_is_as_long_as_its_losses(demo: Workspace) -> None:
    found = report(demo)
    for row in found.months.rows.iter_rows(named=True):
        left = found.movements.rows.filter(
            (pl.col("month") == row["month"]) & (pl.col("kind") == "churn")
        )
        assert left["account_id"].n_unique() == left.height == row["accounts_lost"]


def test_before_and_after_of_every_movement(demo: Workspace) -> None:
    rows = report(demo, rules=Rules(mode="event")).movements.rows
    assert (rows["after"] - rows["before"] - rows["difference"]).abs().max() < 1e-6
    assert rows.filter(pl.col("kind") == "churn")["after"].abs().max() < 1e-6
    assert rows.filter(pl.col("kind") == "new")["before"].max() == 0


def finding(truth: str, measure: str) -> Any:
    return next(one for one in truths()[truth].find if one.measure == measure)


def test_the_month_of_the_price_increase_is_found(demo: Workspace) -> None:
    done = report(demo, months=17).months.rows.filter(pl.col("is_complete"))
    worst = done.sort("accounts_lost").row(-1, named=True)
    lost = finding("price_increase", "accounts_lost_in_april_2026").number
    assert (worst["month"], worst["accounts_lost"]) == (date(2026, 4, 1), lost)
    # The rate stands out too: its interval lies above the rate of every other month.
    others = done.filter(pl.col("month") != worst["month"])
    assert worst["logo_churn_low"] > others["logo_churn_share"].max()


def test_the_price_increase_is_an_expansion_on_one_day(demo: Workspace) -> None:
    rows = report(demo, rules=Rules(mode="event")).movements.rows
    april = rows.filter((pl.col("month") == date(2026, 4, 1)) & (pl.col("kind") == "expansion"))
    on_the_day = april.filter(pl.col("day") == date(2026, 4, 1)).height
    changes = finding("price_increase", "price_changes_on_1_april_2026").number
    # Of the spans that began on that day, those of accounts that did not start then.
    assert changes * 0.9 < on_the_day <= changes
    assert on_the_day > 0.8 * april.height


def test_the_month_in_progress_has_no_rate(demo: Workspace) -> None:
    found = report(demo)
    last = found.months.rows.row(-1, named=True)
    rates = [value for name, value in last.items() if name.endswith(("_share", "_low", "ratio"))]
    assert (last["month"], last["month_end"]) == (date(2026, 11, 1), date(2026, 11, 23))
    assert (last["is_complete"], set(rates)) == (False, {None})
    assert found.last_month == date(2026, 10, 1)


def test_a_trial_pays_nothing(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("acme", "2026-01-10", "2026-02-10", 50.0, is_trial=True),
        span("acme", "2026-02-10", None, 50.0),
        span("bolt", "2026-01-01", None, 10.0),
    )
    rows = report(workspace).months.rows
    assert rows.select("month", "new", "end").rows() == [
        (date(2026, 1, 1), 10.0, 10.0),
        (date(2026, 2, 1), 50.0, 60.0),
        (date(2026, 3, 1), 0.0, 60.0),
    ]


def test_days_are_those_of_the_workspace(tmp_path: Path) -> None:
    # 23:30 UTC on 31 January is 1 February in Berlin.
    late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    spans = [span("acme", "2026-01-01", None, 5.0) | {"started_at": late},
             span("bolt", "2026-01-02", None, 1.0)]  # fmt: skip
    table = pl.DataFrame(spans, infer_schema_length=None)
    rows: list[Row] = [("ann", "opened", "2026-03-15T12:00:00Z", {})]
    setup = Setup(time_zone="Europe/Berlin", tables={"subscriptions": table})
    found = report(workspace_of(tmp_path, rows, setup)).months.rows
    assert found["new"].to_list() == [1.0, 5.0, 0.0]


def test_spans_that_cannot_be_are_left_out_and_counted(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("acme", "2026-01-01", None, 5.0),
        span("bolt", "2026-02-01", "2026-01-01", 9.0),
        span("cone", "2026-02-01", None, -1.0),
    )
    found = report(workspace)
    assert found.months.rows["end"].to_list() == [5.0, 5.0, 5.0]
    assert "2 spans are left out" in " ".join(found.months.caveats)


def test_currencies_are_not_added_up(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("acme", "2026-01-01", None, 5.0),
        span("bolt", "2026-01-02", None, 7.0, currency="USD"),
        span("cone", "2026-01-02", None, 100.0, currency="SEK"),
        span("cone", "2026-01-03", None, 50.0, currency="SEK"),
    )
    found = report(workspace)
    assert (found.currency, found.currencies) == ("SEK", ("SEK", "USD"))
    assert found.months.rows["end"].to_list() == [150.0, 150.0, 150.0]
    assert "USD need exchange rates" in found.months.caveats[0]
    assert report(workspace, currency="USD").months.rows["end"].to_list() == [12.0, 12.0, 12.0]


RATES = (
    ExchangeRates(since=date(2026, 1, 1), rates={"SEK": 0.1}),
    ExchangeRates(since=date(2026, 2, 10), rates={"SEK": 0.2}),
)


def with_rates(workspace: Workspace) -> Workspace:
    workspace.settings = workspace.settings.model_copy(update={"exchange": RATES})
    return workspace


def test_currencies_are_converted_and_what_rates_changed_is_no_movement(tmp_path: Path) -> None:
    workspace = with_rates(
        paying(
            tmp_path,
            span("acme", "2026-01-01", None, 5.0),
            span("bolt", "2026-01-02", "2026-03-10", 100.0, currency="SEK"),
        )
    )
    found = report(workspace)
    assert (found.currency, found.currencies) == ("USD", ("All in USD", "SEK", "USD"))
    rows = found.months.rows
    assert rows["end"].to_list() == [15.0, 25.0, 5.0]
    assert rows["currency_effect"].to_list() == [0.0, 10.0, 0.0]
    assert (rows["new"].to_list(), rows["churn"].to_list()) == ([15.0, 0.0, 0.0], [0.0, 0.0, -20.0])
    assert "SEK converted into USD" in found.months.caveats[0]
    left = found.movements.rows.row(0, named=True)
    assert (left["account_id"], left["before"], left["after"]) == ("bolt", 20.0, 0.0)
    assert report(workspace, currency="SEK").months.rows["end"].to_list() == [100.0, 100.0, 0.0]


@pytest.mark.parametrize("mode", ["net", "event"])
def test_the_identity_holds_while_rates_change(tmp_path: Path, mode: Any) -> None:
    workspace = with_rates(
        paying(
            tmp_path,
            span("acme", "2026-01-03", "2026-02-05", 100.0, currency="SEK"),
            span("acme", "2026-02-05", "2026-02-20", 300.0, currency="SEK"),
            span("acme", "2026-02-25", None, 30.0),
            span("bolt", "2026-01-02", "2026-02-15", 7.0),
            span("bolt", "2026-02-15", None, 90.0, currency="SEK"),
        )
    )
    rows = report(workspace, rules=Rules(mode=mode)).months.rows
    moved = rows.select(pl.sum_horizontal("start", *MOVED).alias("end"))["end"]
    assert moved.to_list() == pytest.approx(rows["end"].to_list())
    assert any(rows["currency_effect"].to_list())


def test_reasons_are_those_of_who_left(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("acme", "2025-12-01", "2026-02-03", 5.0, reason="price"),
        span("bolt", "2025-12-01", "2026-02-04", 9.0),
        span("cone", "2025-12-01", "2026-03-02", 9.0, reason="price"),  # in the month in progress
        span("dune", "2025-12-01", "2026-01-20", 4.0, reason="upgraded"),  # paid on
        span("dune", "2026-01-20", None, 8.0),
    )
    found = report(workspace).reasons.rows
    assert found.rows() == [("(not set)", 1, 9.0), ("price", 1, 5.0)]


def test_nobody_paid(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [("ann", "opened", "2026-01-05T12:00:00Z", {})])
    assert paid_spans(workspace, EVERYBODY).is_empty
    found = report(workspace)
    assert found.months.is_empty
    assert (found.revenue.value, found.nrr.value, found.last_month) == (None, None, None)


def test_a_year_is_one_cohort(demo: Workspace) -> None:
    found = report(demo)
    paid = paid_spans(demo, EVERYBODY)
    levels = history(paid.spans, Rules(), as_of=paid.until)
    year = retained(levels, (date(2025, 11, 1) - date(1970, 1, 1)).days,
                    (date(2026, 11, 1) - date(1970, 1, 1)).days)  # fmt: skip
    row = found.retained.rows.row(0, named=True)
    assert (row["from_day"], row["until_day"]) == (date(2025, 11, 1), date(2026, 11, 1))
    assert row["nrr_share"] == pytest.approx(year.nrr)
    assert row["grr_share"] == pytest.approx(year.grr)
    assert row["nrr_low"] < row["nrr_share"] < row["nrr_high"]


def test_a_segment_narrows_accounts(demo: Workspace) -> None:
    marketplace = Segment((Filter("channel", ("marketplace",)),))
    part = revenue_report(demo, marketplace).months.rows
    assert part["accounts_end"][-1] < report(demo).months.rows["accounts_end"][-1] / 3


# --- intervals of revenue rates -----------------------------------------------------------------


def test_share_of_equal_customers_is_a_share_of_heads() -> None:
    # With equal amounts the linearised ratio is the textbook's interval of a mean of 0s and 1s,
    # p ± 1.96 √(p(1 − p) ÷ (n − 1)); Cochran (1977), eq. 3.8.
    found = share_of_sums(np.array([1.0] * 20 + [0.0] * 80), np.ones(100))
    spread = 1.959964 * (0.2 * 0.8 / 99) ** 0.5
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.2 - spread, 0.2 + spread))


def test_share_of_nothing_is_not_measurable() -> None:
    assert share_of_sums(np.zeros(3), np.zeros(3)).value is None
    assert share_of_sums(np.ones(1), np.ones(1)).low is None


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_share_refuses_a_level_that_is_none(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        share_of_sums(np.ones(2), np.ones(2), confidence=confidence)


LEVELS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 90), st.sampled_from([0.0, 5.0, 8.0, 20.0])),
    min_size=1,
    max_size=30,
)


@given(LEVELS, st.sampled_from(list(RULES.values())))
def test_rates_with_intervals_are_those_of_the_bridge(levels: Any, rules: Rules) -> None:
    accounts, days, amounts = (np.array(column) for column in zip(*levels, strict=True))
    paid = history_of_levels(accounts, days, amounts)
    expected, found = bridge(paid, 30, 60, rules=rules), revenue_churn(paid, 30, 60, rules=rules)
    for one, other in ((found.gross, expected.gross_churn), (found.net, expected.net_churn)):
        assert one.value == (None if other is None else pytest.approx(other))
    net, gross = retention_rates(paid, 30, 60)
    year = retained(paid, 30, 60)
    assert (net.value, gross.value) == (pytest.approx(year.nrr), pytest.approx(year.grr))


# --- usage churn ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def random(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    rows = random_rows(7, users=60)
    return workspace_of(tmp_path_factory.mktemp("random"), rows, RANDOM_SETUP)


def test_lists_of_an_interval_are_as_long_as_its_counts(random: Workspace) -> None:
    found = usage_churn_report(random, EVERYBODY, days=7)
    row = found.intervals.rows.row(-1, named=True)
    for state in ("dormant", "resurrected", "new", "retained", "active"):
        people = people_of_interval(random, EVERYBODY, row["interval_start"], 7, state)  # type: ignore[arg-type]
        assert people.rows.height == row[f"{state}_users"], state


def test_who_was_active_before_is_retained_or_dormant(random: Workspace) -> None:
    rows = usage_churn_report(random, EVERYBODY, days=7).intervals.rows.drop_nulls("active_before")
    assert rows.height > 5
    assert (rows["active_before"] == rows["retained_users"] + rows["dormant_users"]).all()
    states = rows["new_users"] + rows["retained_users"] + rows["resurrected_users"]
    assert (rows["active_users"] == states).all()


def test_the_threshold_is_the_length_of_an_interval(tmp_path: Path) -> None:
    # Of 90 people 30 come back after three days; nobody comes later.
    rows = [(f"u{n}", "opened", "2026-01-05T12:00:00Z", {}) for n in range(90)]
    rows += [(f"u{n}", "opened", "2026-01-08T12:00:00Z", {}) for n in range(30)]
    workspace = workspace_of(tmp_path, rows, watermark=date(2026, 2, 5))
    found = usage_churn_report(workspace, EVERYBODY, horizon=7)
    assert (found.threshold, found.days) == (3, 3)
    # 120 gaps, of which 30 ended, all on the third day.
    assert found.curve.rows["returns_share"].to_list()[:4] == [0.25, 0.25, 0.25, 0.0]
    assert found.errors is not None
    assert (found.errors.called, found.errors.returned.value) == (90, 0.0)


def test_without_a_threshold_it_says_so(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [("ann", "opened", "2026-01-05T12:00:00Z", {})])
    found = usage_churn_report(workspace, EVERYBODY)
    assert (found.threshold, found.days, found.churn.value) == (None, 28, None)
    assert "No threshold" in found.curve.caveats[0]
