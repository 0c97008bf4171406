"""`metrics.toml`: each metric defined once, used everywhere."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from queries.errors import WorkspaceError, nearest
from queries.part import Part
from queries.settings import parse

FILE_NAME = "metrics.toml"
SHIPPED = Path(__file__).parent / FILE_NAME

Kind = Literal["count", "share", "mean", "ratio", "quantile", "active", "retention"]
Unit = Literal[
    "users", "events", "sessions", "percent", "seconds", "milliseconds", "currency", "number"
]

# What each kind needs beside its name; everything else is optional or has no meaning for it.
NEEDS: dict[str, tuple[str, ...]] = {
    "count": (),
    "share": ("where",),
    "mean": ("value",),
    "ratio": ("numerator", "denominator"),
    "quantile": ("value", "q"),
    "active": ("window_days",),
    "retention": ("after_days",),
}
CAPPED = ("count", "mean", "ratio")  # kinds whose units add up to any size


class MetricDefinition(Part):
    """One metric: what it is called, which way is better, and how it is computed.

    Attributes:
        label: What pages call it.
        description: What it counts, in a sentence.
        unit: What one of it is.
        better: The direction that is good news.
        kind: How it is computed; decides which of the next fields are needed.
        table: The canonical table its expressions read.
        where: Row predicate in SQL; rows that do not satisfy it do not count.
        among: For `share`: predicate of the users in the denominator; None: every active user.
        value: For `mean` and `quantile`: row expression in SQL.
        numerator: For `ratio`: row expression, summed.
        denominator: For `ratio`: row expression, summed.
        q: For `quantile`: which one, between 0 and 1.
        window_days: For `active`: days a user stays counted after being active.
        after_days: For `retention`: days after the first one in which a return counts.
        followed_days: For experiments: days after the exposure in which a unit's doings count;
            None: as many as the experiment says.
        cap: For experiments: quantile of all units' totals above which they are lowered to it, so
            that a few huge ones do not decide; None: totals decide as they are.
        covariates: For experiments: metrics whose value before the exposure explains differences
            between units, beside the metric's own.
        headline: Position among the figures of Today; None: not shown there.
    """

    label: str
    description: str = ""
    unit: Unit
    better: Literal["higher", "lower"] = "higher"
    kind: Kind
    table: Literal["events"] = "events"
    where: str | None = None
    among: str | None = None
    value: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    q: Annotated[float, Field(gt=0, lt=1)] | None = None
    window_days: Annotated[int, Field(ge=1, le=366)] | None = None
    after_days: Annotated[int, Field(ge=1, le=366)] | None = None
    followed_days: Annotated[int, Field(ge=1, le=400)] | None = None
    cap: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    covariates: tuple[str, ...] = ()
    headline: int | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "MetricDefinition":
        missing = [name for name in NEEDS[self.kind] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a metric of kind {self.kind!r} needs {' and '.join(missing)}")
        if self.cap is not None and self.kind not in CAPPED:
            raise ValueError(
                f"cap lowers what a unit adds up to, so it has no meaning for {self.kind!r}; it "
                f"has one for {', '.join(CAPPED)}"
            )
        if self.covariates and self.kind == "quantile":
            raise ValueError("a quantile is not adjusted, so covariates have no meaning for it")
        return self

    @property
    def is_rolled_up(self) -> bool:
        """Whether `metric_days` holds it; the others come from `user_days`."""
        return self.kind not in ("active", "retention")


class MetricFile(Part):
    """All of `metrics.toml`."""

    metrics: dict[str, MetricDefinition] = {}


def _require_known_covariates(metrics: dict[str, MetricDefinition], path: Path) -> None:
    """Covariates are names of other metrics, whose past can be counted per unit."""
    for name, one in metrics.items():
        for covariate in one.covariates:
            known = [other for other in metrics if other != name]
            if covariate not in known:
                raise WorkspaceError(
                    f"{path}: metrics.{name}.covariates: there is no other metric {covariate!r}. "
                    f"{nearest(covariate, known)}"
                )
            if metrics[covariate].kind == "quantile":
                raise WorkspaceError(
                    f"{path}: metrics.{name}.covariates: {covariate!r} is a quantile, which a "
                    "unit does not have one of; name a metric of another kind"
                )


def read_metrics(folder: Path) -> dict[str, MetricDefinition]:
    """The shipped metrics, added to or replaced by name by those of the workspace.

    Raises:
        WorkspaceError: A definition cannot be used; the message names file, metric and key.
    """
    own = folder / FILE_NAME
    metrics = _read(SHIPPED)
    if own.is_file():
        metrics |= _read(own)
        _require_known_covariates(metrics, own)
    return metrics


def _read(path: Path) -> dict[str, MetricDefinition]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{path} is not readable as TOML: {error}") from error
    return parse(MetricFile, content, path).metrics
