"""`experiments/<name>.toml` of a workspace: what an experiment is to show, decided beforehand."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from queries.errors import WorkspaceError
from queries.part import Part
from queries.settings import parse

FOLDER = "experiments"


def _utc(moment: datetime) -> datetime:
    """In UTC without zone, as all moments of the tables; without a zone it is UTC already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


Moment = Annotated[datetime, AfterValidator(_utc)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[int, Field(ge=1, le=400)]
Share = Annotated[float, Field(gt=0)]


class GuardrailDefinition(Part):
    """A metric that must not get worse.

    Attributes:
        metric: Its name in metrics.toml.
        margin: Largest acceptable harm, as a share of the control's value; None: not decided, and
            then only a shown harm counts.
    """

    metric: str
    margin: Annotated[float, Field(ge=0, lt=1)] | None = None


class AllocationDefinition(Part):
    """Planned shares of the variants from a moment on.

    Attributes:
        from_at: When, UTC; None: from the start.
        shares: Share of each variant, of any scale.
    """

    from_at: Moment | None = None
    shares: dict[str, Share]


class ExperimentDefinition(Part):
    """All that can be decided before; what is left out is as in the table `experiments`.

    Attributes:
        hypothesis: What is expected, and why.
        owner: Whom to ask.
        unit: What was randomised.
        started_at: When, UTC.
        ended_at: Its planned or real end, UTC.
        control: The variant that the others are compared with.
        allocation: Planned shares; several where they changed.
        primary: The metric that decides.
        secondary: Metrics that explain.
        guardrails: Metrics that must not get worse.
        design: "planned": may be read every day until a planned end (group-sequential); "open":
            may be read for ever (anytime-valid); "fixed": is read once, at the end.
        planned_units: Units of all arms at the planned end.
        minimum_effect: Smallest lift worth finding, as a fraction.
        window_days: Days after its exposure in which a unit's doings count.
        covariate_days: Days before it that explain differences between units; 0: none.
        alpha: Error of the whole experiment.
        least_days: Days to run at least before a win counts.
        needs_safe_guardrails: Whether a win needs every guardrail shown safe; None: where all have
            a margin.
        split_alpha: Sequential p-value below which the split counts as broken.
        most_multiple: Largest tolerable share of units in several variants.
        bias_alpha: p-value below which a difference before exposure makes the result invalid.
    """

    hypothesis: str | None = None
    owner: str | None = None
    unit: Literal["user", "account"] | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    control: str | None = None
    allocation: tuple[AllocationDefinition, ...] = ()
    primary: str | None = None
    secondary: tuple[str, ...] = ()
    guardrails: tuple[GuardrailDefinition, ...] | None = None
    design: Literal["planned", "open", "fixed"] | None = None
    planned_units: Annotated[int, Field(ge=2)] | None = None
    minimum_effect: Annotated[float, Field(gt=0)] | None = None
    window_days: Days = 7
    covariate_days: Annotated[int, Field(ge=0, le=400)] = 28
    alpha: Fraction = 0.05
    least_days: Annotated[int, Field(ge=0)] = 7
    needs_safe_guardrails: bool | None = None
    split_alpha: Fraction = 0.001
    most_multiple: Fraction = 0.01
    bias_alpha: Fraction = 0.001


def read_experiments(folder: Path) -> dict[str, ExperimentDefinition]:
    """The definitions of a workspace's folder, by the name of the experiment.

    Raises:
        WorkspaceError: A file cannot be used; the message names file and key.
    """
    found = {}
    for path in sorted((folder / FOLDER).glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WorkspaceError(f"{path} is not readable as TOML: {error}") from error
        found[path.stem] = parse(ExperimentDefinition, content, path)
    return found
