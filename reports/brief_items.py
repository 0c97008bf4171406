"""What the brief says: items, each with whether it is real, why, and what happened around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Segment = tuple[str, str]
PAIR = " × "  # between the names of two dimensions that were crossed


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the data behind an item.

    Attributes:
        name: What was asked.
        is_passed: Whether the data give no reason to doubt the item.
        words: What was found, as a sentence.
    """

    name: str
    is_passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """A term of an identity: its parts add up to the change exactly.

    Attributes:
        label: What it is.
        contribution: Its part of the change, in the item's unit and over all its days.
        share: The same as a share of the change; None when nothing changed.
    """

    label: str
    contribution: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Parts that add up to a change.

    Attributes:
        words: What the figure is made of.
        parts: Each term.
        is_simpson: Whether the segments' rates moved against the rate of all.
    """

    words: str
    parts: tuple[Part, ...]
    is_simpson: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Segments in which a change is concentrated: where to look first, not a cause.

    Attributes:
        dimensions: What they are segments of.
        segments: Each with its share of the change.
        share: What they explain together; the rest is everybody else's.
    """

    dimensions: tuple[str, ...]
    segments: tuple[tuple[str, float], ...]
    share: float


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that moved.

    Attributes:
        key: Its name in votes and addresses: metric, segment and day.
        day: The day of the brief.
        metric: The metric's name.
        label: What it is called.
        unit: As of a metric definition.
        better: Which direction is good news.
        page: Where more of it is shown.
        feature: The feature it is about.
        segment: Where, as (dimension, value); None: everywhere.
        since: First day of what moved.
        is_rate: Whether effect and interval are points (as fractions), else relative.
        actual: A day's value, the mean of its days, in the metric's unit.
        expected: What was expected of it.
        effect: The change against the forecast.
        low: Lower end of its 95 % interval.
        high: Upper end.
        volume: People or events a day behind it.
        is_recovery: Whether the opposite was told within three days before.
        checks: Is it real?
        identities: Exact decompositions; empty where none applies.
        candidates: Up to three; empty when these dimensions do not explain it.
        best_share: What the best candidate explains, named or not.
        looked_at: The dimensions searched, and the pairs of them.
        around: Releases, experiments, incidents, holidays of the days around.
        also: What moved with it.
    """

    key: str
    day: date
    metric: str
    label: str
    unit: str
    better: str
    page: str
    feature: str | None
    segment: Segment | None
    since: date
    is_rate: bool
    actual: float
    expected: float
    effect: float
    low: float
    high: float
    volume: float
    is_recovery: bool
    checks: tuple[Check, ...] = ()
    identities: tuple[Identity, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    best_share: float | None = None
    looked_at: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def is_real(self) -> bool:
        """Whether no check found a reason to doubt it."""
        return all(check.is_passed for check in self.checks)

    @property
    def is_good(self) -> bool:
        """Whether the direction is the wanted one."""
        return (self.effect > 0) == (self.better == "higher")


@dataclass(frozen=True, slots=True)
class Brief:
    """What changed, as of a day.

    Attributes:
        day: The last complete day looked at; None without any.
        tested: Series that could be judged.
        items: What moved and is real, at most seven, the most certain first.
        doubted: What moved in the data and is none of use: each says which check failed.
        earlier: What was told on the days before, latest first.
        holiday: Why the day is not compared; None: it is.
        too_short: Whether there are too few days for any verdict.
        placebo_p: p-values of past days on which nothing is known to have happened.
        told: Items told in the days replayed.
        replayed: Series × days tested for them.
        snapshot_id: The build it describes.
    """

    day: date | None
    tested: int = 0
    items: tuple[Item, ...] = ()
    doubted: tuple[Item, ...] = ()
    earlier: tuple[Item, ...] = ()
    holiday: str | None = None
    too_short: bool = False
    placebo_p: tuple[float, ...] = ()
    told: int = 0
    replayed: int = 0
    snapshot_id: str = ""
