"""Names from the data are shown as they are, whatever they would like to be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Reader, serving
from tests.hostile_workspace import make_hostile

# Elements that only markup in a name could have made.
PLANTED = """() => [...document.querySelectorAll(
    "img[src='x'], img[src*='evil'], iframe, object, embed, a[href^='javascript'],"
    + " a[href*='evil'], [onerror], [data-testid=stMarkdownContainer] b")
].map(element => element.outerHTML)"""
UNSEEN = r"""() => (
    document.body.innerText.match(/[\u202a-\u202e\u2066-\u2069\x00-\x08]/g) || []
).length"""

PLACES = {
    "today": "/",
    "usage": "/usage",
    "usage by country": "/usage?by=country",
    "usage by platform": "/usage?by=platform",
    "retention": "/retention",
    "adoption": "/adoption",
    "feedback": "/feedback",
    "funnels": "/funnels",
    "paths": "/paths",
    "churn": "/churn",
    "diagnosis": "/diagnosis",
    "experiments": "/experiments",
    "releases": "/releases",
    "performance": "/performance",
    "leadership": "/leadership",
    "sql": "/sql",
    "boards": "/boards",
    "data": "/data",
    "files": "/data?about=Files",
    "a filter": "/usage?where=country%3A%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "a filter that is none": "/usage?where=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
}


@dataclass
class Look:
    """Somebody who looks, and what the pages did to them meanwhile."""

    reader: Reader
    questions: list[str] = field(default_factory=list)

    def goes(self, path: str) -> Reader:
        self.questions.clear()
        self.reader.problems.clear()
        return self.reader.opens(path)

    def is_unharmed(self) -> bool:
        page, reader = self.reader.page, self.reader
        assert page.evaluate(PLANTED) == []
        assert page.evaluate(UNSEEN) == 0
        assert (self.questions, reader.elsewhere, reader.problems) == ([], [], [])
        return True


@pytest.fixture(scope="module")
def look(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """One look at everything, by the same eyes."""
    folder: Path = make_hostile(tmp_path_factory.mktemp("hostile")).folder
    with serving(folder, tmp_path_factory.mktemp("log") / "log.txt") as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        found = Look(Reader(context.new_page(), address).listens())
        found.reader.page.on(
            "dialog", lambda one: (found.questions.append(one.message), one.dismiss())
        )
        yield found
        context.close()


@pytest.mark.parametrize("place", PLACES)
def test_names_do_nothing_on_a_page(look: Look, place: str) -> None:
    look.goes(PLACES[place])
    assert look.is_unharmed()


def test_names_are_shown_as_they_are(look: Look) -> None:
    shown = look.goes("/").page.inner_text("body")
    assert "<script>alert(1)</script>" in shown
    assert "[x](javascript:alert(1))" in shown


@pytest.mark.parametrize("key", ["people_mau", "data_lifecycle"])
def test_names_do_nothing_in_a_dialog(look: Look, key: str) -> None:
    look.goes("/usage").clicks(key)
    assert look.is_unharmed()


def test_names_do_nothing_on_a_chart_under_the_mouse(look: Look) -> None:
    page = look.goes("/usage?by=country").page
    box = page.locator(".js-plotly-plot").first.bounding_box()
    assert box
    for share in (0.3, 0.6, 0.9):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        page.wait_for_timeout(150)
    assert look.is_unharmed()
