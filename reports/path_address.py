"""A path's rules and ways as short texts, for the address; text from outside is checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from queries import QueryError
from queries.path_rules import Along, PathRules
from reports.path_question import MOST_NODES

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_TEXT = 8_000  # characters that are read
CHOICES = {
    "shown": ("event", "feature"),
    "visit": ("session", "user"),
    "repeats": ("consecutive", "once", "none"),
    "direction": ("from", "to"),
}


def written_way(nodes: Iterable[str | None]) -> str:
    """The nodes that are followed; null: any.

    Examples:
        >>> written_way(["opened", None, "saved"])
        '["opened",null,"saved"]'
    """
    return json.dumps(list(nodes), ensure_ascii=False, separators=(",", ":"))


def read_way(text: str) -> tuple[str | None, ...]:
    """The nodes of a text.

    Raises:
        QueryError: It is none of ours.
    """
    said = _json(text)
    is_fine = isinstance(said, list) and all(one is None or isinstance(one, str) for one in said)
    if not is_fine or len(said) > MOST_NODES:
        raise QueryError(
            f'a way is written like ["opened",null,"saved"], with at most {MOST_NODES} nodes, '
            f"got {text[:40]!r}"
        )
    return tuple(said)


def written_along(path: Along) -> str:
    """A path that a funnel counts along."""
    rules = path.rules
    said = {
        "shown": rules.shown, "visit": rules.visit, "repeats": rules.repeats,
        "hidden": list(rules.hidden), "joined": [list(one) for one in rules.joined],
        "anchor": path.anchor, "direction": path.direction, "first": path.first,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def read_along_text(text: str) -> Along:
    """The path of a text.

    Examples:
        >>> path = Along(PathRules(hidden=("ping*",)), "paid", "to")
        >>> read_along_text(written_along(path)) == path
        True

    Raises:
        QueryError: It is none of ours.
    """
    said = _json(text)
    try:
        for name, known in CHOICES.items():
            if said[name] not in known:
                raise ValueError(f"{name} is {' or '.join(known)}, got {said[name]!r}")  # noqa: TRY301
        rules = PathRules(
            said["shown"],
            said["visit"],
            said["repeats"],
            tuple(str(one) for one in said["hidden"]),
            tuple((str(pattern), str(name)) for pattern, name in said["joined"]),
        )
        return Along(rules, str(said["anchor"]), said["direction"], str(said["first"]))
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError(f"the path of this address cannot be used: {error}") from error


def join_rule(text: str) -> tuple[str, str] | None:
    """A pattern and the name of what fits it, from 'page_*: Pages'; None: it says no such thing.

    Examples:
        >>> join_rule("page_*: Pages"), join_rule("page_*")
        (('page_*', 'Pages'), None)
    """
    pattern, _, name = text.rpartition(":")
    pattern, name = pattern.strip(), name.strip()
    return (pattern, name) if pattern and name else None


def _json(text: str) -> Any:
    if len(text) > LONGEST_TEXT:
        raise QueryError(f"this address has more than {LONGEST_TEXT} characters")
    try:
        return json.loads(text)
    except ValueError as error:
        raise QueryError(f"the path of this address cannot be read: {text[:40]!r}") from error
