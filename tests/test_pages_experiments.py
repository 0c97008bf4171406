"""The Experiments page: the list, one experiment, and what a broken one does not show."""

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries import Workspace
from reports.experiments import experiments
from store import store_of
from tests.experiment_workspace import make_experiment
from tests.page_runs import FRAME, TIMEOUT, act, has_failed, headers, run_page, showing, text
from tests.page_workspace import make_workspace
from tests.test_pages_open_in_sql import Seen, same_rows


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_experiment(tmp_path_factory.mktemp("experiment"), several=0)


def run_experiment(folder: Path, name: str, **state: Any) -> AppTest:
    """The page of one experiment, as a link opens it."""
    with showing(folder):
        screen = AppTest.from_file(FRAME, default_timeout=TIMEOUT).run()
        screen.query_params["experiment"] = name
        for key, value in state.items():
            screen.session_state[key] = value
        return screen.switch_page("../experiments.py").run()


def test_list_says_the_verdict_and_opens_the_experiment(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "experiments")
    assert not has_failed(screen)
    assert "**buttons**" in text(screen)
    assert "Ship" in text(screen)
    opened = act(workspace.folder, screen.button(key="open_experiment_buttons").click())
    assert not has_failed(opened)
    assert "buttons" in headers(opened)


@pytest.mark.parametrize(
    ("part", "heads"),
    [
        ("results", ["buttons", "Can it be trusted?", "Effects"]),
        ("course", ["buttons", "Look by look", "By days since the exposure"]),
        ("segments", ["buttons", "Segments", "With other experiments"]),
        ("distribution", ["buttons", "Distribution"]),
        ("readings", ["buttons", "Read in other ways"]),
        ("power", ["buttons", "Power now"]),
    ],
)
def test_each_part_is_drawn_and_opens_in_sql(
    workspace: Workspace, part: str, heads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen()
    with monkeypatch.context() as while_drawn:
        while_drawn.setattr(st, "button", seen)
        screen = run_experiment(workspace.folder, "buttons", part=part)
    assert not has_failed(screen)
    assert headers(screen) == heads
    assert seen.sources
    for source in seen.sources:
        same_rows(workspace, source)


def test_table_has_values_with_numerator_and_denominator(workspace: Workspace) -> None:
    screen = run_experiment(workspace.folder, "buttons")
    rows = next(one.value for one in screen.dataframe if "Valid now" in one.value.columns)
    assert rows["Metric"].to_list() == ["Saves", "Failures"]
    assert rows["Control"].to_list()[0].endswith("of 20)")


def test_the_units_behind_a_count_are_listed(workspace: Workspace) -> None:
    screen = run_experiment(workspace.folder, "buttons")
    opened = act(workspace.folder, screen.selectbox(key="units_of_split").set_value("control: 20"))
    assert not has_failed(opened)
    assert "**20 users**" in text(opened)
    assert any(one.value.shape[0] == 20 for one in opened.dataframe)


def test_a_broken_experiment_shows_only_why(tmp_path: Path) -> None:
    screen = run_experiment(make_experiment(tmp_path, several=3).folder, "buttons")
    assert not has_failed(screen)
    assert headers(screen) == ["buttons", "Can it be trusted?", "Decision"]
    assert "No verdict" in text(screen)
    assert "Ship" not in text(screen)
    assert not any("Valid now" in one.value.columns for one in screen.dataframe)


def test_a_decision_is_kept_with_the_verdict_as_it_stood(tmp_path: Path) -> None:
    workspace = make_experiment(tmp_path, several=0)
    screen = run_experiment(workspace.folder, "buttons", part="decision")
    screen.text_area(key="decide_reason").input("It works.")
    decided = act(workspace.folder, screen.button(key="decide").click())
    assert not has_failed(decided)
    (kept,) = store_of(workspace).decisions("buttons")
    assert (kept.outcome, kept.variant, kept.reason) == ("shipped", "treatment", "It works.")
    assert kept.evidence.startswith("Ship: Saves")
    assert "It works" in text(decided)
    assert experiments(workspace).experiments.rows["status"].to_list() == ["Decided"]


def test_planner_says_units_and_days_and_opens_in_sql(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen()
    with monkeypatch.context() as while_drawn:
        while_drawn.setattr(st, "button", seen)
        screen = run_page(
            workspace.folder, "experiments", show="planner", plan_metric="saves", plan_lift=50.0
        )
    assert not has_failed(screen)
    assert "with the past as covariate" in text(screen)
    own = [one for one in seen.sources if one.title == "What an experiment would see"]
    assert own
    for source in own:
        same_rows(workspace, source)


def test_a_result_file_is_asked_for_without_any_experiment(tmp_path: Path) -> None:
    screen = run_page(make_workspace(tmp_path).folder, "experiments", show="file")
    assert not has_failed(screen)
    assert headers(screen) == ["A result file"]


def test_an_unknown_name_is_said(workspace: Workspace) -> None:
    assert "there is no experiment" in text(run_experiment(workspace.folder, "nothing")).lower()


def test_without_experiments_the_page_says_what_brings_it_to_life(tmp_path: Path) -> None:
    screen = run_page(make_workspace(tmp_path).folder, "experiments")
    assert not has_failed(screen)
    assert "No experiment yet" in text(screen)
