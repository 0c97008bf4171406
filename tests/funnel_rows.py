"""Small random logs of many people, in a workspace, and the same rows for a slow count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from metrics.periods import Grain, Period, bucket_start
from queries import Workspace
from queries.event_match import EventMatch
from queries.narrow import NOT_SET, Segment
from reports.funnel_question import FunnelQuestion
from tests.slow_funnel import Attempt, Event, slow_attempts
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

ZONE = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 3, 2, 20, tzinfo=UTC)  # a Monday, three hours before midnight
DAYS = Period(date(2026, 3, 2), date(2026, 3, 4))
TICK = timedelta(minutes=20)  # few distinct moments, so that ties, windows and graces meet
TICKS = 24
SESSION_MINUTES = 30
NAMES = ("a", "b", "c", "d")
USERS = {
    f"u{n:03}": {
        "plan": (None, "free", "pro")[n % 3],
        "account_id": f"k{n % 20}" if n % 5 else None,
    }
    for n in range(80)
}  # fmt: skip
SETUP = Setup(
    time_zone="Europe/Berlin",
    event_dimensions=("platform",),
    user_dimensions=("plan",),
    users=USERS,
)


@dataclass(frozen=True)
class Done:
    """One event as it was invented."""

    user: str
    name: str
    at: datetime
    platform: str | None
    feature: str | None

    @property
    def day(self) -> date:
        return self.at.astimezone(ZONE).date()

    @property
    def microseconds(self) -> int:
        return int(self.at.timestamp()) * 1_000_000


class Log:
    """A built workspace, and the events that are in it."""

    def __init__(self, workspace: Workspace, done: tuple[Done, ...]) -> None:
        self.workspace, self.done = workspace, done


def invented(seed: int) -> list[Done]:
    """Up to fourteen events of each person."""
    chance = Random(seed)  # noqa: S311
    return [
        Done(
            user,
            chance.choice(NAMES),
            FIRST + TICK * chance.randrange(TICKS),
            chance.choice(("ios", "web", "!", None)),
            chance.choice(("x", None)),
        )
        for user in USERS
        for _ in range(chance.randrange(15))
    ]


def log_of(folder: Path, done: list[Done]) -> Log:
    """A workspace of the events; a number of its own keeps each from being a duplicate."""
    rows: list[Row] = [
        (one.user, one.name, one.at.isoformat(),
         {"platform": one.platform, "feature": one.feature, "value": float(number)})
        for number, one in enumerate(done)
    ]  # fmt: skip
    return Log(workspace_of(folder, rows, SETUP), tuple(done))


def fits(one: Done, match: EventMatch) -> bool:
    """Whether an event is what a match asks, in words."""
    is_named = one.name in match.events or any(
        one.feature == feature and action is None for feature, action in match.features
    )
    return (is_named or match.is_any) and is_in(one, match.segment)


def is_in(one: Done, segment: Segment) -> bool:
    """Whether an event has one of the values of every filter."""
    own = {"platform": one.platform, "plan": USERS[one.user]["plan"]}
    return all(own[wanted.dimension] in wanted.values for wanted in segment.filters)


def value_of(one: Done, by: str | None) -> str:
    own = {"platform": one.platform, "plan": USERS[one.user]["plan"], None: "All users"}
    return own[by] or NOT_SET


def sessions_of(done: tuple[Done, ...], segment: Segment) -> dict[int, tuple[str, datetime]]:
    """The session of each event, by its place: it ends after thirty idle minutes of its person.

    It belongs to a segment as its first event does; events of others' sessions have none.
    """
    found: dict[int, tuple[str, datetime]] = {}
    order = sorted(range(len(done)), key=lambda place: (done[place].user, done[place].at))
    for user, places in groupby(order, key=lambda place: done[place].user):
        opened: Done | None = None
        last = FIRST - timedelta(days=1)
        for place in places:
            one = done[place]
            if opened is None or one.at - last > timedelta(minutes=SESSION_MINUTES):
                opened = one
            last = one.at
            if is_in(opened, segment):
                found[place] = (user, opened.at)
    return found


@dataclass(frozen=True)
class Counted:
    """An attempt that counts, with the value and the period that it counts for."""

    attempt: Attempt
    group: str
    period: date


def slowly(
    done: tuple[Done, ...],
    question: FunnelQuestion,
    period: Period,
    segment: Segment,
    grain: Grain | None,
) -> list[Counted]:
    """The attempts that count, from the rules in words, one at a time."""
    kept = [place for place, one in enumerate(done) if is_in(one, segment)]
    visits = sessions_of(done, segment)
    lanes = {value_of(done[place], question.by) for place in kept}
    if question.attribution != "all_steps" or question.by is None:
        lanes = {""}
    counted = []
    for lane in sorted(lanes):
        events, sources = [], {}
        for place in kept:
            one = done[place]
            unit = {
                "user": one.user, "account": USERS[one.user]["account_id"],
                "session": visits.get(place),
            }[question.unit]  # fmt: skip
            is_too_early = question.order == "any" and one.day < period.start
            if unit is None or is_too_early:
                continue
            event = _event(one, str(unit), question, period, lane, grain)
            events.append((value_of(one, question.by), event))
            sources[id(event)] = one
        events.sort(key=lambda pair: pair[0])  # equal moments and steps stand by value
        for attempt in slow_attempts([event for _, event in events], question.rules):
            opened = sources[id(attempt.opened)]
            if opened.day in period:
                values = [value_of(sources[id(event)], question.by) for event in attempt.taken]
                group = lane or _group(values, question)
                if group is not None:
                    counted.append(
                        Counted(attempt, group, bucket_start(opened.day, grain or "day"))
                    )
    return counted


def _event(
    one: Done, unit: str, question: FunnelQuestion, period: Period, lane: str, grain: Grain | None
) -> Event:  # fmt: skip
    steps = {n for n, step in enumerate(question.steps) if fits(one, step.match)}
    if one.day not in period and question.order != "any":
        steps -= {0}
    if lane and value_of(one, question.by) != lane:
        steps = set()
    cohort = (one.day >= period.end) - (one.day < period.start)
    if grain is not None and not cohort:
        cohort = -(10**7) + bucket_start(one.day, grain).toordinal()
    return Event(
        unit,  # type: ignore[arg-type]
        one.microseconds,
        frozenset(steps),
        frozenset(n for n, void in enumerate(question.exclusions) if fits(one, void.match)),
        cohort,
    )


def _group(values: list[str], question: FunnelQuestion) -> str | None:
    if question.attribution == "step" and question.by is not None:
        place = question.attribution_step - 1
        return values[place] if place < len(values) else None
    if question.by is None:
        return "All users"
    known = [value for value in values if value != NOT_SET] or [NOT_SET]
    return known[0] if question.attribution == "first_touch" else known[-1]
