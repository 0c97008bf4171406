"""The Diagnosis page: it draws, with one feature, with none, and with nobody."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.page_runs import FRAME, TIMEOUT, act, has_failed, run_page, showing, text
from tests.page_workspace import make_empty_days, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("diagnosis")).folder


def test_page_with_one_feature_names_no_cause_and_says_why(workspace: Path) -> None:
    screen = run_page(workspace, "diagnosis")
    assert not has_failed(screen)
    assert screen.dataframe[0].value["verdict"].to_list() == ["Too few of its type to compare"]
    assert "A cause is named from 8 features on" in text(screen)


def test_page_says_what_the_product_does_not_send(workspace: Path) -> None:
    assert "what people search for" in text(run_page(workspace, "diagnosis"))


def test_page_without_features_says_how_to_name_them(tmp_path: Path) -> None:
    screen = run_page(make_empty_days(tmp_path).folder, "diagnosis")
    assert not has_failed(screen)
    assert "No event names a feature yet" in text(screen)


def test_page_without_anybody_says_so(workspace: Path) -> None:
    screen = run_page(workspace, "diagnosis", where=["platform:tv"])
    assert not has_failed(screen)
    assert "Nobody was active in these weeks" in text(screen)


def opened(workspace: Path, feature: str) -> AppTest:
    """The page with a feature in its address."""
    with showing(workspace):
        screen = AppTest.from_file(FRAME, default_timeout=TIMEOUT).run()
        screen.query_params["feature"] = feature
        return screen.switch_page("../diagnosis.py").run()


def test_feature_without_a_model_still_has_its_ladder(workspace: Path) -> None:
    screen = opened(workspace, "draft")
    assert not has_failed(screen)
    assert "draft is a habit for" in text(screen)
    assert "No cause can be named" in text(screen)


def test_feature_that_is_not_there_says_so(workspace: Path) -> None:
    screen = opened(workspace, "nonsense")
    assert not has_failed(screen)
    assert "Nothing is known of a feature nonsense" in text(screen)


def test_what_was_done_is_recorded_and_shown(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path).folder
    screen = opened(folder, "draft")
    screen.text_area(key="action_text").input("Two steps instead of five")
    screen = act(folder, screen.button(key="record").click())
    assert not has_failed(screen)
    assert "Two steps instead of five" in text(screen)
    assert "Too early" in text(screen)
