"""Models of who leaves: trained in the background, kept with the workspace, read back."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from queries import TidemarkError
from reports.churn_risk import STEPS, RiskNumbers, Trained, train
from reports.known import known

if TYPE_CHECKING:
    from pathlib import Path

    from metrics.revenue import Rules
    from queries import Segment, Workspace

LOG = logging.getLogger("tidemark")
FOLDER = ".tidemark/risk"
TABLES = ("scores", "parts", "bins")
RECALIBRATED_EACH = timedelta(days=31)


@dataclass(slots=True)
class Training:
    """One training and how far it is.

    Attributes:
        step: Number of the step of STEPS that runs.
        error: Why there is no model; None: it runs, or there is one.
        trained: The model; None: not yet.
        done: Set when it is over.
    """

    step: int = 0
    error: TidemarkError | None = None
    trained: Trained | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> float:
        """How much of it is done."""
        return self.step / len(STEPS)

    @property
    def words(self) -> str:
        """What it is doing."""
        return STEPS[self.step]


_trainings: dict[tuple[str, str], Training] = {}
_lock = threading.Lock()


def kept_model(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Trained | None:
    """The model that was trained last for these accounts, as this viewer sees them.

    A file that cannot be read is no model: it is trained anew.
    """
    running = training_of(workspace, segment, rules, currency)
    if running is not None and running.trained is not None:
        return running.trained
    place = _place(workspace, _name(workspace, segment, rules, currency))
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


def training_of(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Training | None:
    """The training of these accounts that runs or ran in this process; None: there was none."""
    with _lock:
        return _trainings.get(_key(workspace, segment, rules, currency))


def start_training(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None = None
) -> Training:
    """Train in the background, unless it already does."""
    key = _key(workspace, segment, rules, currency)
    with _lock:
        running = _trainings.get(key)
        if running is not None and not running.done.is_set():
            return running
        running = _trainings[key] = Training()
    threading.Thread(
        target=_train,
        args=(running, workspace, segment, rules, currency),
        name="churn model",
        daemon=True,
    ).start()
    return running


def _train(
    running: Training, workspace: Workspace, segment: Segment, rules: Rules, currency: str | None
) -> None:
    def progressed(step: int) -> None:
        running.step = step

    try:
        found = train(workspace, segment, rules=rules, currency=currency, progress=progressed)
        _keep(_place(workspace, _name(workspace, segment, rules, currency)), found)
        running.trained = found
    except TidemarkError as error:
        running.error = error
    except Exception as error:  # the thread's last place: nobody else would hear of it
        LOG.exception("a model of who leaves could not be trained")
        running.error = TidemarkError(f"the training broke off: {type(error).__name__}")
    finally:
        running.done.set()


def _keep(place: Path, found: Trained) -> None:
    """Write the tables, then the numbers, which make them a model; a full disk costs the copy."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / "numbers.json").unlink(missing_ok=True)
        for name in TABLES:
            getattr(found, name).write_parquet(place / f"{name}.parquet")
        text = json.dumps(asdict(found.numbers), indent=2)
        (place / "numbers.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        LOG.warning("the model of who leaves is not kept: %s", error)


def _place(workspace: Workspace, name: str) -> Path:
    return workspace.folder / FOLDER / name


def _key(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None
) -> tuple[str, str]:
    return str(workspace.folder), _name(workspace, segment, rules, currency)


def _name(workspace: Workspace, segment: Segment, rules: Rules, currency: str | None) -> str:
    """One for each viewer's sight, segment, rules and currency."""
    asked = (workspace.sight, segment.canonical(), rules, currency)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
