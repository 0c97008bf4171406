"""The Performance page in its states, and its figures in SQL."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries import Workspace
from queries.build import build
from reports.service_days import last_served
from tests.page_runs import act, has_failed, metrics, run_page, text
from tests.page_workspace import make_workspace
from tests.service_workspace import LAST_DAY, make_service
from tests.test_pages_open_in_sql import same_rows, sources_of

PARTS = {"speed": 9, "objectives": 10, "versions": 1, "capacity": 0}  # figures with SQL, at least


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_service(tmp_path_factory.mktemp("service"))


@pytest.mark.parametrize("part", PARTS)
def test_every_figure_gives_the_same_rows_in_sql(
    workspace: Workspace, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {"service_part": part, "compare": "previous"}
    sources = sources_of(workspace, "performance", state, monkeypatch)
    assert len(sources) >= PARTS[part]
    asked = {(one.sql, str(one.parameters)): one for one in sources if one.sql}
    for source in asked.values():
        same_rows(workspace, source)


def test_cards_show_the_known_numbers(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "performance", routes=["/slow"])
    assert not has_failed(screen)
    shown = metrics(screen)
    assert shown["p95"][0] in {f"{ms} ms" for ms in range(396, 407)}  # 402 ms, within 1 %
    assert shown["Error rate"][0] == "6.8%"  # 189 of 2,800


def test_without_requests_the_page_says_what_would_bring_them(tmp_path: Path) -> None:
    screen = run_page(make_workspace(tmp_path).folder, "performance")
    assert not has_failed(screen)
    assert "No requests are known" in text(screen)


def test_days_without_requests_lead_to_those_that_have_some_with_one_click(
    tmp_path: Path,
) -> None:
    workspace = make_service(tmp_path)
    requests = pl.read_parquet(tmp_path / "requests.parquet")
    known = requests.filter(pl.col("occurred_at") < datetime(2026, 9, 1, tzinfo=UTC))
    known.write_parquet(tmp_path / "requests.parquet")
    build(workspace, now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    screen = run_page(tmp_path, "performance")
    assert "No requests in these days" in text(screen)
    shown = act(tmp_path, screen.button(key="last_served").click())
    assert not has_failed(shown)
    assert "p95" in metrics(shown)
    assert shown.session_state["days"] == (date(2026, 8, 4), date(2026, 8, 31))


def test_the_last_days_with_requests_are_those_of_the_routes_chosen(workspace: Workspace) -> None:
    near, year = last_served(workspace, 7, ["/fast"]) or (None, None)
    assert near is not None
    assert year is not None
    assert (near.last_day, near.days) == (LAST_DAY, 7)
    assert (year.last_day, year.days) == (LAST_DAY, 365)
    assert last_served(workspace, 7, ["/nowhere"]) is None
