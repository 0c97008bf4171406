"""`request_hours`: requests by hour, route, version, platform, status class and latency bucket.

Bucket k holds durations above b^(k-1) and up to b^k ms, with b = 1.01 / 0.99, so that its middle
2 b^k / (b + 1) lies within 1 % of everything in it. Adding histograms up is a sum by bucket; see
`metrics.service.latencies`, which this agrees with.
"""

from math import log

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build.days import DAY, EPOCH, EPOCH_AT, HOUR, LocalTime
from queries.build.partitions import Partitions
from queries.build.side_tables import SideTable
from queries.snapshot import Partition, Snapshot
from queries.views import REQUEST_HOURS

BASE = 1.01 / 0.99
SHORTEST_MS = 0.001  # everything below shares one bucket
CLASS = 100  # of an HTTP status: 503 is of class 5
BY = ("day", "hour_at", "route", "app_version", "platform", "status_class", "bucket")


def lacks_request_hours(old: Snapshot | None) -> bool:
    """Whether a snapshot holds requests and is from before there was this roll-up."""
    held = old.partitions if old else {}
    return bool(held.get("requests")) and REQUEST_HOURS not in held


def request_hours_files(
    partitions: Partitions, side: SideTable | None, old: Snapshot | None, clock: LocalTime
) -> tuple[Partition, ...]:
    """The roll-up's files: made anew with `requests`, kept while those have not changed.

    Args:
        partitions: Where files are written.
        side: The table `requests` as it was read; None: nothing of it has changed.
        old: The snapshot before; None: there is none to go on from.
        clock: Of the workspace's zone.

    Raises:
        BuildError: The disk is full or cannot be written.
    """
    if side is None and old is not None and not lacks_request_hours(old):
        return tuple(old.partitions.get(REQUEST_HOURS, ()))
    if side is not None:
        rows = side.rows
    else:
        stored = old.partitions.get("requests", ()) if old else ()
        rows = pl.DataFrame(pl.from_arrow(partitions.read(stored))) if stored else pl.DataFrame()
    if rows.is_empty():
        return ()
    return (partitions.write(REQUEST_HOURS, request_hours(rows, clock)),)


def request_hours(requests: pl.DataFrame, clock: LocalTime) -> pa.Table:
    """The roll-up of all rows of the table `requests`, sorted by hour and route.

    Args:
        requests: Good rows under canonical names.
        clock: Of the workspace's zone: hours and days are local ones, stamped in UTC.
    """
    at = requests["occurred_at"].cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
    local = clock.local(at.astype(np.int64))
    if "platform" not in requests.columns:  # stored before there was such a column
        requests = requests.with_columns(pl.lit(None, pl.String).alias("platform"))
    rows = requests.select(
        pl.Series("day", (local - EPOCH_AT) // DAY).cast(pl.Int32),
        pl.Series("hour_at", at - local % HOUR),
        *(_ordered(requests[name]) for name in ("route", "app_version", "platform")),
        (pl.col("status") // CLASS).cast(pl.Int32).alias("status_class"),
        pl.Series("bucket", _buckets(requests["duration_ms"])),
        pl.col("count").fill_null(1).cast(pl.Int64).alias("requests"),
    )
    # Requests come in the order of time, so that sorting them is quicker than sorting groups.
    ordered = rows.sort(BY, nulls_last=True)
    found = ordered.group_by(BY, maintain_order=True).agg(pl.col("requests").sum())
    days = pl.lit(EPOCH) + pl.duration(days=pl.col("day"))
    return found.with_columns(
        days.cast(pl.Date).alias("day"), pl.col("hour_at").cast(pl.Datetime("us"))
    ).to_arrow(compat_level=pl.CompatLevel.oldest())


def _ordered(texts: pl.Series) -> pl.Series:
    """Texts as numbers in their order, which are quicker to group and to sort by."""
    return texts.cast(pl.Enum(texts.unique().drop_nulls().sort()))


def _buckets(durations: pl.Series) -> pl.Series:
    """The bucket of each duration; null where it is not known."""
    ms: npt.NDArray[np.float64] = durations.fill_null(1.0).to_numpy()
    # Rounding must not lift a duration that is a power of the base into the next bucket.
    numbers = np.ceil(np.log(np.maximum(ms, SHORTEST_MS)) / log(BASE) - 1e-9)
    found = pl.Series("bucket", numbers.astype(np.int32))
    return found.set(durations.is_null(), None)
