"""The brief of each build: analysed once, in the background, and kept beside the snapshot."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from queries import TidemarkError
from reports.brief import brief
from reports.brief_items import Brief, Candidate, Check, Identity, Item, Part

if TYPE_CHECKING:
    from pathlib import Path

    from queries import Workspace

LOG = logging.getLogger("tidemark")
FOLDER = ".tidemark/briefs"
MOST_KEPT = 8  # files; those of earlier builds go first


@dataclass(slots=True)
class Analysis:
    """One analysis and how it ended.

    Attributes:
        found: The brief; None: not yet, or it failed.
        error: Why there is none.
        done: Set when it is over.
    """

    found: Brief | None = None
    error: TidemarkError | None = None
    done: threading.Event = field(default_factory=threading.Event)


_analyses: dict[str, Analysis] = {}
_lock = threading.Lock()


def kept_brief(workspace: Workspace) -> Brief | None:
    """The brief of the current build, as this viewer sees it; None: not analysed yet.

    Raises:
        TidemarkError: The analysis failed.
    """
    name = _name(workspace)
    with _lock:
        known = _analyses.get(name)
    if known is not None and known.error is not None:
        raise known.error
    if known is not None and known.found is not None:
        return known.found
    found = _read(_place(workspace, name))
    if found is not None:
        with _lock:
            _analyses[name] = Analysis(found=found)
    return found


def analyse(workspace: Workspace) -> Brief:
    """The brief of the current build; analysed now unless it was before.

    Raises:
        TidemarkError: Nothing has been built, or the engine failed.
    """
    found = kept_brief(workspace)
    if found is None:
        found = brief(workspace)
        name = _name(workspace)
        with _lock:
            _analyses[name] = Analysis(found=found)
        _write(_place(workspace, name), found)
    return found


def start_analysis(workspace: Workspace) -> Analysis:
    """Analyse in the background, unless it already runs."""
    name = _name(workspace)
    with _lock:
        running = _analyses.get(name)
        if running is not None and not running.done.is_set() and running.found is None:
            return running
        running = _analyses[name] = Analysis()
    threading.Thread(
        target=_run, args=(running, workspace, name), name="brief", daemon=True
    ).start()
    return running


def _run(running: Analysis, workspace: Workspace, name: str) -> None:
    try:
        found = brief(workspace)
        _write(_place(workspace, name), found)
        running.found = found
    except TidemarkError as error:
        running.error = error
    except Exception as error:  # the thread's last place: nobody else would hear of it
        LOG.exception("the brief could not be made")
        running.error = TidemarkError(f"the analysis broke off: {type(error).__name__}")
    finally:
        running.done.set()


def _name(workspace: Workspace) -> str:
    """One for each build, sight, set of rules and definitions of metrics."""
    snapshot = workspace.snapshot
    asked = (
        str(workspace.folder), snapshot.id if snapshot else None, workspace.sight,
        workspace.settings.brief, workspace.settings.holidays,
        sorted((name, one.label, one.better) for name, one in workspace.metrics.items()),
    )  # fmt: skip
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def _place(workspace: Workspace, name: str) -> Path:
    return workspace.folder / FOLDER / f"{name}.json"


def _write(place: Path, found: Brief) -> None:
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


def _read(place: Path) -> Brief | None:
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
