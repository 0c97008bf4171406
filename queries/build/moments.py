"""A column of moments, whatever it was written as, as microseconds UTC."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build.columns import numbers
from queries.build.mapping import FileProblem

WITH_ZONE = ("%+", "%Y-%m-%d %H:%M:%S%.f%#z")
WITHOUT_ZONE = (
    "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
)  # fmt: skip
UNREADABLE = np.iinfo(np.int64).min


def moments(column: pa.ChunkedArray, name: str) -> npt.NDArray[np.int64]:
    """Microseconds since 1970 UTC of each row; UNREADABLE for null and for what is no moment.

    Zone-aware stamps are converted, stamps without zone are UTC, dates are their midnight UTC,
    texts are read as ISO 8601.

    Raises:
        FileProblem: The type is not one of moments; the message says how to map it.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _from_text(column)
    if pa.types.is_null(kind):
        return np.full(len(column), UNREADABLE, dtype=np.int64)
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        raise FileProblem(
            f"wrong type: {name} is {kind}; it should be a timestamp. For seconds since 1970, map "
            f'it: {name} = "to_timestamp(their_column)"'
        )
    return _numbers(column)


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    if pa.types.is_timestamp(column.type):
        # Finer than microseconds is cut, not refused; a stamp out of range becomes unreadable.
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    else:
        column = column.cast(pa.timestamp("us"))
    return numbers(column.cast(pa.int64()), UNREADABLE)


def _from_text(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    texts = pl.Series(pl.from_arrow(column)).cast(pl.String).str.strip_chars()
    different = texts.unique()
    parsed = pl.DataFrame({"text": different, "at": _parsed(different)})
    at = pl.DataFrame({"text": texts}).join(parsed, on="text", how="left", maintain_order="left")
    return at["at"].cast(pl.Int64).fill_null(UNREADABLE).to_numpy()


def _parsed(texts: pl.Series) -> pl.Series:
    """Moments of ISO texts with zone, without one, or of days only."""
    moments = pl.select(pl.repeat(None, len(texts), dtype=pl.Datetime("us"))).to_series()
    for shape in (*WITH_ZONE, *WITHOUT_ZONE):
        if not moments.null_count():
            break
        moments = moments.fill_null(_shaped(texts, shape))
    return moments


def _shaped(texts: pl.Series, shape: str) -> pl.Series:
    if shape == "%Y-%m-%d":
        return texts.str.to_date(shape, strict=False).cast(pl.Datetime("us"))
    zone = "UTC" if shape in WITH_ZONE else None
    moments = texts.str.to_datetime(shape, strict=False, time_unit="us", time_zone=zone)
    return moments.dt.replace_time_zone(None)
