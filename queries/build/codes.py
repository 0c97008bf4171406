"""Texts as small integers: per file from Parquet's dictionaries, then one numbering for all."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from queries.build.columns import numbers
from queries.build.mapping import FileProblem

Codes = npt.NDArray[np.int32]
MISSING = -1
MOST_CODES = 2**62


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts.

    Attributes:
        codes: Position in `texts` of each row; MISSING for null.
        texts: The different texts.
    """

    codes: Codes
    texts: pa.Array

    def blanks(self) -> list[int]:
        """Positions of the texts that are nothing but white space."""
        is_empty = numbers(pc.binary_length(self.texts)) == 0
        return np.flatnonzero(is_empty | numbers(pc.utf8_is_space(self.texts))).tolist()


def coded(column: pa.ChunkedArray, name: str) -> Coded:
    """A column of texts, or of what can be written as one, in codes.

    Raises:
        FileProblem: Values of this type are no ids or names.
    """
    encoded = _dictionary(column, name)
    if not len(encoded):
        return Coded(np.empty(0, dtype=np.int32), pa.array([], type=pa.string()))
    values = encoded.dictionary
    if values.null_count:  # a null inside the dictionary is a null of the row
        encoded = encoded.dictionary_decode().dictionary_encode()
        values = encoded.dictionary
    codes = numbers(encoded.indices, MISSING).astype(np.int32, copy=False)
    return Coded(codes, values)


def _dictionary(column: pa.ChunkedArray, name: str) -> pa.DictionaryArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.unify_dictionaries() if column.num_chunks > 1 else column
        kind = kind.value_type
        if not _is_text(kind):
            column = column.cast(kind)
    if not pa.types.is_dictionary(column.type):
        column = _as_text(column, name).dictionary_encode()
        column = column.unify_dictionaries() if column.num_chunks > 1 else column
    chunks = column.chunks
    if not chunks:
        return pa.array([], type=pa.dictionary(pa.int32(), pa.string()))
    if len(chunks) == 1:
        return chunks[0]
    indices = pa.concat_arrays([chunk.indices for chunk in chunks])
    return pa.DictionaryArray.from_arrays(indices, chunks[0].dictionary)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _as_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = column.type
    if _is_text(kind):
        return column
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind):
        return column.cast(pa.string())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return _whole_numbers(column, name)
    raise FileProblem(f"wrong type: {name} is {kind}; it should be text or whole numbers")


def _whole_numbers(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Ids that a tool wrote as 17.0 because one of them was missing."""
    try:
        return column.cast(pa.int64(), safe=True).cast(pa.string())
    except pa.ArrowInvalid as error:
        raise FileProblem(
            f"wrong type: {name} is {column.type} with fractions; it should be text"
        ) from error


class Numbering:
    """One number for each value that was ever met; numbers are never taken back."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.values: list[Any] = list(values)
        self._numbers = {value: number for number, value in enumerate(self.values)}

    def __len__(self) -> int:
        return len(self.values)

    def of(self, values: Iterable[Any]) -> Codes:
        """The numbers of these values; a new value gets the next one."""
        values = list(values)
        found = np.fromiter(
            map(self._numbers.get, values, repeat(MISSING)), dtype=np.int32, count=len(values)
        )
        for position in np.flatnonzero(found == MISSING).tolist():
            found[position] = self._number(values[position])
        return found

    def _number(self, value: Any) -> int:
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class TextNumbering:
    """The same for many texts, as those of users, without holding up other threads.

    Texts of before are found by a join; new ones are numbered by Polars' categories.
    """

    def __init__(self, known: pl.Series) -> None:
        self._known = pl.DataFrame({
            "text": known, "number": np.arange(len(known), dtype=np.int32)
        })  # fmt: skip
        self._type = pl.Categorical(pl.Categories.random("numbered", pl.UInt32))
        # Polars forgets categories that no series has any more.
        self._alive = pl.Series([], dtype=pl.String).cast(self._type)
        self._count = len(known)

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> pl.Series:
        """The texts by number."""
        count = self._count - self._known.height
        new = pl.Series("text", np.arange(count, dtype=np.uint32)).cat.to(self._type)
        return pl.concat([self._known["text"], new.cast(pl.String)])

    def of(self, texts: pa.Array) -> Codes:
        """The numbers of these texts; a new one gets the next number."""
        given = pl.DataFrame({"text": pl.Series(pl.from_arrow(texts), dtype=pl.String)})
        if not self._known.height:
            return self._new(given["text"])
        numbers = given.join(self._known, on="text", how="left", maintain_order="left")["number"]
        found = numbers.fill_null(MISSING).to_numpy().copy()
        missing = np.flatnonzero(found == MISSING)
        found[missing] = self._new(given["text"].gather(missing))
        return found

    def _new(self, texts: pl.Series) -> Codes:
        numbers = texts.cast(self._type).to_physical().to_numpy().astype(np.int32)
        codes: Codes = numbers + np.int32(self._known.height)
        self._count = max(self._count, int(codes.max(initial=-1)) + 1)
        return codes


def combined(columns: list[Coded], rows: int) -> tuple[Codes, list[tuple[str | None, ...]]]:
    """Several columns of texts as one: a code a row, and the combinations that occur.

    Examples:
        >>> one = Coded(np.array([0, 1, 0, MISSING], dtype=np.int32), pa.array(["a", "b"]))
        >>> codes, tuples = combined([one], 4)
        >>> [tuples[code] for code in codes]
        [('a',), ('b',), ('a',), (None,)]
    """
    given = [number for number, column in enumerate(columns) if len(column.texts)]
    if len(given) == 1 and int(columns[given[0]].codes.min(initial=0)) != MISSING:
        return _alone(columns, given[0])
    joint: npt.NDArray[Any] = np.zeros(rows, dtype=np.int32)
    if not given:
        return joint, [(None,) * len(columns)] if rows else []
    size = 1
    for column in columns:
        width = len(column.texts) + 1
        if width == 1:
            continue  # the column is missing in all rows
        if size * width >= MOST_CODES:
            _, joint = np.unique(joint, return_inverse=True)
            size = int(joint.max(initial=0)) + 1
        if size * width >= 2**31:
            joint = joint.astype(np.int64)
        joint = column.codes + np.int32(1) if size == 1 else joint * width + (column.codes + 1)
        size *= width
    examples, codes = _compressed(joint, size)
    return codes, _tuples(columns, examples)


def _alone(columns: list[Coded], given: int) -> tuple[Codes, list[tuple[str | None, ...]]]:
    """The same where one column is all there is, and never missing."""
    column = columns[given]
    texts, codes = column.texts.to_pylist(), column.codes
    used = np.bincount(codes, minlength=len(texts)) > 0
    if not used.all():
        texts = [text for text, is_used in zip(texts, used.tolist(), strict=True) if is_used]
        codes = (np.cumsum(used, dtype=np.int32) - np.int32(1)).take(codes)
    nothing: list[str | None] = [None] * len(columns)
    return codes, [(*nothing[:given], text, *nothing[given + 1 :]) for text in texts]


def _compressed(joint: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[Any], Codes]:
    """A row with each of the different values, by value, and each row's position among them."""
    if size <= max(4 * len(joint), 2**16):
        row = np.full(size, MISSING, dtype=np.int32)
        row[joint] = np.arange(len(joint), dtype=np.int32)
        present = np.flatnonzero(row != MISSING)
        rank = np.empty(size, dtype=np.int32)
        rank[present] = np.arange(len(present), dtype=np.int32)
        return row[present], rank.take(joint)
    _, examples, codes = np.unique(joint, return_index=True, return_inverse=True)
    return examples, codes.astype(np.int32)


def _tuples(
    columns: list[Coded], examples: npt.NDArray[np.integer[Any]]
) -> list[tuple[str | None, ...]]:
    """The combinations that these rows carry."""
    texts = [[*column.texts.to_pylist(), None] for column in columns]  # MISSING, −1, is the last
    carried = [
        [own[code] for code in column.codes.take(examples).tolist()]
        for own, column in zip(texts, columns, strict=True)
    ]
    return list(zip(*carried, strict=True))
