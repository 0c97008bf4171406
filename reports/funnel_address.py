"""A funnel as a short text, for links and for keeping; text from outside is checked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from queries import Filter, QueryError, Segment
from queries.event_match import EventMatch
from reports.funnel_question import (
    LONGEST_WINDOW,
    FunnelExclusion,
    FunnelQuestion,
    FunnelStep,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LONGEST_TEXT = 8_000  # characters that are read
LONGEST_LABEL = 60
MOST_NAMES = 50  # events, features or filters of a step
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
Parts = tuple[tuple[FunnelStep, ...], tuple[FunnelExclusion, ...]]


def written(steps: Iterable[FunnelStep], exclusions: Iterable[FunnelExclusion] = ()) -> str:
    """Steps and exclusions as a text that `read` takes.

    Examples:
        >>> written([FunnelStep(EventMatch(("a",))), FunnelStep(EventMatch(("b",)), "B")])
        '["a",{"events":["b"],"label":"B"}]'
    """
    ways = [_step_text(step) for step in steps]
    voids = [
        {"what": _step_text(FunnelStep(one.match)), "from": one.from_step, "to": one.to_step}
        for one in exclusions
    ]
    said: Any = {"steps": ways, "without": voids} if voids else ways
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _step_text(step: FunnelStep) -> str | dict[str, Any]:
    match = step.match
    if match.is_by_name and len(match.events) == 1 and not step.label:
        return match.events[0]
    parts = {
        "events": list(match.events),
        "features": [[feature] if action is None else [feature, action]
                     for feature, action in match.features],
        "where": [[one.dimension, *one.values] for one in match.segment.filters],
        "label": step.label,
    }  # fmt: skip
    return {name: value for name, value in parts.items() if value}


def read(text: str, dimensions: Collection[str] | None = None) -> Parts:
    """Steps and exclusions of a text.

    Args:
        text: What `written` gave, or somebody wrote.
        dimensions: What there is to filter by; None: not checked.

    Raises:
        QueryError: The text is none of ours, or filters by a dimension that is not there.
    """
    try:
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"it has more than {LONGEST_TEXT} characters")  # noqa: TRY301
        said = json.loads(text)
        parts = said if isinstance(said, dict) else {"steps": said, "without": []}
        steps = tuple(_step(one) for one in _list(parts["steps"]))
        voids = tuple(
            FunnelExclusion(_step(one["what"]).match, int(one["from"]), int(one["to"]))
            for one in _list(parts.get("without", []))
        )
        FunnelQuestion(steps, exclusions=voids)
        _require_dimensions(
            dimensions, [*(one.match for one in steps), *(one.match for one in voids)]
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QueryError(
            'a funnel is written like ["signed_up","paid"], with two to eight steps: '
            f"{error or 'it ends too early'}"
        ) from error
    return steps, voids


def _require_dimensions(known: Collection[str] | None, matches: Iterable[EventMatch]) -> None:
    names = {one.dimension for match in matches for one in match.segment.filters}
    unknown = set() if known is None else names - set(known)
    if unknown:
        raise ValueError(f"there is no dimension {min(unknown)!r} to filter a step by")


def _step(said: Any) -> FunnelStep:
    if isinstance(said, str):
        return FunnelStep(EventMatch((said,)))
    unknown = set(said) - {"events", "features", "where", "label"}
    if unknown:
        raise ValueError(f"a step has no part {min(unknown)!r}")
    features = [_texts(one) for one in _list(said.get("features", []))]
    filters = [_list(one) for one in _list(said.get("where", []))]
    if any(len(one) not in (1, 2) for one in features) or any(len(one) < 2 for one in filters):
        raise ValueError("a feature is [name] or [name, action], a filter [dimension, value, …]")
    match = EventMatch(
        events=tuple(_texts(said.get("events", []))),
        features=tuple((one[0], one[1] if len(one) > 1 else None) for one in features),
        segment=Segment(tuple(
            Filter(_texts(one[:1])[0], tuple(_texts(one[1:], has_none=True))) for one in filters
        )),
    )  # fmt: skip
    return FunnelStep(match, str(said.get("label", ""))[:LONGEST_LABEL])


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list) or len(said) > MOST_NAMES:
        raise ValueError(f"expected a list of at most {MOST_NAMES}, got {str(said)[:40]}")
    return said


def _texts(said: Any, *, has_none: bool = False) -> list[str]:
    texts = _list(said)
    wrong = [one for one in texts if not isinstance(one, str) and not (has_none and one is None)]
    if wrong:
        raise ValueError(f"expected a text, got {str(wrong[0])[:40]}")
    return cast("list[str]", texts)


def span(text: str) -> timedelta:
    """A length of time such as '14d', '2h', '30m' or '15s'.

    Examples:
        >>> span("14d"), span("90s")
        (datetime.timedelta(days=14), datetime.timedelta(seconds=90))

    Raises:
        QueryError: The text has another form, or is longer than a year.
    """
    number, unit = text.strip()[:-1].strip(), text.strip()[-1:].lower()
    if unit not in SECONDS or not number.isdecimal() or len(number) > 9:
        raise QueryError(f"a length of time looks like 14d, 2h, 30m or 15s, got {text!r}")
    found = timedelta(seconds=int(number) * SECONDS[unit])
    if found > LONGEST_WINDOW:
        raise QueryError(f"a funnel's window is at most {LONGEST_WINDOW.days}d, got {text!r}")
    return found
