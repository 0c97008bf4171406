"""The Performance page in its states, and its figures in SQL."""

from pathlib import Path
from typing import Any

import pytest

from queries import Workspace
from tests.page_runs import has_failed, metrics, run_page, text
from tests.page_workspace import make_workspace
from tests.service_workspace import make_service
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
