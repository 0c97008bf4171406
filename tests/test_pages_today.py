"""Today: the headlines, and what was released."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.page_runs import act, has_failed, metrics, run_page, text
from tests.page_workspace import ALL, OLD, make_empty_days, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("today")).folder


@pytest.fixture(scope="module")
def screen(workspace: Path) -> AppTest:
    return run_page(workspace, "today")


def test_active_users_are_everybody(screen: AppTest) -> None:
    assert metrics(screen)["Active users, 28 days"] == (str(ALL), f"{ALL / OLD - 1:+.1%}")


def test_a_percentage_says_of_how_many(screen: AppTest) -> None:
    metric = next(one for one in screen.metric if one.label == "Active users, 28 days")
    assert metric.proto.delta_description == f"vs {OLD}"


def test_the_latest_release_comes_first(screen: AppTest) -> None:
    said = text(screen)
    assert said.index("1\\.1") < said.index("1\\.0")


def test_an_address_that_is_no_web_address_is_no_link(screen: AppTest) -> None:
    assert "javascript" not in text(screen)


def test_without_releases_it_says_which_columns_would_bring_them(tmp_path: Path) -> None:
    screen = run_page(make_empty_days(tmp_path).folder, "today")
    assert "released_at" in text(screen)


def test_the_list_behind_a_headline_has_its_length(workspace: Path) -> None:
    screen = run_page(workspace, "today")
    screen = act(workspace, screen.button(key="people_headline_active_users").click())
    assert len(screen.dataframe[-1].value) == ALL


def test_without_a_comparison_there_is_no_difference(workspace: Path) -> None:
    screen = run_page(workspace, "today", compare="none")
    assert {difference for _, difference in metrics(screen).values()} == {""}


def test_the_way_behind_a_headline_opens(workspace: Path) -> None:
    screen = run_page(workspace, "today")
    screen = act(workspace, screen.button(key="details_headline_active_users").click())
    assert not has_failed(screen)
    assert "complete to Sun 22 Nov 2026" in screen.caption[-1].value
