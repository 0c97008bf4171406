"""The queries of the Adoption page: rows checkable by eye, and a slow recount of random ones."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from metrics.periods import Period
from queries import Filter, Segment, Workspace
from reports.feature_list import features, roles, since
from reports.known import known
from tests import slow_adoption
from tests.slow_adoption import Log
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
DAYS = 90
PERIOD = Period(MONDAY + timedelta(days=60), MONDAY + timedelta(days=88))
EARLIER = Period(MONDAY + timedelta(days=45), MONDAY + timedelta(days=66))
WINDOW = 28
# reports: the whole ladder; maps: opened only; notes: no action at all; plan: released late.
KINDS = {
    "reports": ("exposed", "opened", "started", "completed", "failed"),
    "maps": ("exposed", "opened"),
    "notes": (None,),
    "plan": ("exposed", "started", "completed"),
}
RELEASED = {"plan": MONDAY + timedelta(days=50)}
SETUP = Setup(
    exclude=("ping",),
    event_dimensions=("platform",),
    user_dimensions=("tier",),
    users={f"u{n:02}": {"tier": "pro" if n % 3 == 0 else "free"} for n in range(60)},
    more='[dictionary.plan]\nkind = "admin"\nreleased_on = 2026-02-24',
)


def random_log(seed: int) -> list[Row]:
    """Sixty people over thirteen weeks, each with a taste for some features."""
    chance = Random(seed)  # noqa: S311
    rows: list[Row] = []
    for number in range(60):
        first, habit = chance.randrange(-40, DAYS), chance.random() ** 2
        for at in range(max(0, first), DAYS):
            if at != first and chance.random() > habit:
                continue
            rows.append(_row(number, at, "visit", {}, chance))
            for feature, actions in KINDS.items():
                day = MONDAY + timedelta(days=at)
                if day < RELEASED.get(feature, MONDAY) or chance.random() > 0.3:
                    continue
                for action in actions[: chance.randint(1, len(actions))]:
                    name = f"{feature}_{action}" if action else feature
                    rows.append(_row(number, at, name, {"feature": feature, "action": action},
                                     chance))  # fmt: skip
        rows.append(_row(number, max(0, first), "ping", {}, chance))
    return rows


def _row(number: int, at: int, event: str, more: dict[str, Any], chance: Random) -> Row:
    moment = (
        f"{MONDAY + timedelta(days=at)}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z"
    )
    return (f"u{number:02}", event, moment, {"platform": chance.choice(["web", "ios"]), **more})


def log_of(rows: list[Row], *, platform: str | None = None, tier: str | None = None) -> Log:
    """The same, for the slow recount, of those who satisfy a filter."""
    kept = [
        row
        for row in rows
        if platform in (None, row[3].get("platform"))
        and tier in (None, SETUP.users[row[0]]["tier"])
    ]
    acts = [
        (row[0], date.fromisoformat(row[2][:10]), row[3].get("feature"), row[1],
         row[3].get("action"))
        for row in kept
    ]  # fmt: skip
    active: dict[str, set[date]] = {}
    for person, day, _, event, _ in acts:
        if event != "ping":
            active.setdefault(person, set()).add(day)
    return Log(acts, active, {name: RELEASED.get(name, MONDAY) for name in KINDS})


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return random_log(4)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> Workspace:
    last = MONDAY + timedelta(days=DAYS - 1)
    return workspace_of(tmp_path_factory.mktemp("adoption"), rows, SETUP, watermark=last)


# Everybody, a filter that is fixed for a person, and one that is not.
PARTS: list[tuple[Segment, dict[str, str]]] = [
    (Segment(), {}),
    (Segment((Filter("tier", ("pro",)),)), {"tier": "pro"}),
    (Segment((Filter("platform", ("ios",)),)), {"platform": "ios"}),
]
parts = pytest.mark.parametrize(("segment", "only"), PARTS, ids=["all", "tier", "platform"])


def told(workspace: Workspace, *but: str) -> dict[str, Any]:
    found = roles(features(workspace))
    return {name: value for name, value in found.items() if name not in but}


@parts
def test_reach_equals_the_slow_recount(
    workspace: Workspace, rows: list[Row], segment: Segment, only: dict[str, str]
) -> None:
    whole = {one.name: one for one in features(workspace)}
    log = log_of(rows, **only)
    # Each feature from the day on which it came; `plan` came within the earlier period.
    for period in (PERIOD, EARLIER):
        for name, feature in whole.items():
            start = max(period.start, feature.released_on or period.start)
            told = {key: value for key, value in roles([feature]).items() if key != "without_ends"}
            answer = workspace.ask(
                "feature_reach", segment=segment, start_date=start, end_date=period.end, **told
            )
            expected = slow_adoption.reach(log, name, period.start, period.end)
            assert answer.rows.rows() == [(name, *expected)]


@parts
def test_use_days_equal_the_slow_recount(
    workspace: Workspace, rows: list[Row], segment: Segment, only: dict[str, str]
) -> None:
    answer = workspace.ask(
        "feature_use_days",
        segment=segment,
        start_date=PERIOD.start,
        end_date=PERIOD.end,
        adopted_from=PERIOD.start - timedelta(days=WINDOW),
        recent_from=PERIOD.end - timedelta(days=WINDOW),
        **told(workspace),
    )
    log = log_of(rows, **only)
    assert answer.rows.rows() == [
        (name, *slow_adoption.use_days(log, name, PERIOD.start, PERIOD.end, WINDOW))
        for name in sorted(KINDS)
    ]


@pytest.mark.parametrize("is_varying", [False, True])
@parts
def test_newcomers_equal_the_slow_recount(
    workspace: Workspace,
    rows: list[Row],
    segment: Segment,
    only: dict[str, str],
    is_varying: bool,  # noqa: FBT001
) -> None:
    entered = (MONDAY + timedelta(days=10), PERIOD.end - timedelta(days=WINDOW))
    answer = workspace.ask(
        "feature_newcomers",
        segment=segment,
        entered_from=entered[0],
        entered_until=entered[1],
        end_date=PERIOD.end,
        within_days=WINDOW,
        live_since=since(features(workspace), known(workspace)),
        is_varying=is_varying,
        **told(workspace),
    )
    log = log_of(rows, **only)
    expected = [
        (name, *key, *row)
        for name in sorted(KINDS)
        for key, row in sorted(
            slow_adoption.newcomers(log, name, entered, PERIOD.end, WINDOW).items()
        )
    ]
    assert answer.rows.rows() == expected
    assert sum(int(str(row[-1])) for row in expected) > 2  # so that the count is put to the test


@parts
def test_the_course_counts_people_who_try(
    workspace: Workspace, rows: list[Row], segment: Segment, only: dict[str, str]
) -> None:
    answer = workspace.ask(
        "feature_use_trend",
        segment=segment,
        start_date=PERIOD.start,
        end_date=PERIOD.end,
        grain="week",
        **told(workspace, "without_ends"),
    )
    log = log_of(rows, **only)
    people: dict[tuple[str, date], set[str]] = {}
    for act in log.acts:
        if act[2] and act[1] in PERIOD and log.is_try(act):
            week = act[1] - timedelta(days=act[1].weekday())
            people.setdefault((act[2], week), set()).add(act[0])
    assert answer.rows.rows() == [(*key, len(who)) for key, who in sorted(people.items())]


def test_a_feature_is_dated_by_its_first_use(tmp_path: Path) -> None:
    later = MONDAY + timedelta(days=40)
    rows: list[Row] = [
        ("ann", "visit", f"{MONDAY}T08:00:00Z", {}),
        ("ann", "maps", f"{MONDAY + timedelta(days=5)}T08:00:00Z", {"feature": "maps"}),
        ("ann", "notes", f"{later}T08:00:00Z", {"feature": "notes"}),
    ]
    found = {one.name: one for one in features(workspace_of(tmp_path, rows))}
    # Maps may have been there before the data; notes have come since.
    assert (found["maps"].released_on, found["notes"].released_on) == (None, later)
    assert found["notes"].is_dated_by_use
