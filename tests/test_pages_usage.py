"""Usage: the numbers that are known beforehand, and the ways behind them."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.page_runs import act, metrics, run_page, text
from tests.page_workspace import ALL, GERMAN, OLD, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("usage")).folder


@pytest.fixture(scope="module")
def screen(workspace: Path) -> AppTest:
    return run_page(workspace, "usage")


def alt_texts(screen: AppTest) -> list[str]:
    return [chart.proto.alt for chart in screen.get("plotly_chart")]


@pytest.mark.parametrize(
    "label", ["Daily active users", "Weekly active users", "Monthly active users"]
)
def test_active_users_are_everybody(screen: AppTest, label: str) -> None:
    assert metrics(screen)[label] == (str(ALL), f"{ALL / OLD - 1:+.1%}")


def test_stickiness_of_daily_users_is_whole(screen: AppTest) -> None:
    assert metrics(screen)["Stickiness"] == ("100.0%", "0.0 pp")


def test_everybody_was_active_on_all_28_days(screen: AppTest) -> None:
    assert metrics(screen)["Mean active days of 28"][0] == "28"


def test_one_session_a_day_and_user(screen: AppTest) -> None:
    assert metrics(screen)["Sessions"][0] == f"{ALL * 28:,}"


def test_the_week_of_the_newcomers_counts_them_as_new(workspace: Path) -> None:
    # The week that begins with their first day is the last of a period that ends with it.
    days = (pl.date(2026, 9, 28), pl.date(2026, 11, 1))
    first, last = (pl.select(day).item() for day in days)
    screen = run_page(workspace, "usage", period="custom", days=(first, last), grain="week")
    assert metrics(screen)["New"][0] == str(ALL - OLD)


def test_charts_say_their_takeaway(screen: AppTest) -> None:
    assert f"Active users: {ALL} at the end, +14.3% against {OLD} before." in alt_texts(screen)


def test_the_largest_group_is_named(screen: AppTest) -> None:
    assert any(f"DE with {GERMAN}" in said for said in alt_texts(screen))


@pytest.mark.parametrize("measure", ["users", "weekly_users", "window_users", "stickiness"])
@pytest.mark.parametrize("grain", ["day", "week"])
def test_every_measure_can_be_drawn(workspace: Path, measure: str, grain: str) -> None:
    screen = run_page(workspace, "usage", measure=measure, grain=grain)
    assert "Reference" not in text(screen)


def open_list(workspace: Path, key: str) -> AppTest:
    """The page with the list behind a card open."""
    screen = run_page(workspace, "usage")
    return act(workspace, screen.button(key=f"people_{key}").click())


@pytest.mark.parametrize(("key", "count"), [("dau", ALL), ("wau", ALL), ("mau", ALL)])
def test_the_list_behind_a_count_has_its_length(workspace: Path, key: str, count: int) -> None:
    screen = open_list(workspace, key)
    assert f"**{count} users**" in text(screen)
    rows = screen.dataframe[-1].value
    assert len(rows) == count


def test_choosing_a_count_opens_its_list(workspace: Path) -> None:
    screen = run_page(workspace, "usage")
    box = screen.selectbox(key="people_of_engagement_28")
    screen = act(workspace, box.select(f"28 active days: {ALL}"))
    assert len(screen.dataframe[-1].value) == ALL


@pytest.mark.parametrize("view", ["definition", "data", "sql"])
def test_what_is_behind_a_figure_opens(workspace: Path, view: str) -> None:
    screen = run_page(workspace, "usage")
    screen = act(workspace, screen.button(key=f"{view}_lifecycle").click())
    assert "build" in screen.caption[-1].value
    assert not screen.exception


def test_the_sql_behind_a_figure_is_shown(workspace: Path) -> None:
    screen = run_page(workspace, "usage")
    screen = act(workspace, screen.button(key="sql_lifecycle").click())
    assert "from" in screen.code[0].value


def test_looking_at_one_group_adds_its_filter(workspace: Path) -> None:
    screen = run_page(workspace, "usage")
    screen = act(workspace, screen.selectbox(key="narrow_country").select("DE"))
    assert screen.session_state["where"] == ["country:DE"]
    assert metrics(screen)["Daily active users"][0] == str(GERMAN)


@pytest.mark.parametrize("grain", ["day", "week"])
def test_days_before_the_data_begin_are_no_comparison(workspace: Path, grain: str) -> None:
    # Eight weeks compared with the eight before them, of which there are no data.
    days = (date(2026, 9, 28), date(2026, 11, 22))
    screen = run_page(workspace, "usage", period="custom", days=days, grain=grain)
    drawn = json.loads(screen.get("plotly_chart")[0].proto.spec)["data"]
    before = [trace for trace in drawn if trace.get("name") == "Before"]
    assert all(value is None for trace in before for value in trace["y"])


def test_a_chart_by_week_says_its_last_whole_week(workspace: Path) -> None:
    screen = run_page(workspace, "usage", grain="week")
    assert alt_texts(screen)[0] == f"Active users by week: {ALL} in the last complete one."
