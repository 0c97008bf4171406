"""The Churn page: it draws in every way, and says the number that is known."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from metrics.revenue import Rules
from queries import Segment, Workspace, open_workspace
from reports.churn_risk_kept import start_training
from tests.demo_accounts import make_demo_accounts
from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import make_empty_days, make_workspace
from tests.test_pages_open_in_sql import same_rows, sources_of
from tests.test_reports_churn_risk import make_fading


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's subscriptions."""
    return make_demo_accounts(tmp_path_factory.mktemp("demo")).folder


@pytest.fixture(scope="module")
def fading(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Accounts that fade before they leave."""
    return make_fading(tmp_path_factory.mktemp("fading"))


@pytest.fixture(scope="module")
def unpaid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Usage without subscriptions."""
    return make_workspace(tmp_path_factory.mktemp("unpaid")).folder


def alt_texts(screen: AppTest) -> str:
    return "\n".join(chart.proto.alt for chart in screen.get("plotly_chart"))


def test_the_last_complete_month_is_on_the_cards(demo: Path) -> None:
    screen = run_page(demo, "churn")
    # 19 of 1,099 accounts left in October 2026, see the truths of the demo's subscriptions.
    assert metrics(screen)["Customers lost"][0] == "1.7%"
    assert "Oct 2026" in text(screen)
    assert "19 of them lost" in text(screen)


def test_the_worst_month_is_said(demo: Path) -> None:
    assert "Customers lost was highest in Apr 2026: 4.6%." in alt_texts(run_page(demo, "churn"))


@pytest.mark.parametrize(
    "controls",
    [
        {},
        {"churn_mode": "event"},
        {"churn_months": 36},
        {"churn_months": 6, "churn_rate": "net_churn"},
        {"where": ["channel:marketplace"]},
        {"where": ["channel:nobody"]},
        {"churn_preset": "Baremetrics"},
        {"churn_preset": "Own rules", "churn_pause": "keep", "churn_mode": "event"},
        {"churn_view": "definitions"},
        {"churn_view": "definitions", "churn_tool": "Tidemark", "churn_preset": "ProfitWell"},
        {"churn_view": "definitions", "churn_figure": "logo_churn_share"},
        {"churn_view": "survival"},
        {"churn_view": "survival", "churn_by": "channel", "churn_billed": "year"},
        {"churn_view": "survival", "where": ["channel:partner"], "churn_drivers": ["industry"]},
        {"churn_cohort_measure": "nrr_share"},
        {"churn_view": "usage"},
        {"churn_view": "usage", "churn_horizon": 7, "churn_interval": "14"},
        {"churn_view": "usage", "churn_fit_buyers": True},
    ],
    ids=str,
)
def test_every_way_of_counting_can_be_drawn(demo: Path, controls: dict[str, Any]) -> None:
    screen = run_page(demo, "churn", **controls)
    assert not has_failed(screen), text(screen)


def test_the_list_behind_a_bar_has_its_length(demo: Path) -> None:
    screen = run_page(demo, "churn")
    box = screen.selectbox(key="list_of_movements")
    label = next(one for one in box.options if one.startswith("Churn, Oct 2026"))
    assert label.startswith("Churn, Oct 2026: 19 accounts, -€1,230")
    screen = act(demo, box.select(label))
    assert len(screen.dataframe[-1].value) == 19


def test_without_subscriptions_usage_churn_comes_first(unpaid: Path) -> None:
    screen = run_page(unpaid, "churn")
    assert not has_failed(screen)
    assert headers(screen)[0] == "Who comes back after a silence"


def test_without_subscriptions_it_says_what_would_bring_them(unpaid: Path) -> None:
    screen = run_page(unpaid, "churn", churn_view_usage="revenue")
    assert "`account_id`" in text(screen)
    assert "`started_at`" in text(screen)
    assert "`mrr`" in text(screen)


@pytest.mark.parametrize("view", ["revenue", "usage"])
def test_it_draws_with_hardly_any_data(tmp_path: Path, view: str) -> None:
    folder = make_empty_days(tmp_path).folder
    screen = run_page(folder, "churn", churn_view_usage=view)
    assert not has_failed(screen), text(screen)


def test_the_people_behind_an_interval_are_as_many(unpaid: Path) -> None:
    screen = run_page(unpaid, "churn", churn_interval="28")
    box = screen.selectbox(key="list_of_usage_states")
    label = next(one for one in box.options if one.startswith("New"))
    screen = act(unpaid, box.select(label))
    assert label.endswith(": 5")
    assert len(screen.dataframe[-1].value) == 5


@pytest.mark.parametrize(
    "controls",
    [
        {},
        {"where": ["channel:marketplace"], "churn_mode": "event"},
        {"churn_view": "definitions"},
        {"churn_view": "survival", "churn_by": "channel"},
    ],
    ids=str,
)
def test_figures_of_revenue_give_the_same_rows_in_sql(
    demo: Path, controls: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(demo)
    sources = sources_of(workspace, "churn", controls, monkeypatch)
    assert len(sources) >= 3
    for source in {source.sql: source for source in sources}.values():
        same_rows(workspace, source)


def test_without_a_model_one_can_be_trained(demo: Path) -> None:
    screen = run_page(demo, "churn", churn_view="risk")
    assert not has_failed(screen)
    assert headers(screen) == ["No model yet"]
    assert screen.button(key="churn_train").label == "Train the model"


def test_a_model_shows_its_making_and_the_list(fading: Workspace) -> None:
    running = start_training(fading, Segment(), Rules())
    assert running.done.wait(120)
    screen = run_page(fading.folder, "churn", churn_view="risk")
    assert not has_failed(screen), text(screen)
    assert headers(screen) == [
        "Accounts at risk, by expected loss",
        "Scores and what happened",
        "What a score is made of",
    ]
    assert "Trained " in text(screen)
    assert running.made is not None
    assert len(screen.dataframe[0].value) == running.made.scores.height
