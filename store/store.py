"""The store: everything that people write."""

from store.boards import Boards
from store.notes import Annotations, AuditLog, Goals
from store.saved_queries import EditorTabs, History, SavedQueries


class Store(SavedQueries, EditorTabs, History, Boards, Annotations, Goals, AuditLog):
    """Reads and keeps records; safe between threads and between processes."""
