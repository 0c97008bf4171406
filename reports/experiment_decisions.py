"""What was decided about experiments, read anew each time: somebody may have decided just now."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from store import StoreError, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries import Workspace
    from store import Decision

LOG = logging.getLogger("tidemark")


def decisions(workspace: Workspace) -> Mapping[str, Decision]:
    """The latest decision about each experiment, by its name.

    Verdicts are worth showing without them, so a store that cannot be read is only logged here;
    where decisions are written, the page says so.
    """
    try:
        found = store_of(workspace).decisions()
    except StoreError as error:
        LOG.warning("experiments are shown without decisions: %s", error)
        return {}
    return {one.experiment: one for one in reversed(found)}
