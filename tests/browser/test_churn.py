"""The Churn page at a desk and on a telephone: the bridge, its accounts, a model in the making."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Open, Reader, serving
from tests.browser.test_looks import violations
from tests.test_reports_churn_risk import make_fading

VIEWS = ("Revenue", "How+long", "At+risk", "Usage", "Definitions")


@pytest.fixture(scope="module")
def fading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over accounts that fade before they leave."""
    folder = tmp_path_factory.mktemp("fading")
    make_fading(folder)
    log: Path = tmp_path_factory.mktemp("log") / "log.txt"
    with serving(folder, log) as address:
        yield address


def at(view: str) -> str:
    return f"/churn?churn_view={view}"


def test_the_accounts_behind_a_bar_open(fading: str, reader_of: Open) -> None:
    reader = reader_of(fading).opens("/churn")
    box = reader.page.locator(".st-key-list_of_movements input")
    box.click()
    box.fill("Churn,")
    option = reader.page.get_by_role("option").filter(has_text="Churn").first
    label = option.inner_text()
    option.click()
    reader.waits()
    count = label.split(": ")[1].split(",")[0]  # "5 accounts"
    assert count in reader.page.get_by_role("dialog").inner_text()


def test_a_model_is_made_while_the_reader_waits(fading: str, reader_of: Open) -> None:
    reader = reader_of(fading).opens(at("At+risk"))
    reader.clicks("churn_train")
    reader.page.get_by_text("Accounts at risk, by expected loss").wait_for(timeout=120_000)
    reader.waits()
    assert "Trained " in reader.page.locator("[data-testid=stMain]").inner_text()
    assert reader.problems == []
    # It is kept: who comes later sees it at once.
    again = reader_of(fading).opens(at("At+risk"))
    assert "Accounts at risk" in again.card("at_risk")


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_off_on_a_telephone(fading: str, reader_of: Open, view: str) -> None:
    reader = reader_of(fading, width=390).opens(at(view))
    wide = reader.page.evaluate(
        "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth - element.clientWidth)"
    )
    assert wide == [0, 0]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_accessible(fading: str, reader_of: Open, view: str, theme: str) -> None:
    reader: Reader = reader_of(fading, theme=theme).opens(at(view))
    assert violations(reader) == {}
    assert reader.problems == []
    assert reader.elsewhere == []
