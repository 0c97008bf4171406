"""Adoption: the numbers that are known beforehand, and what it says where there is nothing."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.page_runs import has_failed, metrics, run_page, text
from tests.page_workspace import ALL, make_empty_days, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("adoption")).folder


@pytest.fixture(scope="module")
def screen(workspace: Path) -> AppTest:
    return run_page(workspace, "adoption")


def test_the_table_gives_each_share_with_its_two_numbers(screen: AppTest) -> None:
    draft = screen.dataframe[0].value.iloc[0].to_dict()
    # Every second user completes a draft each day; without `started`, to open one is a try.
    assert (draft["breadth_share"], draft["breadth_share_of"]) == (0.5, f"{ALL // 2} of {ALL}")
    assert (draft["days_per_week"], draft["stickiness_share"]) == (7.0, 1.0)
    assert draft["completion_share_of"] == f"{ALL // 2} of {ALL}"
    # Nothing says who saw it.
    assert draft["discovery_share_of"] is None


def test_the_cards_say_how_much_hangs_on_few(screen: AppTest) -> None:
    shown = metrics(screen)
    assert shown["Features used"][0] == "1 of 1"
    assert shown["Features that make 80 % of use"][0] == "100.0%"
    assert shown["Active users"][0] == str(ALL)


def test_without_exposures_the_page_says_what_to_log(screen: AppTest) -> None:
    assert "nobody knows who saw a feature" in text(screen)


def test_without_features_the_page_says_what_would_bring_it_to_life(tmp_path: Path) -> None:
    screen = run_page(make_empty_days(tmp_path).folder, "adoption")
    assert "No event names a feature yet" in text(screen)
    assert not has_failed(screen)
