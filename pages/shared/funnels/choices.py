"""What a step or an exclusion may be, as chips to choose, and back."""

from collections.abc import Iterable

from pages.shared import plain
from pages.shared.filters import parsed, segment_of
from queries.event_match import EventMatch
from queries.narrow import NOT_SET
from reports.funnel_choices import Feature, FunnelChoices
from reports.funnel_question import feature_words

MOST_OFFERED = 800  # events and features; those of most people first
Choice = str | Feature


def options(choices: FunnelChoices, chosen: list[EventMatch]) -> list[Choice]:
    """What a step may be, with what the steps already are."""
    known: list[Choice] = [*choices.events[:MOST_OFFERED], *choices.features[:MOST_OFFERED]]
    return list(dict.fromkeys([*known, *(one for match in chosen for one in choices_of(match))]))


def choices_of(match: EventMatch) -> list[Choice]:
    """The events and features of a match."""
    return [*match.events, *match.features]


def choice_words(choice: Choice) -> str:
    """An event, or a feature and what was done with it."""
    if isinstance(choice, str):
        return plain.visible(choice)
    return plain.visible(feature_words(*choice))


def filters_of(match: EventMatch) -> list[str]:
    """The filters of a match as chips."""
    return [
        f"{one.dimension}:{NOT_SET if value is None else value}"
        for one in match.segment.filters
        for value in one.values
    ]


def match_of(
    chosen: Iterable[Choice], filters: Iterable[str], dimensions: Iterable[str]
) -> EventMatch:
    """What was chosen as a match; filters that name no dimension are left out."""
    known = list(dimensions)
    kept = [text for text in filters if parsed(text, known)]
    picked = list(chosen)
    return EventMatch(
        events=tuple(one for one in picked if isinstance(one, str)),
        features=tuple(one for one in picked if not isinstance(one, str)),
        segment=segment_of(kept, known),
    )
