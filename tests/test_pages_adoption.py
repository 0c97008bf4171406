"""Adoption: the numbers that are known beforehand, and what it says where there is nothing."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries import open_workspace
from tests.page_runs import (
    FRAME,
    TIMEOUT,
    act,
    has_failed,
    headers,
    metrics,
    run_page,
    showing,
    text,
)
from tests.page_workspace import ALL, make_empty_days, make_workspace
from tests.test_pages_open_in_sql import Seen, same_rows


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
    assert shown["Make 80 % of use"][0] == "1 of 1"
    assert shown["Active users"][0] == str(ALL)


def test_without_exposures_the_page_says_what_to_log(screen: AppTest) -> None:
    assert "nobody knows who saw a feature" in text(screen)


def test_without_features_the_page_says_what_would_bring_it_to_life(tmp_path: Path) -> None:
    screen = run_page(make_empty_days(tmp_path).folder, "adoption")
    assert "No event names a feature yet" in text(screen)
    assert not has_failed(screen)


@pytest.fixture(scope="module")
def draft(workspace: Path) -> AppTest:
    """The page of one feature."""
    with showing(workspace):
        opened = AppTest.from_file(FRAME, default_timeout=TIMEOUT).run()
        opened.query_params["feature"] = "draft"
        return opened.switch_page("../adoption.py").run()


def test_a_features_page_goes_from_the_ladder_to_what_people_say(draft: AppTest) -> None:
    assert headers(draft) == [
        "How far people get", "How soon it is adopted", "People who try it", "Who tries it",
        "What happened to it", "After a release", "Accounts", "Feedback",
    ]  # fmt: skip
    assert not has_failed(draft)


def test_the_ladder_counts_everybody_who_opens(draft: AppTest) -> None:
    (ladder,) = (one.proto.alt for one in draft.get("plotly_chart") if "Could use" in one.proto.alt)
    assert ladder == (
        f"Could use it: {ALL}. Tried it: {ALL}. Completed it: {ALL // 2}. "
        f"Used it on two days: {ALL // 2}. Have the habit: {ALL // 2}."
    )


def test_an_unknown_feature_is_said_to_be_none(workspace: Path) -> None:
    with showing(workspace):
        opened = AppTest.from_file(FRAME, default_timeout=TIMEOUT).run()
        opened.query_params["feature"] = "<b>no</b>"
        screen = opened.switch_page("../adoption.py").run()
    assert "No event names the feature" in text(screen)
    assert not has_failed(screen)


def test_the_list_behind_a_count_opens_with_its_length(workspace: Path) -> None:
    screen = run_page(workspace, "adoption")
    choice = screen.selectbox(key="list_of_features")
    screen = act(workspace, choice.select(f"draft, used it: {ALL // 2}"))
    assert f"**{ALL // 2} users**" in text(screen)


def test_every_figure_of_a_feature_gives_the_same_rows_in_sql(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen()
    with monkeypatch.context() as while_drawn, showing(workspace):
        while_drawn.setattr(st, "button", seen)
        opened = AppTest.from_file(FRAME, default_timeout=TIMEOUT).run()
        opened.query_params["feature"] = "draft"
        opened.switch_page("../adoption.py").run()
    assert len(seen.sources) >= 6
    for source in seen.sources:
        same_rows(open_workspace(workspace), source)
