"""The brief on Today: items with their reasons, one click to the chart, votes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pages.shared.today.opening import page_name
from queries import Workspace, open_workspace
from reports.brief_files import place_of, write_brief
from reports.brief_items import Brief, Candidate, Check, Identity, Item, Part
from reports.made_once import Making
from store import store_of
from tests.page_runs import act, has_failed, run_page, text
from tests.page_workspace import LAST_DAY, make_workspace

ITEM = Item(
    key="2026-11-22|daily_active_users|", day=LAST_DAY, metric="daily_active_users",
    label="Active people", unit="users", better="higher", page="usage", feature=None,
    segment=("platform", "ios"), since=LAST_DAY, is_rate=False, actual=80, expected=100,
    effect=-0.2, low=-0.3, high=-0.1, volume=100, is_recovery=False,
    checks=(Check("Late data", is_passed=True, words="No rows came late."),),
    identities=(Identity("New and old", (Part("New", -5, 0.25), Part("Old", -15, 0.75))),),
    candidates=(Candidate(("country",), (("DE", 0.9),), 0.9),),
    around=("Release 1.1 (Tue 3 Nov)",), also=("Events",),
)  # fmt: skip
BOTS = replace(
    ITEM,
    key="2026-11-22|events|",
    metric="events",
    label="Events",
    segment=None,
    effect=2.0,
    low=1.0,
    high=3.0,
    checks=(Check("People, no bots", is_passed=False, words="It is not people: 12 users."),),
)
KEY = "2026_11_22_daily_active_users_"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("brief_page"))
    told = replace(ITEM, day=LAST_DAY - timedelta(days=3))
    found = Brief(LAST_DAY, tested=94, items=(ITEM,), doubted=(BOTS,), earlier=(told,))
    write_brief(place_of(made), found)
    return made


def test_an_item_says_what_whether_real_why_and_what_happened(workspace: Workspace) -> None:
    said = text(run_page(workspace.folder, "today")).replace("\\", "")
    assert "**Active people, platform ios**" in said
    assert "−20 % (95 % interval −30 % to −10 %): 80 on Sun 22 Nov, where 100 was expected" in said
    assert "New and old: New −5 (25%), Old −15 (75%)" in said
    assert "Where to look first: country: DE 90%; the rest 10%" in said
    assert "Around it: Release 1.1 (Tue 3 Nov)" in said
    assert "Also moved: Events." in said
    assert "It is not people: 12 users" in said


def test_the_chart_is_one_click_away(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "today")
    screen = act(workspace.folder, screen.button(key=f"chart_{KEY}").click())
    assert not has_failed(screen)
    assert screen.button(key=f"open_sql_course_{KEY}").label == "Open in SQL"


def test_the_page_opens_with_window_and_segment_set(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "today")
    screen = act(workspace.folder, screen.button(key=f"open_{KEY}").click())
    assert screen.session_state["where"] == ["platform:ios"]
    assert screen.session_state["days"] == (LAST_DAY - timedelta(days=28), LAST_DAY)
    assert page_name(ITEM) == "Usage"


def test_a_vote_is_kept_and_taken_back(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "today")
    screen = act(workspace.folder, screen.button(key=f"noise_{KEY}").click())
    assert [one.opinion for one in store_of(workspace).votes()] == ["noise"]
    act(workspace.folder, screen.button(key=f"noise_{KEY}").click())
    assert store_of(workspace).votes() == ()


def test_while_the_build_is_analysed_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_workspace(tmp_path)
    monkeypatch.setattr("pages.shared.today.brief.start_analysis", lambda _: Making())
    screen = run_page(made.folder, "today")
    assert "The last build is being analysed" in text(screen)
    assert open_workspace(made.folder).snapshot is not None
