"""What everybody asks first is remembered by the time somebody does."""

from pathlib import Path

import pytest

import app
from queries import QueryError, Workspace, open_workspace
from reports import first_questions, release
from reports.first_questions import ask_first
from reports.release_facts import all_releases
from tests.build_logs import empty_workspace, random_log, rebuilt, write_events
from tests.page_workspace import make_workspace


def test_pages_find_the_first_answers_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = empty_workspace(tmp_path)
    write_events(tmp_path / "events.parquet", random_log(3, days=60))
    ask_first(rebuilt(workspace))
    asked: list[str] = []
    answer = Workspace._answer

    def noted(self: Workspace, *arguments: object) -> object:
        asked.append(arguments[0].name)  # type: ignore[attr-defined]
        return answer(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "_answer", noted)
    ask_first(workspace)
    assert asked == []


def test_a_first_question_that_fails_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = empty_workspace(tmp_path)
    write_events(tmp_path / "events.parquet", random_log(3, days=60))
    asked: list[str] = []

    def fails(*_: object) -> None:
        raise QueryError("the disk is gone")

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(first_questions, "headlines", fails)
    monkeypatch.setattr(first_questions, "experiments", breaks)
    monkeypatch.setattr(first_questions, "made_leadership", lambda _: asked.append("leadership"))
    assert ask_first(rebuilt(workspace)) == (
        "Headlines: the disk is gone",
        "Experiments: it broke off: ZeroDivisionError",
    )
    assert asked == ["leadership"]
    assert "the disk is gone" in caplog.text
    assert "Experiments broke off" in caplog.text


def test_the_server_judges_releases_whatever_fails_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_workspace(tmp_path).folder
    monkeypatch.setenv("TIDEMARK_WORKSPACE", str(folder))
    judged: list[str] = []

    def judge(_: Workspace, name: str) -> None:
        judged.append(name)
        raise QueryError("no release can be judged")

    def fails(*_: object) -> None:
        raise QueryError("the disk is gone")

    monkeypatch.setattr("pages.shared.filters.offered", fails)
    monkeypatch.setattr(first_questions, "ask_first", fails)
    monkeypatch.setattr(release, "release_report", judge)
    assert app._warm_up() is not None
    assert judged == [one.name for one in all_releases(open_workspace(folder))]
    assert len(judged) > 1
