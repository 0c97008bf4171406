"""The ten canonical tables: what one row is, which columns it has, and what they mean."""

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["id", "text", "moment", "number", "integer", "boolean", "json"]

SQL_TYPE: dict[ColumnKind, str] = {
    "id": "varchar",
    "text": "varchar",
    "moment": "timestamp",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
    "json": "varchar",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column.

    Attributes:
        name: Its name in every query.
        kind: What a value is; moments are UTC timestamps without zone.
        meaning: One line for the reader of the Data page.
        is_required: The table cannot be read without it.
        is_key: A row whose value is null or blank is quarantined.
    """

    name: str
    kind: ColumnKind
    meaning: str
    is_required: bool = False
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table.

    Attributes:
        name: Its name in every query and in `workspace.toml`.
        row: What one row is.
        columns: The canonical columns, required ones first.
        moment: The column that dates a row and decides how far the table reaches; None: undated.
        is_open: Further columns of the user's files are kept, as dimensions.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    moment: str | None = None
    is_open: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which the table cannot be read."""
        return tuple(column.name for column in self.columns if column.is_required)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all canonical columns."""
        return tuple(column.name for column in self.columns)


def key(name: str, kind: ColumnKind, meaning: str) -> Column:
    """A required column that no row may lack."""
    return Column(name, kind, meaning, is_required=True, is_key=True)


def must(name: str, kind: ColumnKind, meaning: str) -> Column:
    """A required column whose value may be null."""
    return Column(name, kind, meaning, is_required=True)


_TABLES = (
    Table(
        "events",
        "thing a user did",
        (
            key("user_id", "id", "who did it"),
            key("event", "text", "what they did"),
            key("occurred_at", "moment", "when, UTC"),
            Column("session_id", "id", "the visit it belongs to; wins over the 30-minute rule"),
            Column("account_id", "id", "the customer the user belonged to"),
            Column("feature", "text", "the feature used"),
            Column("action", "text", "exposed, opened, started, completed, failed or abandoned"),
            Column("platform", "text", "device or client"),
            Column("app_version", "text", "version of the client"),
            Column("country", "text", "country at that moment"),
            Column("plan", "text", "plan at that moment"),
            Column("duration_ms", "number", "how long it took, milliseconds"),
            Column("value", "number", "what it was worth, in the workspace's currency or a score"),
            Column("properties", "json", "anything else, as JSON text"),
        ),
        moment="occurred_at",
        is_open=True,
    ),
    Table(
        "users",
        "user",
        (
            key("user_id", "id", "who"),
            Column("signed_up_at", "moment", "when the account was made, UTC"),
            Column("account_id", "id", "the customer the user belongs to"),
            Column("deleted_at", "moment", "when the user was removed, UTC; null: still there"),
        ),
        is_open=True,
    ),
    Table(
        "subscriptions",
        "paid span of an account at one price",
        (
            key("account_id", "id", "who pays"),
            key("started_at", "moment", "first paid moment, UTC"),
            must("ended_at", "moment", "end of the paid span, UTC; null: running"),
            must("mrr", "number", "recurring revenue per month, in the row's currency"),
            Column("plan", "text", "plan"),
            Column("currency", "text", "ISO code; null: the workspace's currency"),
            Column("interval", "text", "month, quarter or year"),
            Column("is_trial", "boolean", "true: nothing is paid yet"),
            Column("reason", "text", "why it ended"),
            Column("cancelled_at", "moment", "when the billing system ended it, UTC"),
            Column("scheduled_at", "moment", "when the customer said that they leave, UTC"),
            Column("ending", "text", "how it ended: cancelled, unpaid or paused"),
            Column("list_mrr", "number", "recurring revenue per month before discounts"),
            Column("account_key", "text", "what accounts of one customer share, such as a domain"),
        ),
        moment="started_at",
    ),
    Table(
        "exposures",
        "time a unit was shown a variant",
        (
            key("experiment", "text", "which experiment"),
            key("unit_id", "id", "user or account"),
            key("variant", "text", "which variant was shown"),
            key("exposed_at", "moment", "when, UTC"),
        ),
        moment="exposed_at",
        is_open=True,
    ),
    Table(
        "experiments",
        "experiment",
        (
            key("experiment", "text", "its name"),
            key("started_at", "moment", "when, UTC"),
            Column("ended_at", "moment", "when, UTC; null: running"),
            Column("hypothesis", "text", "what is expected, and why"),
            Column("unit", "text", "user or account"),
            Column("allocation", "text", "planned shares, such as control 50, treatment 50"),
            Column("control", "text", "name of the control variant"),
            Column("primary_metric", "text", "the metric that decides"),
            Column("guardrails", "text", "metrics that must not get worse, comma-separated"),
            Column("owner", "text", "whom to ask"),
        ),
        moment="started_at",
    ),
    Table(
        "releases",
        "release",
        (
            key("release", "text", "its name"),
            key("released_at", "moment", "when the first user had it, UTC"),
            Column("version", "text", "app version that carries it"),
            Column("completed_at", "moment", "when everybody had it, UTC"),
            Column("rollout", "text", "staged, full, flag or adopters (who take it themselves)"),
            Column("features", "text", "features it touches, comma-separated"),
            Column("title", "text", "what it brings, in a line"),
            Column("url", "text", "where to read more"),
            Column("owner", "text", "whom to ask"),
        ),
        moment="released_at",
    ),
    Table(
        "rollouts",
        "unit's first contact with a release",
        (
            key("release", "text", "which release"),
            key("unit_id", "id", "user or account"),
            key("reached_at", "moment", "when, UTC"),
        ),
        moment="reached_at",
    ),
    Table(
        "requests",
        "request served, or a bucket of them",
        (
            key("occurred_at", "moment", "when, UTC"),
            key("route", "text", "what was asked for"),
            must("duration_ms", "number", "time to answer, milliseconds"),
            Column("status", "integer", "HTTP status"),
            Column("app_version", "text", "version that served it"),
            Column("platform", "text", "device or client that asked"),
            Column("user_id", "id", "who asked"),
            Column("count", "integer", "requests in the bucket; null: one"),
        ),
        moment="occurred_at",
    ),
    Table(
        "feedback",
        "thing a user said",
        (
            key("user_id", "id", "who said it"),
            key("said_at", "moment", "when, UTC"),
            Column("score", "number", "the answer on the scale"),
            Column("scale", "text", "nps or csat"),
            Column("text", "text", "in their words"),
            Column("feature", "text", "the feature it is about"),
            Column("channel", "text", "where it was said"),
        ),
        moment="said_at",
    ),
    Table(
        "work_items",
        "ticket",
        (
            key("key", "id", "its number"),
            key("state", "text", "open, in progress, done, …"),
            key("created_at", "moment", "when, UTC"),
            Column("title", "text", "what it is about"),
            Column("kind", "text", "bug, story, …"),
            Column("started_at", "moment", "when work began, UTC"),
            Column("finished_at", "moment", "when it was done, UTC"),
            Column("due_at", "moment", "when it should be done, UTC"),
            Column("release", "text", "the release it belongs to"),
            Column("points", "number", "estimate"),
        ),
        moment="created_at",
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
SIDE_TABLES: tuple[str, ...] = tuple(name for name in TABLES if name not in ("events", "users"))
ACTIONS: tuple[str, ...] = ("exposed", "opened", "started", "completed", "failed", "abandoned")
EVENT_DIMENSIONS: tuple[str, ...] = ("platform", "app_version", "country", "plan")
