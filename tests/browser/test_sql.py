"""The SQL page as an analyst uses it: write, complete, run, draw, save, share, come back."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from store import open_store
from tests.browser.conftest import Open, Reader
from tests.browser.test_looks import violations
from tests.page_workspace import ALL, HOSTILE

WIDTHS = (1440, 390)
SLOW = "select count(*) from user_days a, user_days b, user_days c, user_days d"
SECONDS = 30
SECONDS_TO_READ = 0.2  # nobody chooses from a list before they have seen it


@pytest.fixture(autouse=True)
def no_tabs(workspace: Path) -> None:
    """Everybody here is the same person: each test begins with a desk that is cleared."""
    store = open_store(workspace / "tidemark.sqlite")
    store.save_tabs([], author="local", closed=[tab.id for tab in store.tabs("local")])


def field(reader: Reader) -> Locator:
    """Where the text is written."""
    return reader.page.locator(".st-key-sql_editor .cm-content")


def written(reader: Reader) -> str:
    field(reader).wait_for()
    return "\n".join(field(reader).locator(".cm-line").all_inner_texts())


def writes(reader: Reader, text: str) -> Reader:
    """In place of what is there."""
    field(reader).click()
    reader.page.keyboard.press("Control+a")
    reader.page.keyboard.insert_text(text)
    return reader


def presses(reader: Reader, keys: str) -> Reader:
    reader.page.keyboard.press("Escape")
    reader.page.keyboard.press(keys)
    return reader.waits()


def runs(reader: Reader, text: str) -> Reader:
    return presses(writes(reader, text), "Control+Enter")


def says(reader: Reader, text: str) -> None:
    """Wait until the result says this."""
    card = reader.page.locator(".st-key-card_sql_result")
    expect(card).to_contain_text(text, timeout=SECONDS * 1_000)


def is_at(reader: Reader, part: str) -> Reader:
    """Wait until the address has this part."""
    reader.page.wait_for_function("part => location.href.includes(part)", arg=part)
    return reader.waits()


def saves(reader: Reader, name: str) -> str:
    """Under a name; what "Copy link" gives then."""
    reader.clicks("sql_save")
    reader.page.locator(".st-key-sql_save_name input").fill(name)
    reader.page.keyboard.press("Tab")
    is_at(reader.waits().clicks("sql_save_now"), "/sql?q=")
    reader.page.get_by_role("button", name="Copy link").click()
    reader.page.get_by_role("button", name="Link copied").wait_for()
    return str(reader.page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("width", WIDTHS)
def test_write_run_draw_save_share_and_come_back(
    server: str, reader_of: Open, width: int
) -> None:
    reader = reader_of(server, width=width).opens("/sql")
    writes(reader, "select day, count(*) as users\n")
    reader.page.keyboard.type("from user_d", delay=30)
    reader.page.get_by_role("option", name="user_days").first.wait_for()
    time.sleep(SECONDS_TO_READ)
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.insert_text("\nwhere day >= $start_date\ngroup by all order by day")
    presses(reader, "Control+Enter")
    says(reader, "28 rows, 2 columns")
    assert "from user_days" in written(reader)

    reader.clicks("sql_view", "Chart")
    chart = reader.page.locator(".st-key-card_sql_result .js-plotly-plot")
    expect(chart.first).to_be_visible()

    name = f"Users by day, {width}"
    link = saves(reader, name)
    assert re.search(r"/sql\?q=\w+$", link)

    reader.page.reload()
    reader.waits()
    assert "where day >= $start_date" in written(reader)
    says(reader, "28 rows, 2 columns")

    other = reader_of(server, width=width).opens(link.removeprefix(server))
    assert "where day >= $start_date" in written(other)
    assert name[:20] in other.page.inner_text(".st-key-sql_tabs_bar")
    assert [*reader.problems, *other.problems, *reader.elsewhere, *other.elsewhere] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_figure_opens_with_its_text_and_gives_its_number(
    server: str, reader_of: Open, width: int
) -> None:
    reader = reader_of(server, width=width).opens("/usage?period=7d")
    reader.clicks("open_sql_breakdown")
    is_at(reader, "/sql")
    expect(field(reader)).to_contain_text("Which groups do the active people")
    reader.clicks("sql_run")
    says(reader, "2 rows")
    reader.clicks("sql_view", "Columns")
    assert reader.problems == []


def test_a_card_opens_too(reader: Reader) -> None:
    reader.opens("/usage").clicks("details_dau").clicks("open_sql_behind_dau")
    is_at(reader, "/sql").clicks("sql_run")
    says(reader, "28 rows")
    assert ALL == 40
    assert reader.problems == []


def test_a_mistake_is_underlined_and_mended(reader: Reader) -> None:
    runs(reader.opens("/sql"), "select dya from user_days limit 3")
    says(reader, "line 1, column 8")
    assert reader.page.locator(".cm-lintRange-error").inner_text() == "dya"
    reader.clicks("sql_mend")
    assert written(reader) == "select day from user_days limit 3"
    expect(reader.page.locator(".cm-lintRange-error")).to_have_count(0)


def test_a_key_sets_the_text_out(reader: Reader) -> None:
    writes(reader.opens("/sql"), "SELECT day,events FROM user_days")
    presses(reader, "Control+Shift+F")
    assert written(reader) == "select\n    day,\n    events\nfrom user_days"
    reader.page.keyboard.press("Control+z")
    assert written(reader) == "SELECT day,events FROM user_days"


def test_a_name_of_the_schema_is_written_at_the_cursor(reader: Reader) -> None:
    writes(reader.opens("/sql"), "select from user_days")
    reader.page.keyboard.press("Home")
    for _ in "select":
        reader.page.keyboard.press("ArrowRight")
    table = reader.page.locator(".st-key-sql_table_user_days")
    table.locator("summary").click()
    reader.waits().clicks("sql_column_user_days_events")
    assert written(reader) == "select events from user_days"


def test_the_keyboard_leaves_the_editor(reader: Reader) -> None:
    writes(reader.opens("/sql"), "select 1")
    reader.page.keyboard.press("Escape")
    reader.page.keyboard.press("Tab")
    inside = "() => !!document.activeElement.closest('.st-key-sql_editor')"
    assert not reader.page.evaluate(inside)


def test_what_was_just_written_survives_leaving_the_page(reader: Reader) -> None:
    writes(reader.opens("/sql"), "select 'just written'")
    reader.page.get_by_role("link", name="Data", exact=True).click()
    is_at(reader, "/data")
    reader.page.get_by_role("link", name="SQL", exact=True).click()
    is_at(reader, "/sql")
    assert written(reader) == "select 'just written'"


def test_a_question_goes_on_while_one_looks_elsewhere_and_is_taken_back(reader: Reader) -> None:
    writes(reader.opens("/sql"), SLOW)
    reader.page.keyboard.press("Control+Enter")
    reader.page.locator(".st-key-sql_cancel button").wait_for()
    reader.page.get_by_role("link", name="Data", exact=True).click()
    is_at(reader, "/data")
    reader.page.get_by_role("link", name="SQL", exact=True).click()
    says(reader, "Running for")
    reader.page.locator(".st-key-sql_cancel button").click()
    says(reader, "Cancelled")
    runs(reader, "select 1 as one")
    says(reader, "1 row, 1 column")


def test_where_the_editor_cannot_be_had_a_plain_field_is(server: str, reader_of: Open) -> None:
    reader = reader_of(server)
    reader.page.route("**/assets/**", lambda route: route.abort())
    reader.opens("/sql")
    plain = reader.page.locator("textarea[aria-label^='SQL of']")
    plain.fill("select 41 + 1 as answer")
    plain.press("Control+Enter")
    reader.waits().clicks("sql_run")
    says(reader, "1 row, 1 column")


def test_two_people_who_change_the_same_query_lose_nothing(
    server: str, reader_of: Open
) -> None:
    mine = runs(reader_of(server).opens("/sql"), "select 1 as mine")
    mine.clicks("sql_save").clicks("sql_save_now")
    is_at(mine, "/sql?q=")
    yours = reader_of(server).opens(mine.page.url.removeprefix(server))
    for who, text in ((yours, "select 2 as yours"), (mine, "select 3 as mine")):
        writes(who, text).clicks("sql_save").clicks("sql_save_now")
    dialog = mine.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing has been saved")
    assert written(mine) == "select 3 as mine"


def test_names_from_the_data_are_no_markup(reader: Reader) -> None:
    runs(reader.opens("/sql"), f"select 1 as \"{HOSTILE}\", '{HOSTILE}' as b")
    says(reader, "1 row, 2 columns")
    for view in ("Chart", "Columns", "Rows"):
        reader.clicks("sql_view", view)
    assert reader.page.locator("img[src='x'], a[href='http://example.com']").count() == 0
    assert reader.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", ["Rows", "Chart"])
def test_the_page_with_an_answer_is_accessible(
    server: str, reader_of: Open, theme: str, view: str
) -> None:
    reader = reader_of(server, theme=theme)
    sql = "select day, count(*) as users, 'x' as t -- all\nfrom user_days group by 1"
    runs(reader.opens("/sql"), sql)
    says(reader, "56 rows")
    reader.clicks("sql_view", view)
    assert violations(reader) == {}


@pytest.mark.parametrize("view", ["Rows", "Chart", "Columns"])
def test_nothing_is_cut_off_on_a_telephone(server: str, reader_of: Open, view: str) -> None:
    reader = reader_of(server, width=390)
    runs(reader.opens("/sql"), "select * from user_days")
    says(reader, "rows")
    reader.clicks("sql_view", view)
    wide = reader.page.evaluate(
        "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth - element.clientWidth)"
    )
    assert wide == [0, 0]


def test_the_editor_comes_compressed_and_once(server: str, reader_of: Open) -> None:
    reader = reader_of(server)
    answers = []
    reader.page.on(
        "response", lambda one: answers.append(one) if "/assets/" in one.url else None
    )
    reader.opens("/sql")
    field(reader).wait_for()
    reader.page.reload()
    field(reader).wait_for()
    fresh = [one for one in answers if not one.from_service_worker]
    assert fresh[0].headers["content-encoding"] == "gzip"
    assert "immutable" in fresh[0].headers["cache-control"]


def test_a_file_of_the_rows_is_harmless_and_noted(reader: Reader, workspace: Path) -> None:
    runs(reader.opens("/sql"), "select '=1+1' as a, -1 as b")
    says(reader, "1 row, 2 columns")
    with reader.page.expect_download() as download:
        reader.page.locator(".st-key-sql_download_csv button").click()
    assert download.value.path().read_text("utf-8") == "a,b\n'=1+1,-1\n"
    log = open_store(workspace / "tidemark.sqlite").audit_log(limit=1)
    assert [(one.action, one.details["kind"], one.details["rows"]) for one in log] == [
        ("downloaded", "csv", 1)
    ]
