"""From the table of features to one of them, to its diagnosis, to a verdict that stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Open, serving
from tests.page_workspace import make_workspace

DONE = "Moved the entry into the toolbar"


@pytest.fixture(scope="module")
def diagnosed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, because a verdict is written into the store."""
    folder: Path = make_workspace(tmp_path_factory.mktemp("diagnosed")).folder
    with serving(folder, folder / "log.txt") as address:
        yield address


def test_a_verdict_is_recorded_and_shown_after_a_reload(diagnosed: str, reader_of: Open) -> None:
    reader = reader_of(diagnosed).opens("/adoption")
    reader.page.locator(".st-key-open_feature input").click()
    reader.page.get_by_role("option", name="draft").click()
    reader.waits()
    assert "feature=draft" in reader.page.url
    reader.clicks("to_diagnosis")
    reader.page.wait_for_url("**/diagnosis*")
    reader.page.locator(".st-key-card_verdict").wait_for()
    assert "draft is a habit for" in reader.waits().card("verdict")
    assert "Nothing was recorded yet" in reader.card("feature_action")
    words = reader.page.locator(".st-key-action_text textarea")
    words.fill(DONE)
    words.press("Tab")
    reader.waits().clicks("record")
    reader.page.locator(".st-key-card_feature_action").get_by_text(DONE).first.wait_for()
    assert DONE in reader.card("feature_action")
    again = reader_of(diagnosed).opens(reader.page.url.removeprefix(diagnosed))
    assert DONE in again.card("feature_action")
    assert "Nothing was recorded yet" not in again.card("feature_action")
    assert reader.problems + again.problems == []
