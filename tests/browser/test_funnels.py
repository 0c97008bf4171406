"""Funnels in a browser: built by clicking, kept in the address, followed to people, and saved."""

import re

from tests.browser.conftest import Open, Reader
from tests.browser.test_looks import violations

DRAFTS = '/funnels?funnel=["draft_opened","draft_completed"]'


def test_a_link_opens_the_funnel_that_was_looked_at(server: str, reader_of: Open) -> None:
    reader = reader_of(server).opens(DRAFTS)
    assert "50.0%" in reader.card("funnel_conversion")
    reader.page.get_by_role("radio", name="Any order").click()
    reader.waits()
    link = reader.page.url.removeprefix(server)
    assert "funnel_order=Any" in link
    other = reader_of(server).opens(link)
    assert "in any order" in other.page.locator("[data-testid=stMain]").inner_text()
    assert (other.problems, other.elsewhere) == ([], [])


def test_a_funnel_is_built_and_saved(reader: Reader) -> None:
    reader.opens(DRAFTS)
    rows = reader.page.locator("[class*=st-key-funnel_row_]")
    reader.page.locator("[class*=st-key-funnel_down_] button").first.click()
    reader.waits()
    assert re.search(r"draft_completed.*draft_opened", reader.page.url)
    reader.clicks("funnel_add")
    assert rows.count() == 3
    reader.page.locator("[class*=st-key-funnel_remove_] button").first.click()
    reader.waits()
    assert (rows.count(), "draft_opened" in rows.first.inner_text()) == (2, True)

    reader.clicks("save_view_of_funnels")
    reader.page.locator(".st-key-view_name_funnels input").fill("Drafts")
    reader.page.locator(".st-key-view_name_funnels input").press("Enter")
    reader.waits()
    reader.clicks("view_keep_funnels")
    reader.page.locator(".st-key-view_of_funnels").wait_for()


def test_the_people_behind_a_step_open_with_their_number(reader: Reader) -> None:
    reader.opens(DRAFTS)
    box = reader.page.locator(".st-key-people_of_funnel input")
    box.scroll_into_view_if_needed()  # a list that is open closes when the page scrolls
    reader.waits()
    box.click()
    box.fill("dropped")
    reader.page.get_by_role("option", name="1 draft_opened, dropped after: 20").wait_for()
    box.press("Enter")
    reader.waits()
    assert "20 users" in reader.page.get_by_role("dialog").inner_text()
    assert violations(reader) == {}
