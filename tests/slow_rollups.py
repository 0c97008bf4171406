"""All roll-ups recounted slowly and obviously, from plain rows: what the fast build is held to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=24)

Row = tuple[str, str, str, Mapping[str, Any]]  # user, event, ISO moment, everything else
Table = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What of `workspace.toml` matters for the roll-ups."""

    time_zone: str = "UTC"
    qualifies: Callable[[str], bool] = lambda event: True  # noqa: ARG005
    idle: timedelta = IDLE
    event_dimensions: tuple[str, ...] = ()
    user_dimensions: tuple[str, ...] = ()
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a user did."""

    user: str
    name: str
    at: datetime  # UTC, without zone
    day: date  # local
    hour: int  # local
    qualifies: bool
    more: Mapping[str, Any]


def rollups(rows: Sequence[Row], rules: Rules | None = None) -> dict[str, Table]:
    """Every roll-up as a list of dictionaries, by name."""
    rules = rules or Rules()
    events = sorted((_event(row, rules) for row in rows), key=lambda e: (e.at, e.user, e.name))
    names = sorted({event.user for event in events} | set(rules.users))
    keys = {name: number for number, name in enumerate(names)}
    active = [event for event in events if event.qualifies]
    visits = sessions(active, keys, rules)
    days = user_days(active, keys, visits)
    return {
        "users": users(keys, days, events, rules),
        "user_days": days,
        "segment_days": segment_days(active, keys, visits, rules),
        "feature_days": feature_days(events, keys, rules),
        "steps": [_step(event, keys, rules) for event in events],
        "sessions": visits,
    }


def _event(row: Row, rules: Rules) -> Event:
    user, name, text, more = row
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(rules.time_zone))
    at = moment.astimezone(UTC).replace(tzinfo=None)
    return Event(user, name, at, local.date(), local.hour, rules.qualifies(name), more)


def users(keys: Mapping[str, int], days: Table, events: Sequence[Event], rules: Rules) -> Table:
    """One row per user, active or not."""
    table = []
    for name, key in keys.items():
        known = rules.users.get(name, {})
        active_on = [row["day"] for row in days if row["user_key"] == key]
        accounts = [
            e.more["account_id"] for e in events if e.user == name and "account_id" in e.more
        ]
        table.append({
            "user_key": key,
            "user_id": name,
            "account_id": known.get("account_id", accounts[-1] if accounts else None),
            "signed_up_on": known.get("signed_up_on"),
            "deleted_on": known.get("deleted_on"),
            "first_day": min(active_on, default=None),
            "last_day": max(active_on, default=None),
        } | {name: known.get(name) for name in rules.user_dimensions})  # fmt: skip
    return table


def user_days(active: Sequence[Event], keys: Mapping[str, int], visits: Table) -> Table:
    """One row per (user, day) with a qualifying event."""
    table = []
    for user, events in _by(active, lambda e: e.user):
        days = sorted({event.day for event in events})
        for prev, day in pairwise([None, *days]):
            today = [event for event in events if event.day == day]
            table.append({
                "day": day,
                "user_key": keys[user],
                "events": len(today),
                "sessions": sum(v["user_key"] == keys[user] and v["day"] == day for v in visits),
                "hours": _mask(today),
                "first_day": days[0],
                "prev_day": prev,
            })  # fmt: skip
    return sorted(table, key=lambda row: (row["day"], row["user_key"]))


def segment_days(
    active: Sequence[Event], keys: Mapping[str, int], visits: Table, rules: Rules
) -> Table:
    """One row per (user, day, values of the event dimensions) with a qualifying event."""
    dims = rules.event_dimensions
    table = []
    for (day, user, values), events in _by(active, lambda e: (e.day, e.user, _cell(e, rules))):
        mine = [v for v in visits if v["user_key"] == keys[user] and v["day"] == day]
        began = sum(tuple(_text(v[name]) for name in dims) == values for v in mine)
        table.append({
            "day": day,
            "user_key": keys[user],
            "events": len(events),
            "sessions": began,
            "hours": _mask(events),
        } | {name: _value(events[0], name) for name in dims})  # fmt: skip
    return table


def feature_days(events: Sequence[Event], keys: Mapping[str, int], rules: Rules) -> Table:
    """One row per (day, event, feature, action, event dimensions, user), qualifying or not."""

    def key(e: Event) -> tuple[Any, ...]:
        return (e.day, e.name, _text(_value(e, "feature")), _text(_value(e, "action")),
                _cell(e, rules), e.user)  # fmt: skip

    return [
        _named(group[0], rules)
        | {"day": group[0].day, "user_key": keys[group[0].user], "events": len(group)}
        for _, group in _by(events, key)
    ]


def sessions(active: Sequence[Event], keys: Mapping[str, int], rules: Rules) -> Table:
    """One row per visit, under the local day of its first event."""
    table = []
    for (user, _), events in _by(active, lambda e: (e.user, _text(e.more.get("session_id")))):
        table += [_visit(visit, keys[user], rules) for visit in _cut(events, rules.idle)]
    return sorted(table, key=lambda row: (row["day"], row["user_key"], row["started_at"]))


def _visit(events: Sequence[Event], key: int, rules: Rules) -> dict[str, Any]:
    return {
        "day": events[0].day,
        "user_key": key,
        "started_at": events[0].at,
        "seconds": (events[-1].at - events[0].at).total_seconds(),
        "events": len(events),
    } | {name: _value(events[0], name) for name in rules.event_dimensions}


def _cut(events: Sequence[Event], idle: timedelta) -> list[list[Event]]:
    """One user's events of one given session id, or without one, as visits."""
    visits: list[list[Event]] = []
    for event in events:
        is_given = event.more.get("session_id") is not None
        goes_on = (
            bool(visits)
            and (is_given or event.at - visits[-1][-1].at <= idle)
            and event.at - visits[-1][0].at < LONGEST_SESSION
        )
        if goes_on:
            visits[-1].append(event)
        else:
            visits.append([event])
    return visits


def _step(event: Event, keys: Mapping[str, int], rules: Rules) -> dict[str, Any]:
    return _named(event, rules) | {
        "day": event.day, "user_key": keys[event.user], "occurred_at": event.at,
    }  # fmt: skip


def _named(event: Event, rules: Rules) -> dict[str, Any]:
    return {
        "event": event.name,
        "feature": _value(event, "feature"),
        "action": _value(event, "action"),
        "is_qualifying": event.qualifies,
    } | {name: _value(event, name) for name in rules.event_dimensions}


def _mask(events: Iterable[Event]) -> int:
    return sum(1 << hour for hour in {event.hour for event in events})


def _value(event: Event, name: str) -> Any:
    return event.more.get(name)


def _text(value: Any) -> str:
    """A value to sort by; a missing one comes last."""
    return "\uffff" if value is None else str(value)


def _cell(event: Event, rules: Rules) -> tuple[str, ...]:
    return tuple(_text(_value(event, name)) for name in rules.event_dimensions)


def _by(events: Sequence[Event], key: Callable[[Event], Any]) -> list[tuple[Any, list[Event]]]:
    """Events in groups of one key, each group in the order of time."""
    ordered = sorted(events, key=key)
    return [(value, list(group)) for value, group in groupby(ordered, key=key)]
