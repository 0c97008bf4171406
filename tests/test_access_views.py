"""A policy leaves what a workspace of its rows alone would hold; personal columns are hashed."""

import re
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from queries import Filter, QueryError, Segment, Workspace, WorkspaceError
from queries.access import EVERYTHING, Sight
from queries.salt import salt_of
from queries.views import view_statements
from tests.marked_workspace import (
    COUNTRIES,
    NOBODY,
    SITES,
    Person,
    make_marked,
    of_country,
    of_site,
)
from tests.tiny_workspaces import Setup, workspace_of

PERSONAL = '[access]\n[access.personal]\nusers = ["user_id", "email"]\nfeedback = ["text"]\n'


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the product, as a policy names it."""

    countries: tuple[str | None, ...] = COUNTRIES
    sites: tuple[str | None, ...] = SITES

    @property
    def sight(self) -> Sight:
        named = {"country": (self.countries, COUNTRIES), "site": (self.sites, SITES)}
        filters = [Filter(name, some) for name, (some, all_) in named.items() if some != all_]
        return Sight(Segment(tuple(filters)).canonical(), shows_personal=True)

    @property
    def is_by_site(self) -> bool:
        return self.sites != SITES

    def keeps(self, person: Person, site: str | None) -> bool:
        return person.country in self.countries and site in self.sites

    @property
    def foreign(self) -> list[str]:
        """Marks of all that is not in it."""
        countries = [of_country(one) for one in COUNTRIES if one not in self.countries]
        return [NOBODY, *countries, *(of_site(one) for one in SITES if one not in self.sites)]


PARTS = {
    "a country": Part(countries=("DE",)),
    "a country or none": Part(countries=("FR", None)),
    "no country": Part(countries=()),
    "a site": Part(sites=("north",)),
    "a site or none": Part(sites=("south", None)),
    "no site": Part(sites=()),
    "a country and a site": Part(countries=("DE", "PL"), sites=("north", "west")),
}
TABLES = (
    "user_days", "segment_days", "feature_days", "steps", "sessions", "users", "subscriptions",
    "exposures", "experiments", "releases", "rollouts", "requests", "feedback",
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def personal(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("personal"), access=PERSONAL)


@pytest.fixture(scope="module", params=PARTS)
def part(request: pytest.FixtureRequest) -> Part:
    return PARTS[request.param]


@pytest.fixture(scope="module", params=[name for name in PARTS if not name.startswith("no ")])
def some(request: pytest.FixtureRequest) -> Part:
    """A part with somebody in it."""
    return PARTS[request.param]


@pytest.fixture(scope="module")
def alone(some: Part, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("alone")
    return make_marked(folder, some.keeps, is_by_site=some.is_by_site)


def rows(workspace: Workspace, table: str) -> pl.DataFrame:
    """All that a table holds, in one order, with ids in place of numbers of users."""
    columns = set(workspace.engine.tables()[table])
    sql = f"select * from {table}"  # noqa: S608
    if "user_key" in columns and table != "users":
        sql = f"select a.* exclude (user_key), u.user_id from {table} a join users u using (user_key)"  # noqa: S608, E501
    found = pl.DataFrame(pl.from_arrow(workspace.engine.query(sql, {})))
    kept = [name for name in sorted(found.columns) if name != "user_key"]
    return found.select(kept).sort(kept, nulls_last=True)


@pytest.mark.parametrize("table", TABLES)
def test_a_policy_leaves_what_a_workspace_of_its_rows_alone_holds(
    whole: Workspace, some: Part, alone: Workspace, table: str
) -> None:
    if table == "sessions" and some.is_by_site:
        pytest.skip("a visit belongs to the site on which it began, and is not cut at another")
    seen, expected = rows(whole.seen_with(some.sight), table), rows(alone, table)
    if some.is_by_site and table in ("user_days", "segment_days"):
        expected = expected.drop("sessions")
        seen = seen.drop("sessions").sort(expected.columns, nulls_last=True)
        expected = expected.sort(expected.columns, nulls_last=True)
    assert seen.select(expected.columns).rows() == expected.rows()


@pytest.mark.parametrize("name", ["no country", "no site"])
def test_a_policy_without_values_leaves_nobody(whole: Workspace, name: str) -> None:
    seen = whole.seen_with(PARTS[name].sight)
    of_people = [table for table in TABLES if table not in ("experiments", "releases")]
    assert {table: rows(seen, table).height for table in of_people} == dict.fromkeys(of_people, 0)


@pytest.mark.parametrize("table", [*TABLES, "metric_days", "work_items", "quarantine"])
def test_nothing_of_others_is_in_any_table(whole: Workspace, part: Part, table: str) -> None:
    seen = str(rows(whole.seen_with(part.sight), table).to_dicts())
    assert [mark for mark in part.foreign if mark in seen] == []


def test_marks_of_others_are_there_without_a_policy(whole: Workspace) -> None:
    tables = (*TABLES, "work_items", "quarantine")
    everything = "".join(str(rows(whole, table).to_dicts()) for table in tables)
    assert [mark for mark in Part((), ()).foreign if mark not in everything] == []


def test_metrics_of_one_value_stand_for_the_whole(
    whole: Workspace, tmp_path: Path
) -> None:
    north = PARTS["a site"]
    alone = make_marked(tmp_path, north.keeps, is_by_site=True)
    seen = rows(whole.seen_with(north.sight), "metric_days")
    assert seen.filter(pl.col("dimension").is_null()).rows() == (
        rows(alone, "metric_days").filter(pl.col("dimension").is_null()).rows()
    )


def test_metrics_of_a_part_that_are_not_kept_are_refused_in_words(whole: Workspace) -> None:
    seen = whole.seen_with(PARTS["a country"].sight)
    day = whole.snapshot.watermark if whole.snapshot else None
    with pytest.raises(QueryError, match="not for the part of the product that you see"):
        seen.ask("metric_series", start_date=day, end_date=day, metric="events")


def test_a_filter_on_another_dimension_is_no_way_around(whole: Workspace) -> None:
    seen = whole.seen_with(PARTS["a country"].sight)
    day = whole.snapshot.watermark if whole.snapshot else None
    with pytest.raises(QueryError):
        seen.ask(
            "metric_series", segment=Segment((Filter("site", ("north",)),)),
            start_date=day, end_date=day, metric="events",
        )  # fmt: skip


def test_a_policy_on_a_dimension_that_is_not_there_shows_nothing(whole: Workspace) -> None:
    sight = Sight(Segment((Filter("contry", ("DE",)),)), shows_personal=True)
    with pytest.raises(QueryError, match=r"Did you mean 'country'\?"):
        whole.seen_with(sight).ask("event_names", start_date=None, end_date=None)


def test_without_policy_the_views_are_the_same_to_the_letter(personal: Workspace) -> None:
    snapshot = personal.snapshot
    assert snapshot
    plain = view_statements(personal.folder, snapshot, personal.settings)
    assert personal.seen_with(EVERYTHING).views() == plain
    assert not any("sha256" in view or "kept" in view for view in plain)


def test_the_description_of_a_part_names_no_files_counts_or_events(whole: Workspace) -> None:
    description = str(whole.seen_with(PARTS["a country"].sight).snapshot)
    assert ".parquet" not in description
    assert "opened" not in description
    assert str(whole.snapshot).count(".parquet") > 10


HASHED = Sight(Segment(), shows_personal=False)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("users", ["user_id", "email"]),
        ("feedback", ["user_id", "text"]),
        ("exposures", ["unit_id"]),
        ("requests", ["user_id"]),
    ],
)
def test_personal_columns_are_hashed(personal: Workspace, table: str, columns: list[str]) -> None:
    seen = rows(personal.seen_with(HASHED), table)
    for name in columns:
        given = seen[name].drop_nulls().to_list()
        assert given
        assert all(re.fullmatch("[0-9a-f]{16}", value) for value in given)


def test_a_missing_value_stays_missing(personal: Workspace) -> None:
    seen = rows(personal.seen_with(HASHED), "requests")
    assert seen["user_id"].null_count() == 1


def test_hashed_tables_still_join(personal: Workspace) -> None:
    sql = "select count(*) as n from feedback join users using (user_id)"
    found = {sight: personal.seen_with(sight).engine.query(sql, {})["n"][0].as_py()
             for sight in (EVERYTHING, HASHED)}  # fmt: skip
    assert found[HASHED] == found[EVERYTHING] > 20


def test_units_that_are_customers_join_although_users_are_hashed(personal: Workspace) -> None:
    sql = "select count(*) as n from rollouts join users on unit_id = account_id"
    seen = personal.seen_with(HASHED).engine.query(sql, {})
    assert seen["n"][0].as_py() == personal.engine.query(sql, {})["n"][0].as_py() > 0


def test_rows_set_aside_do_not_show_their_content(personal: Workspace) -> None:
    assert rows(personal.seen_with(HASHED), "quarantine")["content"].null_count() == 2


def test_a_policy_is_applied_before_hashing(personal: Workspace) -> None:
    email = f"4{of_country('DE')}@example.com"
    sight = Sight(Segment((Filter("email", (email,)),)), shows_personal=False)
    assert rows(personal.seen_with(sight), "users").height == 1


def test_the_secret_is_its_owners_alone_and_stays_the_same(personal: Workspace) -> None:
    rows(personal.seen_with(HASHED), "users")
    path = personal.folder / ".tidemark" / "salt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert salt_of(personal.folder) == path.read_text("ascii")
    assert len(salt_of(personal.folder)) == 64


def test_two_workspaces_hash_differently(personal: Workspace, tmp_path: Path) -> None:
    other = make_marked(tmp_path, access=PERSONAL).seen_with(HASHED)
    ids = set(rows(personal.seen_with(HASHED), "users")["user_id"])
    assert ids.isdisjoint(rows(other, "users")["user_id"])


def test_a_secret_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / ".tidemark").write_text("in the way", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="TIDEMARK_SALT"):
        salt_of(tmp_path)


def test_changing_who_sees_what_builds_nothing_anew(personal: Workspace, whole: Workspace) -> None:
    from queries.workspace import settings_digest

    settings = personal.settings.model_copy(update={"access": whole.settings.access})
    before = settings_digest(personal)
    personal.settings, kept = settings, personal.settings
    after = settings_digest(personal)
    personal.settings = kept
    assert before == after


def test_a_customer_with_the_id_of_a_hidden_user_shows_none_of_their_rows(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 5, 12)  # noqa: DTZ001  (as it stands in a file)
    units = {"experiment": "e", "unit_id": ["u1", "u2", "a1"], "variant": "v", "exposed_at": moment}
    setup = Setup(
        users={
            "u1": {"country": "DE", "account_id": "u2"},
            "u2": {"country": "FR", "account_id": "a1"},
        },
        user_dimensions=("country",),
        tables={"exposures": pl.DataFrame(units)},
    )
    workspace = workspace_of(tmp_path, [("u1", "opened", moment.isoformat(), {})], setup)
    seen = {
        country: rows(workspace.seen_with(Part(countries=(country,)).sight), "exposures")
        for country in ("DE", "FR")
    }
    assert list(seen["DE"]["unit_id"]) == ["u1"]
    assert list(seen["FR"]["unit_id"]) == ["a1", "u2"]
