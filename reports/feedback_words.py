"""What do people say in their own words, and what had they done before?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.feedback import DETRACTORS_TO, PROMOTERS_FROM, SATISFIED_FROM
from metrics.themes import Theme, phrases, themes
from reports import feedback_definitions as words
from reports.answer import Report, Source, source
from reports.feedback import ENDS, Scale
from reports.feedback_by_feature import hidden_words, moments

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

MOST_TEXTS = 20_000  # read for themes, the latest
BEFORE = timedelta(days=14)
MOST_EVENTS = 200
CLEAR = 0.05


@dataclass(frozen=True, slots=True)
class WordsReport(Report):
    """What was said in words.

    Attributes:
        themes: One row per phrase, the clearest first: `phrase, side, unhappy, unhappy_share,
            happy, happy_share, is_clear`.
        quotes: One row per thing said, the latest first: `said_at, user_id, account_id, scale,
            score, feature, channel, words`.
        unhappy: Texts of the unhappy.
        happy: Texts of the happy.
        hidden: Why no words are shown; None: they are.
    """

    themes: Source
    quotes: Source
    unhappy: int
    happy: int
    hidden: str | None


def feedback_words(workspace: Workspace, scope: Scope) -> WordsReport:
    """Contrast what the unhappy and the happy of a period wrote.

    Where the workspace calls words personal, only admins read them or what is made of them.
    """
    answer = _said(workspace, scope, needs_words=True)
    hidden = hidden_words(workspace)
    rows = answer.rows.clear() if hidden else answer.rows.drop("place")
    unhappy = rows.filter(_is_bad())["words"].to_list()
    happy = rows.filter(_is_good())["words"].to_list()
    found = source(answer, title="What people say", definition=words.THEMES)
    return WordsReport(
        themes=found.showing(_table(themes(unhappy, happy))),
        quotes=found.showing(rows.drop("place", strict=False)),
        unhappy=len(unhappy),
        happy=len(happy),
        hidden=hidden,
    )


def quotes_with(quotes: Source, phrase: str) -> Source:
    """Those that contain a phrase."""
    rows = quotes.rows
    return quotes.showing(
        rows.filter(pl.Series([phrase in phrases(one) for one in rows["words"]], dtype=pl.Boolean))
    )


def answers_behind(
    workspace: Workspace, scope: Scope, scale: Scale, low: float, high: float
) -> Source:
    """The answers behind a count, as many as it says; words only for who may read them."""
    answer = _said(workspace, scope, scales=[scale], lowest=low, highest=high)
    rows = answer.rows.drop("place")
    if hidden_words(workspace):
        rows = rows.drop("words")
    found = source(answer, title=f"{scale.upper()}, {low:g} to {high:g}", definition=words.SCORES)
    return found.showing(rows)


def path_before(workspace: Workspace, user_id: str, said_at: datetime) -> Source:
    """What a person did up to the moment at which they said something.

    The rows: `occurred_at, event, feature, action`.
    """
    zone = workspace.settings.product.zone
    day = said_at.replace(tzinfo=UTC).astimezone(zone).date()
    answer = workspace.ask(
        "events_of_user",
        user_id=user_id,
        start_date=day - BEFORE,
        end_date=day + timedelta(days=1),
        until_at=said_at,
        most_rows=MOST_EVENTS,
    )
    found = source(answer, title=f"What {user_id} did before", definition=words.PATH)
    return found.showing(answer.rows.drop("place"))


def _said(
    workspace: Workspace,
    scope: Scope,
    *,
    scales: list[str] | None = None,
    lowest: float = 0.0,
    highest: float = 0.0,
    needs_words: bool = False,
) -> Any:
    start_at, end_at = moments(workspace, scope.period)
    return workspace.ask(
        "feedback_quotes",
        segment=scope.segment,
        start_at=start_at,
        end_at=end_at,
        start_date=scope.period.start,
        end_date=scope.period.end,
        is_narrowed=not scope.segment.is_empty,
        features=[],
        scales=scales or [],
        lowest=float(lowest),
        highest=float(highest),
        needs_words=needs_words,
        most_rows=MOST_TEXTS,
    )


def _is_good() -> pl.Expr:
    return _between("nps", PROMOTERS_FROM, ENDS["nps"][1]) | _between(
        "csat", SATISFIED_FROM, ENDS["csat"][1]
    )


def _is_bad() -> pl.Expr:
    return _between("nps", ENDS["nps"][0], DETRACTORS_TO) | _between(
        "csat", ENDS["csat"][0], SATISFIED_FROM - 1
    )


def _between(scale: str, low: float, high: float) -> pl.Expr:
    inside = (pl.col("scale") == scale) & pl.col("score").is_between(low, high)
    return inside.fill_null(value=False)


def _table(found: tuple[Theme, ...]) -> pl.DataFrame:
    rows = [
        (
            one.phrase, "unhappy" if one.z > 0 else "happy", one.unhappy, one.unhappy_share.value,
            one.happy, one.happy_share.value,
            one.adjusted_p is not None and one.adjusted_p < CLEAR,
        )
        for one in found
    ]  # fmt: skip
    schema: dict[str, Any] = {
        "phrase": pl.String, "side": pl.String, "unhappy": pl.Int64, "unhappy_share": pl.Float64,
        "happy": pl.Int64, "happy_share": pl.Float64, "is_clear": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
