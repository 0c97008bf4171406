"""Nothing of others comes out of any report, page, question in SQL, list or file, in any form."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.periods import Grain, Period, comparison
from pages.shared import sign_in
from pages.shared.downloads import csv_bytes, parquet_bytes
from queries import Filter, QueryError, Segment, Sight, Workspace, open_workspace
from queries.access import Identity
from queries.build import build
from queries.salt import salt_of
from reports.answer import Source
from reports.ask_sql import ask_sql
from reports.event_names import event_names
from reports.headlines import headlines
from reports.schema import samples, schema
from reports.scope import Scope
from tests.every_report import lists, reports
from tests.marked_workspace import (
    COUNTRIES,
    DAYS,
    NOBODY,
    SITES,
    START,
    make_marked,
    of_country,
    of_site,
)
from tests.page_runs import run_page

MARKS = [NOBODY, *map(of_country, COUNTRIES), *map(of_site, SITES)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("whole"))


def some(values: tuple[str | None, ...]) -> st.SearchStrategy[tuple[str | None, ...]]:
    """Some of a dimension's values, perhaps all, perhaps none."""
    return st.lists(st.sampled_from(values), unique=True).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Sight:
    """A policy on the country, on the site, or on both."""
    countries, sites = draw(st.none() | some(COUNTRIES)), draw(st.none() | some(SITES))
    if countries is None and sites is None:
        countries = ("DE",)
    named = {"country": countries, "site": sites}
    filters = [Filter(name, values) for name, values in named.items() if values is not None]
    return Sight(Segment(tuple(filters)).canonical(), shows_personal=True)


def foreign(sight: Sight) -> list[str]:
    """Marks of everything that the policy holds back."""
    allowed = {one.dimension: one.values for one in sight.policy.filters}
    countries = allowed.get("country", COUNTRIES)
    sites = allowed.get("site", SITES)
    return [
        NOBODY,
        *(of_country(one) for one in COUNTRIES if one not in countries),
        *(of_site(one) for one in SITES if one not in sites),
    ]


def said(value: object) -> Iterator[str]:
    """Every text in an answer, however deep."""
    if isinstance(value, pl.DataFrame):
        yield str(value.to_dicts())
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from said(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from (*said(key), *said(one))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from said(one)
    else:
        yield str(value)


def leaked(value: object, sight: Sight, asked: tuple[str, ...] = ()) -> list[str]:
    """Marks of others in an answer, but for those that the question itself named."""
    text = "\n".join(said(value))
    return [mark for mark in foreign(sight) if mark in text and mark not in asked]


FIRST, LAST = START.date(), START.date() + timedelta(days=DAYS - 1)


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    start = FIRST + timedelta(days=draw(st.integers(0, DAYS - 7)))
    end = min(start + timedelta(days=draw(st.integers(1, 40))), LAST + timedelta(days=1))
    period = Period(start, end)
    narrowed = draw(st.sampled_from(["", "country", "site"]))
    filters = {
        "": (),
        "country": (Filter("country", draw(some(COUNTRIES).filter(bool))),),
        "site": (Filter("site", draw(some(SITES).filter(bool))),),
    }[narrowed]
    grain: Grain = draw(st.sampled_from(["day", "week", "month"]))
    return Scope(period, comparison(period, "previous"), grain, Segment(filters))


@settings(max_examples=25)
@given(policies(), scopes(), st.sampled_from([None, "country", "site", "email"]))
def test_no_report_says_anything_of_others(
    whole: Workspace, sight: Sight, scope: Scope, by: str | None
) -> None:
    asked = tuple(MARKS) if not scope.segment.is_empty else ()
    found = [leaked(one, sight, asked) for one in reports(whole.seen_with(sight), scope, by)]
    assert found == [[]] * len(found)


@settings(max_examples=15)
@given(policies(), scopes())
def test_no_list_of_people_names_others(whole: Workspace, sight: Sight, scope: Scope) -> None:
    for rows in lists(whole.seen_with(sight), scope):
        assert leaked(rows, sight) == []
        files = csv_bytes(rows), parquet_bytes(rows)
        assert [mark for mark in foreign(sight) if any(mark.encode() in one for one in files)] == []


def figures(report: Any) -> Iterator[tuple[str, Source]]:
    """Every figure of an answer, by name."""
    yield from getattr(report, "figures", {}).items()


# About which rows there are, not about anybody: not shown to who sees a part.
WITHHELD = {"tables", "files", "quarantine", "roll_ups", "build_steps"}


@pytest.mark.parametrize("country", ["DE", "FR"])
@pytest.mark.parametrize("by", [None, "site"])
def test_every_number_is_that_of_a_workspace_without_others(
    whole: Workspace, tmp_path: Path, country: str, by: str | None
) -> None:
    alone = make_marked(tmp_path, lambda person, _: person.country == country)
    sight = Sight(Segment((Filter("country", (country,)),)), shows_personal=True)
    period = Period(FIRST + timedelta(days=28), LAST + timedelta(days=1))
    scope = Scope(period, comparison(period, "previous"), "week", Segment())
    seen, expected = reports(whole.seen_with(sight), scope, by), reports(alone, scope, by)
    for one, other in zip(seen, expected, strict=True):
        if isinstance(one, tuple):
            assert one == other
        for (name, figure), (_, same) in zip(figures(one), figures(other), strict=True):
            if name in WITHHELD or figure.sql == "":
                continue
            assert figure.rows.equals(same.rows), name


def test_metrics_that_are_not_kept_for_a_part_say_so(whole: Workspace) -> None:
    sight = Sight(Segment((Filter("country", ("DE",)),)), shows_personal=True)
    period = Period(FIRST, LAST + timedelta(days=1))
    scope = Scope(period, None, "day", Segment())
    found = {one.name: one for one in headlines(whole.seen_with(sight), scope).headlines}
    kept = [name for name, metric in whole.metrics.items() if metric.is_rolled_up]
    shown = [found[name] for name in kept if name in found]
    for one in shown:
        assert one.change.value is None
        assert one.missing
        assert "not for the part of the product that you see" in one.missing


# SQL of one's own


SIGHTS = [
    Sight(Segment((Filter("country", ("DE",)),)), shows_personal=True),
    Sight(Segment((Filter("site", ("north",)),)), shows_personal=True),
    Sight(Segment((Filter("country", ("PL", None)), Filter("site", ("south", "west")))), True),  # noqa: FBT003
]


@pytest.fixture(params=SIGHTS, ids=["country", "site", "both"])
def sight(request: pytest.FixtureRequest) -> Sight:
    found: Sight = request.param
    return found


def test_no_table_holds_anything_of_others(whole: Workspace, sight: Sight) -> None:
    seen = whole.seen_with(sight)
    tables = schema(seen).tables
    assert len(tables) > 12
    for table in tables:
        answer = ask_sql(seen, f"select * from {table.name}", {})  # noqa: S608
        assert leaked(answer, sight) == [], table.name


def test_no_completion_offers_anything_of_others(whole: Workspace, sight: Sight) -> None:
    seen = whole.seen_with(sight)
    found = schema(seen)
    assert leaked(found, sight) == []
    assert {table.rows for table in found.tables} == {None}
    for table, column in [("users", "user_id"), ("events", "event"), ("feedback", "text")]:
        assert leaked(samples(seen, table, column), sight) == []


ERRORS = [
    "select cast(user_id as integer) from users",
    "select cast(event as integer) from events",
    "select error(user_id) from users",
    "select user_id from users where cast(user_id as integer) = 1",
    "select 1 from users where case when user_id like '%~FR~%' then 1 / 0 else 1 end = 1",
    "select cast(text as date) from feedback",
    "select json_extract(properties, '$') from events",
]


@pytest.mark.parametrize("sql", ERRORS)
def test_no_error_tells_anything_of_others(whole: Workspace, sight: Sight, sql: str) -> None:
    asked = tuple(mark for mark in MARKS if mark in sql)
    try:
        answer: object = ask_sql(whole.seen_with(sight), sql, {})
    except QueryError as error:
        answer = str(error)
    assert leaked(answer, sight, asked) == []


PERSONAL = '[access.personal]\nusers = ["user_id", "email"]\nevents = ["properties"]\n'
HASHED = Sight(Segment(), shows_personal=False)


@pytest.fixture(scope="module")
def personal(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("personal"), access=PERSONAL).seen_with(HASHED)


def test_no_table_shows_who_somebody_is(personal: Workspace) -> None:
    for table in schema(personal).tables:
        told = "".join(said(ask_sql(personal, f"select * from {table.name}", {})))  # noqa: S608
        assert "u00" not in told.replace("I am u00", ""), table.name
        assert "@example.com" not in told, table.name


@pytest.mark.parametrize("sql", ERRORS)
def test_no_error_tells_the_secret(personal: Workspace, sql: str) -> None:
    try:
        answer: object = ask_sql(personal, sql, {})
    except QueryError as error:
        answer = str(error)
    assert salt_of(personal.folder) not in "".join(said(answer))


def test_nobody_is_found_by_a_personal_value(personal: Workspace) -> None:
    email = f"0{of_country('DE')}@example.com"
    asked = {"start_date": FIRST, "end_date": LAST}
    segment = Segment((Filter("email", (email,)),))
    assert personal.ask("event_names", segment=segment, **asked).rows.is_empty()
    with pytest.raises(QueryError, match="'email' is personal"):
        personal.seen_within(segment)
    sql = "select count(*) as n from users where email = $email"
    found = ask_sql(personal, sql, {"email": email})
    assert found.rows.item() == 0


# Pages


PAGES = ("today", "usage", "funnels", "paths", "retention", "data", "sql", "boards")
ACCESS = """
[access]
sign_in = "oidc"
default_role = "analyst"
[[access.policies]]
dimension = "country"
values = ["DE"]
"""


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which everybody sees DE alone."""
    return make_marked(tmp_path_factory.mktemp("restricted"), access=ACCESS).folder


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "identity", lambda _: Identity("Bob", "bob@example.com"))


def shown(screen: Any) -> bytes:
    """Everything that a page sends to the browser."""
    parts = [part for block in (screen.main, screen.sidebar) for part in block]
    return b"".join(
        part.proto.SerializeToString() for part in parts if getattr(part, "proto", None) is not None
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("where", [[], ["country:FR"], ["site:north"]])
@pytest.mark.usefixtures("signed_in")
def test_no_page_sends_anything_of_others(restricted: Path, name: str, where: list[str]) -> None:
    own = {"funnel_by": "site", "funnel_drivers": True} if name == "funnels" else {}
    screen = run_page(restricted, name, where=where, by="site", cohort="week", **own)
    sent = shown(screen)
    assert sent
    assert not screen.exception
    held_back = foreign(SIGHTS[0])
    assert [mark for mark in held_back if mark.encode() in sent] == []


@pytest.mark.usefixtures("signed_in")
def test_the_filters_offer_nothing_of_others(restricted: Path) -> None:
    offered = run_page(restricted, "usage").multiselect(key="where").options
    assert any("country: DE" in one for one in offered)
    assert not any("FR" in one for one in offered)


def test_marks_are_sent_where_nothing_is_held_back(whole: Workspace) -> None:
    screen = run_page(whole.folder, "usage")
    assert of_site("north").encode() in shown(screen)


def test_a_new_build_keeps_the_policy(tmp_path: Path) -> None:
    folder = make_marked(tmp_path).folder
    seen = open_workspace(folder).seen_with(SIGHTS[0])
    before = event_names(seen)
    extra = pl.read_parquet(folder / "events.parquet").with_columns(
        pl.lit("new~FR~").alias("event")
    )
    fr = extra.filter(pl.col("user_id").str.contains("~FR~"))
    fr.write_parquet(folder / "events_more.parquet")
    (folder / "events.parquet").rename(folder / "events_1.parquet")
    build(open_workspace(folder), now=START + timedelta(days=DAYS + 1))
    assert event_names(seen) == before
    assert isinstance(FIRST, date)
