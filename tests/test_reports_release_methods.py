"""Releases by the other methods: several waves, one segment, one in five people, and adopters.

Seventeen weeks of people in sixteen countries, each active every day and using four features about
once a day. Release "waves" doubles the board in four countries, a week later in four more and two
weeks later in four; "alone" doubles maps in one country; "fifth" doubles chat for one person in
five; "taken" reaches whoever wants it, who used notes twice as much all along, and does nothing.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import polars as pl
import pytest

from queries import Workspace, open_workspace
from queries.build import build
from reports.release import release_report
from reports.release_answer import ReleaseReport

FIRST, LAST = date(2026, 8, 3), date(2026, 11, 29)
LAUNCH = date(2026, 10, 26)
COUNTRIES = tuple("ABCDEFGHIJKLMNOP")
EACH = 10  # people in a country
WAVES = {
    country: LAUNCH + timedelta(days=7 * (at // 4)) for at, country in enumerate("ABCDEFGHIJKL")
}
FEATURES = {"waves": "board", "alone": "maps", "fifth": "chat", "taken": "notes"}
SETTINGS = """
[product]
name = "Methods"
[activity]
last_day = "complete"
[dimensions]
users = ["country"]
events = []
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("methods")
    (folder / "workspace.toml").write_text(SETTINGS, encoding="utf-8")
    people = [(f"{country}{n}", country, n) for country in COUNTRIES for n in range(EACH)]
    schema = ["user_id", "event", "feature", "action", "occurred_at"]
    pl.DataFrame(list(events(people)), schema=schema, orient="row").write_parquet(
        folder / "events.parquet"
    )
    pl.DataFrame(
        [one[:2] for one in people], schema=["user_id", "country"], orient="row"
    ).write_parquet(folder / "users.parquet")
    pl.DataFrame(
        {
            "release": list(FEATURES),
            "released_at": [at(LAUNCH, 4)] * len(FEATURES),
            "rollout": ["staged", "staged", "flag", "adopters"],
            "features": list(FEATURES.values()),
        }
    ).write_parquet(folder / "releases.parquet")
    contacts = [(release, one[0], at(day, 5)) for one in people
                for release in FEATURES if (day := reached(release, one)) is not None]  # fmt: skip
    pl.DataFrame(contacts, schema=["release", "unit_id", "reached_at"], orient="row").write_parquet(
        folder / "rollouts.parquet"
    )
    opened = open_workspace(folder)
    build(opened, now=datetime(2026, 11, 30, 12, tzinfo=UTC))
    return opened


Person = tuple[str, str, int]


def reached(release: str, one: Person) -> date | None:
    """The day on which a person gets a release."""
    _, country, number = one
    if release == "waves":
        return WAVES.get(country)
    is_given = {"alone": country == "A", "fifth": number % 5 == 0, "taken": number < 4}[release]
    return LAUNCH if is_given else None


def events(people: list[Person]) -> Iterator[tuple[str, str, str, str, datetime]]:
    chance = Random(11)  # noqa: S311 - invented chance
    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        for one in people:
            for release, feature in FEATURES.items():
                since = reached(release, one)
                times = chance.choice((0, 1, 1, 2)) * (2 if is_doubled(release, since, day) else 1)
                for n in range(times):
                    yield one[0], f"{feature}_completed", feature, "completed", at(day, 9, n)
            yield one[0], "opened", "shell", "opened", at(day, 8)


def is_doubled(release: str, since: date | None, day: date) -> bool:
    return since is not None and (release == "taken" or day >= since)


def at(day: date, hour: int, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 0, second, tzinfo=UTC)


def judged(workspace: Workspace, name: str) -> ReleaseReport:
    report = release_report(workspace, name)
    assert report is not None
    assert report.choice is not None
    assert report.verdict is not None
    return report


def uses(report: ReleaseReport) -> tuple[float, float, float]:
    row = report.metrics.rows.filter(measure="feature_uses").row(0, named=True)
    return row["effect"], row["low"], row["high"]


def test_several_waves_are_judged_by_callaway_and_santanna(workspace: Workspace) -> None:
    report = judged(workspace, "waves")
    assert report.choice.method == "staggered difference in differences"
    assert report.shape.rollout.dates == 3
    value, low, high = uses(report)
    assert low < 1.0 < high  # twice as often
    assert value == pytest.approx(1.0, abs=0.15)
    assert report.verdict.grade == "B"
    after = report.event_study.rows.filter(pl.col("week") >= 0)
    assert after["effect"].min() > 0.7
    assert "segments that got waves gained" in report.sentence


def test_one_country_is_compared_with_a_stand_in_of_the_others(workspace: Workspace) -> None:
    report = judged(workspace, "alone")
    assert report.choice.method == "synthetic control"
    value, low, _ = uses(report)
    assert value == pytest.approx(1.0, abs=0.2)
    assert low > 0
    said = dict(report.checks)
    assert said["Placebos in space"] == "its gap after over before ranks 1 of 16 segments."
    row = report.metrics.rows.filter(measure="feature_uses").row(0, named=True)
    assert row["units"] == "1 segments with it, 15 donors"


def test_a_flag_for_one_in_five_is_an_experiment_of_unequal_arms(workspace: Workspace) -> None:
    report = judged(workspace, "fifth")
    assert (report.choice.method, report.verdict.grade) == ("experiment", "A")
    _, low, high = uses(report)
    assert low < 1.0 < high
    assert dict(report.checks)["Split"] == (
        "32 with it, 128 without; the share that was meant is not in the data, so the split cannot "
        "be tested."
    )


def test_adopters_differ_and_prove_nothing(workspace: Workspace) -> None:
    report = judged(workspace, "taken")
    assert (report.choice.method, report.verdict.grade) == ("adopters only", "D")
    _, low, high = uses(report)
    assert low < 0 < high  # who took it used notes twice as much before, and as much after
    assert "No evidence either way" in report.sentence


def test_coinciding_releases_are_named(workspace: Workspace) -> None:
    assert {one.name for one in judged(workspace, "waves").others} == {"alone", "fifth", "taken"}
