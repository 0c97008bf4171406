"""Every figure of every page opens in SQL, and gives the same rows there."""

import inspect
from datetime import date
from typing import Any

import pytest
import streamlit as st
from polars.testing import assert_frame_equal

from metrics.periods import days_ending
from queries import Segment, Workspace, open_workspace
from queries.path_rules import Along, PathRules
from reports.answer import Source
from reports.ask_sql import ask_sql
from reports.leadership_kept import made_leadership
from reports.path_address import written_along
from reports.people import Active, people
from reports.scope import Scope
from tests.page_runs import act, has_failed, run_page, showing, text
from tests.page_workspace import make_workspace

ALONG = written_along(Along(PathRules(), "draft_opened"))
EIGHT_WEEKS = (date(2026, 9, 28), date(2026, 11, 22))
FILTERED = (
    '{"steps":["draft_opened",{"features":[["draft","completed"]],"where":[["platform","ios"]]}],'
    '"without":[{"what":{"events":["draft_opened"],"where":[["country","FR"]]},"from":1,"to":2}]}'
)
SHOWN: list[tuple[str, dict[str, Any]]] = [
    ("today", {}),
    ("today", {"where": ["platform:ios", "country:DE"], "compare": "none"}),
    ("usage", {}),
    ("usage", {"grain": "week", "by": "platform", "period": "custom", "days": EIGHT_WEEKS}),
    ("usage", {"where": ["country:DE"], "by": "country", "measure": "stickiness"}),
    ("usage", {"where": ["platform:web"], "grain": "month"}),
    ("retention", {}),
    ("retention", {"where": ["platform:web"], "cohort": "Month", "criterion": "On or after"}),
    ("churn", {}),
    ("churn", {"where": ["platform:web"], "churn_interval": "14"}),
    ("funnels", {"funnel_drivers": True}),
    ("funnels", {"where": ["platform:web"], "funnel_by": "country", "funnel_unit": "session"}),
    ("funnels", {"funnel_by": "platform", "funnel_touch": "all_steps", "funnel_order": "strict"}),
    ("funnels", {"funnel": FILTERED, "grain": "week", "funnel_counting": "total"}),
    ("adoption", {}),
    ("adoption", {"where": ["platform:web"], "period": "12w", "adoption_behind": "newcomers"}),
    ("adoption", {"adoption_view": "Accounts"}),
    ("diagnosis", {"where": ["platform:web"]}),
    (
        "paths",
        {"where": ["platform:web"], "path_hidden": ["page_*"], "path_joined": ["d*: D"]},
    ),
    ("paths", {"path_anchor": "draft_completed", "path_direction": "to", "path_visit": "user"}),
    ("funnels", {"funnel_path": ALONG, "funnel": '["draft_opened","draft_completed"]'}),
    ("leadership", {}),
    ("data", {}),
]
# At least so many figures of each page are asked in SQL.
FIGURES = {
    "today": 6, "usage": 12, "retention": 3, "churn": 5, "funnels": 3, "adoption": 3, "data": 2,
    "leadership": 4,
    "diagnosis": 1, "paths": 2,
}  # fmt: skip
WAYS = ("details_", "sql_")  # keys of the buttons that open what is behind a figure


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("open_in_sql"))
    made_leadership(made)  # else the page would say that it is being put together
    return made


class Seen:
    """Sources of the figures that pages draw ways behind."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.button = st.button

    def __call__(self, label: str, *, key: str, **options: Any) -> bool:
        if key.startswith(WAYS):
            caller = inspect.currentframe()
            self.sources.append(caller.f_back.f_locals["source"])  # type: ignore[union-attr]
        return self.button(label, key=key, **options)


def sources_of(
    workspace: Workspace, page: str, state: dict[str, Any], patch: pytest.MonkeyPatch
) -> list[Source]:
    seen = Seen()
    with patch.context() as while_drawn:
        while_drawn.setattr(st, "button", seen)
        screen = run_page(workspace.folder, page, **state)
    assert not has_failed(screen)
    return seen.sources


def same_rows(workspace: Workspace, source: Source) -> None:
    answered = source.answered
    assert answered is not None, source.title
    found = ask_sql(open_workspace(workspace.folder), source.sql, source.parameters)
    assert not found.is_cut
    assert_frame_equal(found.rows, answered)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "state"), SHOWN, ids=lambda part: str(part)[:60])
def test_every_figure_gives_the_same_rows_in_sql(
    workspace: Workspace, name: str, state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = sources_of(workspace, name, state, monkeypatch)
    asked = [source for source in sources if source.sql]
    assert len(asked) >= FIGURES[name]
    for source in asked:
        same_rows(workspace, source)


def test_only_what_the_build_says_of_itself_has_no_sql(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {page for page, _ in SHOWN}
    without = {
        source.title
        for page in pages
        for source in sources_of(workspace, page, {}, monkeypatch)
        if not source.sql
    }
    assert without == {"Tables", "Metrics"}


def test_the_people_behind_a_count_are_the_same_in_sql(workspace: Workspace) -> None:
    scope = Scope(days_ending(EIGHT_WEEKS[1], 7), None, "day", Segment())
    same_rows(workspace, people(workspace, scope, Active(scope.period)).people)


@pytest.mark.parametrize(("name", "key"), [("usage", "lifecycle"), ("retention", "triangle")])
def test_one_click_opens_the_text_and_its_values(
    workspace: Workspace, name: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = sources_of(workspace, name, {}, monkeypatch)
    screen = run_page(workspace.folder, name, sql_plain=True)
    screen = act(workspace.folder, screen.button(key=f"open_sql_{key}").click())
    tab = list(screen.session_state["sql_tabs"].values())[-1]
    assert tab.sql == screen.text_area[0].value
    source = next(
        one for one in seen if (one.sql, dict(one.parameters)) == (tab.sql, tab.parameters)
    )
    with showing(workspace.folder):  # a test has to be told that the page has changed
        screen = screen.switch_page("../sql.py").run()
    screen = act(workspace.folder, screen.button(key="sql_run").click())
    assert source.answered is not None
    assert screen.dataframe[0].value.shape == source.answered.shape
    assert f"{source.answered.height} rows" in text(screen)


def test_what_is_behind_a_figure_offers_it_too(workspace: Workspace) -> None:
    screen = run_page(workspace.folder, "usage")
    screen = act(workspace.folder, screen.button(key="sql_lifecycle").click())
    assert screen.button(key="open_sql_behind_lifecycle").label == "Open in SQL"
