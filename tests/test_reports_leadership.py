"""The page for leadership: the same answer on the screen, as HTML and as PDF."""

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from queries import Workspace
from reports.leadership import LeadershipReport, leadership, quarter_in_words, quarters
from reports.leadership_html import chart_of, html
from reports.leadership_kept import made_leadership
from reports.leadership_pdf import pdf
from reports.svg_chart import HEIGHT, _nice, line_chart
from store import Decision, Goal, store_of
from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import ALL, HOSTILE, LAST_DAY, make_empty_days, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("leadership"))
    store = store_of(made)
    store.set_goal(
        Goal(metric="active_users", target=ALL, direction="higher", from_day=LAST_DAY,
             until_day=LAST_DAY), author="ann",
    )  # fmt: skip
    store.decide(
        Decision(experiment="hints", outcome="shipped", variant="b", reason=HOSTILE,
                 evidence="Ship.", decided_on=date(2026, 11, 2)), author="ann",
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def report(workspace: Workspace) -> LeadershipReport:
    return leadership(workspace)


def test_quarters_go_back_to_the_first_day_and_end_with_the_last_complete_one(
    workspace: Workspace,
) -> None:
    found = quarters(workspace)
    assert list(found) == ["Q4 2026", "Q3 2026"]
    assert found["Q4 2026"].last_day == LAST_DAY
    assert found["Q3 2026"].start == date(2026, 9, 28)


def test_a_quarter_is_told_in_figures_goals_and_decisions(report: LeadershipReport) -> None:
    assert report.numbers[0] == ("Active users, 28 days", str(ALL), "nothing to compare with")
    assert [one.standing for one in report.goals] == ["met"]
    assert [one.head for one in report.decided] == ["hints: shipped (b)"]
    assert quarter_in_words(report) == "1 Oct to 22 Nov 2026"
    assert any("not wholly known" in caveat for caveat in report.caveats)


def test_html_needs_nothing_else_and_keeps_texts_texts(report: LeadershipReport) -> None:
    made = html(report).decode()
    assert made.startswith("<!doctype html>")
    assert "&lt;img src=x onerror=alert(1)&gt;" in made
    assert "<img" not in made
    assert "<script" not in made
    assert " src=" not in made.replace("img src=x", "")
    assert "<svg" in made


def test_the_pdf_is_one(report: LeadershipReport) -> None:
    made = pdf(report)
    assert made.startswith(b"%PDF-")
    assert len(made) > 5_000


def test_the_chart_draws_each_known_value_from_zero(report: LeadershipReport) -> None:
    drawn = chart_of(report)
    lines = [one for one in drawn if one.tag == "polyline"]
    points = lines[-1].attrib["points"].split()
    assert len(points) == report.course.rows["window_users"].drop_nulls().len()
    gap = line_chart([date(2026, 1, day) for day in (1, 2, 3)], [1.0, None, 3.0], title="x")
    assert len([one for one in gap if one.tag == "polyline"]) == 2
    nothing = line_chart([], [], title="<b>")
    assert "&lt;b&gt;" in ET.tostring(nothing, encoding="unicode")
    assert float(points[0].split(",")[1]) < HEIGHT


@pytest.mark.parametrize(("highest", "top"), [(7126, 10_000), (1900, 2000), (0.06, 0.1), (0, 1)])
def test_an_axis_ends_at_a_round_number(highest: float, top: float) -> None:
    assert _nice(highest) == pytest.approx(top)


def test_the_page_shows_the_same_answer(workspace: Workspace) -> None:
    made_leadership(workspace, "Q4 2026")
    screen = run_page(workspace.folder, "leadership")
    assert not has_failed(screen)
    assert metrics(screen)["Active users, 28 days"][0] == str(ALL)
    assert {"Releases", "Experiments decided", "Risks", "Goals"} <= set(headers(screen))
    assert "Active users, 28 days at least 40" in text(screen)


def test_a_goal_is_set_on_the_page(tmp_path: Path) -> None:
    other = make_empty_days(tmp_path)
    made_leadership(other, "Q4 2026")
    screen = run_page(other.folder, "leadership")
    assert "No goal is set" in text(screen)
    screen.selectbox(key="goal_metric").set_value("week_one_retention")
    screen.number_input(key="goal_target").set_value(40.0)
    screen = act(other.folder, screen.button(key="goal_set").click())
    assert not has_failed(screen)
    (goal,) = store_of(other).goals()
    assert (goal.metric, goal.target, goal.direction) == ("week_one_retention", 0.4, "higher")
