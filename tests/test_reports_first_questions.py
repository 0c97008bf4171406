"""What everybody asks first is remembered by the time somebody does."""

from pathlib import Path

import pytest

from queries import Workspace
from reports.first_questions import ask_first
from tests.build_logs import empty_workspace, random_log, rebuilt, write_events


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
