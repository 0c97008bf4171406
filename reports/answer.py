"""What every answer carries, so that each figure can be followed to its rows and its SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from queries import Answer


@dataclass(frozen=True, slots=True)
class Source:
    """Where one figure comes from.

    Attributes:
        title: What the figure shows, in a few words.
        definition: Markdown: what one counts, over which denominator, and how rivals differ.
        rows: What is drawn; each row can be traced to the answer of `sql`.
        sql: What ran; it gives the same rows in the SQL page.
        parameters: The values of the `$parameters` of `sql`.
        as_of: The last day for which the data are complete; None: there are no data.
        snapshot_id: The roll-ups that were read.
        seconds: How long the question took when it was first asked.
        caveats: What a careful reader should know before comparing, one sentence each.
        answered: What came back for `sql`, before `rows` were made of it; None: nothing was asked.
    """

    title: str
    definition: str
    rows: pl.DataFrame
    sql: str
    parameters: Mapping[str, Any]
    as_of: date | None
    snapshot_id: str
    seconds: float
    caveats: tuple[str, ...] = ()
    answered: pl.DataFrame | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.rows.is_empty()

    def showing(self, rows: pl.DataFrame, *caveats: str) -> Source:
        """The same source with rows derived from its answer, and further caveats."""
        return replace(self, rows=rows, caveats=(*self.caveats, *caveats))


def source(answer: Answer, *, title: str, definition: str, caveats: tuple[str, ...] = ()) -> Source:
    """An answer of the runner as the source of a figure."""
    return Source(
        title=title,
        definition=definition,
        rows=answer.rows,
        sql=answer.sql,
        parameters=answer.parameters,
        as_of=answer.watermark,
        snapshot_id=answer.snapshot_id,
        seconds=answer.seconds,
        caveats=caveats,
        answered=answer.rows,
    )


class Report:
    """A frozen answer; its figures are the fields that hold a `Source`."""

    __slots__ = ()

    @property
    def figures(self) -> dict[str, Source]:
        """Every figure of the answer, by field name, in order."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {name: value for name, value in named if isinstance(value, Source)}
