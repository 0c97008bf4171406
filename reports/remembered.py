"""Answers that take long: made once in the background for a build and what people wrote since."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from queries import TidemarkError
from store import StoreError, store_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from queries import Workspace

LOG = logging.getLogger("tidemark")
MOST_KEPT = 8  # builds, sights and questions
T = TypeVar("T")


class Remembered(Generic[T]):
    """Makes an answer once for each build, sight, question, and state of goals and decisions."""

    def __init__(self, make: Callable[[Workspace, str], T]) -> None:
        self._make = make
        self._found: OrderedDict[str, T | TidemarkError] = OrderedDict()
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def kept(self, workspace: Workspace, question: str = "") -> T | None:
        """The answer; None: it is being made, from now on.

        Raises:
            TidemarkError: It could not be made.
        """
        key = _key(workspace, question)
        with self._lock:
            known = self._found.get(key)
            if known is None and key not in self._running:
                self._running.add(key)
                threading.Thread(
                    target=self._run, args=(key, workspace, question), daemon=True
                ).start()
        if isinstance(known, TidemarkError):
            raise known
        return known

    def made(self, workspace: Workspace, question: str = "") -> T:
        """The answer, made now unless it was before.

        Raises:
            TidemarkError: It cannot be made.
        """
        key = _key(workspace, question)
        with self._lock:
            known = self._found.get(key)
        if known is None or isinstance(known, TidemarkError):
            known = self._make(workspace, question)
            self._keep(key, known)
        return known

    def _run(self, key: str, workspace: Workspace, question: str) -> None:
        try:
            self._keep(key, self._make(workspace, question))
        except TidemarkError as error:
            self._keep(key, error)
        except Exception as error:  # the thread's last place: nobody else would hear of it
            LOG.exception("an answer could not be made in the background")
            self._keep(key, TidemarkError(f"it broke off: {type(error).__name__}"))
        finally:
            with self._lock:
                self._running.discard(key)

    def _keep(self, key: str, found: T | TidemarkError) -> None:
        with self._lock:
            self._found[key] = found
            while len(self._found) > MOST_KEPT:
                self._found.popitem(last=False)


def _key(workspace: Workspace, question: str) -> str:
    snapshot = workspace.snapshot
    try:
        store = store_of(workspace)
        written = [(one.id, one.version) for one in (*store.goals(), *store.decisions())]
    except StoreError:
        written = []
    place = (str(workspace.folder), snapshot.id if snapshot else None, workspace.sight, question)
    return repr((place, sorted(written), workspace.settings.slo))
