"""Revenue bridges equal a slow obvious count, and always lead from the start to the end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.revenue import (
    NEVER,
    PRESETS,
    Exchange,
    Rules,
    Spans,
    bridge,
    history,
    movements,
    reconcile,
    retained,
)
from tests.slow_revenue import Span, slow_bridge

START, END, AS_OF = 20, 40, 55
AMOUNTS = st.integers(0, 4)
DAYS = st.integers(0, 50)
MAYBE = st.one_of(st.none(), DAYS)
PARTS = ("start", "new", "reactivation", "expansion", "contraction", "churn", "currency", "end")
COUNTS = ("customers_start", "customers_lost", "customers_joined_and_left")


@st.composite
def spans(draw: st.DrawFn) -> Span:
    started = draw(DAYS)
    amount = draw(AMOUNTS)
    return Span(
        account=draw(st.integers(0, 2)),
        started=started,
        ended=draw(st.one_of(st.none(), st.integers(started, 60))),
        amount=amount,
        list_amount=amount + draw(AMOUNTS),
        cancelled=draw(MAYBE),
        scheduled=draw(MAYBE),
        ending=draw(st.sampled_from(["cancelled", "unpaid", "paused"])),
        currency=draw(st.integers(0, 1)),
    )


RULES = st.one_of(
    st.sampled_from([*PRESETS.values()]),
    st.builds(
        Rules,
        churn_date=st.sampled_from(["paid_end", "cancelled", "scheduled"]),
        grace_days=st.sampled_from([None, 0, 5, 30]),
        pause=st.sampled_from(["churn", "keep"]),
        discount=st.sampled_from(["deduct", "ignore"]),
        reactivation_days=st.sampled_from([None, 0, 3, 9]),
        joined_and_left=st.sampled_from(["exclude", "include", "ignore"]),
        mode=st.sampled_from(["net", "event"]),
    ),
)
HISTORIES = st.lists(spans(), min_size=1, max_size=7)
RATES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=61, max_size=61)
EXCHANGE = Exchange(np.array([0, 30]), np.array([[1.0, 1.1], [1.0, 1.2]]))


def columns(rows: Sequence[Span]) -> Spans:
    def days(values: list[int | None]) -> Any:
        return np.array([NEVER if value is None else value for value in values], dtype=np.int64)

    endings = {"cancelled": 0, "unpaid": 1, "paused": 2}
    return Spans(
        accounts=np.array([row.account for row in rows]),
        started=days([row.started for row in rows]),
        ended=days([row.ended for row in rows]),
        amounts=np.array([row.amount for row in rows], dtype=float),
        list_amounts=np.array([row.list_amount for row in rows], dtype=float),
        cancelled=days([row.cancelled for row in rows]),
        scheduled=days([row.scheduled for row in rows]),
        endings=np.array([endings[row.ending] for row in rows]),
        currencies=np.array([row.currency for row in rows]),
    )


@settings(max_examples=1500)
@given(rows=HISTORIES, rules=RULES, rates=RATES)
def test_bridge_equals_a_slow_count(rows: list[Span], rules: Rules, rates: list[Any]) -> None:
    exchange = Exchange(np.arange(61), np.array(rates, dtype=float))
    paid = history(columns([*rows, TWO_CURRENCIES]), rules, as_of=AS_OF)
    found = bridge(paid, START, END, rules=rules, exchange=exchange)
    expected = slow_bridge([*rows, TWO_CURRENCIES], START, END, rules, AS_OF, rates)
    assert {part: getattr(found, part) for part in (*PARTS, *COUNTS)} == {
        part: expected[part] for part in (*PARTS, *COUNTS)
    }


# Both currencies are always there, so that both rates are always asked for.
TWO_CURRENCIES = Span(9, 0, 0, 1, 1, None, None, "cancelled", currency=1)


@settings(max_examples=300)
@given(
    rows=st.lists(spans(), min_size=1, max_size=30),
    scale=st.floats(0.01, 1e5),
    mode=st.sampled_from(["net", "event"]),
    preset=st.sampled_from(sorted(PRESETS)),
)
def test_start_and_movements_make_the_end(
    rows: list[Span], scale: float, mode: Any, preset: str
) -> None:
    table = columns([*rows, TWO_CURRENCIES])
    table = replace(table, amounts=table.amounts * scale, list_amounts=table.list_amounts * scale)
    rules = replace(PRESETS[preset], mode=mode)
    paid = history(table, rules, as_of=AS_OF)
    one = bridge(paid, START, END, rules=rules, exchange=EXCHANGE)
    assert one.start + one.net_new + one.currency == pytest.approx(one.end, abs=1e-6 * scale)
    following = bridge(paid, END, END + 10, rules=rules, exchange=EXCHANGE)
    assert following.start == pytest.approx(one.end)


@settings(max_examples=300)
@given(rows=HISTORIES, first=RULES, second=RULES)
def test_lines_lead_from_one_tool_to_the_other(
    rows: list[Span], first: Rules, second: Rules
) -> None:
    table = columns([*rows, TWO_CURRENCIES])
    found = reconcile(
        table, START, END, first=first, second=second, as_of=AS_OF, exchange=EXCHANGE
    )
    for part in PARTS:
        led = found.first[part] + sum(line.effects[part] for line in found.lines)
        assert led == pytest.approx(found.second[part])
    differs = [one for one in Rules.__slots__ if getattr(first, one) != getattr(second, one)]
    assert [line.rule for line in found.lines] == differs
    alone = history(table, second, as_of=AS_OF)
    assert found.second["end"] == bridge(alone, START, END, rules=second, exchange=EXCHANGE).end


@settings(max_examples=300)
@given(rows=HISTORIES, rules=RULES)
def test_kept_revenue_is_at_most_all_of_it(rows: list[Span], rules: Rules) -> None:
    paid = history(columns([*rows, TWO_CURRENCIES]), rules, as_of=AS_OF)
    found = retained(paid, START, END, rules=rules, exchange=EXCHANGE)
    if found.grr is None:
        assert found.customers == 0
    else:
        assert 0 <= found.grr <= 1
        assert found.grr <= found.nrr


@settings(max_examples=300)
@given(rows=HISTORIES)
def test_net_and_event_mode_agree_on_one_day(rows: list[Span]) -> None:
    paid = history(columns([*rows, TWO_CURRENCIES]), Rules(), as_of=AS_OF)
    net = movements(paid, 30, 31, rules=Rules(), exchange=EXCHANGE)
    event = movements(paid, 30, 31, rules=Rules(mode="event"), exchange=EXCHANGE)
    assert net.kinds.tolist() == event.kinds.tolist()
