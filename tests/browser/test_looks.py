"""What holds on every screen: accessible, nothing cut off, nothing fetched elsewhere, no errors."""

from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import Open, Reader
from tests.screens import SCREENS

# Rules that Streamlit's own navigation breaks, which a page cannot mend.
BROKEN_BY_NAVIGATION = {"list", "listitem"}
IS_NAVIGATION = "target => !!document.querySelector(target)?.closest('[data-testid=stSidebarNav]')"


def violations(reader: Reader) -> dict[str, list[str]]:
    """The rules that are broken, with where."""
    found = Axe().run(reader.page).response["violations"]
    nodes = {
        rule["id"]: [
            node["html"][:200] for node in rule["nodes"] if not is_known(reader, rule, node)
        ]
        for rule in found
    }
    return {rule: where for rule, where in nodes.items() if where}


def is_known(reader: Reader, rule: dict[str, Any], node: dict[str, Any]) -> bool:
    """Whether it is one of the rules that the navigation breaks, there."""
    is_there = rule["id"] in BROKEN_BY_NAVIGATION
    return is_there and bool(reader.page.evaluate(IS_NAVIGATION, node["target"][0]))


@dataclass
class Visit:
    """What happened while a page was open."""

    elsewhere: list[str]
    problems: list[str]
    violations: dict[str, list[str]]
    questions: list[str]
    planted: int


@pytest.fixture(scope="module", params=SCREENS)
def visit(server: str, browser: Browser, request: pytest.FixtureRequest) -> Visit:
    """One look at each page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    reader = Reader(context.new_page(), server).listens()
    questions: list[str] = []
    reader.page.on("dialog", lambda dialog: (questions.append(dialog.message), dialog.dismiss()))
    reader.opens(request.param)
    planted = reader.page.locator("img[src='x'], a[href^='javascript']").count()
    broken = violations(reader)
    context.close()
    return Visit(reader.elsewhere, reader.problems, broken, questions, planted)


def test_a_page_is_accessible(visit: Visit) -> None:
    assert visit.violations == {}


@pytest.mark.parametrize("path", SCREENS)
def test_a_page_is_accessible_in_the_dark(server: str, reader_of: Open, path: str) -> None:
    reader = reader_of(server, theme="dark").opens(path)
    assert violations(reader) == {}


@pytest.mark.parametrize("key", ["people_mau", "data_lifecycle"])
def test_a_dialog_is_accessible(reader: Reader, key: str) -> None:
    reader.opens("/usage").clicks(key)
    assert violations(reader) == {}


@pytest.mark.parametrize("path", SCREENS)
def test_nothing_is_cut_off_on_a_telephone(server: str, reader_of: Open, path: str) -> None:
    reader = reader_of(server, width=390).opens(path)
    wide = reader.page.evaluate(
        "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth - element.clientWidth)"
    )
    assert wide == [0, 0]


def test_cards_stand_two_by_two_on_a_telephone(server: str, reader_of: Open) -> None:
    reader = reader_of(server, width=390).opens("/usage")
    boxes = [
        reader.page.locator(f".st-key-card_{key}").bounding_box()
        for key in ("dau", "wau", "mau", "sticky")
    ]
    tops = [round(box["y"]) for box in boxes if box]
    assert tops[0] == tops[1] < tops[2] == tops[3]


def test_nothing_is_fetched_elsewhere(visit: Visit) -> None:
    assert visit.elsewhere == []


def test_the_console_stays_silent(visit: Visit) -> None:
    assert visit.problems == []


def test_names_from_the_data_are_no_markup(visit: Visit) -> None:
    assert (visit.questions, visit.planted) == ([], 0)
