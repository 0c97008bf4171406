"""A file of results, one row per unit, as moments: no workspace, no build, nothing kept."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path

import duckdb
import polars as pl

from queries.errors import QueryError, nearest
from queries.link import memory_link
from queries.quoting import quoted

MOST_VARIANTS = 20
NUMERIC = frozenset(
    (
        *("tinyint", "smallint", "integer", "bigint", "hugeint"),
        *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
        *("float", "double", "decimal", "boolean"),
    )
)
MISSING = "is missing: "  # begins the name of the indicator of a covariate with gaps


@dataclass(frozen=True, slots=True)
class FlatMoments:
    """Moments of every variant.

    Attributes:
        variables: Outcomes, then covariates, then indicators of covariates with gaps.
        rows: One row per variant, by name: `variant, units`, `mean_i`, `skewness_i` of outcomes and
            `cov_i_j` (i <= j) of the variables by their place, outcomes among each other left out.
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
    table: pl.DataFrame | Path,
    *,
    variant: str,
    outcomes: Sequence[str],
    covariates: Sequence[str] = (),
) -> FlatMoments:
    """Counts, means, covariances and skewness of each variant, in one scan.

    Args:
        table: One row per unit; a Parquet file is read as it is added up, and never held whole.
        variant: The column that says what a unit saw; rows without it are left out.
        outcomes: Numeric columns; a missing value counts 0.
        covariates: Numeric columns from before the exposure; a gap is 0 beside an indicator.

    Raises:
        QueryError: A column is not there or holds no numbers, or there are too many variants.
    """
    with memory_link() as link:
        try:
            if isinstance(table, Path):
                link.from_parquet(str(table)).create_view("given")
            else:
                link.register("given", table.to_arrow())
            gaps = _checked(link, variant, outcomes, covariates)
            variables, sql = _moments_sql(variant, outcomes, covariates, gaps)
            found = link.sql(sql)
            rows = pl.DataFrame(found.fetchall(), schema=found.columns, orient="row")
        except duckdb.OutOfRangeException as error:
            raise QueryError(
                "a column holds infinite values or NaN; a missing value is left empty"
            ) from error
        except duckdb.Error as error:
            raise QueryError(f"the file cannot be added up: {error}") from error
    _require_finite(rows, (*outcomes, *covariates))
    return FlatMoments(variables, rows, {name: gaps[name] for name in outcomes if gaps[name]})


def _moments_sql(
    variant: str, outcomes: Sequence[str], covariates: Sequence[str], gaps: Mapping[str, int]
) -> tuple[tuple[str, ...], str]:
    """The variables in order, and the text that adds them up; outcomes are not crossed."""
    with_gaps = [name for name in covariates if gaps[name]]
    variables = (*outcomes, *covariates, *(f"{MISSING}{name}" for name in with_gaps))
    values = [_number(name, has_gaps=gaps[name] > 0) for name in (*outcomes, *covariates)]
    values += [f"cast({quoted(name)} is null as double)" for name in with_gaps]
    columns = ", ".join(f"{value} as v{at}" for at, value in enumerate(values))
    parts = ["variant", "count(*) as units"]
    parts += [f"avg(v{at}) as mean_{at}" for at in range(len(values))]
    parts += [f"case when var_samp(v{at}) > 0 then skewness(v{at}) end as skewness_{at}"
              for at in range(len(outcomes))]  # fmt: skip
    parts += [
        f"{f'var_samp(v{one})' if one == other else f'covar_samp(v{one}, v{other})'} "
        f"as cov_{one}_{other}"
        for one, other in combinations_with_replacement(range(len(values)), 2)
        if one == other or other >= len(outcomes)
    ]
    return variables, (
        f"select {', '.join(parts)} from (select cast({quoted(variant)} as varchar) as variant, "
        f"{columns} from given where {quoted(variant)} is not null) as units "
        "group by variant order by variant"
    )


def _number(name: str, *, has_gaps: bool) -> str:
    value = f"cast({quoted(name)} as double)"
    return f"coalesce({value}, 0)" if has_gaps else value


def _checked(
    link: duckdb.DuckDBPyConnection,
    variant: str,
    outcomes: Sequence[str],
    covariates: Sequence[str],
) -> dict[str, int]:
    """Missing values of each outcome and covariate, once all columns are found usable."""
    given = link.sql("select * from given limit 0")
    kinds = dict(zip(given.columns, given.types, strict=True))
    for name in (variant, *outcomes, *covariates):
        if name not in kinds:
            raise QueryError(f"there is no column {name!r}. {nearest(name, kinds)}")
    numbers = tuple(dict.fromkeys((*outcomes, *covariates)))
    for name in numbers:
        if kinds[name].id not in NUMERIC:
            raise QueryError(f"{name} is to hold numbers, got {kinds[name]}")
    if not outcomes:
        raise QueryError("choose at least one outcome")
    missing = ", ".join(f"count(*) - count({quoted(name)})" for name in numbers)
    ((found, *gaps),) = link.sql(
        f"select count(distinct {quoted(variant)}), {missing} from given"
    ).fetchall()
    if found > MOST_VARIANTS:
        raise QueryError(
            f"{variant} has {found:,} values; a variant column has at most {MOST_VARIANTS}"
        )
    return dict(zip(numbers, gaps, strict=True))


def _require_finite(rows: pl.DataFrame, names: Sequence[str]) -> None:
    for at, name in enumerate(names):
        if not rows[f"mean_{at}"].is_finite().all():
            raise QueryError(f"{name} holds infinite values or NaN; a missing value is left empty")
