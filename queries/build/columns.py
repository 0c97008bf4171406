"""Between numpy arrays and Arrow columns, without pandas.

Arrow's own ways in both directions import pandas first: a quarter of a second of every build, which
is most of what adding one day costs.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

OLDEST = pl.CompatLevel.oldest()


def array(
    values: npt.NDArray[Any],
    kind: pa.DataType | None = None,
    missing: npt.NDArray[np.bool_] | None = None,
) -> pa.Array:
    """Numbers or flags as an Arrow array; it shares the memory of numbers.

    Args:
        values: Numbers, or flags, which are packed to bits.
        kind: What the bytes of a number mean; None: the number itself.
        missing: Rows without a value; None: every row has one.
    """
    valid = None if missing is None or not missing.any() else _bits(~missing)
    if values.dtype == np.bool_:
        return pa.Array.from_buffers(pa.bool_(), len(values), [valid, _bits(values)])
    kind = kind or pa.from_numpy_dtype(values.dtype)
    content = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [valid, content])


def _bits(flags: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def names(values: Sequence[str | None]) -> pa.Array:
    """Texts as an Arrow array."""
    return pl.Series(values, dtype=pl.String).to_arrow(compat_level=OLDEST).cast(pa.string())


def numbers(column: pa.Array | pa.ChunkedArray, missing: float = 0) -> npt.NDArray[Any]:
    """A column as numbers or flags; what is missing becomes the number given."""
    values = pl.Series(pl.from_arrow(column))
    if values.null_count():
        values = values.fill_null(missing)
    found: npt.NDArray[Any] = values.to_numpy()
    return found
