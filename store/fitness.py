"""Whether a record can be kept as it is: nothing blank, nothing endless, nothing unreadable."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, get_args
from urllib.parse import urlsplit

from store.errors import StoreRefused
from store.packing import packed
from store.records import (
    Annotation,
    Decision,
    FeatureAction,
    Goal,
    Judgement,
    PlannedRelease,
    RolloutKind,
    Rung,
    Tile,
    Vote,
)

# Characters at most, by attribute.
LONGEST = {
    "name": 200,
    "title": 200,
    "tags": 50,
    "description": 10_000,
    "text": 10_000,
    "page": 200,
    "address": 20_000,
    "reason": 10_000,
    "evidence": 10_000,
    "experiment": 320,
    "variant": 320,
    "url": 2_000,
    "sql": 1_000_000,
    "author": 320,
    "owner": 320,
    "metric": 200,
    "item": 1_000,
    "release": 320,
    "features": 200,
    "feature": 320,
    "action": 10_000,
}
# And an annotation's title; a tile's may be its query's.
NEEDED = {"name", "metric", "experiment", "page", "item", "release", "feature"}
COLUMNS = 3  # of a board


def check_fit(record: Any) -> None:
    """Refuse what could not be shown, found or stored.

    Raises:
        StoreRefused: The message names the attribute and says what would be right.
    """
    for field in fields(record):
        for text in _texts(getattr(record, field.name)):
            _check_text(field.name, text)
    rule = RULES.get(type(record))
    if rule is not None:
        rule(record)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep; what JSON cannot say is refused."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in packed(value).items():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _check_text(name: str, text: str) -> None:
    if name in NEEDED and not text.strip():
        raise StoreRefused(f"a {name} is needed, got a blank one")
    longest = LONGEST.get(name)
    if longest is not None and len(text) > longest:
        raise StoreRefused(f"a {name} has at most {longest:,} characters, got {len(text):,}")
    if "\0" in text or (not text.isascii() and _has_halves(text)):
        raise StoreRefused(f"the {name} has characters that cannot be kept; type it anew")


def _has_halves(text: str) -> bool:
    """Whether it has halves of characters, which no database takes."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _annotation(record: Annotation) -> None:
    if not record.title.strip():
        raise StoreRefused("a title is needed, got a blank one")
    if record.url is not None and not is_web_address(record.url):
        raise StoreRefused(
            f"an address starts with https:// or http:// and has no spaces, got {record.url[:80]!r}"
        )


def _tile(record: Tile) -> None:
    if not 1 <= record.width <= COLUMNS:
        raise StoreRefused(f"a tile is 1 to {COLUMNS} columns wide, got {record.width}")


def _goal(record: Goal) -> None:
    if not math.isfinite(record.target):
        raise StoreRefused(f"a target is a number, got {record.target}")
    if record.direction not in {"higher", "lower"}:
        raise StoreRefused(f"a direction is 'higher' or 'lower', got {record.direction!r}")
    if record.until_day is not None and record.until_day < record.from_day:
        raise StoreRefused(
            f"a goal's last day is not before its first, got {record.from_day} to "
            f"{record.until_day}"
        )


def _decision(record: Decision) -> None:
    if record.outcome not in {"shipped", "not shipped", "stopped"}:
        raise StoreRefused(
            f"an outcome is 'shipped', 'not shipped' or 'stopped', got {record.outcome!r}"
        )
    if not record.reason.strip():
        raise StoreRefused("a reason is needed, got a blank one")


def _feature_action(record: FeatureAction) -> None:
    for said, offered in ((record.verdict, Judgement), (record.rung, Rung)):
        if said not in get_args(offered):
            known = ", ".join(get_args(offered))
            raise StoreRefused(f"one of {known} is needed, got {said!r}")
    if not record.action.strip():
        raise StoreRefused("an action is needed, got a blank one")


def _vote(record: Vote) -> None:
    if record.opinion not in {"useful", "noise"}:
        raise StoreRefused(f"an opinion is 'useful' or 'noise', got {record.opinion!r}")


def _planned_release(record: PlannedRelease) -> None:
    if not record.title.strip():
        raise StoreRefused("a title is needed, got a blank one")
    if record.rollout not in get_args(RolloutKind):
        kinds = ", ".join(map(repr, get_args(RolloutKind)))
        raise StoreRefused(f"a rollout is one of {kinds}, got {record.rollout!r}")
    if record.url is not None and not is_web_address(record.url):
        raise StoreRefused(
            f"an address starts with https:// or http:// and has no spaces, got {record.url[:80]!r}"
        )
    for one in record.criteria:
        _criterion(one)


def _criterion(one: Mapping[str, Any]) -> None:
    if not str(one.get("measure", "")).strip():
        raise StoreRefused("a criterion needs the measure that it is about")
    if one.get("role") not in {"goal", "guardrail"}:
        raise StoreRefused(f"a criterion is a 'goal' or a 'guardrail', got {one.get('role')!r}")
    target = one.get("target")
    if not isinstance(target, int | float) or not math.isfinite(target):
        raise StoreRefused(f"a target is a number, got {target!r}")


def is_web_address(url: str) -> bool:
    """Whether it is a plain http(s) address, which alone becomes a link."""
    if any(mark in url for mark in "<>\\") or any(letter.isspace() for letter in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


RULES: dict[type, Callable[[Any], None]] = {
    Annotation: _annotation,
    Decision: _decision,
    FeatureAction: _feature_action,
    Goal: _goal,
    PlannedRelease: _planned_release,
    Tile: _tile,
    Vote: _vote,
}
