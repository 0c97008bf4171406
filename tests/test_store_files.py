"""The store as files: out, in, merged without losing anything; older exports are brought up."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app import commands
from store import (
    Annotation,
    AuditEntry,
    Board,
    Decision,
    EditorTab,
    FeatureAction,
    Goal,
    PlannedRelease,
    Run,
    SavedQuery,
    SavedView,
    Store,
    StoreRefused,
    StoreTooNew,
    Tile,
    Vote,
)
from tests.store_servers import fresh_store

DAY = date(2026, 11, 3)
ODD = "=1+1 <b> \u2028 \x85 \r \n Ünï"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """A second store."""
    (tmp_path / "other").mkdir()
    with fresh_store(tmp_path / "other") as url:
        opened = Store(url)
        yield opened
        opened.close()


def fill(store: Store) -> SavedQuery:
    """One of everything."""
    query = store.save_query(
        SavedQuery(name=ODD, sql=ODD, tags=("a",), parameters={"start": DAY}), author="a"
    )
    board = store.save_board(Board(name="B"), author="a")
    store.pin(Tile(board_id=board.id, query_id=query.id, chart={"kind": "bar"}), author="a")
    store.annotate(Annotation(day=DAY, title=ODD), author="a")
    store.decide(
        Decision(experiment="e", outcome="shipped", reason="r", decided_on=DAY), author="a"
    )
    store.save_view(SavedView(page="funnels", name=ODD, address={"funnel": ODD}), author="a")
    store.vote(Vote(item=ODD, metric="m", day=DAY, opinion="noise"), author="a")
    store.plan_release(PlannedRelease(release="5", title=ODD, planned_on=DAY), author="a")
    store.record_action(
        FeatureAction(feature=ODD, verdict="value", rung="repeated", action=ODD, acted_on=DAY),
        author="a",
    )
    store.set_goal(Goal(metric="m", target=1.5, direction="lower", from_day=DAY), author="a")
    store.save_tabs([EditorTab(title="t", query_id=query.id)], author="a")
    at = datetime(2026, 11, 3, 12, tzinfo=UTC)
    store.record_run(Run(author="a", sql="x", at=at, seconds=0.1))
    store.audit(AuditEntry(author="a", action="ran", at=at, details={"rows": 1}))
    return query


def everything(store: Store) -> list[Any]:
    return [
        store.queries(), store.boards(), store.annotations(date.min, date.max), store.goals(),
        store.tabs("a"), store.history("a"), store.audit_log(),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["kept", "kept.zip"])
def test_all_that_goes_out_comes_in(store: Store, other: Store, tmp_path: Path, name: str) -> None:
    fill(store)
    written = store.export(tmp_path / name)
    assert set(written.values()) == {1}
    merged = other.merge(tmp_path / name, author="b")
    assert merged.added == written
    assert everything(other) == everything(store)


def test_an_export_can_be_read_by_people(store: Store, tmp_path: Path) -> None:
    store.save_query(SavedQuery(name="Größe", sql="select 1"), author="a")
    store.export(tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "kept.zip") as archive:
        text = archive.read("saved_queries.jsonl").decode()
    assert '"name": "Größe", "sql": "select 1"' in text
    assert text.count("\n") == 1


def test_coming_in_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    fill(store)
    store.export(tmp_path / "kept")
    before = everything(store)
    merged = store.merge(tmp_path / "kept", author="b")
    assert (merged.added, merged.replaced, merged.conflicts) == ({}, {}, [])
    assert everything(store) == before


def test_the_newer_version_wins_and_the_older_is_in_the_log(
    store: Store, other: Store, tmp_path: Path
) -> None:
    query = fill(store)
    store.export(tmp_path / "first")
    other.merge(tmp_path / "first", author="b")
    newer = store.save_query(replace(query, sql="select 2"), author="ann")
    store.export(tmp_path / "second")
    assert other.merge(tmp_path / "second", author="b").replaced == {"saved_queries": 1}
    assert other.query(query.id) == newer
    log = next(entry for entry in other.audit_log() if entry.action == "replaced by import")
    assert (log.author, log.details["sql"], log.details["parameters"]) == ("b", ODD, {"start": DAY})


def test_what_is_newer_here_stays(store: Store, tmp_path: Path) -> None:
    query = fill(store)
    store.export(tmp_path / "kept")
    newer = store.save_query(replace(query, sql="select 2"), author="ann")
    merged = store.merge(tmp_path / "kept", author="b")
    assert (merged.replaced, merged.conflicts) == ({}, [])
    assert store.query(query.id) == newer


def test_what_was_changed_on_both_sides_is_reported_and_neither_is_lost(
    store: Store, other: Store, tmp_path: Path
) -> None:
    query = fill(store)
    store.export(tmp_path / "first")
    other.merge(tmp_path / "first", author="b")
    store.save_query(replace(query, sql="select 2"), author="ann")
    mine = other.save_query(replace(query, sql="select 3"), author="bob")
    store.export(tmp_path / "second")
    (conflict,) = other.merge(tmp_path / "second", author="b").conflicts
    assert f"saved_queries {query.id} was changed here by bob on " in conflict
    assert "and in the export by ann on " in conflict
    assert other.query(query.id) == mine
    assert "select 2" in (tmp_path / "second" / "saved_queries.jsonl").read_text("utf-8")


def test_an_export_of_an_older_schema_is_brought_up(store: Store, tmp_path: Path) -> None:
    fill(store)
    store.export(tmp_path / "kept")
    manifest = tmp_path / "kept" / "manifest.json"
    about = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps(about | {"schema": "0001"}), "utf-8")
    for later in ("annotations", "goals", "audit_log", "decisions", "saved_views", "votes",
                  "planned_releases", "feature_actions"):  # fmt: skip
        (tmp_path / "kept" / f"{later}.jsonl").unlink()
    assert set(store.merge(tmp_path / "kept", author="b").unchanged) == {
        "boards", "board_tiles", "editor_tabs", "query_runs", "saved_queries",
    }  # fmt: skip


def changed(folder: Path, file: str, **values: Any) -> None:
    path = folder / file
    row = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(row | values) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("file", "values", "words"),
    [
        ("saved_queries.jsonl", {"strange": 1}, "line 1: saved_queries has no column 'strange'"),
        ("saved_queries.jsonl", {"id": "../x"}, "line 1: an id is letters, digits, _ and -"),
        ("saved_queries.jsonl", {"name": None}, "line 1: NOT NULL constraint failed"),
        ("saved_queries.jsonl", {"name": ""}, "a name is needed, got a blank one"),
        ("saved_queries.jsonl", {"created_at": "soon"}, "line 1: Invalid isoformat string: 'soon'"),
        ("annotations.jsonl", {"url": "javascript:alert(1)"}, "starts with https://"),
        ("board_tiles.jsonl", {"board_id": "nowhere"}, "points to something that neither"),
    ],
)
def test_a_line_that_cannot_be_used_stops_all_of_it(
    store: Store, other: Store, tmp_path: Path, file: str, values: dict[str, Any], words: str
) -> None:
    fill(store)
    store.export(tmp_path / "kept")
    changed(tmp_path / "kept", file, **values)
    with pytest.raises(StoreRefused, match=words):
        other.merge(tmp_path / "kept", author="b")
    assert set(other.counts().values()) == {0}


def test_an_export_of_a_newer_tidemark_is_refused(store: Store, tmp_path: Path) -> None:
    store.export(tmp_path / "kept")
    changed(tmp_path / "kept", "manifest.json", schema="9999")
    with pytest.raises(StoreTooNew, match="written by a newer Tidemark: its schema is '9999'"):
        store.merge(tmp_path / "kept", author="b")


def test_only_an_export_is_overwritten_and_only_an_export_is_read(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(StoreRefused, match="holds something else than an export"):
        store.export(tmp_path / "mine")
    with pytest.raises(StoreRefused, match="is no export of a store: a folder or"):
        store.merge(tmp_path / "mine", author="b")
    (tmp_path / "no.zip").write_bytes(b"no")
    with pytest.raises(StoreRefused, match="is no export of a store"):
        store.merge(tmp_path / "no.zip", author="b")


def command(store: Store, folder: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of `python app.py store …` for a workspace with this store."""
    folder.mkdir(exist_ok=True)
    (folder / "workspace.toml").write_text(f'[store]\nurl = "{store.url}"\n', "utf-8")
    given = ["store", *words, "--workspace", str(folder)]
    ran = CliRunner().invoke(commands(), given)
    return ran.exit_code, ran.output


def test_commands_say_what_they_did(store: Store, other: Store, tmp_path: Path) -> None:
    workspace, kept = tmp_path / "workspace", tmp_path / "kept.zip"
    code, said = command(store, workspace, "upgrade")
    assert (code, "schema 0008" in said) == (0, True)
    query = fill(store)
    code, said = command(store, workspace, "export", str(kept))
    assert (code, f"is now in {kept}" in said, "1  saved queries" in said) == (0, True, True)
    code, said = command(other, workspace, "import", str(kept))
    assert (code, "  new:" in said) == (0, True)
    code, said = command(other, workspace, "check")
    assert (code, "1  board tiles" in said) == (0, True)
    store.save_query(replace(query, name="A"), author="ann")
    other.save_query(replace(query, name="B"), author="bob")
    command(store, workspace, "export", str(kept))
    code, said = command(other, workspace, "import", str(kept))
    assert (code, "! saved_queries" in said) == (1, True)


def test_a_file_appears_only_once_it_is_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)

    def full(_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("store.files._line", full)
    with pytest.raises(StoreRefused, match="failed: No space left on device"):
        store.export(tmp_path / "kept.zip")
    assert list(tmp_path.glob("kept.zip*")) == []
