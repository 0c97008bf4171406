"""What would other rules make of the event names: which features, actions, and what is left?"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from queries import WorkspaceError
from queries.settings import FILE_NAME, FeatureRule, Settings, parse
from queries.tables import ACTIONS
from reports.answer import Report, Source, source
from reports.known import known

if TYPE_CHECKING:
    from queries import Workspace

HEADING = "[[features]]"
OTHER_TABLE = re.compile(r"^\s*\[")
RECENT = timedelta(days=28)
EXAMPLE = """[[features]]
match = "(?P<feature>[a-z_]+)_(?P<action>opened|started|completed|failed)"
"""
DEFINITION = (
    "Each event name with what it says now and what it would say under the rules written here. The "
    "first rule that matches the whole name wins; **matches** says how many do, so that more than "
    "one is an overlap. A feature or action that the rows name themselves wins over every rule and "
    "is left as it is. **Times**: how often in the last 28 complete days. Nothing changes until "
    "the settings do and the workspace is built again."
)
SCHEMA: dict[str, Any] = {
    "event": pl.String, "times": pl.Int64, "feature_now": pl.String, "action_now": pl.String,
    "feature_then": pl.String, "action_then": pl.String, "matches": pl.Int64,
    "is_changed": pl.Boolean, "is_odd_action": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DerivationReport(Report):
    """A preview of other rules.

    Attributes:
        events: One row per event name, the most frequent first; see SCHEMA.
        text: The rules as they were read, in TOML.
        problem: Why the rules cannot be used; None: they can.
        patch: A unified diff of workspace.toml, to be copied; "": nothing changes.
        features: Different features under these rules.
        changed: Event names whose feature or action would change.
        without: Those without a feature.
        overlapping: Those that several rules match.
        odd: Those whose action is none that the product knows.
    """

    events: Source
    text: str
    problem: str | None
    patch: str
    features: int
    changed: int
    without: int
    overlapping: int
    odd: int


def rules_text(workspace: Workspace) -> str:
    """The `[[features]]` blocks of workspace.toml as they stand there; an example if none do."""
    kept = "".join(_split(_settings_text(workspace))[1])
    return kept.strip() + "\n" if kept.strip() else EXAMPLE


def feature_derivation(workspace: Workspace, text: str) -> DerivationReport:
    """What the rules in `text` would make of the events that there are.

    Args:
        workspace: Its events and its settings file.
        text: `[[features]]` blocks in TOML.
    """
    end = known(workspace).watermark + timedelta(days=1)
    answer = workspace.ask("event_names", start_date=end - RECENT, end_date=end)
    found = source(answer, title="Features of events", definition=DEFINITION)
    rules, problem = _rules(workspace, text)
    rows = _rows(workspace, rules, dict(answer.rows.iter_rows()))
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "times", "event", descending=[True, False]
    )
    return DerivationReport(
        events=found.showing(table),
        text=text,
        problem=problem,
        patch="" if problem else _patch(workspace, text),
        features=table["feature_then"].drop_nulls().n_unique(),
        changed=int(table["is_changed"].sum()),
        without=table["feature_then"].null_count(),
        overlapping=table.filter(pl.col("matches") > 1).height,
        odd=int(table["is_odd_action"].sum()),
    )


def _rules(workspace: Workspace, text: str) -> tuple[tuple[FeatureRule, ...], str | None]:
    """The rules, or those that hold now and what is wrong with the new ones."""
    path = workspace.folder / FILE_NAME
    try:
        content = tomllib.loads(text)
        strange = sorted(set(content) - {"features"})
        if strange:
            return workspace.settings.features, f"only {HEADING} belongs here, got {strange[0]!r}"
        return parse(Settings, {"features": content.get("features", [])}, path).features, None
    except tomllib.TOMLDecodeError as error:
        return workspace.settings.features, f"this is not readable as TOML: {error}"
    except WorkspaceError as error:
        return workspace.settings.features, str(error).removeprefix(f"{path}: ")


def _rows(
    workspace: Workspace, rules: tuple[FeatureRule, ...], times: dict[str, int]
) -> list[tuple[Any, ...]]:
    """Each event name, now and then; what the rows say themselves stays."""
    from queries.build.kinds import Derivation  # which needs what builds

    activity = workspace.settings.activity
    now, then = Derivation(workspace.settings.features, activity), Derivation(rules, activity)
    patterns = [re.compile(rule.match) for rule in rules]
    rows = []
    for event, feature, action in _kinds(workspace, times):
        _, by_rule, action_by_rule, _ = now.kind(event, None, None)
        own_feature = feature if feature != by_rule else None
        own_action = action if action != action_by_rule else None
        _, feature_then, action_then, _ = then.kind(event, own_feature, own_action)
        rows.append((
            event, times.get(event, 0), feature, action, feature_then, action_then,
            sum(bool(one.fullmatch(event)) for one in patterns),
            (feature, action) != (feature_then, action_then),
            action_then is not None and action_then not in ACTIONS,
        ))  # fmt: skip
    return rows


def _kinds(workspace: Workspace, times: dict[str, int]) -> list[tuple[str, str | None, str | None]]:
    """Every event with its feature and action; a viewer under a policy knows recent names only."""
    snapshot = workspace.snapshot
    if snapshot is None or not workspace.sight.policy.is_empty:
        told = {
            row[0]: (row[1], row[2]) for row in workspace.ask("feature_events").rows.iter_rows()
        }
        return [(event, *told.get(event, (None, None))) for event in times]
    return [(kind[0], kind[1], kind[2]) for kind in snapshot.kinds]


def _settings_text(workspace: Workspace) -> str:
    return (workspace.folder / FILE_NAME).read_text(encoding="utf-8")


def _split(text: str) -> tuple[list[str], list[str], int]:
    """The lines without the blocks of rules, those of the blocks, and where the first one stood."""
    others: list[str] = []
    blocks: list[str] = []
    place: int | None = None
    is_inside = False
    for line in text.splitlines(keepends=True):
        if OTHER_TABLE.match(line):
            is_inside = line.strip().startswith(HEADING)
        if is_inside and place is None:
            place = len(others)
        (blocks if is_inside else others).append(line)
    return others, blocks, len(others) if place is None else place


def _patch(workspace: Workspace, text: str) -> str:
    """From the settings as they stand to those with the new rules, as `patch` and git take it."""
    before = _settings_text(workspace)
    others, blocks, place = _split(before)
    if "".join(blocks).strip() == text.strip():
        return ""
    head, tail = others[:place], others[place:]
    if head and not head[-1].endswith("\n"):
        head[-1] += "\n"
    gap = ["\n"] if not blocks and head and head[-1].strip() else []
    rules = [line + "\n" for line in text.strip().splitlines()]
    after = [*head, *gap, *rules, *(["\n", *tail] if tail else [])]
    return "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after,
            fromfile=f"a/{FILE_NAME}",
            tofile=f"b/{FILE_NAME}",
        )
    )
