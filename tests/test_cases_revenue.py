"""The reference cases of recurring revenue: vendors' pages, and one month of eight customers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from metrics.revenue import (
    KINDS,
    NEVER,
    PRESETS,
    Exchange,
    Rules,
    Spans,
    bridge,
    daily_churn,
    history,
    history_of_levels,
    lifetime,
    monthly,
    movements,
    quick_ratio,
    retained,
)
from tests.churn_cases import ALL, Answer, answering, hold

ANSWERS: dict[str, Answer] = {}


def answers(*ids: str) -> Callable[[Answer], Answer]:
    return answering(ANSWERS, *ids)


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


@answers("mrr-03", "mrr-04")
def normalised(inputs: Any) -> float:
    count, interval = 1, inputs["interval"]
    if interval == "3 months":
        count, interval = 3, "month"
    return monthly(
        inputs["billed"], interval, count=count, discount=inputs.get("discount_pct", 0) / 100
    )


def period_of(inputs: Any) -> Any:
    """The bridge of customers whose movements add up to a case's sums."""
    churn, contraction, expansion = (
        float(inputs[name]) for name in ("churn", "contraction", "expansion")
    )
    others = inputs["start"] - churn - 2 * contraction - expansion
    before = [others, churn, 2 * contraction, expansion]
    after = [others, 0.0, contraction, 2 * expansion]
    paid = history_of_levels(
        np.array([0, 1, 2, 3] * 2), np.repeat([0, 40], 4), np.array([*before, *after])
    )
    return bridge(paid, 31, 59)


@answers("mrr-05")
def gross(inputs: Any) -> float:
    return period_of(inputs).gross_churn


@answers("mrr-06")
def net(inputs: Any) -> float:
    return period_of(inputs).net_churn


@answers("mrr-12")
def user_churn(inputs: Any) -> dict[str, float]:
    first_new = 2000
    rows = [(account, 0, 1.0) for account in range(inputs["customers_start"])]
    rows += [(account, 40, 0.0) for account in range(inputs["churned_of_start"])]
    rows += [(first_new + account, 35, 1.0) for account in range(inputs["new"])]
    rows += [(first_new + account, 45, 0.0) for account in range(inputs["churned_of_new"])]
    accounts, days, amounts = (np.array(column) for column in zip(*rows, strict=True))
    paid = history_of_levels(accounts, days, amounts)

    def rate(rules: Rules) -> float:
        return bridge(paid, 31, 59, rules=rules).logo_churn.value

    return {"include_new": rate(PRESETS["Baremetrics"]), "cohort_only": rate(PRESETS["Tidemark"])}


@answers("mrr-13")
def summed(inputs: Any) -> dict[str, Any]:
    rates, total = daily_churn(inputs["days"])
    return {"day": [*rates], "sum": total}


@answers("mrr-14")
def expected_periods(inputs: Any) -> float:
    return lifetime(inputs["monthly_churn"])


@answers("mrr-15")
def baremetrics_nrr(inputs: Any) -> float:
    # Baremetrics' formula is 1 − net churn without reactivation: here, the gross and expansion of a
    # bridge without contraction.
    sums = inputs | {"churn": inputs["churned"], "contraction": 0}
    return 1 - period_of(sums).net_churn


@answers("mrr-17")
def quick_and_net(inputs: Any) -> dict[str, float]:
    won, lost = inputs["new"] + inputs["expansion"], inputs["churn"] + inputs["contraction"]
    return {"quick_ratio": quick_ratio(**inputs), "net_new": won - lost}


@answers("mrr-20", "mrr-21")
def quick(inputs: Any) -> float | None:
    return quick_ratio(**inputs)


def levels_of(inputs: Any) -> Any:
    names = sorted({name for name, _, _ in inputs["events"]})
    return history_of_levels(
        np.array([names.index(name) for name, _, _ in inputs["events"]]),
        np.array([day(when) for _, when, _ in inputs["events"]]),
        np.array([float(amount) for _, _, amount in inputs["events"]]),
    )


@answers("mrr-22-event")
def eight_customers(inputs: Any, mode: Any = "event") -> dict[str, Any]:
    start, end = (day(when) for when in inputs["period"])
    rules = Rules(mode=mode)
    found = bridge(levels_of(inputs), start, end, rules=rules)
    kept = retained(levels_of(inputs), start, end, rules=rules)
    parts = ("start", "end", "new", "reactivation", "expansion", "contraction", "churn")
    sums = (found.new, found.expansion, -found.churn, -found.contraction)
    return {
        **{part: getattr(found, part) for part in parts},
        "logos_start": found.customers_start,
        "logos_churned_cohort": found.customers_lost,
        "nrr_cohort": kept.nrr,
        "grr_cohort": kept.grr,
        "gross_churn_formula": found.gross_churn,
        "net_churn_formula": found.net_churn,
        "quick_ratio": quick_ratio(*sums),
        "quick_ratio_incl_react": quick_ratio(*sums, reactivation=found.reactivation),
    }


def test_net_mode_of_the_eight_customers_is_what_the_definition_says() -> None:
    # Definition: on one 8-customer month gross churn is 69.8 % by events and 45.3 % net.
    inputs = ALL["mrr-22-event"]["inputs"]
    by_event, by_net = eight_customers(inputs), eight_customers(inputs, "net")
    assert round(by_event["gross_churn_formula"], 3) == 0.698
    assert round(by_net["gross_churn_formula"], 3) == 0.453
    assert by_net["nrr_cohort"] == by_event["nrr_cohort"]


@answers("mrr-23")
def cancelled_annual_plan(inputs: Any) -> dict[str, str]:
    assert inputs == {"plan": "annual $1200 from 2024-01-01", "cancelled": "2024-05-10"}
    cancelled = np.array([day(inputs["cancelled"])])
    plan = Spans(
        np.array([1]), np.array([day("2024-01-01")]), np.array([day("2025-01-01")]),
        np.array([monthly(1200, "year")]), cancelled=cancelled, scheduled=cancelled,
    )  # fmt: skip

    def churn(rule: Any) -> str:
        paid = history(plan, Rules(churn_date=rule), as_of=day("2026-01-01"))
        moved = movements(paid, day("2024-02-01"), day("2026-01-01"))
        assert [KINDS[kind] for kind in moved.kinds] == ["churn"]
        when = date.fromordinal(date(1970, 1, 1).toordinal() + int(moved.days[0]))
        return f"churn {moved.amounts[0]:.0f} dated {when.isoformat()}"

    return {
        "period_end": churn("paid_end"), "cancel_date": churn("cancelled"),
        "scheduled": churn("scheduled"),
    }  # fmt: skip


@answers("mrr-24")
def joined_and_left(inputs: Any) -> dict[str, Any]:
    start, end = day("2024-03-01"), day("2024-04-01")

    def under(rules: Rules) -> tuple[list[Any], int]:
        moved = movements(levels_of(inputs), start, end, rules=rules)
        pairs = zip(moved.kinds, moved.amounts, strict=True)
        named = [[KINDS[kind], amount] for kind, amount in pairs]
        found = bridge(levels_of(inputs), start, end, rules=rules)
        is_counted = found.customers_joined_and_left and rules.joined_and_left == "include"
        return named, int(is_counted)

    both = [["new", 40], ["churn", -40]]
    assert under(PRESETS["ChartMogul"]) == (both, 0)
    assert under(PRESETS["Baremetrics"]) == (both, 1)
    return {
        "profitwell": "ignored" if under(PRESETS["ProfitWell"]) == ([], 0) else "",
        "baremetrics": "counted as churned",
        "chartmogul_standard_customer_churn": "excluded",
        "net_mode": "no movement" if under(Rules()) == ([], 0) else "",
        "event_mode": under(Rules(mode="event"))[0],
    }


@answers("mrr-25")
def currency_move(inputs: Any) -> dict[str, Any]:
    exchange = Exchange(
        np.array([0, 40]), np.array([[inputs["rate_before"]], [inputs["rate_after"]]])
    )
    spans = Spans(np.array([1]), np.array([0]), np.array([NEVER]), np.array([inputs["mrr_local"]]))
    impacts = []
    for mode in ("net", "event"):
        rules = Rules(mode=mode)
        paid = history(spans, rules, as_of=99)
        assert len(movements(paid, 31, 59, rules=rules, exchange=exchange)) == 0
        impacts.append(bridge(paid, 31, 59, rules=rules, exchange=exchange).currency)
    assert impacts[0] == pytest.approx(impacts[1])
    return {"movement": None, "exchange_rate_impact": impacts[0]}


@answers("mrr-30")
def dip(inputs: Any) -> dict[str, float]:
    down, up = (float(step) for step in inputs["within"])
    start = inputs["start"]["a"]
    levels = np.array([start, start + down, start + down + up])
    paid = history_of_levels(np.array([1, 1, 1]), np.array([0, 40, 50]), levels)
    by_event = bridge(paid, 31, 59, rules=Rules(mode="event"))
    return {"grr_cohort": retained(paid, 31, 59).grr,
            "gross_retention_formula": by_event.gross_retention}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_case(name: str) -> None:
    hold(name, ANSWERS)


def test_presets_change_the_numbers_of_the_eight_customers() -> None:
    inputs = ALL["mrr-22-event"]["inputs"]
    start, end = (day(when) for when in inputs["period"])
    found = {
        name: bridge(levels_of(inputs), start, end, rules=replace(rules, mode="event"))
        for name, rules in PRESETS.items()
    }
    # E joined and left within the month: ProfitWell leaves its 40 out on both sides.
    assert found["ProfitWell"].new == found["ChartMogul"].new - 40
    assert found["ProfitWell"].churn == found["ChartMogul"].churn + 40
    assert found["Baremetrics"].logo_churn.value == pytest.approx(2 / 5)
