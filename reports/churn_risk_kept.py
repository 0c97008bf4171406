"""Models of who leaves: trained in the background, kept with the workspace, read back."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.revenue import Rules
from queries import Segment
from reports.churn_risk import RiskNumbers, Trained, train
from reports.churn_risk_before import Before, keep_before, read_before
from reports.known import known
from reports.made_once import Making, Room

if TYPE_CHECKING:
    from pathlib import Path

    from queries import Workspace

LOG = logging.getLogger("tidemark")
FOLDER = ".tidemark/risk"
TABLES = ("scores", "parts", "bins")
RECALIBRATED_EACH = timedelta(days=31)


# Builds do not matter: a model goes on until it is trained anew, and a failure until somebody does.
trainings: Room[Trained] = Room(is_of_build=False, seconds_told=math.inf)


def kept_model(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Trained | None:
    """The model that was trained last for these accounts, as this viewer sees them.

    A file that cannot be read is no model: it is trained anew.
    """
    running = training_of(workspace, segment, rules, currency)
    if running is not None and running.made is not None:
        return running.made
    return _read(_place(workspace, _name(workspace, segment, rules, currency)))


def scores_before(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Before | None:
    """Who was at risk when these accounts were scored the time before; None: they never were."""
    return read_before(_place(workspace, _name(workspace, segment, rules, currency)))


def _read(place: Path) -> Trained | None:
    try:
        numbers = RiskNumbers(**json.loads((place / "numbers.json").read_text(encoding="utf-8")))
        tables = {name: pl.read_parquet(place / f"{name}.parquet") for name in TABLES}
    except (OSError, ValueError, TypeError, pl.exceptions.PolarsError):
        return None
    return Trained(numbers=numbers, **tables)


def is_due(workspace: Workspace, found: Trained) -> bool:
    """Whether the data go on for a month beyond the scores: then they are made and judged anew."""
    watermark = known(workspace).watermark
    return date.fromisoformat(found.numbers.scored_on) + RECALIBRATED_EACH <= watermark


def trained_at(workspace: Workspace) -> str | None:
    """When the model of all accounts was trained; None: there is none."""
    found = kept_model(workspace, Segment(), Rules())
    return found.numbers.trained_at if found else None


def training_of(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Making[Trained] | None:
    """The training of these accounts that runs or ran in this process; None: there was none."""
    return trainings.making(workspace, _key(segment, rules, currency))


def start_training(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Making[Trained]:
    """Train in the background, unless it already does."""

    def make(training: Making[Trained]) -> Trained:
        def progressed(step: int) -> None:
            training.step = step

        found = train(workspace, segment, rules=rules, currency=currency, progress=progressed)
        _keep(_place(workspace, _name(workspace, segment, rules, currency)), found)
        return found

    return trainings.begin(workspace, _key(segment, rules, currency), make, again=True)


def _keep(place: Path, found: Trained) -> None:
    """Write the tables, then the numbers, which make them a model; a full disk costs the copy."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        keep_before(place, _read(place), found)
        (place / "numbers.json").unlink(missing_ok=True)
        for name in TABLES:
            getattr(found, name).write_parquet(place / f"{name}.parquet")
        text = json.dumps(asdict(found.numbers), indent=2)
        (place / "numbers.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        LOG.warning("the model of who leaves is not kept: %s", error)


def _place(workspace: Workspace, name: str) -> Path:
    return workspace.folder / FOLDER / name


def _key(segment: Segment, rules: Rules, currency: str | None) -> tuple[Segment, Rules, str | None]:
    return segment.canonical(), rules, currency


def _name(workspace: Workspace, segment: Segment, rules: Rules, currency: str | None) -> str:
    """One for each viewer's sight, segment, rules and currency, and for what is personal."""
    personal = sorted(workspace.settings.access.personal.items())
    asked = (workspace.sight, segment.canonical(), rules, currency, personal)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
