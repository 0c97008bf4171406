"""Asked one after the other, each for itself: what fails is noted and stops nothing else."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from queries import TidemarkError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOG = logging.getLogger("tidemark")


def each_alone(questions: Mapping[str, Callable[[], object]]) -> tuple[str, ...]:
    """Ask every question; for each that failed, its name and why. All of them are logged.

    Args:
        questions: By name, in order.
    """
    failed = []
    for name, ask in questions.items():
        try:
            ask()
        except TidemarkError as error:  # a page that asks the same will say what is wrong
            LOG.warning("%s: %s", name, error)
            failed.append(f"{name}: {error}")
        except Exception as error:  # nobody waits for it, so nobody else would hear of it
            LOG.exception("%s broke off", name)
            failed.append(f"{name}: it broke off: {type(error).__name__}")
    return tuple(failed)
