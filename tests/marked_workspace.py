"""A workspace in which everything of somebody carries a mark, so that a leak can be read.

People live in a country, which is fixed; events happen on a site, which is not. Ids, texts and
names carry the mark of the country or the site that they belong to. What belongs to nobody carries
the mark NOBODY. Made of a part of its people or events alone, it is what a policy should leave.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build

COUNTRIES: tuple[str | None, ...] = ("DE", "FR", "PL", None)
SITES: tuple[str | None, ...] = ("north", "south", "west", None)
START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 63
PEOPLE = 28
NOBODY = "~nobody~"

SETTINGS = """
[product]
name = "Marked"
[activity]
exclude = ["ping*"]
last_day = "complete"
[dimensions]
users = ["country", "email"]
events = ["site"]
"""


def of_country(value: str | None) -> str:
    """How everything from a country is recognised."""
    return f"~{value or 'nowhere'}~"


def of_site(value: str | None) -> str:
    """How everything on a site is recognised."""
    return f"~{value or 'offsite'}~"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, with everything that is theirs."""

    number: int

    @property
    def country(self) -> str | None:
        """Where they live."""
        return COUNTRIES[self.number % len(COUNTRIES)]

    @property
    def site(self) -> str | None:
        """Where most of them happens; every fifth person moves between two sites."""
        return SITES[self.number // len(COUNTRIES) % len(SITES)]

    @property
    def moves(self) -> bool:
        """Whether they are on another site, too."""
        return self.number % 5 == 0

    @property
    def id(self) -> str:
        """Marked with the country, and with the site of who stays on one."""
        site = "" if self.moves else of_site(self.site)
        return f"u{self.number:02d}{of_country(self.country)}{site}"

    @property
    def account(self) -> str:
        """Shared with others of their country and site."""
        return f"a{of_country(self.country)}" + ("" if self.moves else of_site(self.site))


Event = tuple[Person, str, datetime, str | None]
Keeps = Callable[[Person, str | None], bool]


def everything(person: Person, site: str | None) -> bool:  # noqa: ARG001
    """Nothing is held back."""
    return True


def make_marked(
    folder: Path, keeps: Keeps = everything, *, access: str = "", is_by_site: bool = False
) -> Workspace:
    """The workspace of what `keeps` leaves.

    Args:
        folder: Where to make it.
        keeps: Whether an event of somebody on a site is there.
        access: Further lines of `workspace.toml`.
        is_by_site: Only people with an event left are left; else those whom `keeps` leaves.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(SETTINGS + access, encoding="utf-8")
    events = [one for one in _events() if keeps(one[0], one[3])]
    everybody = [Person(number) for number in range(PEOPLE)]
    active = {one[0] for one in events}
    people = [one for one in everybody if (one in active if is_by_site else keeps(one, one.site))]
    nobody = keeps is everything
    _write_events(folder, events, broken=nobody)
    for name, rows in _side_tables(people, nobody=nobody).items():
        pl.DataFrame(rows).write_parquet(folder / f"{name}.parquet")
    workspace = open_workspace(folder)
    build(workspace, now=START + timedelta(days=DAYS + 1))
    return workspace


def _events() -> Iterator[Event]:
    chance = Random(5)  # noqa: S311
    for number in range(PEOPLE):
        person = Person(number)
        first = chance.randrange(20)
        for day in range(first, DAYS):
            if day not in (first, DAYS - 1) and chance.random() > 0.35:
                continue
            for _ in range(chance.randint(1, 3)):
                away = person.moves and chance.random() < 0.5
                site = SITES[(SITES.index(person.site) + 1) % len(SITES)] if away else person.site
                what = chance.choice(["opened", "saved", "ping"])
                moment = START + timedelta(days=day, minutes=chance.randrange(24 * 60))
                yield person, f"{what}{of_site(site)}", moment, site
    for number in range(len(COUNTRIES) * len(SITES)):  # so that every part covers the same days
        person = Person(number)
        for day in (0, DAYS - 1):
            moment = START + timedelta(days=day, hours=12)
            yield person, f"opened{of_site(person.site)}", moment, person.site


def _write_events(folder: Path, events: list[Event], *, broken: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "user_id": person.id,
            "event": event,
            "occurred_at": moment,
            "site": site,
            "feature": f"paper{of_site(site)}" if event.startswith("saved") else None,
            "value": float(person.number),
            "properties": f'{{"of": "{of_country(person.country)}"}}',
        }
        for person, event, moment, site in events
    ]
    if broken:
        rows += [dict(rows[0], user_id=None, feature=NOBODY), dict(rows[-1])]
    frame = pl.DataFrame(rows, schema_overrides={"feature": pl.String, "site": pl.String})
    frame.write_parquet(folder / "events.parquet")


def _side_tables(people: list[Person], *, nobody: bool) -> dict[str, list[dict[str, Any]]]:
    """Every other table: rows of these people, and of nobody."""
    later = START + timedelta(days=9)
    tables: dict[str, list[dict[str, Any]]] = {
        "users": [
            {"user_id": one.id, "account_id": one.account, "signed_up_at": START,
             "country": one.country, "email": f"{one.number}{of_country(one.country)}@example.com"}
            for one in people
        ],
        "subscriptions": [
            {"account_id": account, "started_at": START, "ended_at": None, "mrr": 9.0}
            for account in sorted({one.account for one in people})
        ],
        "exposures": [
            {"experiment": "e", "unit_id": one.id, "variant": "a", "exposed_at": later,
             "where": of_country(one.country)} for one in people
        ],
        "rollouts": [
            {"release": "1.0", "unit_id": account, "reached_at": later}
            for account in sorted({one.account for one in people})
        ],
        "requests": [
            {"occurred_at": later, "route": f"/{of_country(one.country)}", "duration_ms": 5.0,
             "user_id": one.id} for one in people
        ],
        "feedback": [
            {"user_id": one.id, "said_at": later, "text": f"I am {one.id}"} for one in people
        ],
        "experiments": [{"experiment": "e", "started_at": START}],
        "releases": [{"release": "1.0", "released_at": later}],
    }  # fmt: skip
    if nobody:
        tables["requests"].append(
            {"occurred_at": later, "route": NOBODY, "duration_ms": 5.0, "user_id": None}
        )
        tables["work_items"] = [
            {"key": "T-1", "state": "open", "created_at": later, "title": NOBODY}
        ]
    return tables
