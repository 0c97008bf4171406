"""What people write: saved queries, boards, annotations, goals, decisions, and the log of it all.

The database is reached through SQLAlchemy, which is slow to import: it is imported when the store
is first opened, not with this package.
"""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from store.errors import (
    StoreConflict,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreNotWritable,
    StoreReadOnly,
    StoreRefused,
    StoreTooNew,
    StoreUnreachable,
    StoreUnreadable,
)
from store.place import address_of
from store.records import (
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
    Tile,
    Vote,
)

if TYPE_CHECKING:
    from store.store import Store

__all__ = [
    "Annotation",
    "AuditEntry",
    "Board",
    "Decision",
    "EditorTab",
    "FeatureAction",
    "Goal",
    "PlannedRelease",
    "Run",
    "SavedQuery",
    "SavedView",
    "Store",
    "StoreConflict",
    "StoreError",
    "StoreFull",
    "StoreLocked",
    "StoreMissing",
    "StoreNotWritable",
    "StoreReadOnly",
    "StoreRefused",
    "StoreTooNew",
    "StoreUnreachable",
    "StoreUnreadable",
    "Tile",
    "Vote",
    "open_store",
    "store_of",
]

_opened: dict[str, "Store"] = {}
_lock = threading.Lock()


class _Setting(Protocol):
    @property
    def url(self) -> str | None: ...


class _Settings(Protocol):
    @property
    def store(self) -> _Setting: ...


class Kept(Protocol):
    """What of a workspace says where its store is."""

    @property
    def folder(self) -> Path:
        """The workspace's folder."""

    @property
    def settings(self) -> _Settings:
        """Its settings."""


def open_store(url: str | Path) -> "Store":
    """The store at an address, or in a file; its schema is brought up to what we know.

    Raises:
        StoreError: It cannot be used; the message says why.
    """
    store = _store(str(url) if isinstance(url, str) else f"sqlite:///{url}")
    store.open()
    return store


def store_of(workspace: Kept) -> "Store":
    """The store of a workspace, the same for every caller in this process.

    It is opened on first use, so errors come from its methods.

    Raises:
        StoreUnreadable: Its address is none of a store.
    """
    url = address_of(workspace.folder, workspace.settings.store.url)
    with _lock:
        if url not in _opened:
            _opened[url] = _store(url)
        return _opened[url]


def _store(url: str) -> "Store":
    from store.store import Store

    return Store(url)


def __getattr__(name: str) -> Any:
    """`Store` itself, for who names it; with it comes SQLAlchemy."""
    if name == "Store":
        from store.store import Store

        return Store
    raise AttributeError(name)
