"""What code counted outlives the process that did, and nothing that it depends on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from metrics.periods import Period
from queries import (
    Filter,
    Segment,
    Sight,
    Workspace,
    kept_answers,
    kept_counts,
    open_workspace,
)
from queries.kept_answers import keeping
from reports import path_counts
from reports.first_questions import ask_first
from reports.path_counts import KEPT, PathCounts
from reports.path_question import PathQuestion
from reports.paths import PathsReport, paths
from reports.scope import Scope
from tests.page_runs import has_failed, run_page
from tests.page_workspace import ALL, FIRST_DAY, GERMAN, LAST_DAY, make_workspace


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kept_answers, "LEAST_SECONDS", 0.0)
    KEPT.forget()
    yield
    KEPT.forget()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("counts")).folder


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[PathQuestion]:
    """Every question that is counted, and not read."""
    questions: list[PathQuestion] = []
    count = path_counts._counted

    def noted(workspace: Workspace, asked: object, question: PathQuestion) -> PathCounts:
        questions.append(question)
        return count(workspace, asked, question)  # type: ignore[arg-type]

    monkeypatch.setattr(path_counts, "_counted", noted)
    return questions


def in_new_process(folder: Path, question: PathQuestion | None = None) -> PathsReport:
    KEPT.forget()
    period = Period(FIRST_DAY, LAST_DAY)
    return paths(
        open_workspace(folder), Scope(period, None, "day", Segment()), question or PathQuestion()
    )


def test_a_new_process_reads_what_another_counted(
    folder: Path, counted: list[PathQuestion]
) -> None:
    with keeping():
        before = in_new_process(folder)
    after = in_new_process(folder)
    assert counted == [PathQuestion()]
    for one, other in ((before.links, after.links), (before.nodes, after.nodes)):
        assert one.rows.equals(other.rows)
        assert one.rows.schema == other.rows.schema
        assert (one.sql, one.parameters) == (other.sql, other.parameters)
    assert before.visits > 0
    assert (before.visits, before.users, before.names) == (after.visits, after.users, after.names)


def test_nobodys_own_question_is_kept(folder: Path, counted: list[PathQuestion]) -> None:
    question = PathQuestion(length=3)
    in_new_process(folder, question)
    in_new_process(folder, question)
    assert counted == [question, question]


def test_other_questions_segments_and_viewers_are_counted_anew(
    folder: Path, counted: list[PathQuestion]
) -> None:
    german = Segment((Filter("country", ("DE",)),))
    whole = open_workspace(folder)
    narrow = whole.seen_with(Sight(german, shows_personal=True))
    day = Scope(Period(FIRST_DAY, LAST_DAY), None, "day", Segment())
    users = []
    with keeping():
        for workspace, scope, question in (
            (whole, day, PathQuestion(length=4)),
            (whole, day, PathQuestion(length=5)),
            (whole, replace(day, segment=german), PathQuestion(length=4)),
            (narrow, day, PathQuestion(length=4)),
        ):
            KEPT.forget()
            users.append(paths(workspace, scope, question).users)
    assert len(counted) >= 3
    assert users == [ALL, ALL, GERMAN, GERMAN]


def test_changed_code_counts_anew(
    folder: Path, counted: list[PathQuestion], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = PathQuestion(length=6)
    with keeping():
        in_new_process(folder, question)
        monkeypatch.setattr(kept_counts, "_digest", lambda _: "another")
        in_new_process(folder, question)
    assert counted == [question, question]


def test_what_a_build_published_meanwhile_is_not_kept_as_what_was_before(
    folder: Path, counted: list[PathQuestion], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = PathQuestion(length=7)
    real = kept_counts._published(open_workspace(folder))
    published = iter([real, "the next one", real, real])
    monkeypatch.setattr(kept_counts, "_published", lambda _: next(published))
    with keeping():
        in_new_process(folder, question)
        in_new_process(folder, question)
    assert counted == [question, question]


def test_a_digest_knows_every_line_of_the_code(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "a.py").write_text("1", encoding="utf-8")
    before = kept_counts._digest.__wrapped__((code,))
    (code / "a.py").write_text("2", encoding="utf-8")
    assert kept_counts._digest.__wrapped__((code,)) != before


def test_the_page_asks_what_was_asked_first(folder: Path, counted: list[PathQuestion]) -> None:
    with keeping():
        assert ask_first(open_workspace(folder)) == ()
    counted.clear()
    KEPT.forget()
    assert not has_failed(run_page(folder, "paths"))
    assert counted == []
