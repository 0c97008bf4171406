"""Given session ids as numbers: what tells one visit from another."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build.columns import numbers

# Odd, so that multiplying by it modulo 2**64 is one to one (Knuth, TAOCP 3, 6.4).
SPREAD = np.uint64(0x9E3779B97F4A7C15)


def session_hashes(table: pa.Table) -> npt.NDArray[np.int64]:
    """A number for each given session id; 0 where none is given."""
    if "session_id" not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.int64)
    ids = table["session_id"]
    if pa.types.is_dictionary(ids.type):
        ids = ids.cast(ids.type.value_type)
    hashes = _mixed(ids) if pa.types.is_integer(ids.type) else _hashed(ids)
    if ids.null_count:
        hashes[numbers(ids.is_null())] = 0
    return hashes


def _mixed(ids: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Whole numbers spread over 64 bits, one to one."""
    hashes: npt.NDArray[np.int64] = (numbers(ids).astype(np.uint64) * SPREAD).view(np.int64)
    hashes[hashes == 0] = 1
    return hashes


def _hashed(ids: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Texts as 64-bit hashes; a blank one is none."""
    texts = pl.Series(pl.from_arrow(ids))
    hashes: npt.NDArray[np.int64] = texts.hash(seed=0).to_numpy().view(np.int64).copy()
    hashes[hashes == 0] = 1
    if texts.dtype == pl.String:
        hashes[(texts.fill_null("") == "").to_numpy()] = 0
    return hashes
