"""What surrounds every page: navigation, freshness, filters, and the states without figures."""

from pathlib import Path

import pytest

from pages.shared import workspaces
from tests.page_runs import has_failed, headers, metrics, run_page, showing, text
from tests.page_workspace import HOSTILE, make_empty_days, make_workspace

PAGES = ("today", "usage", "retention", "data")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("built")).folder


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_empty_days(tmp_path_factory.mktemp("quiet")).folder


@pytest.fixture(scope="module")
def not_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("not_built"), is_built=False).folder


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws(built: Path, name: str) -> None:
    screen = run_page(built, name)
    assert not has_failed(screen), text(screen)
    assert headers(screen)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_days_without_events(quiet: Path, name: str) -> None:
    screen = run_page(quiet, name, period="custom")
    assert not has_failed(screen), text(screen)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_for_a_segment_of_nobody(built: Path, name: str) -> None:
    screen = run_page(built, name, where=["country:nowhere"])
    assert not has_failed(screen), text(screen)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_a_page_draws_at_every_grain(built: Path, name: str, grain: str) -> None:
    screen = run_page(built, name, grain=grain, cohort=grain, compare="none")
    assert not has_failed(screen), text(screen)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_that_nothing_is_built(not_built: Path, name: str) -> None:
    screen = run_page(not_built, name)
    assert not has_failed(screen)
    assert "Nothing has been built yet" in text(screen)
    assert "python app.py build" in screen.code[0].value


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_is_wrong_with_the_settings(tmp_path: Path, name: str) -> None:
    (tmp_path / "workspace.toml").write_text('[product]\nnmae = "x"\n', encoding="utf-8")
    screen = run_page(tmp_path, name)
    assert not screen.exception
    assert "nmae" in text(screen)


def test_a_page_says_up_to_which_day_it_is_complete(built: Path) -> None:
    assert "Complete to Sun 22 Nov 2026" in text(run_page(built, "data"))


def test_a_page_says_its_period_in_words(built: Path) -> None:
    screen = run_page(built, "usage")
    assert "26 Oct – 22 Nov compared with 28 Sep – 25 Oct" in text(screen)


def test_a_filter_narrows_every_figure(built: Path) -> None:
    screen = run_page(built, "usage", where=["country:DE"])
    assert metrics(screen)["Daily active users"] == ("30", "0.0%")


def test_two_filters_narrow_each_other(built: Path) -> None:
    # Of the 30 in DE, every third uses ios.
    screen = run_page(built, "usage", where=["country:DE", "platform:ios"])
    assert metrics(screen)["Daily active users"] == ("10", "0.0%")


def test_a_value_that_looks_like_markup_can_be_filtered(built: Path) -> None:
    screen = run_page(built, "usage", where=[f"country:{HOSTILE}"])
    assert metrics(screen)["Daily active users"] == ("10", "+100.0%")


def test_a_filter_that_is_none_is_left_out_and_named(built: Path) -> None:
    screen = run_page(built, "usage", where=["shoe:44"])
    assert "Not a filter" in screen.warning[0].value
    assert metrics(screen)["Daily active users"][0] == "40"


def test_names_from_the_data_are_no_markup(built: Path) -> None:
    assert "<b>" not in text(run_page(built, "today")).replace("\\", "\\\\<")


def test_health_names_the_snapshot_and_its_day(built: Path) -> None:
    with showing(built):
        state = workspaces.health()
    assert (state["status"], state["as_of"]) == ("ok", "2026-11-22")
    assert state["snapshot"]


def test_health_says_that_nothing_is_built(not_built: Path) -> None:
    with showing(not_built):
        assert workspaces.health()["status"] == "no snapshot"


def test_health_says_what_is_wrong_with_the_settings(tmp_path: Path) -> None:
    with showing(tmp_path):
        state = workspaces.health()
    assert state["status"] == "unusable workspace"
    assert "workspace.toml" in state["why"]
