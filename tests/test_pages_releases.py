"""The Releases page in its states, and its figures in SQL."""

from pathlib import Path

import pytest

from pages.shared.releases.words import with_interval
from queries import Workspace, open_workspace
from queries.build import build
from store import store_of
from tests.page_runs import act, has_failed, headers, run_page, text
from tests.page_workspace import make_workspace
from tests.release_workspace import make_releases
from tests.test_pages_open_in_sql import same_rows, sources_of


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_releases(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address names the staged release."""
    monkeypatch.setattr("pages.shared.releases.address.chosen_name", lambda: "staged", raising=True)


def test_the_list_names_every_release_and_its_days(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "releases")
    assert not has_failed(screen)
    shown = text(screen)
    for name in ("staged", "flag", "full", "young"):
        assert f"**{name}**" in shown
    assert "Add a release" in headers(screen)


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(("part", "least"), [("results", 2), ("evidence", 3), ("plan", 0)])
def test_every_figure_gives_the_same_rows_in_sql(
    workspace: Workspace, part: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = sources_of(workspace, "releases", {"release_part": part}, monkeypatch)
    assert len(sources) >= least
    for source in {(one.sql, str(one.parameters)): one for one in sources}.values():
        same_rows(workspace, source)


@pytest.mark.usefixtures("opened")
def test_a_release_says_its_verdict_first(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "releases")
    assert not has_failed(screen)
    assert headers(screen)[0] == "staged"
    assert "segments that got staged gained" in text(screen)


def test_a_release_can_be_added_before_it_ships(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "releases")
    screen.text_input(key="plan_name_new").set_value("7.0")
    screen.text_input(key="plan_title_new").set_value("A new board")
    screen.selectbox(key="plan_measure_0_new").set_value("feature_uses")
    screen.number_input(key="plan_target_0_new").set_value(5.0)
    screen = act(workspace.folder, screen.button(key="keep_plan_new").click())
    (kept,) = store_of(workspace).planned_releases()
    assert (kept.release, kept.title) == ("7.0", "A new board")
    assert dict(kept.criteria[0]) == {"measure": "feature_uses", "role": "goal", "target": 0.05}
    assert r"**7\.0**" in text(screen)
    store_of(workspace).delete_planned_release(kept.id, author="ann")


def test_without_releases_the_page_says_what_would_bring_them(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path, is_built=False).folder
    (folder / "releases.parquet").unlink()
    settings = folder / "workspace.toml"
    settings.write_text(settings.read_text("utf-8").split("[tables.releases]")[0], "utf-8")
    build(open_workspace(folder))
    screen = run_page(folder, "releases")
    assert not has_failed(screen)
    assert "No release is known" in text(screen)


def test_a_long_list_shows_the_newest_first(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.shared.releases.listing.SHOWN", 2)
    screen = run_page(workspace.folder, "releases")
    assert "**flag**" not in text(screen)
    whole = act(workspace.folder, screen.toggle(key="releases_earlier").set_value(True))
    assert "**flag**" in text(whole)


def test_an_effect_in_money_is_said_in_the_currency_of_the_product() -> None:
    row = {"effect": -25.7, "low": None, "high": 4.2, "form": "value", "unit": "currency"}
    assert with_interval(row, currency="EUR") == "-€25.70 (no end to +€4.20)"
