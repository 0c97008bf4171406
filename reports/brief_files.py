"""The brief of a build as a file beside the snapshot: a new process need not analyse again."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from dataclasses import asdict, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from reports.brief_items import Brief, Candidate, Check, Identity, Item, Part

if TYPE_CHECKING:
    from pathlib import Path

    from queries import Workspace

LOG = logging.getLogger("tidemark")
FOLDER = ".tidemark/briefs"
MOST_KEPT = 8  # files; those of earlier builds go first


def place_of(workspace: Workspace) -> Path:
    """Where it lies: one for each build, sight, set of rules and definitions of metrics."""
    snapshot = workspace.snapshot
    settings = workspace.settings
    asked = (
        str(workspace.folder), snapshot.id if snapshot else None, workspace.sight,
        settings.brief, settings.holidays, sorted(settings.access.personal.items()),
        sorted((name, one.label, one.better) for name, one in workspace.metrics.items()),
    )  # fmt: skip
    name = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return workspace.folder / FOLDER / f"{name}.json"


def write_brief(place: Path, found: Brief) -> None:
    """Keep it for the next process; a full disk costs the copy only."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{threading.get_ident()}")
        draft.write_text(json.dumps(asdict(found), default=_as_text) + "\n", encoding="utf-8")
        draft.replace(place)
        kept = sorted(place.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        LOG.warning("the brief is not kept: %s", error)


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a brief holds no {type(value).__name__}")


def read_brief(place: Path) -> Brief | None:
    """What an earlier process kept; a file that cannot be read is none."""
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        return _brief(content)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _brief(content: dict[str, Any]) -> Brief:
    for name in ("items", "doubted", "earlier"):
        content[name] = tuple(_item(one) for one in content[name])
    content["placebo_p"] = tuple(content["placebo_p"])
    return Brief(**_dated(content))


def _item(content: dict[str, Any]) -> Item:
    content["checks"] = tuple(Check(**one) for one in content["checks"])
    content["identities"] = tuple(
        Identity(one["words"], tuple(Part(**part) for part in one["parts"]), one["is_simpson"])
        for one in content["identities"]
    )
    content["candidates"] = tuple(
        Candidate(
            tuple(one["dimensions"]),
            tuple((name, share) for name, share in one["segments"]),
            one["share"],
        )
        for one in content["candidates"]
    )
    for name in ("looked_at", "around", "also"):
        content[name] = tuple(content[name])
    content["segment"] = tuple(content["segment"]) if content["segment"] else None
    return Item(**_dated(content))


def _dated(content: dict[str, Any]) -> dict[str, Any]:
    days = {"day", "since"} & set(content)
    known = {one.name for one in (*fields(Brief), *fields(Item))}
    return {
        name: date.fromisoformat(value) if name in days and value else value
        for name, value in content.items()
        if name in known
    }
