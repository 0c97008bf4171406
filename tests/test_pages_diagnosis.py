"""The Diagnosis page: it draws, with one feature, with none, and with nobody."""

from pathlib import Path

import pytest

from tests.page_runs import has_failed, run_page, text
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
