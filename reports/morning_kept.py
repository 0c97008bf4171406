"""The rest of the morning, put together in the background and remembered for a build."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from reports.morning import Section, morning
from store import StoreError, store_of

if TYPE_CHECKING:
    from queries import Workspace

LOG = logging.getLogger("tidemark")
MOST_KEPT = 8  # builds and sights

_found: OrderedDict[str, tuple[Section, ...]] = OrderedDict()
_running: dict[str, threading.Thread] = {}
_lock = threading.Lock()


def kept_morning(workspace: Workspace) -> tuple[Section, ...] | None:
    """The sections as this viewer sees them; None: they are being put together, from now on.

    What people wrote since, a goal or a decision, makes them anew.
    """
    key = _key(workspace)
    with _lock:
        known = _found.get(key)
        if known is None and key not in _running:
            _running[key] = threading.Thread(
                target=_run, args=(key, workspace), name="morning", daemon=True
            )
            _running[key].start()
        return known


def put_together(workspace: Workspace) -> tuple[Section, ...]:
    """The sections, made now unless they were before."""
    key = _key(workspace)
    with _lock:
        known = _found.get(key)
    return known if known is not None else _made(key, workspace)


def _run(key: str, workspace: Workspace) -> None:
    try:
        _made(key, workspace)
    except Exception:  # the thread's last place: nobody else would hear of it
        LOG.exception("the morning could not be put together")
        with _lock:
            _found[key] = ()
    finally:
        with _lock:
            _running.pop(key, None)


def _made(key: str, workspace: Workspace) -> tuple[Section, ...]:
    sections = morning(workspace)
    with _lock:
        _found[key] = sections
        while len(_found) > MOST_KEPT:
            _found.popitem(last=False)
    return sections


def _key(workspace: Workspace) -> str:
    snapshot = workspace.snapshot
    try:
        store = store_of(workspace)
        written = [(one.id, one.version) for one in (*store.goals(), *store.decisions())]
    except StoreError:
        written = []
    place = (str(workspace.folder), snapshot.id if snapshot else None, workspace.sight)
    return repr((place, sorted(written), workspace.settings.slo))
