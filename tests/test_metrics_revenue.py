"""metrics.revenue against published numbers, at its edges, and what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.revenue import (
    KINDS,
    NEVER,
    PRESETS,
    Exchange,
    History,
    Rules,
    Spans,
    annualised,
    bridge,
    daily_churn,
    history,
    history_of_levels,
    lifetime,
    migrations,
    monthly,
    movements,
    quick_ratio,
    retained,
    revenue_cohorts,
)


def levels(*rows: tuple[int, int, float]) -> History:
    """Rows of (account, day, what it pays from then on)."""
    accounts, days, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    return history_of_levels(
        np.array(accounts, dtype=np.int64), np.array(days, dtype=np.int64), np.array(amounts, float)
    )


def spans(*rows: tuple[int, int, int, float], **more: Any) -> Spans:
    """Rows of (account, started, ended, amount)."""
    accounts, started, ended, amounts = (np.array(column) for column in zip(*rows, strict=True))
    columns = {name: np.array(values) for name, values in more.items()}
    return Spans(accounts, started, ended, amounts.astype(float), **columns)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [("day", 365 / 12), ("week", 52 / 12), ("month", 1), ("quarter", 1 / 3), ("year", 1 / 12)],
)
def test_monthly_amount_of_each_interval(interval: Any, expected: float) -> None:
    # Definition: year/12, quarter/3, week × 52/12, day × 365/12.
    assert monthly(1, interval) == pytest.approx(expected)


def test_monthly_amount_of_a_fully_discounted_plan_is_nothing() -> None:
    assert monthly(50, "month", discount=1) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": "decade"}, "one of day, week"),
        ({"interval": "month", "count": 0}, "at least one month"),
        ({"interval": "month", "discount": 20}, "between 0 and 1, got 20"),
    ],
)
def test_monthly_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        monthly(1, **options)


def test_two_subscriptions_are_one_customer() -> None:
    paid = history(spans((1, 0, 50, 10), (1, 0, 30, 5)), Rules(), as_of=99)
    found = bridge(paid, 20, 40)
    assert (found.customers_start, found.customers_lost) == (1, 0)
    assert (found.contraction, found.churn) == (-5, 0)


def test_amounts_that_cancel_out_leave_exactly_nothing() -> None:
    # 0.1 + 0.2 - 0.2 - 0.1 is not 0 in floating point.
    paid = history(spans((1, 0, 30, 0.1), (1, 5, 20, 0.2)), Rules(), as_of=99)
    assert paid.amounts[:, 0].tolist() == pytest.approx([0.1, 0.3, 0.1, 0.0], abs=1e-9)
    assert paid.amounts[-1, 0] == 0


def test_a_plan_replaced_at_the_same_price_is_no_movement() -> None:
    paid = history(spans((1, 0, 30, 9.99), (1, 30, NEVER, 9.99)), Rules(), as_of=99)
    assert paid.days.tolist() == [0]


def test_history_of_nobody_is_empty() -> None:
    found = bridge(levels(), 0, 10)
    assert (found.start, found.end, found.gross_churn, found.logo_churn.value) == (0, 0, None, None)


@pytest.mark.parametrize(
    ("grace", "as_of", "expected"),
    [
        (30, 59, [0]),  # 29 days overdue on day 59: still counted
        (30, 60, [0, 30]),  # 30 days overdue: churn, dated at the due day
        (0, 30, [0, 30]),
        (None, 999, [0]),
    ],
)
def test_grace_of_an_unpaid_span(grace: int | None, as_of: int, expected: list[int]) -> None:
    unpaid = spans((1, 0, 30, 9), endings=[1])
    assert history(unpaid, Rules(grace_days=grace), as_of=as_of).days.tolist() == expected


def test_a_payment_within_the_grace_is_no_churn() -> None:
    late = spans((1, 0, 30, 9), (1, 60, NEVER, 9), endings=[1, 0])
    assert history(late, Rules(grace_days=30), as_of=99).days.tolist() == [0]
    assert history(late, Rules(grace_days=29), as_of=99).days.tolist() == [0, 30, 60]


def test_who_comes_back_too_late_is_new_again() -> None:
    paid = levels((1, 0, 10), (1, 20, 0), (1, 50, 10))
    for days, expected in ((30, "reactivation"), (29, "new")):
        moved = movements(paid, 40, 60, rules=Rules(reactivation_days=days))
        assert [KINDS[kind] for kind in moved.kinds] == [expected]


def test_several_currencies_need_rates() -> None:
    paid = history(spans((1, 0, NEVER, 9), (2, 0, NEVER, 9), currencies=[0, 1]), Rules(), as_of=9)
    with pytest.raises(ValueError, match="2 currencies need exchange rates"):
        bridge(paid, 0, 9)


def test_a_period_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="days 5 to 5"):
        bridge(levels((1, 0, 1)), 5, 5)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"started": [5], "ended": [4]}, "span 0 ends before"),
        ({"amounts": [-1.0]}, "0 or more"),
        ({"amounts": [np.nan]}, "0 or more"),
        ({"amounts": [1.0, 2.0]}, "one length"),
    ],
)
def test_spans_refuse(columns: dict[str, Any], message: str) -> None:
    good = {"accounts": [1], "started": [0], "ended": [9], "amounts": [1.0]}
    with pytest.raises(ValueError, match=message):
        Spans(**{name: np.array(values) for name, values in (good | columns).items()})


def test_rules_refuse_days_out_of_range() -> None:
    with pytest.raises(ValueError, match="0 to 90 days, got 91"):
        Rules(grace_days=91)
    with pytest.raises(ValueError, match="0 or more, got -1"):
        Rules(reactivation_days=-1)


def test_ignoring_discounts_needs_them() -> None:
    with pytest.raises(ValueError, match="list_amounts"):
        history(spans((1, 0, 9, 1)), Rules(discount="ignore"), as_of=9)


def test_exchange_refuses() -> None:
    for days, rates, message in (
        ([0, 0], [[1.0], [1.0]], "must ascend"),
        ([0], [[0.0]], "above 0"),
        ([0], [[1.0], [1.0]], "1 days but 2 rows"),
    ):
        with pytest.raises(ValueError, match=message):
            Exchange(np.array(days), np.array(rates))


def test_presets_are_named() -> None:
    assert list(PRESETS) == ["Tidemark", "ChartMogul", "Baremetrics", "ProfitWell"]


def test_customers_lost_of_chartmoguls_example() -> None:
    # ChartMogul, article 207340419: 100 customers at the start; 12 churned, one of whom
    # reactivated, and one of whom joined during the period: 10 %.
    rows = [(account, 0, 5.0) for account in range(100)]
    rows += [(account, 40, 0.0) for account in range(11)] + [(0, 45, 5.0)]
    rows += [(200, 35, 5.0), (200, 42, 0.0)]
    found = bridge(levels(*rows), 31, 59)
    assert found.logo_churn.value == 0.10


def test_joined_and_left_may_pass_all_customers() -> None:
    rows = [(0, 0, 5.0), *((account, 35, 5.0) for account in (1, 2))]
    rows += [(account, 40, 0.0) for account in (1, 2)]
    found = bridge(levels(*rows), 31, 59, rules=PRESETS["Baremetrics"])
    assert (found.logo_churn.value, found.logo_churn.low) == (2, None)


def test_quick_ratio_counts_reactivation_only_when_asked() -> None:
    assert quick_ratio(1, 1, 1, 1) == 1
    assert quick_ratio(1, 1, 1, 1, reactivation=2) == 2


def test_ratios_refuse_what_is_no_share() -> None:
    with pytest.raises(ValueError, match="negative churn"):
        quick_ratio(1, 1, -1, 1)
    for refused in (annualised, lifetime):
        with pytest.raises(ValueError, match="got 5"):
            refused(5)


@given(st.floats(0, 1))
def test_a_year_loses_no_less_than_a_month_and_no_more_than_twelve(monthly_churn: float) -> None:
    lost = annualised(monthly_churn)
    assert monthly_churn - 1e-12 <= lost <= min(1, 12 * monthly_churn) + 1e-12


def test_daily_churn_of_an_empty_day_is_undefined() -> None:
    assert daily_churn([(0, 0)]) == ((None,), 0)


def test_nrr_is_not_one_minus_net_churn() -> None:
    # Who had left before the start comes back: outside the cohort, but inside net churn.
    paid = levels((1, 0, 100), (2, 0, 50), (2, 10, 0), (2, 40, 50))
    found = retained(paid, 31, 59)
    assert (found.nrr, found.gap) == (1.0, 0.5)


def test_cohorts_by_hand() -> None:
    # Customer 1 pays 10, then 15; customer 2 pays 8 and leaves within the period it came.
    paid = levels((1, 2, 10), (1, 12, 15), (2, 3, 8), (2, 9, 0), (3, 11, 4))
    first, second, third = revenue_cohorts(paid, np.array([0, 10, 20, 30]), complete_until=25)
    assert (first.customers, first.first) == (2, 18)
    assert first.revenue == (10, 15, None)
    assert first.kept == (10, 10, None)
    assert first.paying == (1, 1, None)
    assert (second.first, second.revenue) == (4, (4, None))
    assert (third.customers, third.revenue) == (0, (None,))


def test_cohorts_do_not_take_exchange_rates_for_loyalty() -> None:
    exchange = Exchange(np.array([0, 10]), np.array([[1.0], [2.0]]))
    triangle = revenue_cohorts(
        levels((1, 2, 10)), np.array([0, 10, 20]), complete_until=20, exchange=exchange
    )
    assert triangle[0].revenue == (10, 10)


def test_cohorts_refuse_edges_that_do_not_ascend() -> None:
    with pytest.raises(ValueError, match="ascending edges"):
        revenue_cohorts(levels((1, 0, 1)), np.array([3, 3]), complete_until=9)


@pytest.mark.parametrize(
    ("joined", "amount", "is_found"),
    [(131, 100, True), (132, 100, False), (69, 100, True), (110, 80, True), (110, 79, False)],
)
def test_migration_within_31_days_and_a_fifth(joined: int, amount: float, is_found: bool) -> None:  # noqa: FBT001
    moved = movements(levels((1, 0, 100), (1, 100, 0), (2, joined, amount)), 50, 150)
    assert bool(migrations(moved, np.full(len(moved), 7))) == is_found


def test_migrations_leave_shared_mail_providers_out() -> None:
    rows = [row for account in range(6) for row in ((account, 0, 5.0), (account, 40, 0.0))]
    moved = movements(levels(*rows, (9, 41, 5.0)), 31, 59)
    assert migrations(moved, np.full(len(moved), 7)) == ()
    assert migrations(moved, np.full(len(moved), -1), most_per_key=9) == ()
    assert len(migrations(moved, np.full(len(moved), 7), most_per_key=9)) == 1


def test_migrations_refuse() -> None:
    moved = movements(levels((1, 0, 1)), 0, 9)
    with pytest.raises(ValueError, match="got 0 keys for 1"):
        migrations(moved, np.array([], dtype=int))
    with pytest.raises(ValueError, match="fraction"):
        migrations(moved, np.array([1]), tolerance=20)
