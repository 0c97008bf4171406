"""Moments of the values of units: read from rows, filled up with idle units, and put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metrics.experiments import JointMoments

if TYPE_CHECKING:
    from collections.abc import Mapping

LETTERS = "abcd"  # numerator, denominator, and both before the exposure
MEANS = tuple(f"mean_{one}" for one in LETTERS)
TABLE = tuple(
    tuple(
        f"var_{one}" if one == other else f"cov_{min(one, other)}{max(one, other)}"
        for other in LETTERS
    )
    for one in LETTERS
)
NOBODY = JointMoments(0, None, None)
BEFORE = LETTERS.index("c")  # what a covariate is of its own metric


@dataclass(frozen=True, slots=True)
class Besides:
    """A covariate in a cell, and how the four values of a metric go with it.

    Attributes:
        mean: Of the covariate.
        variance: Of the covariate; 0 for one unit.
        covariances: With each of the four; 0 for one unit.
    """

    mean: float
    variance: float
    covariances: tuple[float, ...]


NOTHING = Besides(0.0, 0.0, (0.0,) * len(LETTERS))


def besides_of(row: Mapping[str, Any]) -> Besides:
    """A covariate beside a metric, as a row of an answer gives it."""
    return Besides(
        row["mean_x"],
        row["var_x"] or 0.0,
        tuple(row[f"cov_{one}x"] or 0.0 for one in LETTERS),
    )


def with_covariates(
    own: JointMoments, beside: list[Besides], table: list[list[float]]
) -> JointMoments:
    """The four values of units with the covariates behind them.

    Args:
        own: The four.
        beside: How they go with each covariate.
        table: Covariances of the covariates.
    """
    means = (*(own.means or ()), *(one.mean for one in beside))
    if own.covariances is None:
        return JointMoments(own.n, means, None)
    above = tuple(
        (*row, *(one.covariances[at] for one in beside)) for at, row in enumerate(own.covariances)
    )
    below = tuple((*one.covariances, *row) for one, row in zip(beside, table, strict=True))
    return JointMoments(own.n, means, above + below)


def joint_of(row: Mapping[str, Any]) -> JointMoments:
    """The four values of units, as a row of an answer gives them."""
    means = tuple([row[name] for name in MEANS])
    if row["units"] < 2:
        return JointMoments(row["units"], means, None)
    table = tuple([tuple([row[name] for name in names]) for names in TABLE])
    return JointMoments(row["units"], means, table)


def with_idle_units(some: JointMoments, count: int) -> JointMoments:
    """The same with units that did nothing added: `merged_joint` for zeros without spread."""
    if count <= 0 or some.means is None:
        return some if count <= 0 else idle_units(count)
    n, means = some.n + count, some.means
    between = some.n * count / n
    table = some.covariances or ((0.0,) * len(means),) * len(means)
    return JointMoments(
        n,
        tuple([mean * some.n / n for mean in means]),
        tuple([
            tuple([
                ((some.n - 1) * own + between * one * other) / (n - 1)
                for own, other in zip(row, means, strict=True)
            ])
            for row, one in zip(table, means, strict=True)
        ]),
    )  # fmt: skip


def idle_units(count: int) -> JointMoments:
    """Units that did nothing: zeros without spread."""
    if count <= 0:
        return NOBODY
    none = (0.0,) * len(LETTERS)
    return JointMoments(count, none, (none,) * len(LETTERS) if count > 1 else None)
