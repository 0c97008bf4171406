"""Repeats where nobody cancels: CDNOW as events gives the published model; small cases by eye."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from queries import Segment, Workspace
from reports.churn_buyers import buyers_report
from tests.reference_lifetimes import table
from tests.slow_rollups import Row
from tests.tiny_workspaces import workspace_of

EVERYBODY = Segment()
START = date(2017, 1, 1)  # twenty years later: a moment before 2000 is quarantined


def on(at: int) -> date:
    return START + timedelta(days=at)


def bought(user: str, at: int) -> Row:
    return (user, "bought", f"{on(at)}T12:00:00Z", {})


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """2,357 customers: first purchase, last one, and the others on the days before the last."""
    columns = table("cdnow")
    observed = [round(7 * one) for one in columns["T"]]
    end = max(observed)  # the day after the last complete one
    rows: list[Row] = []
    for number, (x, recency, length) in enumerate(
        zip(columns["x"], columns["t_x"], observed, strict=True)
    ):
        first, last = end - length, end - length + round(7 * recency)
        days = {first, *range(last, last - int(x), -1)} if x else {first}
        rows += [bought(f"c{number:04}", day) for day in days]
    return workspace_of(tmp_path_factory.mktemp("cdnow"), rows, watermark=on(end - 1))


def test_cdnow_gives_the_published_model(cdnow: Workspace) -> None:
    found = buyers_report(cdnow, EVERYBODY, events=("bought",))
    model = found.models.rows.row(0, named=True)
    # Fader, Hardie and Lee (2005), table 2: r .243, alpha 4.414, a .793, b 2.426. A few customers
    # bought more often than there are days between their first and last: they begin earlier here.
    assert found.people == 2_357
    assert (model["r"], model["alpha"]) == pytest.approx((0.2426, 4.4135), rel=0.02)
    assert (model["a"], model["b"]) == pytest.approx((0.7929, 2.4258), rel=0.04)
    assert model["log_likelihood"] == pytest.approx(-9_582.43, rel=0.006)


def test_mbg_doubts_who_did_it_once(cdnow: Workspace) -> None:
    rows = buyers_report(cdnow, EVERYBODY, events=("bought",)).models.rows
    bg, mbg = rows["alive"].to_list()
    assert bg > mbg


def test_habits_are_split_at_a_day(tmp_path: Path) -> None:
    rows = [bought("ann", at) for at in (0, 3, 3, 10, 25)]
    rows += [bought("bob", 5), bought("bob", 21), bought("cleo", 22)]
    workspace = workspace_of(tmp_path, rows, watermark=on(29))
    found = workspace.ask("repeat_days", events=["bought"], split_on=on(20), watermark=on(29)).rows
    assert found.rows() == [(0, 0, 15, 1, 1), (2, 10, 20, 1, 1)]


def test_any_event_is_an_active_day(tmp_path: Path) -> None:
    rows = [bought("ann", 0), ("ann", "opened", f"{on(4)}T09:00:00Z", {})]
    workspace = workspace_of(tmp_path, rows, watermark=on(9))
    found = workspace.ask("repeat_days", events=[], split_on=on(10), watermark=on(9)).rows
    assert found.rows() == [(1, 4, 10, 1, 0)]


def test_without_repeats_it_says_so(tmp_path: Path) -> None:
    rows = [bought(f"u{number}", number) for number in range(5)]
    found = buyers_report(workspace_of(tmp_path, rows, watermark=on(20)), EVERYBODY)
    assert (found.models.is_empty, found.test.is_empty) == (True, True)
    assert "nobody came back" in (found.missing or "")


def test_expected_is_shown_beside_seen(cdnow: Workspace) -> None:
    rows = buyers_report(cdnow, EVERYBODY, events=("bought",)).test.rows
    assert rows["repeats"].to_list() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert rows.select(pl.col("later_days", "bg_days", "mbg_days").is_null().any()).row(0) == (
        False, False, False,
    )  # fmt: skip
