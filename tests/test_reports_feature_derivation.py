"""Other rules for features: what they would change, and the patch that brings them about."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from queries import Workspace, open_workspace
from queries.build import build
from reports.feature_derivation import feature_derivation, rules_text
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

RULES = """[[features]]
match = "(?P<feature>report|map)_(?P<action>opened|completed)"
"""
NEW = """[[features]]
match = "map_(?P<action>opened)"
feature = "atlas"

[[features]]
match = "(?P<feature>[a-z]+)_(?P<action>[a-z]+)"
"""


def at(event: str, **more: str) -> Row:
    return ("ann", event, "2026-01-05T12:00:00Z", more)


ROWS = [
    at("report_opened"), at("report_opened", x="2"), at("map_opened"), at("note_written"),
    at("login"), at("own", feature="billing", action="opened"),
]  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_of(tmp_path / "product", ROWS, Setup(more=f"\n{RULES}\n[engine]\n"))


def test_the_rules_are_those_of_the_file(workspace: Workspace) -> None:
    assert rules_text(workspace) == RULES
    report = feature_derivation(workspace, RULES)
    assert (report.changed, report.patch, report.problem) == (0, "", None)


def test_each_name_is_shown_now_and_then(workspace: Workspace) -> None:
    report = feature_derivation(workspace, NEW)
    columns = ("event", "times", "feature_now", "feature_then", "action_then", "matches")
    assert sorted(report.events.rows.select(columns).rows()) == [
        ("login", 1, None, None, None, 0),
        ("map_opened", 1, "map", "atlas", "opened", 2),
        ("note_written", 1, None, "note", "written", 1),
        # What a row says itself wins over every rule.
        ("own", 1, "billing", "billing", "opened", 0),
        ("report_opened", 2, "report", "report", "opened", 1),
    ]
    assert (report.features, report.changed, report.without) == (4, 2, 1)
    assert (report.overlapping, report.odd) == (1, 1)


def test_the_patch_makes_of_the_file_what_was_previewed(workspace: Workspace) -> None:
    report = feature_derivation(workspace, NEW)
    if shutil.which("git") is None:
        pytest.skip("there is no git to apply a patch with")
    subprocess.run(
        ["git", "apply", "-p1", "-"],
        cwd=workspace.folder, input=report.patch, text=True, check=True,
    )  # fmt: skip
    content = tomllib.loads((workspace.folder / "workspace.toml").read_text(encoding="utf-8"))
    assert content["features"] == tomllib.loads(NEW)["features"]
    assert "engine" in content
    again = open_workspace(workspace.folder)
    build(again)
    assert again.snapshot is not None
    kinds = {kind[0]: kind[1] for kind in again.snapshot.kinds}
    then = dict(report.events.rows.select("event", "feature_then").iter_rows())
    assert {name: kinds[name] for name in then} == then


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[features]]\nmatch = '('\nfeature = 'x'", "is not a regular expression"),
        ("[[features]]\nmatch = 'x'", "a rule needs 'feature'"),
        ("[[features]]\nmatch = ", "not readable as TOML"),
        ("[product]\nname = 'x'", "only [[features]] belongs here, got 'product'"),
        ("[[features]]\nmach = 'x'", "match"),
    ],
)
def test_rules_that_cannot_be_used_say_why(workspace: Workspace, text: str, problem: str) -> None:
    report = feature_derivation(workspace, text)
    assert problem in str(report.problem)
    assert (report.patch, report.changed) == ("", 0)


def test_a_file_without_rules_gets_some(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ROWS)
    report = feature_derivation(workspace, NEW)
    assert "+[[features]]" in report.patch
    assert report.changed == 3
