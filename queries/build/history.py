"""`first_day` and `prev_day` of user-days, kept as what is known of each user so far."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.build.days import NEVER
from queries.build.sorting import starts

Days = npt.NDArray[np.uint16]


@dataclass(slots=True)
class History:
    """First and last active day of each user by number; NEVER: not active so far."""

    first: Days
    last: Days

    def grown(self, users: int) -> "History":
        """The same with room for that many users."""
        missing = max(0, users - len(self.first))
        none = np.full(missing, NEVER, dtype=np.uint16)
        return History(np.concatenate([self.first, none]), np.concatenate([self.last, none]))

    def forget(self, user: npt.NDArray[np.int32], prev: Days) -> None:
        """Take back all days from some day on; rows in the order of user and day."""
        if not len(user):
            return
        first = starts(user)
        who = user[first]
        self.last[who] = prev[first]
        self.first[who[prev[first] == NEVER]] = NEVER

    def add(self, user: npt.NDArray[np.int32], day: Days) -> tuple[Days, Days]:
        """First and previous day of new rows, later than all known ones, sorted by user and day."""
        if not len(user):
            return day, day
        begin = starts(user)
        end = np.append(begin[1:], len(user)) - 1
        who = user[begin]
        prev = np.empty_like(day)
        prev[1:] = day[:-1]
        prev[begin] = self.last[who]
        fresh = self.first[who] == NEVER
        self.first[who[fresh]] = day[begin[fresh]]
        self.last[who] = day[end]
        return self.first[user], prev


def no_history() -> History:
    """Nobody has ever been active."""
    return History(np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.uint16))
