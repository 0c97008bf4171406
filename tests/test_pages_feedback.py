"""Feedback: the numbers that are known beforehand, and what it says where there is nothing."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries import open_workspace
from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import make_empty_days
from tests.test_pages_open_in_sql import Seen, same_rows
from tests.test_reports_feedback import workspace_with


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace_with(tmp_path_factory.mktemp("feedback")).folder


@pytest.fixture(scope="module")
def screen(workspace: Path) -> AppTest:
    return run_page(workspace, "feedback")


def test_the_page_goes_from_scores_to_quotes(screen: AppTest) -> None:
    assert headers(screen) == [
        "Over time", "By segment", "By feature", "Themes", "Quotes",
    ]  # fmt: skip
    assert not has_failed(screen)


def test_scores_say_their_interval_and_their_answers(screen: AppTest) -> None:
    shown = metrics(screen)
    # Three promoters and two detractors of six; two of three are satisfied.
    assert (shown["NPS"][0], shown["Satisfied"][0]) == ("+17", "66.7%")
    assert "6 answers. Few: read with care." in text(screen)
    assert "1 answers outside their scale are left out" in text(screen)


def test_a_quote_leads_to_what_the_person_did_before(workspace: Path, screen: AppTest) -> None:
    opened = act(workspace, screen.button(key="path_0").click())
    assert not has_failed(opened)
    assert "in the 14 days before" in text(opened)


def test_every_figure_gives_the_same_rows_in_sql(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen()
    with monkeypatch.context() as while_drawn:
        while_drawn.setattr(st, "button", seen)
        run_page(workspace, "feedback", where=["plan:pro"], grain="week")
    assert len(seen.sources) >= 5
    for source in seen.sources:
        same_rows(open_workspace(workspace), source)


def test_without_feedback_the_page_says_what_to_map(tmp_path: Path) -> None:
    screen = run_page(make_empty_days(tmp_path).folder, "feedback")
    assert "There is no feedback yet" in text(screen)
    assert not has_failed(screen)
