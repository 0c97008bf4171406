"""What does a file of results say, one row per unit, without any workspace?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.experiments import (
    Allocation,
    JointMoments,
    Moments,
    difference,
    effect,
    marginal,
    mean_arm,
    regression_adjusted,
    robust_adjusted,
    sample_ratio,
    skew_check,
    with_indicators,
)
from metrics.multiplicity import adjusted_p_values
from queries.errors import QueryError, nearest
from queries.flat_results import FlatMoments, flat_moments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from metrics.experiments import Difference

SMALL = 1_000  # units of an arm below which single units weigh too much for moments alone
BROKEN = 0.001  # p-value of the split below which nothing is shown
USUAL_NAMES = ("variant", "group", "arm", "segment", "treatment", "bucket")
USUAL_CONTROLS = ("control", "none", "no e-mail", "a", "0", "off", "baseline")


@dataclass(frozen=True, slots=True)
class FlatQuestion:
    """What the columns of a file are.

    Attributes:
        variant: The column that says what a unit saw.
        control: The value that the others are compared with.
        outcomes: Columns to compare.
        covariates: Columns from before the exposure.
        shares: Planned share of each variant; empty: equal ones.
    """

    variant: str
    control: str
    outcomes: tuple[str, ...]
    covariates: tuple[str, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FlatReport:
    """A result file, judged at one look.

    Attributes:
        arms: One row per (variant): `variant, units, share, planned_share`, and the mean of each
            outcome.
        effects: One row per (outcome, variant): `outcome, variant, control, treated, lift, low,
            high, p_value, raised_p` (Holm over all rows), `plain_lift, plain_low, plain_high,
            plain_p, statistic` (unadjusted), `base` (what the lift
            is a share of), `is_adjusted, variance_ratio`; None: broken split.
        split_p: Chi-square of the split; None: no units.
        is_broken: Whether the split withholds the effects.
        caveats: What a careful reader should know.
    """

    arms: pl.DataFrame
    effects: pl.DataFrame | None
    split_p: float | None
    is_broken: bool
    caveats: tuple[str, ...]


def guessed_question(table: pl.DataFrame) -> FlatQuestion | None:
    """What the columns probably are; None: nothing looks like variants.

    Examples:
        >>> guessed_question(pl.DataFrame({"group": ["b", "control"], "spend": [1.0, 2.0]}))
        FlatQuestion(variant='group', control='control', outcomes=('spend',), covariates=(), \
shares=())
    """
    few = [
        name for name, kind in table.schema.items()
        if (kind == pl.String or kind.is_integer()) and 2 <= table[name].n_unique() <= 10
    ]  # fmt: skip
    named = [name for usual in USUAL_NAMES for name in few if name.lower() == usual]
    texts = [name for name in few if table.schema[name] == pl.String]
    if not (named or texts):
        return None
    variant = (named or texts)[0]
    values = sorted(str(one) for one in table[variant].drop_nulls().unique().to_list())
    usual = [one for name in USUAL_CONTROLS for one in values if one.lower() == name]
    numbers = [
        name for name, kind in table.schema.items()
        if (kind.is_numeric() or kind == pl.Boolean) and name != variant
    ]  # fmt: skip
    return FlatQuestion(variant, (usual or values)[0], tuple(numbers[-3:]))


def flat_experiment(table: pl.DataFrame | Path, question: FlatQuestion) -> FlatReport:
    """Compare every variant with the control.

    Args:
        table: One row per unit; or a Parquet file of such rows, which is never held whole.
        question: What its columns are.

    Raises:
        QueryError: A column or the control is not there, or holds no numbers.
    """
    found = flat_moments(
        table,
        variant=question.variant,
        outcomes=question.outcomes,
        covariates=question.covariates,
    )
    rows = {row["variant"]: row for row in found.rows.iter_rows(named=True)}
    if question.control not in rows:
        raise QueryError(
            f"no unit saw the control {question.control!r}. {nearest(question.control, rows)}"
        )
    weights = dict(question.shares)
    shares = [weights.get(name, 1.0) for name in rows]
    counts = tuple(row["units"] for row in rows.values())
    split_p = None
    if len(rows) > 1:
        split_p = sample_ratio([Allocation(counts, tuple(shares))]).p_value
    is_broken = split_p is not None and split_p < BROKEN
    return FlatReport(
        arms=_arms(rows, shares, question),
        effects=None if is_broken else _effects(found, rows, question, table),
        split_p=split_p,
        is_broken=is_broken,
        caveats=tuple(_caveats(found, rows, question)),
    )


def _arms(
    rows: Mapping[str, Mapping[str, Any]], shares: Sequence[float], question: FlatQuestion
) -> pl.DataFrame:
    whole = sum(row["units"] for row in rows.values())
    return pl.DataFrame([
        {
            "variant": name, "units": row["units"], "share": row["units"] / whole,
            "planned_share": share / sum(shares),
            **{one: row[f"mean_{at}"] for at, one in enumerate(question.outcomes)},
        }
        for (name, row), share in zip(rows.items(), shares, strict=True)
    ])  # fmt: skip


def _effects(
    found: FlatMoments,
    rows: Mapping[str, Mapping[str, Any]],
    question: FlatQuestion,
    units: pl.DataFrame | Path,
) -> pl.DataFrame:
    table = [
        _effect(found, rows, question, at, variant, units)
        for at in range(len(question.outcomes))
        for variant in rows
        if variant != question.control
    ]
    raised = adjusted_p_values([row["p_value"] for row in table])
    kept = [row | {"raised_p": p} for row, p in zip(table, raised, strict=True)]
    return pl.DataFrame(kept, schema=SCHEMA)


def _effect(
    found: FlatMoments,
    rows: Mapping[str, Mapping[str, Any]],
    question: FlatQuestion,
    at: int,
    variant: str,
    units: pl.DataFrame | Path,
) -> dict[str, Any]:
    control, treated = (
        _joint(found, rows[name], question, at) for name in (question.control, variant)
    )
    arms = [mean_arm(marginal(one)) for one in (control, treated)]
    plain: Difference = difference(*arms)
    used, ratio = plain, None
    if question.covariates:
        adjustment = regression_adjusted(control, treated)
        if adjustment.difference.variance is not None:
            used, ratio = adjustment.difference, adjustment.variance_ratio
        if isinstance(units, pl.DataFrame) and _is_small(rows, question, variant):
            used = _from_rows(units, question, question.outcomes[at], variant)
    best, alone = effect(used), effect(plain)
    return {
        "outcome": question.outcomes[at], "variant": variant,
        "control": alone.control, "treated": alone.treated,
        "lift": best.lift.value, "low": best.lift.low, "high": best.lift.high,
        "p_value": best.p_value,
        "plain_lift": alone.lift.value, "plain_low": alone.lift.low, "plain_high": alone.lift.high,
        "plain_p": alone.p_value, "statistic": alone.statistic, "base": used.base,
        "is_adjusted": used is not plain, "variance_ratio": ratio,
    }  # fmt: skip


def _is_small(rows: Mapping[str, Mapping[str, Any]], question: FlatQuestion, variant: str) -> bool:
    """Whether one unit may weigh enough for its leverage to matter."""
    sizes = [rows[name]["units"] for name in (question.control, variant)]
    return bool(2 * len(question.covariates) + 2 <= min(sizes) < SMALL)


def _from_rows(
    units: pl.DataFrame, question: FlatQuestion, outcome: str, variant: str
) -> Difference:
    """The same adjustment from the units themselves, with a variance that no spread can fool."""
    saw = pl.col(question.variant).cast(pl.String)
    own = units.filter(saw.is_in([question.control, variant]))
    numbers = [
        own[name].cast(pl.Float64).to_numpy() for name in question.covariates
    ]  # a gap is NaN, which gets its indicator
    return robust_adjusted(
        own[outcome].cast(pl.Float64).fill_null(0.0).to_numpy(),
        own.select(saw == variant).to_series().to_numpy(),
        covariates=with_indicators(numbers),
    )


def _joint(
    found: FlatMoments, row: Mapping[str, Any], question: FlatQuestion, at: int
) -> JointMoments:
    """One outcome with all covariates."""
    places = [at, *range(len(question.outcomes), len(found.variables))]
    means = tuple(row[f"mean_{place}"] for place in places)
    if row["units"] < 2:
        return JointMoments(row["units"], means, None)
    table = tuple(
        tuple(row[f"cov_{min(one, other)}_{max(one, other)}"] for other in places) for one in places
    )
    return JointMoments(row["units"], means, table)


def _caveats(
    found: FlatMoments, rows: Mapping[str, Mapping[str, Any]], question: FlatQuestion
) -> Iterator[str]:
    if question.covariates and any(_is_small(rows, question, one) for one in rows):
        yield (
            f"Arms of fewer than {SMALL:,} units are adjusted from their rows, with robust "
            "variances (HC2)."
        )
    yield "One look: whoever looked at earlier files of the same experiment has to count that."
    for name, count in found.filled.items():
        yield f"{count:,} missing values of {name} count 0."
    for at, name in enumerate(question.outcomes):
        for variant, row in rows.items():
            check = skew_check(
                Moments(row["units"], row[f"mean_{at}"], row[f"cov_{at}_{at}"],
                        row[f"skewness_{at}"])
            )  # fmt: skip
            if check.is_enough is False:
                yield (
                    f"{name} is skewed: the interval wants {check.needed:,} units in each arm, and "
                    f"{variant} has {row['units']:,}."
                )
                break


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "outcome": pl.String, "variant": pl.String, "control": pl.Float64, "treated": pl.Float64,
    "lift": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64,
    "raised_p": pl.Float64, "plain_lift": pl.Float64, "plain_low": pl.Float64,
    "plain_high": pl.Float64, "plain_p": pl.Float64, "statistic": pl.Float64, "base": pl.Float64,
    "is_adjusted": pl.Boolean, "variance_ratio": pl.Float64,
}  # fmt: skip
