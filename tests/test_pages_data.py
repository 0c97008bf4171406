"""Data: what was read, what was set aside, and what is known about it."""

from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from queries import open_workspace
from queries.build import build
from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import ALL, OLD, make_workspace

DAYS = 28
# Everybody opens a draft each day, and those with an even number complete it.
EVENTS = DAYS * (OLD + ALL) + DAYS * (OLD // 2 + ALL // 2)
RELEASES = 2


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("data")).folder


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with one event by nobody."""
    folder = make_workspace(tmp_path_factory.mktemp("damaged")).folder
    events = pl.read_parquet(folder / "events.parquet")
    nobody = events.head(1).with_columns(pl.lit(None, pl.String).alias("user_id"))
    pl.concat([events, nobody]).write_parquet(folder / "events.parquet")
    build(open_workspace(folder))
    return folder


def test_all_rows_are_counted(workspace: Path) -> None:
    screen = run_page(workspace, "data")
    assert metrics(screen)["Rows read"][0] == f"{EVENTS + ALL + RELEASES:,}"


def test_nothing_set_aside_is_said(workspace: Path) -> None:
    screen = run_page(workspace, "data")
    assert metrics(screen)["Rows set aside"][0] == "0"
    assert "Every row could be read" in text(screen)


def test_a_row_set_aside_is_counted_with_its_reason(damaged: Path) -> None:
    screen = run_page(damaged, "data")
    assert metrics(screen)["Rows set aside"][0] == "1"
    reasons = [table.value for table in screen.dataframe if "reason" in table.value]
    assert reasons[0]["reason"].to_list() == ["user_id is null or blank"]


def test_a_row_set_aside_can_be_looked_at(damaged: Path) -> None:
    screen = run_page(damaged, "data")
    box = screen.selectbox(key="quarantine_sample")
    screen = act(damaged, box.select("events: user_id is null or blank"))
    assert not has_failed(screen)
    assert "As they stood in the file" in text(screen)


def test_a_table_that_is_missing_says_what_would_bring_it(workspace: Path) -> None:
    assert "subscriptions" in text(run_page(workspace, "data"))


@pytest.mark.parametrize("part", ["Metrics", "Columns", "Files", "Roll-ups"])
def test_every_part_can_be_looked_at(workspace: Path, part: str) -> None:
    screen = run_page(workspace, "data", about=part)
    assert not has_failed(screen), text(screen)
    assert headers(screen)[-1] == part


def test_the_calendar_says_how_many_days_it_covers(workspace: Path) -> None:
    screen: AppTest = run_page(workspace, "data")
    said = screen.get("plotly_chart")[0].proto.alt
    assert said.startswith("56 days from Mon 28 Sep 2026 to Sun 22 Nov 2026, 0 of them")


def test_other_rules_for_features_are_previewed_and_patched(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path).folder
    screen = run_page(folder, "data")
    rules = '[[features]]\nmatch = "draft_(?P<action>opened)"\nfeature = "drafts"\n'
    screen = act(folder, screen.text_area(key="derivation_rules").input(rules))
    assert metrics(screen)["Names that change"][0] == "2"
    assert metrics(screen)["Without a feature"][0] == "1"
    assert any('+feature = "drafts"' in code.value for code in screen.code)
