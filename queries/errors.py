"""What can go wrong, as one small tree; every message is fit for the reader of a page.

TidemarkError
├── WorkspaceError     the workspace's files or settings cannot be used as they are
├── BuildError         the roll-ups could not be built; the last good snapshot stays
│   └── BuildRunning   someone else is building at this moment
└── QueryError         a question could not be asked or answered
    └── NoSnapshot     nothing has been built yet, so there is nothing to ask
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TidemarkError(Exception):
    """The root of the tree; its text says what is wrong and what would be right."""


class WorkspaceError(TidemarkError):
    """The workspace's files or settings cannot be used as they are."""


class BuildError(TidemarkError):
    """The roll-ups could not be built; the last good snapshot stays readable."""


class BuildRunning(BuildError):
    """Another process is building this workspace; the message says which."""


class QueryError(TidemarkError):
    """A question could not be asked or answered."""


class NoSnapshot(QueryError):
    """Nothing has been built yet."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known: the nearest one, or all of them.

    Examples:
        >>> nearest("event", ["events", "users"])
        "Did you mean 'events'?"
        >>> nearest("xyz", ["events", "users"])
        'Known: events, users.'
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(names)}." if names else "None is known."
