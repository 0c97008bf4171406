"""Who an event counts for: its user, their customer, or the session it happened in."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from queries.errors import QueryError
from queries.narrow import Narrowing, narrowed

if TYPE_CHECKING:
    from queries.funnel_log import FunnelRead
    from queries.workspace import Workspace

NOBODY = -1  # the unit of an event that has none
# (user_key, start in microseconds since 1970) of each session.
Visits = tuple[NDArray[np.int32], NDArray[np.int64]]
Units = tuple[NDArray[np.integer], Visits | None]


def units_of(
    workspace: "Workspace",
    asked: "FunnelRead",
    users: NDArray[np.int32],
    times: NDArray[np.int64],
) -> Units:
    """The unit of each event; -1: it has none."""
    if asked.unit == "user":
        return users, None
    if asked.unit == "account":
        return _accounts(workspace, asked, users), None
    if asked.unit == "session":
        return _visits(workspace, asked, users, times)
    raise QueryError(f"a unit is user, account or session, got {asked.unit!r}")


def _accounts(
    workspace: "Workspace", asked: "FunnelRead", users: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The first user of the customer that each event's user belongs to."""
    sql = "select user_key, min(user_key) over (partition by account_id) as first_key "
    sql += "from users where account_id is not null"
    narrowing = Narrowing(asked.segment.canonical())
    table = workspace.engine.query(narrowed(sql, narrowing, workspace.dimensions), {})
    keys = column_of(table, "user_key")
    first = np.full(max(int(users.max(initial=0)), int(keys.max(initial=0))) + 1, NOBODY, np.int32)
    first[keys] = column_of(table, "first_key")
    return first[users]


def _visits(
    workspace: "Workspace",
    asked: "FunnelRead",
    users: NDArray[np.int32],
    times: NDArray[np.int64],
) -> Units:
    """The latest session that had begun and was not over; its place in the list of sessions."""
    sql = (
        "select user_key, epoch_us(started_at) as start_us, "
        "epoch_us(started_at) + cast(floor(max(seconds) * 1000000 + 0.5) as bigint) as end_us "
        "from sessions where day >= $from_day - 2 and day < $until_day "
        "group by user_key, started_at order by user_key, started_at"
    )
    narrowing = Narrowing(asked.segment.canonical())
    sql = narrowed(sql, narrowing, workspace.dimensions)
    days = {"from_day": asked.from_day, "until_day": asked.until_day}
    table = workspace.engine.query(sql, days)
    keys, starts, ends = (column_of(table, name) for name in ("user_key", "start_us", "end_us"))
    if not len(keys) or not len(users):
        return np.full(len(users), NOBODY, dtype=np.int64), (keys.astype(np.int32), starts)
    first = min(int(starts.min()), int(times.min()))
    span = max(int(starts.max()), int(times.max())) - first + 1
    visit = keys.astype(np.int64) * span + (starts - first)
    place = np.searchsorted(visit, users.astype(np.int64) * span + (times - first), "right") - 1
    is_inside = (place >= 0) & (keys[place] == users) & (times <= ends[place])
    return np.where(is_inside, place, NOBODY), (keys.astype(np.int32), starts)


def column_of(table: pa.Table, name: str) -> NDArray[Any]:
    """A column as an array."""
    column: NDArray[Any] = table[name].to_numpy()
    return column
