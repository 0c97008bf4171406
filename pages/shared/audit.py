"""Who did what: one line in the store's log for each question in SQL and each file taken away.

A page never fails for its log: what cannot be kept there is said in the server's own log.
"""

import logging
from collections.abc import Callable
from typing import Any

from pages.shared import workspaces
from pages.shared.sign_in import viewer
from queries import TidemarkError, Workspace
from store import AuditEntry, store_of

LOG = logging.getLogger("tidemark")


def record(action: str, subject: str = "", **details: Any) -> None:
    """Keep that the viewer of this session did something.

    Args:
        action: What, as a verb in the past: "ran", "downloaded".
        subject: To what.
        details: More about it: numbers, texts, days and lists of them.
    """
    recorder(action, subject, **details)()


def record_of(author: str, action: str, **details: Any) -> None:
    """Keep that somebody did something who may be no viewer, such as one who was refused."""
    _keep(workspaces.whole(), AuditEntry(action=action, author=author, details=details))


def recorder(action: str, subject: str = "", **details: Any) -> Callable[..., None]:
    """A function that keeps it later, from any thread, with further details."""
    author = viewer().author
    workspace = workspaces.whole()

    def keep(**more: Any) -> None:
        entry = AuditEntry(
            action=action, subject=subject, author=author, details={**details, **more}
        )
        _keep(workspace, entry)

    return keep


def _keep(workspace: Workspace, entry: AuditEntry) -> None:
    try:
        store_of(workspace).audit(entry)
    except TidemarkError as error:
        LOG.warning("not kept in the audit log: %s by %s: %s", entry.action, entry.author, error)
