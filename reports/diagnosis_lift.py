"""Do people who use a feature stay more often? Supporting evidence only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.causal import Centred, Effect, EValue, centred, e_value, is_confounded, stratified
from metrics.causal.placebo import FEWEST
from metrics.periods import Period
from queries import Segment
from reports import diagnosis_definitions
from reports.answer import Source, source
from reports.feature_list import Feature, features, parts, roles, within
from reports.known import known

if TYPE_CHECKING:
    from queries import Answer, Workspace

WEEKS = timedelta(days=28)
LEAST_USERS = 30  # of a feature, below which its lift is noise


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """How much more often users of a feature stay.

    Attributes:
        source: One row per feature with its lift, the highest first.
        effect: Of this feature, adjusted for activity.
        centred: The same less what the other features show; None: too few others.
        confounder: How strong something hidden would have to be to explain it away.
        control: The same with being there before, which use cannot have changed.
        is_confounded: Whether that finds a difference, so that people differed already.
        use: The weeks of use; people stay if they are active in as many after them.
    """

    source: Source
    effect: Effect
    centred: Centred | None
    confounder: EValue | None
    control: Effect
    is_confounded: bool
    use: Period


def retention_lift(workspace: Workspace, segment: Segment, name: str) -> Lift | None:
    """The lift of a feature beside those of all others; None: too few users or days.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    days = known(workspace)
    end = days.watermark + timedelta(days=1)
    if end - 4 * WEEKS < days.data_start:
        return None
    answers = _answers(workspace, segment, tuple(features(workspace)), end)
    lifts = {one: _effect(answer.rows, one, "kept") for one, answer in answers.items()}
    known_lifts = {one: effect for one, effect in lifts.items() if effect is not None}
    if name not in known_lifts:
        return None
    effect, control = known_lifts[name], _effect(answers[name].rows, name, "earlier")
    if control is None:
        return None
    others = [one for feature, one in known_lifts.items() if feature != name]
    found = source(
        answers[name], title=f"Staying with {name}", definition=diagnosis_definitions.LIFT
    )
    return Lift(
        source=found.showing(_rows(known_lifts)),
        effect=effect,
        centred=_centred(effect, others),
        confounder=_confounder(effect),
        control=control,
        is_confounded=is_confounded(control),
        use=Period(end - 2 * WEEKS, end - WEEKS),
    )


def _answers(
    workspace: Workspace, segment: Segment, every: tuple[Feature, ...], end: date
) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for rules, some in parts(every):
        answer = workspace.ask(
            "diagnosis_lift",
            segment=within(segment, rules),
            start_date=end - 4 * WEEKS,
            known_from=end - 3 * WEEKS,
            use_from=end - 2 * WEEKS,
            use_until=end - WEEKS,
            end_date=end,
            **roles(some),
        )
        found |= dict.fromkeys((one.name for one in some), answer)
    return found


def _effect(rows: pl.DataFrame, name: str, outcome: str) -> Effect | None:
    own = rows.filter(pl.col("feature") == name)
    names = ("users", "users_kept" if outcome == "kept" else "users_early", "people", outcome)
    users, users_did, people, did = (own[column].to_numpy().astype(np.float64) for column in names)
    others = people - users
    if users.sum() < LEAST_USERS or not np.any((users > 0) & (others > 0)):
        return None
    return stratified(users, users_did, others, did - users_did)


def _centred(effect: Effect, others: list[Effect]) -> Centred | None:
    if len(others) < FEWEST:
        return None
    values, errors = (
        np.array([getattr(one, name) for one in others]) for name in ("value", "error")
    )
    return centred(effect.value, effect.error, values, errors)


def _confounder(effect: Effect) -> EValue | None:
    base = effect.without
    ends = [base + one for one in (effect.value, effect.low, effect.high)]
    if base <= 0 or min(ends) <= 0:
        return None
    ratio, low, high = (one / base for one in ends)
    return e_value(ratio, low=low, high=high)


def _rows(lifts: dict[str, Effect]) -> pl.DataFrame:
    ordered = sorted(lifts.items(), key=lambda pair: -pair[1].value)
    return pl.DataFrame(
        [(name, one.value, one.low, one.high, one.naive) for name, one in ordered],
        schema={"feature": pl.String, "lift": pl.Float64, "low": pl.Float64, "high": pl.Float64,
                "naive_lift": pl.Float64},
        orient="row",
    )  # fmt: skip
