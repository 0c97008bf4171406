"""The main journey: open, filter, share the address, reload, drill down, take the list away."""

import io

import polars as pl
import pytest

from tests.browser.conftest import Open, Reader, health
from tests.page_workspace import ALL, GERMAN
from tests.screens import SCREENS

WIDTHS = (1440, 390)


def choose_filter(reader: Reader, text: str) -> None:
    """Type into the box of filters, and take what it offers."""
    box = reader.page.locator(".st-key-where input")
    box.fill(text)
    reader.page.get_by_role("option", name=text.replace(":", ": ")).first.click()
    reader.page.keyboard.press("Escape")
    reader.waits()


def daily_users(reader: Reader) -> int:
    value = reader.page.locator(".st-key-card_dau [data-testid=stMetricValue]").inner_text()
    return int(value)


@pytest.mark.parametrize("width", WIDTHS)
def test_open_filter_reload_drill_and_download(server: str, reader_of: Open, width: int) -> None:
    reader = reader_of(server, width=width).opens("/usage")
    assert daily_users(reader) == ALL

    choose_filter(reader, "country:DE")
    assert daily_users(reader) == GERMAN
    assert "where=country" in reader.page.url

    reader.page.reload()
    reader.waits()
    assert daily_users(reader) == GERMAN

    reader.clicks("people_mau")
    dialog = reader.page.get_by_role("dialog")
    assert f"{GERMAN} users" in dialog.inner_text()

    with reader.page.expect_download() as download:
        reader.page.locator(".st-key-people_download_mau_parquet button").click()
    rows = pl.read_parquet(io.BytesIO(download.value.path().read_bytes()))
    assert rows.height == GERMAN
    assert reader.problems == []


def test_a_card_of_the_morning_opens_its_page_whatever_the_address_says(reader: Reader) -> None:
    reader.opens("/?period=12w&grain=Week")
    reader.page.locator(".st-key-morning_open_data button").wait_for()  # made in the background
    reader.waits().clicks("morning_open_data")
    reader.page.wait_for_url("**/data*")
    assert "Something went wrong" not in reader.page.inner_text("body")
    assert reader.problems == []


def test_a_chip_is_removed_by_its_cross(reader: Reader) -> None:
    reader.opens("/usage?where=country%3ADE")
    assert daily_users(reader) == GERMAN
    reader.page.get_by_role("button", name="Remove country: DE").click()
    reader.waits()
    assert daily_users(reader) == ALL


def test_all_chips_are_removed_at_once(reader: Reader) -> None:
    reader.opens("/usage?where=country%3ADE&where=platform%3Aweb")
    reader.page.get_by_role("button", name="Clear all").click()
    reader.waits()
    assert daily_users(reader) == ALL
    assert "where" not in reader.page.url


def test_the_period_stands_in_the_address(reader: Reader) -> None:
    reader.opens("/usage").clicks("period", "7d")
    assert "period=7d" in reader.page.url
    assert "16 Nov – 22 Nov compared with 9 Nov – 15 Nov" in reader.page.inner_text("body")


def test_the_controls_go_with_the_reader_to_the_next_page(reader: Reader) -> None:
    reader.opens("/usage?period=7d&where=country%3ADE")
    reader.page.get_by_role("link", name="Today").click()
    reader.waits()
    assert "16 Nov – 22 Nov" in reader.page.inner_text("body")
    assert "period=7d" in reader.page.url
    assert "where=country" in reader.page.url


@pytest.mark.parametrize(
    "query",
    ["?period=1000y", "?period='%3B--", "?grain=%00", "?where=shoe%3A44", "?days=x&period=custom"],
)
def test_an_address_that_asks_for_nonsense_is_met_with_the_default(
    reader: Reader, query: str
) -> None:
    reader.opens(f"/usage{query}")
    assert daily_users(reader) == ALL


def test_what_was_chosen_survives_a_reload(reader: Reader) -> None:
    reader.opens("/retention").clicks("cohort", "Month").clicks("criterion", "On or after")
    reader.page.reload()
    reader.waits()
    assert "in month k or any later one" in reader.page.inner_text("body")


def test_custom_days_stand_in_the_address(reader: Reader) -> None:
    reader.opens("/usage?period=Custom&days=2026-11-02&days=2026-11-08")
    assert "2 Nov – 8 Nov compared with 26 Oct – 1 Nov" in reader.page.inner_text("body")


def test_the_link_is_copied_whole(reader: Reader) -> None:
    reader.opens("/usage?period=7d")
    reader.page.get_by_role("button", name="Copy link").click()
    reader.page.get_by_role("button", name="Link copied").wait_for()
    assert reader.page.evaluate("navigator.clipboard.readText()") == reader.page.url


def test_the_rows_behind_a_chart_can_be_taken_away(reader: Reader) -> None:
    reader.opens("/usage").clicks("data_lifecycle")
    with reader.page.expect_download() as download:
        reader.page.locator(".st-key-download_lifecycle_csv button").click()
    rows = pl.read_csv(download.value.path())
    assert {"new_users", "retained_users", "resurrected_users", "dormant_users"} <= {*rows.columns}


@pytest.mark.parametrize("path", ["/usage", "/sql", "/data"])
def test_a_deep_link_on_a_fresh_server_runs_the_frame(
    fresh_server: str, reader_of: Open, path: str
) -> None:
    reader = reader_of(fresh_server).opens(path)
    assert reader.page.get_by_test_id("stSidebarNavLink").count() == len(SCREENS)
    assert "Complete to Sun 22 Nov 2026" in reader.page.inner_text("body")


@pytest.mark.parametrize("path", ["/frame", "/usage.py"])
def test_no_other_address_runs_a_page_alone(reader: Reader, path: str) -> None:
    reader.opens(path)
    assert reader.page.get_by_test_id("stSidebarNavLink").count() == len(SCREENS)


def test_health_is_answered(server: str) -> None:
    state = health(server)
    assert (state["status"], state["as_of"]) == ("ok", "2026-11-22")
