import hashlib
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from queries import open_workspace
from queries.build import build
from queries.snapshot import FOLDER
from sample_data.chance import mixed
from sample_data.clock import DAYS, FIRST_DAY, number, summer_hours
from sample_data.generate import STAMP, generate
from sample_data.product import product
from sample_data.truths import truths
from tests.planted_numbers import MEASURES, measured, open_demo

SMALL = 0.01
COUNTED = [
    pytest.param(finding.measure, finding.number, id=f"{truth.name}: {finding.measure}")
    for truth in truths().values()
    for finding in truth.find
    if finding.measure in MEASURES
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest demo, made once."""
    folder = tmp_path_factory.mktemp("small")
    generate(folder, size=SMALL)
    return folder


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo at its own size, for which truths are written."""
    with open_demo(demo_folder) as opened:
        yield opened


def content(folder: Path) -> str:
    """One hash over the names and bytes of all data files."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.parquet")):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), COUNTED)
def test_truths_number_is_what_the_files_hold(
    demo: duckdb.DuckDBPyConnection, name: str, value: float
) -> None:
    assert measured(demo, name) == pytest.approx(value, rel=1e-3)


@pytest.mark.slow
def test_demo_has_the_promised_size(demo: duckdb.DuckDBPyConnection) -> None:
    rows, days = demo.execute("select count(*), count(distinct day) from events").fetchone() or ()
    users = demo.execute("select count(*) from users").fetchone()
    accounts = demo.execute("select count(distinct account_id) from subscriptions").fetchone()
    assert (rows // 1_000_000, days, users, accounts) == (5, DAYS, (19_962,), (1_500,))


def test_truths_every_measure_is_counted() -> None:
    named = {f.measure for truth in truths().values() for f in truth.find} - {None, "quarantined"}
    assert named == set(MEASURES)


def test_truths_every_one_says_what_a_page_must_find() -> None:
    assert [truth.name for truth in truths().values() if not truth.find] == []


def test_generate_makes_the_same_bytes_again(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, size=SMALL)
    assert content(tmp_path) == content(small)


def test_generate_makes_the_same_bytes_on_every_machine(small: Path) -> None:
    # Pinned on purpose: whoever changes the demo sees it here, and truths.toml with it.
    assert content(small)[:16] == "2431121c5bfb04f6"


def test_generate_another_seed_is_another_demo(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, size=SMALL, seed=1, days=3)
    first = "events/2025-05-26.parquet"
    assert (tmp_path / first).read_bytes() != (small / first).read_bytes()


def test_generate_does_nothing_when_made(tmp_path: Path) -> None:
    generate(tmp_path, size=SMALL, days=1, only_events=True)
    made = (tmp_path / STAMP).stat().st_mtime_ns
    generate(tmp_path, size=SMALL, days=1, only_events=True)
    assert (tmp_path / STAMP).stat().st_mtime_ns == made


def test_generate_replaces_an_older_demo(tmp_path: Path) -> None:
    generate(tmp_path, size=SMALL, days=3)
    generate(tmp_path, size=SMALL, days=2, only_events=True)
    names = [path.name for path in sorted(tmp_path.rglob("*.parquet"))]
    assert names == ["2025-05-24.parquet", "2025-05-25.parquet"]


def test_generate_leaves_a_changed_workspace_alone(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text("# mine\n")
    generate(tmp_path, size=SMALL, days=1, only_events=True)
    assert (tmp_path / "workspace.toml").read_text() == "# mine\n"


def test_generate_tells_its_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    generate(
        tmp_path, size=SMALL, days=2, only_events=True, progress=lambda *done: told.append(done)
    )
    assert told == [(1, 2), (2, 2), (2, 2)]


@pytest.mark.parametrize("size", [0, 0.009, 51])
def test_generate_refuses_a_size_out_of_range(tmp_path: Path, size: float) -> None:
    with pytest.raises(ValueError, match=r"size must be between 0\.01 and 50, got"):
        generate(tmp_path, size=size)


def test_generate_refuses_days_out_of_range(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="days must be between 1 and 549, got 0"):
        generate(tmp_path, days=0)


def test_events_files_are_utc_days_in_order_of_time(small: Path) -> None:
    for path in sorted((small / "events").glob("????-??-??.parquet"))[:40]:
        times = pl.read_parquet(path)["occurred_at"]
        assert times.is_sorted()
        assert times.dt.date().unique().cast(str).to_list() == [path.stem]


def test_events_cover_every_day(small: Path) -> None:
    files = sorted(path.stem for path in (small / "events").glob("????-??-??.parquet"))
    assert (len(files), files[0], files[-1]) == (DAYS, FIRST_DAY.isoformat(), "2026-11-23")


def test_events_end_in_the_middle_of_the_last_day(small: Path) -> None:
    last = pl.read_parquet(small / "events" / "2026-11-23.parquet")["occurred_at"].max()
    assert str(last) < "2026-11-23 11:40"


def test_broken_rows_are_quarantined_by_reason(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path, dirs_exist_ok=True)
    snapshot = build(open_workspace(tmp_path)).snapshot
    files = [tmp_path / FOLDER / one.file for one in snapshot.partitions["quarantine"]]
    reasons = pl.concat(pl.read_parquet(file) for file in files).group_by("reason").len()
    declared = {finding.what: finding.number for finding in truths()["bad_rows"].find}
    assert dict(reasons.iter_rows()) == declared


def test_users_sign_up_before_their_first_event(small: Path) -> None:
    events = pl.scan_parquet(small / "events/*.parquet").filter(
        pl.col("occurred_at").dt.year() > 2024
    )
    both = events.join(pl.scan_parquet(small / "users.parquet"), on="user_id").collect()
    assert both.filter(pl.col("occurred_at") < pl.col("signed_up_at")).is_empty()


def test_users_ids_fit_in_twelve_bytes(small: Path) -> None:
    users = pl.read_parquet(small / "users.parquet")
    assert users["user_id"].str.len_bytes().max() == 9
    assert users["account_id"].str.len_bytes().max() == 8


@pytest.mark.parametrize(
    ("table", "column", "known"),
    [
        ("exposures", "unit_id", "user_id"),
        ("rollouts", "unit_id", "user_id"),
        ("feedback", "user_id", "user_id"),
        ("subscriptions", "account_id", "account_id"),
    ],
)
def test_tables_speak_of_the_same_people(small: Path, table: str, column: str, known: str) -> None:
    users = pl.read_parquet(small / "users.parquet")
    assert set(pl.read_parquet(small / f"{table}.parquet")[column]) <= set(users[known])


@pytest.mark.parametrize(
    ("table", "column", "definitions", "begins"),
    [
        ("exposures", "experiment", "experiments", "started_at"),
        ("rollouts", "release", "releases", "released_at"),
    ],
)
def test_contacts_never_come_before_the_start(
    small: Path, table: str, column: str, definitions: str, begins: str
) -> None:
    contacts = pl.read_parquet(small / f"{table}.parquet")
    both = contacts.join(pl.read_parquet(small / f"{definitions}.parquet"), on=column)
    moment = "exposed_at" if table == "exposures" else "reached_at"
    assert len(both) == len(contacts)
    assert both.filter(pl.col(moment) < pl.col(begins)).is_empty()


def test_subscriptions_of_an_account_never_overlap(small: Path) -> None:
    spans = pl.read_parquet(small / "subscriptions.parquet").sort("account_id", "started_at")
    before = pl.col("ended_at").shift().over("account_id")
    is_first = pl.col("account_id") != pl.col("account_id").shift()
    assert spans.filter(~is_first & (before != pl.col("started_at"))).is_empty()


def test_sessions_are_bursts(small: Path) -> None:
    events = pl.scan_parquet(small / "events" / "2026-09-0*.parquet").drop_nulls("session_id")
    spans = events.group_by("session_id").agg(
        length=pl.col("occurred_at").max() - pl.col("occurred_at").min(),
        users=pl.col("user_id").n_unique(),
    )
    seconds = spans.select(pl.col("length").dt.total_seconds(), "users").collect()
    assert seconds["users"].max() == 1
    assert 60 < (seconds["length"].median() or 0) < 1_200


def test_features_have_all_six_actions(small: Path) -> None:
    events = set(
        pl.scan_parquet(small / "events/*.parquet").select("event").unique().collect()["event"]
    )
    actions = ("exposed", "opened", "started", "completed", "failed", "abandoned")
    wanted = {f"work_orders_{action}" for action in actions}
    assert wanted <= events
    assert 12 <= len(product().features) <= 60


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        # The zone database's changes of 2026.
        ("eu", date(2026, 3, 29), date(2026, 10, 25)),
        ("us", date(2026, 3, 8), date(2026, 11, 1)),
    ],
)
def test_summer_time_begins_and_ends_on_the_published_days(
    rule: str, first: date, last: date
) -> None:
    days = [number(day) for day in (first - timedelta(1), first, last - timedelta(1), last)]
    assert [summer_hours(day, rule) for day in days] == [0, 1, 1, 0]


def test_summer_time_of_the_south_spans_the_new_year() -> None:
    days = [date(2026, 4, 4), date(2026, 4, 5), date(2026, 10, 3), date(2026, 10, 4)]
    assert [summer_hours(number(day), "au") for day in days] == [1, 0, 0, 1]


def test_chance_splits_keys_evenly() -> None:
    keys = np.arange(100_000, dtype=np.uint32)
    share = float(np.mean(mixed(keys, 7) < 0.5))
    assert share == pytest.approx(0.5, abs=0.005)  # 3 standard errors of a fair coin


def test_chance_splits_are_independent() -> None:
    keys = np.arange(100_000, dtype=np.uint32)
    both = float(np.mean((mixed(keys, 7) < 0.5) & (mixed(keys, 8) < 0.5)))
    assert both == pytest.approx(0.25, abs=0.005)


def test_experiments_are_judged_by_metrics_that_exist(small: Path) -> None:
    metrics = set(open_workspace(small).metrics)
    for experiment in product().experiments:
        assert {experiment.metric, *experiment.guardrails} <= metrics


def test_releases_touch_features_that_exist() -> None:
    features = {feature.name for feature in product().features}
    assert {name for release in product().releases for name in release.features} <= features


def test_releases_in_waves_reach_every_country() -> None:
    countries = {country.code for country in product().countries}
    assert [set(r.waves) for r in product().releases if r.waves] == [countries]
