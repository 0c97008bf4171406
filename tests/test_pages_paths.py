"""Paths: everybody opens a draft each morning, and every second one completes it."""

import json
from pathlib import Path

import pytest

from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import make_empty_days, make_workspace

OPENED, COMPLETED = "draft_opened", "draft_completed"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("paths")).folder


def test_ways_from_a_draft(workspace: Path) -> None:
    screen = run_page(workspace, "paths", path_anchor=OPENED)
    assert not has_failed(screen)
    assert headers(screen) == ["Ways", "Links", "Nodes"]
    links = screen.dataframe[0].value
    first = links[(links["source"] == OPENED) & (links["target"] == COMPLETED)]
    assert first["users"].tolist() == [20]
    assert first["median_seconds"].tolist() == ["5 min"]


def test_a_node_is_continued_from_and_the_way_is_a_funnel_of_the_same_count(
    workspace: Path,
) -> None:
    screen = run_page(workspace, "paths", path_anchor=OPENED)
    box = screen.selectbox("path_continue_1_from")
    choice = next(one for one in box.options if COMPLETED in one)
    screen = act(workspace, box.select(choice))
    assert json.loads(screen.session_state["path_through"]) == [OPENED, COMPLETED]
    visits = metrics(screen)["Sessions on this way"][0]
    assert visits == choice.rpartition(": ")[2]
    funnels = act(workspace, screen.button("path_funnel").click())
    assert not has_failed(funnels)
    assert metrics(funnels)["Converted"][0] == visits
    assert "Along a path of a session" in text(funnels)
    plain = act(workspace, funnels.button("funnel_leave_path").click())
    assert "Along a path" not in text(plain)


@pytest.mark.parametrize(
    "controls",
    [
        {"path_direction": "to", "path_anchor": COMPLETED, "path_shown": "event"},
        {"path_shown": "feature", "path_visit": "user", "path_within": "1h"},
        {"path_hidden": ["page_*"], "path_joined": ["draft_*: Drafts", "nonsense"]},
        {"path_through": "nonsense"},
        {"path_anchor": OPENED, "path_through": f'["{OPENED}",null,"never"]'},
    ],
)
def test_every_way_of_walking_can_be_drawn(workspace: Path, controls: dict[str, object]) -> None:
    assert not has_failed(run_page(workspace, "paths", **controls))


def test_days_without_events_say_so(tmp_path: Path) -> None:
    screen = run_page(make_empty_days(tmp_path).folder, "paths")
    assert not has_failed(screen)
    assert "Nobody goes on" in text(screen)
