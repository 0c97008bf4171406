"""Funnels: everybody opens a draft each morning, and every second one completes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from queries import open_workspace
from store import store_of
from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import ALL, make_empty_days, make_workspace

OPENED, COMPLETED = "draft_opened", "draft_completed"
DRAFTS = json.dumps([OPENED, COMPLETED])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("funnels")).folder


def alt_texts(screen: AppTest) -> list[str]:
    return [chart.proto.alt for chart in screen.get("plotly_chart")]


def test_half_of_those_who_open_a_draft_complete_it(workspace: Path) -> None:
    screen = run_page(workspace, "funnels", funnel=DRAFTS)
    shown = metrics(screen)
    assert (shown["Entered"][0], shown["Converted"][0]) == (f"{ALL}", f"{ALL // 2}")
    assert shown["Conversion"] == ("50.0%", "+1.4 pp")  # 17 of 35 before
    assert alt_texts(screen)[0] == (
        "Of 40 users who entered, 20 converted (50.0%). Most drop after step 1, draft_opened: 20."
    )


def test_first_visit_shows_what_the_data_suggest(workspace: Path) -> None:
    screen = run_page(workspace, "funnels")
    assert screen.session_state["funnel"] == json.dumps(
        [{"features": [["draft", action]]} for action in ("opened", "completed")],
        separators=(",", ":"),
    )
    assert metrics(screen)["Conversion"][0] == "50.0%"


def test_the_rule_is_printed(workspace: Path) -> None:
    assert "within 14 days of entry" in text(run_page(workspace, "funnels", funnel=DRAFTS))


@pytest.mark.parametrize(
    "controls",
    [
        {"funnel_order": "strict"},
        {"funnel_order": "any"},
        {"funnel_window": "2h", "funnel_grace": "5s"},
        {"funnel_window": "nonsense"},
        {"funnel_unit": "account"},
        {"funnel_unit": "session", "funnel_counting": "total"},
        {"funnel_counting": "total"},
        {"funnel_attempt": "first"},
        {"funnel_by": "platform"},
        {"funnel_by": "country", "funnel_touch": "all_steps"},
        {"funnel_by": "platform", "funnel_touch": "step", "funnel_touch_step": 2},
        {"compare": "none"},
        {"where": ["platform:ios"]},
        {"funnel": '[{"features":[["draft"]],"where":[["platform","ios"]],"label":"Any"}]'},
        {"funnel": '{"steps":["draft_opened","draft_completed"],'
                   '"without":[{"what":"draft_opened","from":1,"to":2}]}'},
    ],
    ids=str,
)  # fmt: skip
def test_every_way_of_counting_can_be_drawn(workspace: Path, controls: dict[str, Any]) -> None:
    screen = run_page(workspace, "funnels", **{"funnel": DRAFTS} | controls)
    assert not has_failed(screen), text(screen)


@pytest.mark.parametrize("said", ["nonsense", "[]", '[{"which":1}]', '[{"where":[["shoe","44"]]}]'])
def test_an_address_that_is_no_funnel_is_met_with_an_example(workspace: Path, said: str) -> None:
    screen = run_page(workspace, "funnels", funnel=said)
    assert "signed" in screen.warning[0].value
    assert not has_failed(screen)


def test_a_step_moves_up_and_its_name_with_it(workspace: Path) -> None:
    said = json.dumps([{"events": [OPENED], "label": "Open"}, COMPLETED])
    screen = run_page(workspace, "funnels", funnel=said)
    up = next(one for one in screen.button if one.key.startswith("funnel_up") and not one.disabled)
    screen = act(workspace, up.click())
    assert json.loads(screen.session_state["funnel"]) == [
        COMPLETED, {"events": [OPENED], "label": "Open"},
    ]  # fmt: skip


def test_a_step_is_added_and_removed(workspace: Path) -> None:
    screen = run_page(workspace, "funnels", funnel=json.dumps([OPENED]))
    screen = act(workspace, screen.button(key="funnel_add").click())
    assert json.loads(screen.session_state["funnel"]) == [OPENED, COMPLETED]
    first = next(one for one in screen.button if one.key.startswith("funnel_remove"))
    screen = act(workspace, first.click())
    assert json.loads(screen.session_state["funnel"]) == [COMPLETED]


def test_choosing_another_event_counts_anew(workspace: Path) -> None:
    screen = run_page(workspace, "funnels", funnel=json.dumps([OPENED, OPENED]))
    second = [one for one in screen.multiselect if one.key.startswith("funnel_what")][1]
    screen = act(workspace, second.set_value([COMPLETED]))
    assert json.loads(screen.session_state["funnel"]) == [OPENED, COMPLETED]
    assert metrics(screen)["Converted"][0] == "20"


@pytest.mark.parametrize(
    ("label", "people"),
    [("1 draft_opened, passed: 40", 40), ("1 draft_opened, dropped after: 20", 20),
     ("2 draft_completed, passed: 20", 20)],
)  # fmt: skip
def test_the_list_behind_a_step_has_its_length(workspace: Path, label: str, people: int) -> None:
    screen = run_page(workspace, "funnels", funnel=DRAFTS)
    screen = act(workspace, screen.selectbox(key="people_of_funnel").select(label))
    assert len(screen.dataframe[-1].value) == people
    assert f"**{people} users**" in text(screen)


def exclusion(screen: AppTest, part: str) -> Any:
    widgets = [*screen.multiselect, *screen.selectbox, *screen.button]
    return next(one for one in widgets if one.key.startswith(f"funnel_without_{part}_"))


def test_an_exclusion_is_added_changed_and_removed(workspace: Path) -> None:
    screen = run_page(workspace, "funnels", funnel=json.dumps([OPENED, OPENED, OPENED]))
    screen = act(workspace, screen.button(key="funnel_exclude").click())
    said = json.loads(screen.session_state["funnel"])["without"]
    assert said == [{"what": COMPLETED, "from": 1, "to": 3}]
    assert metrics(screen)["Converted"][0] == "20"  # those who never complete a draft
    screen = act(workspace, exclusion(screen, "from").set_value(2))
    said = json.loads(screen.session_state["funnel"])["without"]
    assert said == [{"what": COMPLETED, "from": 2, "to": 3}]
    screen = act(workspace, exclusion(screen, "remove").click())
    assert json.loads(screen.session_state["funnel"]) == [OPENED, OPENED, OPENED]
    assert metrics(screen)["Converted"][0] == "40"


def test_groups_and_drivers_are_shown_when_asked_for(workspace: Path) -> None:
    screen = run_page(
        workspace, "funnels", funnel=DRAFTS, funnel_by="platform", funnel_drivers=True
    )
    assert {"By platform", "What goes with converting"} <= set(headers(screen))
    assert "No group of 2 converts clearly better" in alt_texts(screen)[-1]
    screen = act(workspace, screen.selectbox(key="people_of_funnel_groups_platform").select(
        "web, converted: 14"
    ))  # fmt: skip
    assert len(screen.dataframe[-1].value) == 14


def test_narrowing_to_a_group_adds_its_filter(workspace: Path) -> None:
    screen = run_page(workspace, "funnels", funnel=DRAFTS, funnel_by="platform")
    screen = act(workspace, screen.selectbox(key="funnel_narrow_platform").select("ios"))
    assert screen.session_state["where"] == ["platform:ios"]
    assert metrics(screen)["Entered"][0] == "13"


def test_days_without_entries_say_so(tmp_path: Path) -> None:
    folder = make_empty_days(tmp_path / "quiet").folder
    screen = run_page(folder, "funnels", funnel='["opened","opened"]', period="7d", compare="none")
    assert not has_failed(screen), text(screen)
    screen = run_page(folder, "funnels", funnel='["never","opened"]')
    assert "Nobody entered in these days" in text(screen)


def test_a_workspace_that_is_not_built_says_so(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "new", is_built=False).folder
    assert "Nothing has been built yet" in text(run_page(folder, "funnels"))


def test_a_funnel_is_saved_with_its_rules_and_opened_again(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "kept").folder
    screen = run_page(folder, "funnels", funnel=DRAFTS, funnel_order="any", funnel_window="1d")
    screen = act(folder, screen.text_input(key="view_name_funnels").input("Drafts"))
    screen = act(folder, screen.button(key="view_keep_funnels").click())
    (kept,) = store_of(open_workspace(folder)).views("funnels")
    assert (kept.name, kept.address["funnel"]) == ("Drafts", DRAFTS.replace(" ", ""))
    again = run_page(folder, "funnels", funnel=json.dumps([OPENED]))
    again = act(folder, again.selectbox(key="view_of_funnels").select("Drafts"))
    assert "in any order; within 1 day" in text(again)
    assert metrics(again)["Converted"][0] == "20"
