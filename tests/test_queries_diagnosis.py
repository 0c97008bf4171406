"""The ladder of features: a slow recount in plain Python, and the people of each rung."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from math import log
from random import Random
from typing import Any

import polars as pl
import pytest

from queries import Workspace
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
DAYS = 84
END = MONDAY + timedelta(days=DAYS)
FIFTHS = [2.0, 4.0, 7.0, 12.0]
VISIT = timedelta(minutes=30)
MINUTES = timedelta(minutes=1)
# "full" says everything, "silent" never gives up aloud, "opened" knows no starts, "bare" only ends.
SENDS = {
    "full": ("exposed", "opened", "started", "completed", "failed", "abandoned"),
    "silent": ("exposed", "started", "completed", "failed"),
    "opened": ("opened", "completed", "failed"),
    "bare": ("completed",),
}
ASKED: dict[str, Any] = {
    "start_date": MONDAY,
    "end_date": END,
    **{f"fifth_{place}": edge for place, edge in enumerate(FIFTHS, start=1)},
    "features": list(SENDS),
    "live_since": [str(MONDAY), str(MONDAY + timedelta(days=20)), str(MONDAY), str(MONDAY)],
    "monthly": ["silent"],
    "tried_by_opening": ["opened"],
    "tried_by_any": ["bare"],
    "without_ends": [],
    "with_abandoned": ["full"],
    "least_weeks": 3,
    "least_spans": 2,
}


def log_of(seed: int, people: int = 60) -> list[Row]:
    """People who visit now and then, and do something with a feature in most visits."""
    chance = Random(seed)  # noqa: S311
    rows: list[Row] = []
    for number in range(people):
        habit = chance.random() ** 2 * 0.5
        for day in range(-3, DAYS + 3):
            if chance.random() < habit:
                plan = "pro" if day > 40 and number % 3 == 0 else "free"
                rows += _visits(chance, f"u{number:02}", MONDAY + timedelta(days=day), plan)
    return rows


def _visits(chance: Random, who: str, day: date, plan: str) -> Iterator[Row]:
    moment = datetime(day.year, day.month, day.day, chance.randrange(24), tzinfo=UTC)
    for _ in range(chance.randint(1, 4)):
        feature = chance.choice(list(SENDS))
        for _ in range(chance.randint(1, 4)):
            action = chance.choice(SENDS[feature])
            more = {"feature": feature, "action": action, "plan": plan}
            yield (who, f"{feature}_{action}", moment.isoformat(), more)
            moment += chance.choice((0, 20, 45, 60, 600)) * timedelta(seconds=1)
        moment += chance.choice((1, 29, 30, 31, 200)) * MINUTES


@pytest.fixture(scope="module", params=[1, 2])
def rows(request: pytest.FixtureRequest) -> list[Row]:
    return log_of(request.param)


@pytest.fixture(scope="module")
def workspace(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    setup = Setup(event_dimensions=("plan",))
    return workspace_of(tmp_path_factory.mktemp("ladder"), rows, setup, watermark=END)


Event = tuple[datetime, str]


def slow(rows: Sequence[Row]) -> dict[tuple[str, int, str], Counter[str]]:
    """The same counts, one person and feature at a time."""
    found: dict[tuple[str, int, str], Counter[str]] = {}
    since = dict(zip(ASKED["features"], map(date.fromisoformat, ASKED["live_since"]), strict=True))
    for who in sorted({row[0] for row in rows}):
        all_of = sorted((datetime.fromisoformat(row[2]), row) for row in rows if row[0] == who)
        own = [(at, row) for at, row in all_of if MONDAY <= at.date() < END]
        if not own:
            continue
        active = len({at.date() for at, _ in own})
        fifth = 1 + sum(active > edge for edge in FIFTHS)
        last = max(at.date() for at, _ in own)
        plan = min(row[3]["plan"] for at, row in own if at.date() == last)
        visits = [at for at, _ in all_of]
        for feature in SENDS:
            counts = found.setdefault((feature, fifth, plan), Counter())
            if last >= since[feature]:
                counts += Counter(eligible=1, active_days=active)
            events = [
                (at, row[3]["action"])
                for at, row in own
                if row[3]["feature"] == feature and at.date() >= since[feature]
            ]
            found[feature, fifth, plan] = counts + Counter(_person(feature, events, visits))
    return found


def _person(feature: str, events: list[Event], visits: list[datetime]) -> dict[str, float]:
    """On which rungs one person is with one feature."""
    tried_by = {"opened": "opened", "bare": "completed"}.get(feature, "started")
    tries = [at for at, action in events if action == tried_by]
    use_days = {at.date() for at, action in events if action == "completed"}
    shown = [at for at, action in events if action == "exposed"]
    days = sorted({at.date() for at in shown})
    counts: dict[str, float] = {"exposed": bool(days), "exposed_days": len(days)}
    if not tries:
        return counts | _doses(len(days), is_tried=False)
    first = min(tries)
    is_shown = any(_began(first, visits) <= at <= first for at in shown)
    offers = sum(day < first.date() for day in days) + is_shown
    length, least = (28, 2) if feature == "silent" else (7, 3)
    regular = len({(day - MONDAY).days // length for day in use_days})
    counts |= {
        "tried": 1,
        "unexposed_tries": not is_shown,
        "repeated": len(use_days) > 1,
        "habitual": len(use_days) > 1 and regular >= least,
    }
    return counts | _doses(offers, is_tried=True) | _attempt(feature, events, tries, use_days)


def _began(first: datetime, visits: list[datetime]) -> datetime:
    """When the visit of a moment began."""
    began = first
    for at in reversed([one for one in visits if one < first]):
        if began - at > VISIT:
            break
        began = at
    return began


def _attempt(
    feature: str, events: list[Event], tries: list[datetime], use_days: set[date]
) -> dict[str, float]:
    """How the first attempt ended, and what came after."""
    first = min(tries)
    uses = [at for at, action in events if action == "completed"]
    bad = [at for at, action in events if action in {"failed", "abandoned"} and at >= first]
    done = min((at for at in uses if at >= first), default=None)
    failed = min(bad, default=None)
    is_in_time = done is not None and (feature == "full" or done <= first + VISIT)
    if feature == "bare":
        return {}
    if done is not None and is_in_time and (failed is None or done <= failed):
        return _success((done - first).total_seconds(), done.date(), use_days)
    is_silent = feature != "full" and first.date() < END - timedelta(days=1)
    if failed is None and not is_silent:
        return {}
    again = [at for at in tries if at > first and (failed is None or at >= failed)]
    later = min((at.date() for at in uses if at > first), default=None)
    is_followed = later is not None and (END - later).days > 28
    return {
        "ended": 1,
        "retried": bool(again),
        "retried_rapidly": failed is not None and any(at <= failed + MINUTES for at in again),
        "recovered": is_followed,
        "recovered_repeated": later is not None and is_followed and max(use_days) > later,
    }


def _success(seconds: float, day: date, use_days: set[date]) -> dict[str, float]:
    is_clean = (END - day).days > 28
    return {
        "ended": 1,
        "succeeded": 1,
        "clean": is_clean,
        "clean_repeated": is_clean and max(use_days) > day,
        "timed": seconds > 0,
        "log_seconds": log(seconds) if seconds else 0,
        "squared_logs": log(seconds) ** 2 if seconds else 0,
    }


def _doses(number: int, *, is_tried: bool) -> dict[str, int]:
    at = {1: "1", 2: "2", 3: "3", 4: "3"}.get(number, "5") if number and is_tried else None
    found = {
        "offers_1": number >= 1,
        "offers_2": number >= 2,
        "offers_3": min(max(number - 2, 0), 2),
        "offers_5": max(number - 4, 0),
    }
    return found | ({f"accepted_{at}": 1} if at else {})


def test_ladder_counts_as_a_slow_recount_does(workspace: Workspace, rows: list[Row]) -> None:
    answer = workspace.ask("diagnosis_ladder", by="plan", **ASKED).rows
    expected = slow(rows)
    seen = set()
    for row in answer.iter_rows(named=True):
        key = (row.pop("feature"), row.pop("quintile"), row.pop("segment"))
        seen.add(key)
        counts = expected.get(key, Counter())
        assert {name: round(value, 6) for name, value in row.items()} == {
            name: round(counts[name], 6) for name in row
        }, key
    assert {key for key, counts in expected.items() if counts.total()} <= seen


RUNGS = {
    "eligible": ("eligible",),
    "exposed": ("exposed",),
    "tried": ("accepted_1", "accepted_2", "accepted_3", "accepted_5"),
    "any_try": ("tried",),
    "managed": ("succeeded",),
    "repeated": ("repeated",),
    "habitual": ("habitual",),
}
BEFORE = {
    "exposed": "eligible", "tried": "exposed", "any_try": "eligible", "managed": "ended",
    "repeated": "tried", "habitual": "repeated",
}  # fmt: skip
ABOUT_FEATURES = ("monthly", "tried_by_opening", "tried_by_any", "without_ends", "with_abandoned")


@pytest.mark.parametrize("feature", list(SENDS))
@pytest.mark.parametrize("rung", list(RUNGS))
def test_people_of_a_rung_are_as_many_as_the_ladder_says(
    workspace: Workspace, feature: str, rung: str
) -> None:
    ladder = workspace.ask("diagnosis_ladder", **ASKED).rows.filter(pl.col("feature") == feature)
    one: dict[str, Any] = {
        name: [feature] if feature in ASKED[name] else [] for name in ABOUT_FEATURES
    }
    own = {name: ASKED[name] for name in ("start_date", "end_date", "least_weeks", "least_spans")}
    own |= {"features": [feature], "live_since": [ASKED["live_since"][list(SENDS).index(feature)]]}
    found = workspace.ask("diagnosis_people", on_rung=rung, **own, **one).rows
    number = sum(int(ladder[name].sum()) for name in RUNGS[rung])
    assert found.height == found["user_id"].n_unique() == number
    if rung in BEFORE:
        rest = workspace.ask("diagnosis_people", on_rung=f"not {rung}", **own, **one).rows
        assert rest.height == ladder[BEFORE[rung]].sum() - number


START, KNOWN, USE, UNTIL = (MONDAY + timedelta(days=days) for days in (0, 14, 28, 56))


def slow_lift(rows: Sequence[Row]) -> dict[tuple[str, int, int], Counter[str]]:
    """People who used a feature or not, by what they did before, one person at a time."""
    found: dict[tuple[str, int, int], Counter[str]] = {}
    for who in sorted({row[0] for row in rows}):
        own = [(datetime.fromisoformat(row[2]).date(), row[3]) for row in rows if row[0] == who]
        days = {day for day, _ in own if START <= day < END}
        now, before = (
            len([d for d in days if USE <= d < UNTIL]),
            len([d for d in days if KNOWN <= d < USE]),
        )
        if not now:
            continue
        band = max(edge for edge in (1, 2, 3, 5, 9) if edge <= now)
        known = max(edge for edge in (0, 1, 3, 7) if edge <= before)
        kept, early = any(d >= UNTIL for d in days), any(d < KNOWN for d in days)
        for feature in SENDS:
            is_used = any(
                USE <= day < UNTIL and more["feature"] == feature and more["action"] == "completed"
                for day, more in own
            )
            found.setdefault((feature, band, known), Counter()).update(
                people=1, kept=kept, earlier=early, users=is_used,
                users_kept=is_used and kept, users_early=is_used and early,
            )  # fmt: skip
    return found


def test_lift_counts_as_a_slow_recount_does(workspace: Workspace, rows: list[Row]) -> None:
    about: dict[str, Any] = {name: ASKED[name] for name in ABOUT_FEATURES if "d_by" in name}
    answer = workspace.ask(
        "diagnosis_lift",
        start_date=START,
        known_from=KNOWN,
        use_from=USE,
        use_until=UNTIL,
        end_date=END,
        features=list(SENDS),
        without_ends=[],
        **about,
    ).rows
    counted = {
        (row.pop("feature"), row.pop("days_now"), row.pop("days_before")): row
        for row in answer.iter_rows(named=True)
    }
    expected = slow_lift(rows)
    assert counted == {key: dict(counts) for key, counts in expected.items()}
