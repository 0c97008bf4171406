"""Experiments as a reader meets them: from the list to SQL, and a file of one's own."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.browser.conftest import Open, Reader, serving
from tests.experiment_workspace import make_experiment

HILLSTROM = Path(__file__).parents[3] / "shared" / "data" / "ab_hillstrom.parquet"
FILE = "/experiments?show=A+result+file"


@pytest.fixture(scope="module")
def experiments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = make_experiment(tmp_path_factory.mktemp("experiment"), several=0).folder
    with serving(folder, folder / "log.txt") as address:
        yield address


def says_of_the_chart(reader: Reader) -> str:
    return reader.page.locator("[aria-label^='Against']").first.get_attribute("aria-label") or ""


def test_an_experiment_is_followed_from_the_list_to_sql(experiments: str, reader_of: Open) -> None:
    reader = reader_of(experiments).opens("/experiments")
    assert "Ship: Saves" in reader.card("experiments")
    reader.clicks("open_experiment_buttons")
    assert "experiment=buttons" in reader.page.url
    assert "Ship: Saves" in reader.card("verdict")
    reader.clicks("part", "Over time")
    assert "Look by look" in reader.card("timeline")
    reader.clicks("open_sql_timeline")
    reader.page.wait_for_url("**/sql*")
    assert reader.problems == []


def test_a_link_opens_the_same_part(experiments: str, reader_of: Open) -> None:
    reader = reader_of(experiments).opens("/experiments?experiment=buttons&part=Segments&cut=plan")
    assert "Cochran" in reader.card("segments") or "Fewer than two" in reader.card("segments")


def test_a_file_of_ones_own_is_read(experiments: str, reader_of: Open, tmp_path: Path) -> None:
    pl.DataFrame(
        {"variant": ["control", "b"] * 200, "spend": [1.0, 2.0, 3.0, 4.0] * 100}
    ).write_csv(tmp_path / "mine.csv")
    reader = reader_of(experiments).opens(FILE)
    reader.page.locator("input[type=file]").set_input_files(tmp_path / "mine.csv")
    reader.waits()
    reader.page.locator(".st-key-card_result_of_file").wait_for()
    assert "The split holds" in reader.waits().card("result_of_file")
    assert says_of_the_chart(reader).startswith("Against control: spend of b: +50.0%")


@pytest.mark.skipif(not HILLSTROM.is_file(), reason="the data set is not there")
def test_hillstrom_reproduces_its_figures_on_the_page(experiments: str, reader_of: Open) -> None:
    # Visits 10.62 % without and 18.28 % with the men's e-mail: 72.1 % more. Split p .904.
    reader = reader_of(experiments).opens(FILE)
    reader.page.locator("input[type=file]").set_input_files(HILLSTROM)
    reader.waits()
    reader.page.locator(".st-key-card_result_of_file").wait_for()
    assert "p = 0.904" in reader.waits().card("result_of_file")
    assert "visit of Mens E-Mail: +72.1%" in says_of_the_chart(reader)


@pytest.mark.parametrize(
    "path",
    [
        "/experiments", "/experiments?experiment=buttons", "/experiments?show=Plan+one",
        "/experiments?experiment=buttons&part=Over+time", FILE,
    ],
)  # fmt: skip
def test_nothing_is_cut_off_on_a_telephone(experiments: str, reader_of: Open, path: str) -> None:
    reader = reader_of(experiments, width=390).opens(path)
    sizes = reader.page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return [main.scrollWidth, main.clientWidth] }"
    )
    assert sizes[0] <= sizes[1]
    assert reader.problems == []
