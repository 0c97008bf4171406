"""The queries of churn: spans and gaps checkable by eye, and recounts by the metrics."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.usage_churn import gaps, usage_churn
from queries import Filter, Segment, Workspace
from tests.slow_rollups import Row
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

MONDAY = date(2026, 1, 5)


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def at(user: str, day: int) -> Row:
    return (user, "opened", f"{on(day)}T12:00:00Z", {})


def span(account: str, day: int, end: int | None, mrr: float, **more: Any) -> dict[str, Any]:
    moments = [None if one is None else datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=one)
               for one in (day, end)]  # fmt: skip
    return {"account_id": account, "started_at": moments[0], "ended_at": moments[1], "mrr": mrr,
            "plan": None, "is_trial": None} | more  # fmt: skip


PEOPLE = {
    "ann": {"account_id": "acme", "country": "DE"},
    "bob": {"account_id": "acme", "country": "DE"},
    "cleo": {"account_id": "acme", "country": "FR"},
    "dan": {"account_id": "bolt", "country": "FR"},
    "eve": {"account_id": None, "country": "FR"},
}


@pytest.fixture(scope="module")
def paying(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    spans = [
        span("acme", 3, None, 20.0, plan="pro"),
        span("acme", 0, 3, 0.0, is_trial=True),
        span("bolt", 0, 9, 5.0),
        span("eve", 0, None, 7.0),
        span("ghost", 0, None, 1.0),
    ]
    setup = Setup(
        users=PEOPLE,
        user_dimensions=("country",),
        tables={"subscriptions": pl.DataFrame(spans, infer_schema_length=None)},
    )
    rows = [at(user, 0) for user in PEOPLE]
    return workspace_of(tmp_path_factory.mktemp("paying"), rows, setup, watermark=on(20))


def asked(workspace: Workspace, *, by: str | None = None, where: str = "") -> pl.DataFrame:
    segment = Segment((Filter("country", (where,)),)) if where else Segment()
    return workspace.ask(
        "paid_spans", segment=segment, by=by, is_narrowed=bool(where), is_split=by is not None
    ).rows


def test_paid_spans_are_numbered_by_time(paying: Workspace) -> None:
    found = asked(paying).select("account_id", "span_number", "mrr", "is_trial").rows()
    assert found == [
        ("acme", 1, 0.0, True),
        ("acme", 2, 20.0, False),
        ("bolt", 1, 5.0, False),
        ("eve", 1, 7.0, False),
        ("ghost", 1, 1.0, False),
    ]


def test_an_account_has_the_value_of_most_of_its_people(paying: Workspace) -> None:
    found = asked(paying, by="country").unique("account_id").sort("account_id")
    assert dict(found.select("account_id", "segment").iter_rows()) == {
        "acme": "DE",
        "bolt": "FR",
        "eve": "FR",  # nobody's account: the user is the account
        "ghost": "(not set)",
    }


def test_a_segment_keeps_accounts_with_one_such_person(paying: Workspace) -> None:
    assert asked(paying, where="FR")["account_id"].unique().sort().to_list() == [
        "acme",
        "bolt",
        "eve",
    ]


def test_gaps_end_with_a_return_or_stay_open(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 3), at("bob", 4), at("cleo", 9)]
    workspace = workspace_of(tmp_path, rows, watermark=on(5))
    found = workspace.ask("silent_gaps", watermark=on(5)).rows
    # Ann was back after three days and is silent for two, Bob for one; Cleo comes too late.
    assert found.drop("segment").rows() == [(1, 0, 1), (2, 0, 1), (3, 1, 0)]


def test_intervals_end_with_the_range_and_are_whole(tmp_path: Path) -> None:
    # Intervals of three days up to day 9: 1–3, 4–6, 7–9; day 0 is left over.
    rows = [at("ann", 1), at("ann", 4), at("bob", 2), at("bob", 9), at("cleo", 8)]
    workspace = workspace_of(tmp_path, rows, watermark=on(9))
    found = workspace.ask(
        "usage_intervals", end_date=on(10), interval_days=3, data_start=on(0)
    ).rows
    assert found.drop("segment", "interval_end").rows() == [
        # start, active before, active, new, retained, resurrected, dormant
        (on(1), None, 2, 2, 0, 0, None),
        (on(4), 2, 1, 0, 1, 0, 1),
        (on(7), 1, 2, 1, 0, 1, 1),
    ]


@pytest.fixture(scope="module", params=[5, 6])
def random(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A workspace of random rows, and its distinct (user, day) as arrays."""
    rows = random_rows(request.param)
    folder = tmp_path_factory.mktemp("random")
    workspace = workspace_of(folder, rows, RANDOM_SETUP, watermark=on(64))
    days = sorted(
        {
            (int(user[1:]), (date.fromisoformat(moment[:10]) - MONDAY).days)
            for user, event, moment, _ in rows
            if event != "ping"
        }
    )
    users, numbers = (np.array(column) for column in zip(*days, strict=True))
    return workspace, users, numbers


def test_gaps_equal_those_of_the_metric(random: Any) -> None:
    workspace, users, days = random
    seen = days <= 64
    expected = gaps(users[seen], days[seen], last_day=64)
    found = workspace.ask("silent_gaps", watermark=on(64)).rows
    for column, counts in (("closed_gaps", expected.closed), ("open_gaps", expected.open)):
        known = {day: count for day, count in enumerate(counts.tolist()) if count}
        rows = found.filter(pl.col(column) > 0).select("silent_days", column)
        assert dict(rows.iter_rows()) == known


@pytest.mark.parametrize("interval", [1, 7, 20])
def test_intervals_equal_those_of_the_metric(random: Any, interval: int) -> None:
    workspace, users, days = random
    found = workspace.ask(
        "usage_intervals", end_date=on(65), interval_days=interval, data_start=on(0)
    ).rows
    ends = [(end - MONDAY).days for end in found["interval_end"]]
    expected = usage_churn(users, days, ends, interval=interval, complete=(0, 65))
    shown = found.filter(pl.col("active_before").is_not_null()).select(
        "active_before", "dormant_users", "resurrected_users", "new_users"
    )
    assert shown.rows() == [
        (one.active_before, one.dormant, one.resurrected, one.new)
        for one in expected
        if one.dormant is not None
    ]
    assert len(ends) == 65 // interval
