"""What people have written, as part of what an answer depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import StoreError, store_of

if TYPE_CHECKING:
    from queries import Workspace


def written(workspace: Workspace) -> tuple[tuple[str, int], ...]:
    """Every goal, decision and planned release with its version; another one: a new answer.

    A store that cannot be read counts as nothing written.
    """
    try:
        store = store_of(workspace)
        records = (*store.goals(), *store.decisions(), *store.planned_releases())
    except StoreError:
        return ()
    return tuple(sorted((one.id, one.version) for one in records))
