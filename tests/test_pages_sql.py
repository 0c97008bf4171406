"""The SQL page: its states, its tabs, what it keeps, and what it says when something is wrong."""

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.sql import runs
from pages.shared.sql.opening import KEY, Opened
from queries import Viewer
from queries.sandbox import Limits
from reports import ask_sql as asked
from store import EditorTab, SavedQuery, open_store
from store import Run as KeptRun
from tests.page_runs import act, has_failed, run_page, showing, text
from tests.page_workspace import ALL, HOSTILE, make_workspace

BY_DAY = "select day, count(*) as users from user_days where day >= $start_date group by 1"
SLOW = "select count(*) from user_days a, user_days b, user_days c, user_days d"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "sql").folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("sql")).folder


def opened(folder: Path, **state: Any) -> AppTest:
    return run_page(folder, "sql", sql_plain=True, **state)


def store(folder: Path) -> Any:
    return open_store(folder / "tidemark.sqlite")


def asks(folder: Path, sql: str, screen: AppTest | None = None) -> AppTest:
    """The page after a text was written into its plain field and run."""
    screen = screen or opened(folder)
    screen = act(folder, screen.text_area[0].input(sql))
    return waits(folder, act(folder, screen.button(key="sql_run").click()))


def waits(folder: Path, screen: AppTest, seconds: float = 40) -> AppTest:
    """Until no question is being answered."""
    end = time.monotonic() + seconds
    while any(button.key == "sql_cancel" for button in screen.button):
        assert time.monotonic() < end
        time.sleep(0.2)
        with showing(folder):
            screen = screen.run()
    return screen


def in_new_tab(folder: Path, sql: str) -> AppTest:
    """A tab of its own with a text, as from a figure."""
    screen = opened(folder)
    return asks(folder, sql, act(folder, screen.button(key="sql_new").click()))


def test_before_anything_is_asked_it_says_how(folder: Path) -> None:
    screen = opened(folder)
    assert "Nothing has been asked yet" in text(screen)
    assert not has_failed(screen)


def test_rows_come_back_with_their_types(shared: Path) -> None:
    screen = asks(shared, BY_DAY)
    (shown,) = screen.dataframe
    assert shown.value.shape == (28, 2)
    assert shown.value["users"].tolist() == [ALL] * 28
    labels = {name: one.get("label") for name, one in json.loads(shown.proto.columns).items()}
    assert (labels["day"], labels["users"]) == ("day · date", "users · bigint")
    assert "28 rows, 2 columns" in text(screen)


def test_the_period_of_the_pages_is_the_default_of_a_date(shared: Path) -> None:
    screen = asks(shared, BY_DAY)
    assert screen.date_input[0].value == date(2026, 10, 26)


def test_a_changed_parameter_is_run_with(shared: Path) -> None:
    screen = asks(shared, BY_DAY)
    screen = act(shared, screen.date_input[0].set_value(date(2026, 11, 20)))
    screen = waits(shared, act(shared, screen.button(key="sql_run").click()))
    assert screen.dataframe[0].value.shape == (3, 2)


def test_a_mistake_is_shown_at_its_place_with_the_nearest_name(shared: Path) -> None:
    screen = asks(shared, "select dya\nfrom user_days")
    assert "line 1, column 8" in text(screen)
    assert screen.code[0].value == "select dya\n       ^^^"
    screen = act(shared, screen.button(key="sql_mend").click())
    assert screen.text_area[0].value == "select day\nfrom user_days"


@pytest.mark.parametrize(
    "sql",
    ["select * from read_csv('x')", "drop table users", "select 1; select 2", "copy x to 'y'"],
)
def test_what_is_not_let_through_is_said_in_words(shared: Path, sql: str) -> None:
    screen = asks(shared, sql)
    assert "**Not let through**" in text(screen)
    assert not screen.dataframe


def test_more_rows_than_allowed_are_cut_and_it_is_said(shared: Path) -> None:
    screen = asks(shared, "select * from range(10001)")
    assert "10,000 rows" in text(screen)
    assert "there are more" in screen.warning[0].value


def test_exactly_as_many_rows_as_allowed_are_all(shared: Path) -> None:
    screen = asks(shared, "select * from range(10000)")
    assert not screen.warning


def test_a_question_is_taken_back(shared: Path) -> None:
    screen = opened(shared)
    screen = act(shared, screen.text_area[0].input(SLOW))
    screen = act(shared, screen.button(key="sql_run").click())
    screen = act(shared, screen.button(key="sql_cancel").click())
    assert "**Cancelled**" in text(waits(shared, screen))


def test_a_question_that_takes_too_long_is_stopped(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "Limits", lambda: Limits(seconds=1))
    screen = asks(shared, SLOW)
    assert "**Stopped**" in text(screen)
    assert "3 rows" in text(asks(shared, "select * from range(3)", screen)), "the next one runs"


def test_a_run_survives_leaving_the_page(shared: Path) -> None:
    screen = opened(shared)
    screen = act(shared, screen.text_area[0].input(SLOW))
    screen = act(shared, screen.button(key="sql_run").click())
    with showing(shared):
        screen = screen.switch_page("../usage.py").run()
        screen = screen.switch_page("../sql.py").run()
    screen = act(shared, screen.button(key="sql_cancel").click())
    assert "**Cancelled**" in text(waits(shared, screen))


def test_without_a_snapshot_it_says_what_to_do(tmp_path: Path) -> None:
    screen = opened(make_workspace(tmp_path / "unbuilt", is_built=False).folder)
    assert "Nothing has been built yet" in text(screen)
    assert not screen.text_area


def test_who_may_not_ask_finds_no_way_and_no_field(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Viewer("ann", "ann@example.com", (), "viewer")
    monkeypatch.setattr("pages.shared.sql.opening.viewer", lambda: ann)
    screen = run_page(folder, "usage")
    assert not any(str(button.key).startswith("open_sql_") for button in screen.button)
    monkeypatch.setattr("pages.shared.sign_in.viewer", lambda: ann)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        opened(folder)


def test_tabs_are_kept_for_the_next_time(folder: Path) -> None:
    asks(folder, BY_DAY)
    assert opened(folder).text_area[0].value == BY_DAY


def test_each_tab_has_its_own_text_and_answer(folder: Path) -> None:
    first = asks(folder, "select 1 as one")
    second = act(folder, first.button(key="sql_new").click())
    screen = asks(folder, "select 2 as two, 3 as three", second)
    assert screen.dataframe[0].value.shape == (1, 2)
    tabs = list(screen.session_state["sql_tabs"])
    screen.session_state["sql_current"] = tabs[0]
    with showing(folder):
        screen = screen.run()
    assert screen.text_area[0].value == "select 1 as one"
    assert screen.dataframe[0].value.shape == (1, 1)


def test_formatting_sets_the_text_out(folder: Path) -> None:
    screen = opened(folder)
    screen = act(folder, screen.text_area[0].input("SELECT 1 AS one FROM users"))
    screen = act(folder, screen.button(key="sql_format").click())
    assert screen.text_area[0].value == "select\n    1 as one\nfrom users"


def test_what_cannot_be_formatted_stays(folder: Path) -> None:
    screen = opened(folder)
    screen = act(folder, screen.text_area[0].input("select ((("))
    screen = act(folder, screen.button(key="sql_format").click())
    assert screen.text_area[0].value == "select ((("
    assert "cannot be set out" in text(screen)


def test_a_click_on_a_column_writes_its_name(shared: Path) -> None:
    in_new_tab(shared, "select 1 as one,")
    screen = opened(shared, sql_table_user_days=True)
    screen = act(shared, screen.button(key="sql_column_user_days_day").click())
    assert screen.text_area[0].value == "select 1 as one, day"


def test_what_was_run_is_in_the_history_and_in_the_log(folder: Path) -> None:
    asks(folder, "select 1 as one")
    asks(folder, "select nothing")
    last, first = store(folder).history("local")
    assert (first.outcome, first.rows, first.sql) == ("answered", 1, "select 1 as one")
    assert (last.outcome, last.rows) == ("failed", None)
    assert {entry.action for entry in store(folder).audit_log()} == {"ran"}


def test_a_click_on_the_history_opens_the_text_again(folder: Path) -> None:
    store(folder).record_run(KeptRun(author="local", sql="select 7 as seven", rows=1, seconds=0.1))
    screen = opened(folder, sql_side="history")
    (again,) = [button for button in screen.button if str(button.key).startswith("sql_again_")]
    screen = act(folder, again.click())
    assert screen.text_area[0].value == "select 7 as seven"


def test_a_figure_is_answered_at_once_and_keeps_its_tab(folder: Path) -> None:
    first = Opened("Days", "select $n as n", {"n": 3})
    screen = waits(folder, opened(folder, **{KEY: first}))
    assert "1 row" in text(screen)
    with showing(folder):
        screen.session_state[KEY] = Opened("Days", "select $n as n", {"n": 4})
        screen = waits(folder, screen.run())
    assert screen.number_input[0].value == 4
    assert [tab.title for tab in store(folder).tabs("local")] == ["Days"]


def test_a_saved_query_is_opened_by_its_address(folder: Path) -> None:
    kept = store(folder).save_query(
        SavedQuery(name=HOSTILE, sql="select $n as n", parameters={"n": 3}), author="ann"
    )
    with showing(folder):
        screen = AppTest.from_file(Path("pages/shared/frame.py").resolve(), default_timeout=60)
        screen.session_state["sql_plain"] = True
        screen.query_params["q"] = kept.id
        screen = screen.run().switch_page("../sql.py")
        screen.query_params["q"] = kept.id
        screen = screen.run()
    assert screen.text_area[-1].value == "select $n as n"
    assert screen.number_input[0].value == 3


def test_a_store_that_is_gone_leaves_the_page_usable(folder: Path) -> None:
    (folder / "tidemark.sqlite").write_bytes(b"this is no store" * 100)
    screen = asks(folder, BY_DAY)
    assert "28 rows" in text(screen)
    assert "Kept in this window only" in text(screen)
    assert not screen.exception


def test_names_from_the_data_are_no_markup(shared: Path) -> None:
    screen = asks(shared, f"select 1 as \"{HOSTILE}\", '{HOSTILE}' as b")
    assert not has_failed(screen)
    assert HOSTILE not in text(screen)


@pytest.mark.parametrize(
    "sql",
    [
        "select {'a': 1, 'b': [1, 2]} as record, [[1], [2]] as lists, map {'a': 1} as m",
        "select interval 1 day as span, time '12:00' as clock, 'abc'::blob as bytes, null as none",
        "select 17014118346046923173168730371588410572 as huge, 1.5::decimal(38, 10) as exact",
        "select 1 as a, 2 as a",
        "select * from users where false",
        "select uuid() as id, true as truth, timestamptz '2026-11-01 12:00:00+00' as at",
    ],
)
@pytest.mark.parametrize("view", ["rows", "chart", "columns"])
def test_every_type_can_be_shown_in_every_way(shared: Path, sql: str, view: str) -> None:
    screen = asks(shared, sql, opened(shared, sql_view=view))
    assert not has_failed(screen), text(screen)
    assert "column" in text(screen)


def test_old_runs_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_RUNS", 2)
    with runs._lock:
        runs._runs.clear()
        for n in range(4):
            run = runs.Run("select 1", {})
            run.done.set()
            runs._runs["w", "a", None, str(n)] = run
        runs._make_room()
        assert [place[3] for place in runs._runs] == ["2", "3"]


def test_the_plan_is_told_without_running(folder: Path) -> None:
    screen = opened(folder)
    screen = act(folder, screen.text_area[0].input("select count(*) from user_days"))
    screen = act(folder, screen.button(key="sql_explain").click())
    assert "user\\_days" in text(screen)
    assert "Nothing has been run" in text(screen)
    assert store(folder).history("local") == ()


def test_the_chart_is_changed_and_left_to_the_columns_again(folder: Path) -> None:
    screen = asks(folder, BY_DAY, opened(folder, sql_view="chart"))
    (tab_id,) = screen.session_state["sql_tabs"]
    kind = screen.segmented_control(key=f"sql_chart_kind_{tab_id}")
    assert kind.value == "line"
    screen = act(folder, kind.set_value("bar"))
    (kept,) = store(folder).tabs("local")
    assert (kept.chart["kind"], kept.chart["x"], kept.chart["y"]) == ("bar", "day", ["users"])
    screen = act(folder, screen.button(key="sql_chart_reset").click())
    assert screen.segmented_control(key=f"sql_chart_kind_{tab_id}").value == "line"


def test_rows_are_looked_at_by_a_condition(folder: Path) -> None:
    screen = asks(folder, "select range as n, range % 2 = 0 as even from range(100)")
    (tab_id,) = screen.session_state["sql_tabs"]
    box = screen.multiselect(key=f"sql_filter_{tab_id}_columns")
    screen = act(folder, box.set_value(["n"]))
    screen = act(folder, screen.number_input(key=f"sql_filter_{tab_id}_0_Int64_low").set_value(90))
    assert "10 of 100 rows" in text(screen)
    assert screen.dataframe[0].value["n"].tolist() == [*range(90, 100)]


def test_a_change_by_somebody_else_is_noticed_after_coming_back(folder: Path) -> None:
    kept = store(folder).save_query(SavedQuery(name="Mine", sql="select 1"), author="local")
    tab = EditorTab(id="t1", title="Mine", sql="select 11", query_id=kept.id)
    store(folder).save_tabs([tab], author="local")
    store(folder).save_query(replace(kept, sql="select 2"), author="bob")
    assert opened(folder).session_state["sql_versions"] == {"t1": 1}
