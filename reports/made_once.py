"""What was made of answers once, for as long as nothing that it depends on has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from queries import Workspace

Made = TypeVar("Made")
MOST = 64  # things of a workspace; the one asked longest ago is forgotten first

_lock = threading.Lock()
_made: WeakKeyDictionary[Workspace, OrderedDict[Hashable, Any]] = WeakKeyDictionary()


def made_once(workspace: Workspace, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` returns, made once for a snapshot, a sight and a key.

    A workspace is another object for another sight, and is opened again when its settings change.

    Args:
        workspace: Whose answers it is made of.
        key: All else that it depends on.
        make: Makes it; must not be changed by who gets it.
    """
    snapshot = workspace.snapshot
    whole = (snapshot.id if snapshot else None, key)
    with _lock:
        known = _made.setdefault(workspace, OrderedDict())
        if whole in known:
            known.move_to_end(whole)
            return known[whole]  # type: ignore[no-any-return]
    made = make()
    with _lock:
        known[whole] = made
        while len(known) > MOST:
            known.popitem(last=False)
    return made
