"""A file of results, one row per unit, as moments: no workspace, no build, nothing kept."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import duckdb
import polars as pl

from queries.engine import memory_link
from queries.errors import QueryError, nearest
from queries.quoting import quoted

MOST_VARIANTS = 20
MISSING = "is missing: "  # begins the name of the indicator of a covariate with gaps


@dataclass(frozen=True, slots=True)
class FlatMoments:
    """Moments of every variant.

    Attributes:
        variables: Outcomes, then covariates, then indicators of covariates with gaps.
        rows: One row per variant, by name: `variant, units`, `mean_i`, `skewness_i` and `cov_i_j`
            (i <= j) of the variables by their place.
        filled: Missing values of each outcome, which count 0; only those with any.
    """

    variables: tuple[str, ...]
    rows: pl.DataFrame
    filled: dict[str, int]


def read_flat(content: bytes, name: str) -> pl.DataFrame:
    """The rows of an uploaded file; CSV or Parquet, as its name ends.

    Raises:
        QueryError: It cannot be read as what its name says.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in ("csv", "parquet"):
        raise QueryError(f"a result file is .csv or .parquet, got {name!r}")
    try:
        if ending == "parquet":
            return pl.read_parquet(io.BytesIO(content))
        return pl.read_csv(io.BytesIO(content), infer_schema_length=10_000)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise QueryError(f"{name} cannot be read as {ending.upper()}: {first}") from error


def flat_moments(
    table: pl.DataFrame, *, variant: str, outcomes: Sequence[str], covariates: Sequence[str] = ()
) -> FlatMoments:
    """Counts, means, covariances and skewness of each variant, in one scan.

    Args:
        table: One row per unit.
        variant: The column that says what a unit saw; rows without it are left out.
        outcomes: Numeric columns; a missing value counts 0.
        covariates: Numeric columns from before the exposure; a gap is 0 beside an indicator.

    Raises:
        QueryError: A column is not there or holds no numbers, or there are too many variants.
    """
    _check(table, variant, outcomes, covariates)
    gaps = {name: int(table[name].null_count()) for name in (*outcomes, *covariates)}
    with_gaps = [name for name in covariates if gaps[name]]
    variables = (*outcomes, *covariates, *(f"{MISSING}{name}" for name in with_gaps))
    values = [f"coalesce(cast({quoted(name)} as double), 0)" for name in (*outcomes, *covariates)]
    values += [f"cast({quoted(name)} is null as double)" for name in with_gaps]
    columns = ", ".join(f"{text} as v{at}" for at, text in enumerate(values))
    parts = ["variant", "count(*) as units"]
    parts += [f"avg(v{at}) as mean_{at}" for at in range(len(values))]
    parts += [f"case when var_samp(v{at}) > 0 then skewness(v{at}) end as skewness_{at}"
              for at in range(len(outcomes))]  # fmt: skip
    parts += [
        f"{f'var_samp(v{one})' if one == other else f'covar_samp(v{one}, v{other})'} "
        f"as cov_{one}_{other}"
        for one, other in combinations_with_replacement(range(len(values)), 2)
    ]
    sql = (
        f"select {', '.join(parts)} from (select cast({quoted(variant)} as varchar) as variant, "
        f"{columns} from given where {quoted(variant)} is not null) as units "
        "group by variant order by variant"
    )
    with memory_link() as link:
        link.register("given", table.to_arrow())
        try:
            rows = link.sql(sql).pl()
        except duckdb.Error as error:
            raise QueryError(f"the file cannot be added up: {error}") from error
    filled = {name: gaps[name] for name in outcomes if gaps[name]}
    return FlatMoments(variables, rows, filled)


def _check(
    table: pl.DataFrame, variant: str, outcomes: Sequence[str], covariates: Sequence[str]
) -> None:
    for name in (variant, *outcomes, *covariates):
        if name not in table.columns:
            raise QueryError(f"there is no column {name!r}. {nearest(name, table.columns)}")
    for name in (*outcomes, *covariates):
        kind = table.schema[name]
        if not (kind.is_numeric() or kind == pl.Boolean):
            raise QueryError(f"{name} is to hold numbers, got {kind}")
        if kind.is_float() and not table[name].drop_nulls().is_finite().all():
            raise QueryError(f"{name} holds infinite values or NaN; a missing value is left empty")
    if not outcomes:
        raise QueryError("choose at least one outcome")
    found = table[variant].n_unique()
    if found > MOST_VARIANTS:
        raise QueryError(
            f"{variant} has {found:,} values; a variant column has at most {MOST_VARIANTS}"
        )
