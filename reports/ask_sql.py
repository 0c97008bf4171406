"""What does a text of one's own give?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from queries.sandbox import CancelToken, Limits, SandboxAnswer, shared_sandbox
from reports.answer import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from queries import Workspace

TITLE = "Your question"
DEFINITION = (
    "The answer to the SQL below, asked of your tables, the roll-ups and the metrics as they were "
    "at the last build."
)


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The answer to a text.

    Attributes:
        rows: The rows that came back.
        types: The engine's type of each column.
        is_cut: Whether there were more rows than came back.
        cut_by: Which limit cut them: "rows" or "bytes"; None: none did.
        seconds: How long the engine took.
        snapshot_id: The roll-ups that were read.
        watermark: The last day for which the data are complete; None: there are no data.
        tables: Tables that the text reads.
        sql: The text.
        parameters: Values of its `$parameters`.
        source: The same as the source of a figure.
    """

    rows: pl.DataFrame
    types: Mapping[str, str]
    is_cut: bool
    cut_by: str | None
    seconds: float
    snapshot_id: str
    watermark: date | None
    tables: tuple[str, ...]
    sql: str
    parameters: Mapping[str, Any]
    source: Source


def ask_sql(  # noqa: PLR0913 - each says something else about how to ask
    workspace: Workspace,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    title: str = TITLE,
    limits: Limits | None = None,
    asker: str = "",
    on_progress: Callable[[float | None, float], None] | None = None,
    on_waiting: Callable[[int], None] | None = None,
    token: CancelToken | None = None,
) -> SqlAnswer:
    """Ask a text in the sandbox, with the rows that the workspace's viewer may see.

    Args:
        workspace: Whose tables.
        sql: One question.
        parameters: Values of its `$parameters`; others are passed over.
        title: What the answer is called where it is drawn.
        limits: How much it may need; None: the usual.
        asker: Who asks, so that nobody's many questions keep others waiting.
        on_progress: Told the share that is done (None: not known) and seconds, now and then.
        on_waiting: Told how many are before this one, while everybody who answers is busy.
        token: Takes the question back.

    Raises:
        NoSnapshot: Nothing has been built.
        SandboxError: The text is refused, fails, or needs too much; it says where and why.
    """
    answer = shared_sandbox().run(
        workspace,
        sql,
        parameters,
        limits=limits or Limits(),
        asker=asker,
        on_progress=on_progress,
        on_waiting=on_waiting,
        token=token,
    )
    rows = frame(answer.rows)
    return SqlAnswer(
        rows=rows,
        types=answer.types,
        is_cut=answer.is_cut,
        cut_by=answer.cut_by,
        seconds=answer.seconds,
        snapshot_id=answer.snapshot_id,
        watermark=answer.watermark,
        tables=answer.tables,
        sql=answer.sql,
        parameters=answer.parameters,
        source=_source(answer, rows, title),
    )


def explain_sql(
    workspace: Workspace, sql: str, parameters: Mapping[str, Any]
) -> tuple[str, ...]:
    """What answering a text would take, in sentences; nothing of it runs.

    Raises:
        NoSnapshot: Nothing has been built.
        SandboxError: The text is refused or fails.
    """
    return shared_sandbox().explain(workspace, sql, parameters)


def seal_words() -> str | None:
    """What is missing where the kernel cannot seal whoever answers; None: it does."""
    why = shared_sandbox().why_open
    if why is None:
        return None
    return (
        f"SQL is answered behind fewer walls than there could be: {why}. The gate and the engine "
        "keep texts from files and network by themselves."
    )


def cut_words(answer: SqlAnswer, limits: Limits | None = None) -> str | None:
    """Which limit cut the rows, in a sentence; None: these are all."""
    most = limits or Limits()
    if answer.cut_by == "rows":
        return f"The first {answer.rows.height:,} rows; there are more."
    if answer.cut_by == "bytes":
        size = most.bytes // 2**20
        return f"The first {answer.rows.height:,} rows, as many as fit into {size:,} MB."
    return None


def frame(table: Any) -> pl.DataFrame:
    """Rows as they are drawn: spans of time, for which there is no type, become texts."""
    series = []
    for name in table.column_names:
        column = table[name]
        if "interval" in str(column.type):
            column = [None if value is None else _span(*value) for value in column.to_pylist()]
            series.append(pl.Series(name, column, dtype=pl.String))
        else:
            series.append(pl.Series(name, pl.from_arrow(column)))
    return pl.DataFrame(series)


def _span(months: int, days: int, nanoseconds: int) -> str:
    """A span of time in words.

    Examples:
        >>> _span(14, 3, 3_600_000_000_000)
        '14 months 3 days 01:00:00'
    """
    seconds, rest = divmod(abs(nanoseconds) // 1_000, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    clock += f".{rest:06}" if rest else ""
    parts = [
        f"{count} {unit}{'' if abs(count) == 1 else 's'}"
        for count, unit in ((months, "month"), (days, "day"))
        if count
    ]
    if nanoseconds or not parts:
        parts.append(f"-{clock}" if nanoseconds < 0 else clock)
    return " ".join(parts)


def _source(answer: SandboxAnswer, rows: pl.DataFrame, title: str) -> Source:
    cut = ("There are more rows than these.",) if answer.is_cut else ()
    return Source(
        title=title,
        definition=DEFINITION,
        rows=rows,
        sql=answer.sql,
        parameters=answer.parameters,
        as_of=answer.watermark,
        snapshot_id=answer.snapshot_id,
        seconds=answer.seconds,
        caveats=cut,
    )
