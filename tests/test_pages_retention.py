"""Retention: of people who come every day, everybody comes back."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.page_runs import act, has_failed, run_page, text
from tests.page_workspace import OLD, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("retention")).folder


def alt_texts(screen: AppTest) -> list[str]:
    return [chart.proto.alt for chart in screen.get("plotly_chart")]


def test_everybody_comes_back(workspace: Path) -> None:
    screen = run_page(workspace, "retention")
    assert "100.0% come back in Week 1, 100.0% in Week 7." in alt_texts(screen)


def test_the_rule_is_printed(workspace: Path) -> None:
    assert "calendar weeks" in text(run_page(workspace, "retention"))


@pytest.mark.parametrize(
    "controls",
    [
        {"criterion": "on_or_after"},
        {"criterion": "brackets", "brackets": "1-2, 3-5"},
        {"criterion": "brackets", "brackets": "nonsense"},
        {"clock": "own"},
        {"starters": "every"},
        {"cohort": "day"},
        {"cohort": "month"},
        {"split": "country"},
        {"split": "platform", "clock": "own"},
        {"start": ["draft_opened"], "return": ["draft_completed"]},
        {"returns": 3},
    ],
    ids=str,
)
def test_every_way_of_counting_can_be_drawn(workspace: Path, controls: dict[str, Any]) -> None:
    screen = run_page(workspace, "retention", **controls)
    assert not has_failed(screen), text(screen)


def test_brackets_that_make_no_sense_are_met_with_an_example(workspace: Path) -> None:
    screen = run_page(workspace, "retention", criterion="brackets", brackets="6-1")
    assert "such as 1-6" in screen.warning[0].value


def test_the_list_behind_a_cell_has_its_length(workspace: Path) -> None:
    screen = run_page(workspace, "retention")
    box = screen.selectbox(key="people_of_triangle")
    screen = act(workspace, box.select(f"Week of 28 Sep 2026, Week 7: {OLD}"))
    assert len(screen.dataframe[-1].value) == OLD
