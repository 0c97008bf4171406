"""What people thought of the brief's items: useful, or noise?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from store import StoreError, Vote, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries import Workspace
    from reports.brief_items import Item
    from store.records import Opinion

LOG = logging.getLogger("tidemark")


def opinions(workspace: Workspace, item: Item) -> Mapping[str, Opinion]:
    """Who thought what of an item; nobody where the store cannot be read."""
    found = votes(workspace)
    return {one.author: one.opinion for one in found if one.item == item.key}


def votes(workspace: Workspace) -> tuple[Vote, ...]:
    """All of them."""
    try:
        return store_of(workspace).votes()
    except StoreError as error:
        LOG.warning("the brief is shown without votes: %s", error)
        return ()


def vote(workspace: Workspace, item: Item, opinion: Opinion, *, author: str) -> None:
    """Keep an opinion; the same one again takes it back.

    Raises:
        StoreError: It cannot be kept.
    """
    store_of(workspace).vote(
        Vote(item=item.key, metric=item.metric, day=item.day, opinion=opinion), author=author
    )
