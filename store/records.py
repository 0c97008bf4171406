"""What is kept, as values: reading gives them, writing takes them; none is a row of a database.

A record without an id has not been kept yet; the store gives it one. To change a record, give the
store `dataclasses.replace(record, …)`: its `version` says which state the change was made to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Values = Mapping[str, Any]
Direction = Literal["higher", "lower"]
RolloutKind = Literal["full", "staged", "flag", "adopters"]
Choice = Literal["shipped", "not shipped", "stopped"]
Judgement = Literal["discoverability", "usability", "value", "tracking", "nothing wrong"]
Rung = Literal["exposed", "tried", "managed", "repeated", "habitual"]
Opinion = Literal["useful", "noise"]
Outcome = Literal["answered", "failed", "stopped", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every kept thing carries.

    Attributes:
        id: A short text that fits into a link; "" until it is kept.
        author: Who made it: an e-mail address, or a name where nobody signs in.
        created_at: When, in UTC; None until it is kept.
        updated_by: Who changed it last.
        updated_at: When, in UTC; None until it is kept.
        version: Counts its changes from 1; 0 until it is kept.
    """

    id: str = ""
    author: str = ""
    created_at: datetime | None = None
    updated_by: str = ""
    updated_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery(Record):
    """A question in SQL that somebody wants to ask again.

    Attributes:
        name: What it is called.
        sql: Its text.
        description: What it answers, in words.
        tags: To find it by.
        parameters: Values of its `$parameters`: dates, numbers, texts and lists of them.
        chart: How it is drawn; None: as a table.
    """

    name: str
    sql: str
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: Values = field(default_factory=dict)
    chart: Values | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorTab(Record):
    """A tab of somebody's editor, as it was left.

    Attributes:
        title: What stands on it.
        sql: Its text.
        parameters: Values of its `$parameters`.
        chart: How its answer is drawn; None: as chosen by itself.
        query_id: The saved query that it came from; None: none.
        position: Its place among the author's tabs, from 0.
    """

    title: str
    sql: str = ""
    parameters: Values = field(default_factory=dict)
    chart: Values | None = None
    query_id: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A query that was asked once.

    Attributes:
        id: A short text; "" until it is kept.
        author: Who asked.
        at: When, in UTC; None until it is kept.
        sql: Its text.
        parameters: Values of its `$parameters`.
        outcome: How it ended.
        seconds: How long it took; None: not known.
        rows: How many came back; None: none did.
        error: Why it failed or was stopped; None: it did not.
        snapshot_id: The roll-ups that were read; None: not known.
        query_id: The saved query that was run; None: none.
    """

    id: str = ""
    author: str = ""
    at: datetime | None = None
    sql: str
    parameters: Values = field(default_factory=dict)
    outcome: Outcome = "answered"
    seconds: float | None = None
    rows: int | None = None
    error: str | None = None
    snapshot_id: str | None = None
    query_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile(Record):
    """A saved query on a board.

    Attributes:
        board_id: The board.
        query_id: The saved query.
        title: What stands above it; "": the query's name.
        width: How many of a board's three columns it takes.
        chart: How it is drawn here; None: as the query says.
        position: Its place on the board, from 0.
    """

    board_id: str
    query_id: str
    title: str = ""
    width: int = 1
    chart: Values | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Record):
    """Saved queries beside each other.

    Attributes:
        name: What it is called.
        description: What it is for.
        tiles: What is on it, in order; they are changed by `pin`, `move`, `edit_tile`, `unpin`.
    """

    name: str
    description: str = ""
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation(Record):
    """What somebody knows about a day, shown on every time chart.

    Attributes:
        day: The workspace's local day.
        title: One line.
        text: More about it.
        url: Where to read on, http or https; None: nowhere.
    """

    day: date
    title: str
    text: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Record):
    """Where a metric should be, and by when.

    Attributes:
        metric: Its name in the definitions.
        target: The value to reach, in the metric's unit.
        direction: Whether higher or lower is better, as the metric said when the goal was set.
        from_day: First day that counts.
        until_day: Last day that counts; None: until it is changed.
        owner: Whose goal it is; "": nobody's in particular.
    """

    metric: str
    target: float
    direction: Direction
    from_day: date
    until_day: date | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Record):
    """What somebody decided about an experiment.

    Attributes:
        experiment: Its name.
        outcome: "stopped" ends one that could not be read.
        variant: The variant that everybody gets from now on; "": the control stays.
        reason: Why, in their words.
        evidence: The verdict as it stood then.
        decided_on: The workspace's local day.
    """

    experiment: str
    outcome: Choice
    variant: str = ""
    reason: str = ""
    evidence: str = ""
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureAction(Record):
    """What an owner holds for the cause of a feature's low use, and what was done about it.

    Attributes:
        feature: Its name, as events say it.
        verdict: The cause, in the owner's judgement.
        rung: The rung of the ladder that the action is to widen.
        action: What was done, in their words.
        evidence: The verdict of the diagnosis as it stood then.
        acted_on: The workspace's local day from which on people had it.
    """

    feature: str
    verdict: Judgement
    rung: Rung
    action: str
    evidence: str = ""
    acted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(Record):
    """What somebody thought of an item of the daily brief.

    Attributes:
        item: The item's key: day, metric and segment.
        metric: The metric it is about.
        day: The workspace's local day of the brief.
        opinion: "useful", or "noise": not worth the morning.
    """

    item: str
    metric: str
    day: date
    opinion: Opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView(Record):
    """A page with everything that somebody chose on it.

    Attributes:
        page: The page's name in the address, such as "funnels".
        name: What it is called.
        description: What it is for.
        address: What stands behind the page's name in the address: a text or a list of texts for
            each name.
    """

    page: str
    name: str
    description: str = ""
    address: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRelease(Record):
    """A release that somebody has added, with what it has to achieve, before it ships.

    Attributes:
        release: Its name, as the table `releases` calls it or will call it.
        title: What it brings, in a line.
        planned_on: The workspace's local day on which the first user gets it.
        rollout: How it reaches its users.
        features: Features that it touches.
        url: Where to read on, http or https; None: nowhere.
        owner: Who answers for it; "": nobody in particular.
        criteria: What it has to achieve and must not harm: of each `measure`, `role` ("goal" or
            "guardrail") and `target`, an effect as a fraction (0.02 is 2 % more, or 2 points).
    """

    release: str
    title: str
    planned_on: date
    rollout: RolloutKind = "full"
    features: tuple[str, ...] = ()
    url: str | None = None
    owner: str = ""
    criteria: tuple[Values, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that somebody did.

    Attributes:
        id: A short text; "" until it is kept.
        at: When, in UTC; None until it is kept.
        author: Who.
        action: What, as a verb: "ran", "downloaded", "removed".
        subject: Of what: a page, a query's name.
        details: More, such as the rows taken or what was removed.
    """

    id: str = ""
    at: datetime | None = None
    author: str = ""
    action: str
    subject: str = ""
    details: Values = field(default_factory=dict)
