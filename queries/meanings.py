"""What the rows and columns of the roll-ups mean, for whoever reads them in SQL."""

from collections.abc import Mapping

_DAY = "local day"
_USER_KEY = "number of the user; users says who it is"
_SEGMENT = "one value for everybody; pages put the value of a breakdown here"
_EVENT = {
    "event": "what was done",
    "feature": "the feature used",
    "action": "exposed, opened, started, completed, failed or abandoned",
    "is_qualifying": "whether it counts as activity",
}

ROLL_UPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "user_days": (
        "One row per (user, local day) with a qualifying event; different people are counted here.",
        {
            "day": _DAY,
            "user_key": _USER_KEY,
            "events": "qualifying events",
            "sessions": "sessions begun",
            "hours": "local hours with an event, as bits: hour 0 is the lowest",
            "first_day": "the user's first active day",
            "prev_day": "the active day before this one; null: this is the first",
            "segment": _SEGMENT,
        },
    ),
    "segment_days": (
        "One row per (user, local day, combination of event dimensions).",
        {
            "day": _DAY,
            "user_key": _USER_KEY,
            "events": "qualifying events",
            "sessions": "sessions begun",
            "hours": "local hours with an event, as bits: hour 0 is the lowest",
            "segment": _SEGMENT,
        },
    ),
    "feature_days": (
        "One row per (local day, event, user, combination of event dimensions).",
        {
            "day": _DAY,
            **_EVENT,
            "user_key": _USER_KEY,
            "events": "how often",
            "segment": _SEGMENT,
        },
    ),
    "steps": (
        "One row per event, clustered by its name: for funnels and paths.",
        {
            "day": _DAY,
            **_EVENT,
            "user_key": _USER_KEY,
            "occurred_at": "when, UTC",
            "segment": _SEGMENT,
        },
    ),
    "sessions": (
        "One row per visit, whole, on the local day on which it began.",
        {
            "day": _DAY,
            "user_key": _USER_KEY,
            "started_at": "first event, UTC",
            "seconds": "from the first event to the last",
            "events": "events in it",
            "segment": _SEGMENT,
        },
    ),
    "users": (
        "One row per user: everybody in your table users, and everybody with an event.",
        {
            "user_key": "number of the user in the other roll-ups",
            "user_id": "who",
            "account_id": "the customer the user belongs to",
            "signed_up_on": "local day on which the account was made",
            "deleted_on": "local day on which the user was removed; null: still there",
            "first_day": "first active day; null: never active",
            "last_day": "last active day; null: never active",
            "segment": _SEGMENT,
        },
    ),
    "metric_days": (
        "One row per (metric, local day) for everybody, and per value of one event dimension.",
        {
            "day": _DAY,
            "metric": "its name in metrics.toml",
            "dimension": "by which dimension; null: everybody",
            "value": "the dimension's value; null: everybody",
            "numerator": "what is counted or added up",
            "denominator": "what it is divided by; null: nothing",
        },
    ),
    "request_hours": (
        (
            "One row per local hour, route, app_version, platform, status class and latency "
            "bucket. Bucket k holds durations above b^(k-1) and up to b^k ms, b = 1.01 / 0.99; its "
            "middle 2 * power(b, k) / (b + 1) is within 1 % of all of them."
        ),
        {
            "day": _DAY,
            "hour_at": "begin of the local hour, UTC",
            "route": "what was asked for",
            "app_version": "version that served it",
            "platform": "device or client that asked",
            "status_class": "2 for 200 to 299, 5 for 500 to 599, …; null: not known",
            "bucket": "number of the latency bucket; null: no duration known",
            "requests": "requests in it",
        },
    ),
    "quarantine": (
        "One row per row of your files that does not count, with the reason.",
        {
            "table_name": "the table it would have belonged to",
            "file": "the file",
            "row_number": "row in the file, from 0",
            "reason": "why it does not count",
            "day": "local day, for duplicates; null for the others",
            "content": "the whole row, as JSON",
        },
    ),
    "calendar": (
        "One row per local day, from a year before the first day of data to a year after the last.",
        {
            "day": _DAY,
            "week_start": "first day of its week",
            "month_start": "first day of its month",
            "begins_at": "first moment of the day, UTC",
            "ends_at": "first moment of the next day, UTC",
        },
    ),
}
