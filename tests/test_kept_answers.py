"""Answers of experiments outlive the process that asked, and nothing they depend on."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from queries import Filter, Segment, Sight, Workspace, kept_answers, open_workspace
from queries.build import build
from queries.engine import MACROS
from queries.kept_answers import is_kept, keeping
from reports.experiment import experiment
from reports.experiments import experiments
from tests.experiment_workspace import make_experiment

ANSWERS = Path(".tidemark") / "answers"


@pytest.fixture(autouse=True)
def _everything_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "LEAST_SECONDS", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose list has been asked once."""
    workspace = make_experiment(tmp_path, several=0)
    experiments(workspace)
    return workspace.folder


def refuse(_: Workspace, *arguments: object) -> None:
    raise AssertionError(f"{arguments[0].name} was asked again")  # type: ignore[attr-defined]


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / ANSWERS).rglob("*.arrow")}


def test_another_process_need_not_ask_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = experiment(open_workspace(folder), "buttons")
    monkeypatch.setattr(Workspace, "_answer", refuse)
    after = experiment(open_workspace(folder), "buttons")
    assert before.effects is not None
    assert after.effects is not None
    assert_frame_equal(after.effects.rows, before.effects.rows)
    assert after.effects.seconds == pytest.approx(before.effects.seconds, abs=0.002)


def test_a_viewer_of_less_gets_answers_of_their_own(folder: Path) -> None:
    sight = Sight(Segment((Filter("plan", ("pro",)),)), shows_personal=True)
    everybody = experiments(open_workspace(folder)).experiments.rows["units"].item()
    some = experiments(open_workspace(folder).seen_with(sight)).experiments.rows["units"].item()
    assert some < everybody


def test_another_definition_of_a_metric_is_asked_anew(folder: Path) -> None:
    before = files(folder)
    metrics = folder / "metrics.toml"
    metrics.write_text(metrics.read_text().replace("'saved'", "'failed'"), encoding="utf-8")
    experiments(open_workspace(folder))
    assert before < files(folder)


def test_a_new_snapshot_begins_without_answers(folder: Path) -> None:
    before = files(folder)
    shutil.rmtree(folder / ".tidemark" / "data")
    (folder / ".tidemark" / "current").unlink()
    workspace = open_workspace(folder)
    build(workspace)
    experiments(workspace)
    assert len(list((folder / ANSWERS).iterdir())) == 1
    assert files(folder).isdisjoint(before) or len(files(folder)) == len(before)


def test_an_unreadable_answer_is_asked_again(folder: Path) -> None:
    for path in (folder / ANSWERS).rglob("*.arrow"):
        path.write_bytes(b"nothing")
    assert experiments(open_workspace(folder)).experiments.rows.height == 1


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / ".tidemark").write_text("a file where a folder should be", encoding="utf-8")
    rows = pl.DataFrame({"a": [1]})
    kept_answers.keep(tmp_path, "one", "name", rows, 1.0)
    assert kept_answers.kept(tmp_path, "one", "name") is None


def test_quick_and_large_answers_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pl.DataFrame({"a": [1, 2, 3]})
    monkeypatch.setattr(kept_answers, "LEAST_SECONDS", 0.1)
    kept_answers.keep(tmp_path, "one", "quick", rows, 0.09)
    monkeypatch.setattr(kept_answers, "MOST_BYTES", 8)
    kept_answers.keep(tmp_path, "one", "large", rows, 1.0)
    assert kept_answers.kept(tmp_path, "one", "quick") is None
    assert kept_answers.kept(tmp_path, "one", "large") is None


DAYS = {"start_date": date(2026, 1, 1), "end_date": date(2026, 2, 1)}


def test_what_is_asked_on_a_page_is_not_kept(folder: Path) -> None:
    before = files(folder)
    open_workspace(folder).ask("data_days", **DAYS)
    assert files(folder) == before


def test_what_everybody_asks_first_answers_after_a_restart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with keeping():
        before = open_workspace(folder).ask("data_days", **DAYS)
    monkeypatch.setattr(Workspace, "_answer", refuse)
    after = open_workspace(folder).ask("data_days", **DAYS)
    assert_frame_equal(after.rows, before.rows)
    assert (after.sql, after.parameters) == (before.sql, before.parameters)


def test_other_tables_are_asked_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with keeping():
        open_workspace(folder).ask("data_days", **DAYS)
        before = files(folder)
        macros = folder / "macros.ddl"
        macros.write_text(MACROS.read_text(encoding="utf-8") + "-- another way\n", encoding="utf-8")
        monkeypatch.setattr("queries.workspace.MACROS", macros)
        open_workspace(folder).ask("data_days", **DAYS)
    assert len(files(folder)) == len(before) + 1


def test_rows_of_single_units_are_never_kept() -> None:
    with keeping():
        assert is_kept("experiment_list")
        assert not any(map(is_kept, ("experiment_people", "experiment_values", "planner_values")))
