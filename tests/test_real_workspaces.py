"""The two real data sets, read as workspaces, against a recount of the raw files in plain Polars.

The data are OULAD (Kuzilek, Hlosta, Zdrahal 2017, CC BY 4.0) and commits, tags and benchmark runs
of three open-source projects. They lie beside the project, not in it.
"""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from metrics.periods import Period
from queries import Segment, Workspace, open_workspace
from queries.build import build
from reports.active_users import active_users
from reports.lifecycle import lifecycle
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope

ROOT = Path(__file__).parents[1]
WORKSPACES = ROOT / "sample_data" / "workspaces"
DATA = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not (DATA / "oulad_student.parquet").is_file(), reason=f"the real data are not in {DATA}"
)


def built(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of `sample_data/workspaces`, built in another folder over the real data."""
    shutil.copyfile(WORKSPACES / name / "workspace.toml", folder / "workspace.toml")
    monkeypatch.setenv("TIDEMARK_DATA", str(DATA))
    workspace = open_workspace(folder)
    build(workspace)
    return workspace


@pytest.fixture(scope="module")
def oulad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Students and their submissions."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield built("oulad", tmp_path_factory.mktemp("oulad"), monkeypatch)


@pytest.fixture(scope="module")
def oss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Authors and their commits."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield built("oss", tmp_path_factory.mktemp("oss"), monkeypatch)


@pytest.fixture(scope="module")
def submissions() -> pl.DataFrame:
    """Recount: one row per (student, day) with at least one submission that was not carried over.

    A presentation B starts on 1 February of its year, J on 1 October.
    """
    submitted = pl.read_parquet(DATA / "oulad_student_assessment.parquet")
    assessments = pl.read_parquet(DATA / "oulad_assessment.parquet")
    presentation = pl.col("code_presentation")
    month = pl.when(presentation.str.ends_with("B")).then(2).otherwise(10)
    start = pl.date(presentation.str.slice(0, 4).cast(pl.Int32), month, 1)
    return (
        submitted.filter(~pl.col("is_banked"))
        .join(assessments, on="id_assessment")
        .select(
            pl.col("id_student").cast(pl.String).alias("user"),
            (start + pl.duration(days="date_submitted")).alias("day"),
        )
        .unique()
        .sort("user", "day")
    )


def scope_of(start: date, end: date) -> Scope:
    """A period by weeks, of everybody, compared with nothing."""
    return Scope(period=Period(start, end), comparison=None, grain="week", segment=Segment())


def rows_of(workspace: Workspace) -> dict[str, int]:
    """Good rows of each table that has any."""
    assert workspace.snapshot is not None
    tables = workspace.snapshot.sources
    return {name: table.rows for name, table in tables.items() if table.rows}


def test_oulad_every_row_is_there_or_quarantined(oulad: Workspace) -> None:
    # README of the data: 173,912 submissions, 28,785 students, 32,593 enrolments, of which 45
    # have no registration day.
    assert rows_of(oulad) == {"events": 173_912, "users": 28_785, "subscriptions": 32_593 - 45}


def test_oulad_enrolments_without_a_day_are_quarantined(oulad: Workspace) -> None:
    assert oulad.snapshot is not None
    reasons = oulad.snapshot.sources["subscriptions"].quarantined
    assert reasons == {"started_at is missing or unreadable": 45}


def test_oulad_no_submission_is_quarantined(oulad: Workspace) -> None:
    assert set(_stored(oulad, "quarantine")["table_name"]) == {"subscriptions"}


def test_oulad_results_carried_over_make_nobody_active(
    oulad: Workspace, submissions: pl.DataFrame
) -> None:
    assert oulad.snapshot is not None
    assert oulad.snapshot.first_day == submissions["day"].min()


def test_oulad_watermark_is_the_last_submission(
    oulad: Workspace, submissions: pl.DataFrame
) -> None:
    assert oulad.snapshot is not None
    assert oulad.snapshot.watermark == submissions["day"].max()


@pytest.mark.parametrize(("column", "days"), [("weekly_users", 7), ("window_users", 28)])
def test_oulad_active_users_equal_the_recount(
    oulad: Workspace, submissions: pl.DataFrame, column: str, days: int
) -> None:
    start, end = date(2014, 1, 1), date(2014, 7, 1)
    shown = active_users(oulad, scope_of(start, end)).daily.rows
    recount = [
        submissions.filter(pl.col("day").is_between(day - timedelta(days=days - 1), day))[
            "user"
        ].n_unique()
        for day in shown["day"]
    ]
    assert (shown["day"].to_list()[0], len(shown)) == (start, 181)
    assert shown[column].to_list() == recount


def test_oulad_daily_users_equal_the_recount(oulad: Workspace, submissions: pl.DataFrame) -> None:
    shown = active_users(oulad, scope_of(date(2013, 10, 1), date(2014, 10, 1))).daily.rows
    counts = dict(submissions.group_by("day").len().iter_rows())
    assert shown["daily_users"].to_list() == [counts.get(day, 0) for day in shown["day"]]


def test_oulad_lifecycle_equals_the_recount(oulad: Workspace, submissions: pl.DataFrame) -> None:
    weeks = _weeks_of_users(submissions)
    shown = lifecycle(oulad, scope_of(date(2013, 12, 30), date(2014, 6, 30))).states.rows
    columns = ("new_users", "retained_users", "resurrected_users", "dormant_users")
    recount = [_states(weeks, week) for week in shown["period_start"]]
    assert shown.select(columns).rows() == recount


def _weeks_of_users(submissions: pl.DataFrame) -> dict[str, set[date]]:
    """Mondays of the weeks in which each student was active."""
    weeks = submissions.with_columns(pl.col("day").dt.truncate("1w")).group_by("user").agg("day")
    return {user: set(days) for user, days in weeks.iter_rows()}


def _states(weeks: dict[str, set[date]], week: date) -> tuple[int, int, int, int]:
    """New, retained, resurrected and dormant students of a week, one by one."""
    before = week - timedelta(days=7)
    new = retained = resurrected = dormant = 0
    for active in weeks.values():
        if week not in active:
            dormant += before in active
        elif min(active) == week:
            new += 1
        elif before in active:
            retained += 1
        else:
            resurrected += 1
    return new, retained, resurrected, dormant


def _retention(weeks: dict[str, set[date]], cohort: date, interval: int) -> tuple[int, int]:
    """Students whose first week is `cohort`, and those of them active `interval` weeks later."""
    members = [active for active in weeks.values() if min(active) == cohort]
    later = cohort + timedelta(weeks=interval)
    return len(members), sum(later in active for active in members)


def test_oulad_retention_equals_the_recount(oulad: Workspace, submissions: pl.DataFrame) -> None:
    weeks = _weeks_of_users(submissions)
    scope = scope_of(date(2014, 2, 3), date(2014, 3, 31))
    shown = retention(oulad, scope, RetentionQuestion(grain="week", intervals=8)).triangle.rows
    recount = [_retention(weeks, *cell) for cell in shown.select("cohort", "interval").rows()]
    assert len(recount) == 8 * 9
    assert shown.select("users", "returned").rows() == recount


def test_oulad_pooled_retention_equals_the_recount(
    oulad: Workspace, submissions: pl.DataFrame
) -> None:
    weeks = _weeks_of_users(submissions)
    scope = scope_of(date(2014, 2, 3), date(2014, 3, 31))
    shown = retention(oulad, scope, RetentionQuestion(grain="week", intervals=4)).average.rows
    cohorts = [date(2014, 2, 3) + timedelta(weeks=n) for n in range(8)]
    recount = [
        tuple(map(sum, zip(*(_retention(weeks, day, k) for day in cohorts), strict=True)))
        for k in range(5)
    ]
    assert shown.select("users", "returned").rows() == recount


def test_oulad_students_are_the_published_ones(oulad: Workspace) -> None:
    raw = pl.read_parquet(DATA / "oulad_student.parquet")
    results = dict(raw.group_by("final_result").len().iter_rows())
    # Published counts, see the README of the data.
    assert results == {"Pass": 12_361, "Withdrawn": 10_156, "Fail": 7_052, "Distinction": 3_024}
    assert rows_of(oulad)["users"] == raw["id_student"].n_unique()


def test_oss_every_row_is_there(oss: Workspace) -> None:
    # README of the data: 7,071 commits, 481 tags, 8,569 measurements.
    rows = rows_of(oss)
    assert (rows["events"], rows["releases"], rows["requests"]) == (7_071, 481, 8_569)


def test_oss_authors_are_the_users(oss: Workspace) -> None:
    commits = pl.read_parquet(DATA / "oss_commits_dev.parquet")
    assert rows_of(oss)["users"] == commits["author_hash"].n_unique()


def test_oss_a_run_belongs_to_the_newest_tag_before_its_commit(oss: Workspace) -> None:
    requests = _stored(oss, "requests")
    runs = pl.read_parquet(DATA / "perf_pypdf_bench.parquet").sort("commit_time")
    tags = (
        pl.read_parquet(DATA / "oss_releases_dev.parquet")
        .filter(pl.col("repo") == "py-pdf/pypdf")
        .sort("tagged_at")
    )
    joined = runs.join_asof(tags, left_on="commit_time", right_on="tagged_at")
    recount = dict(joined.group_by("tag").len().iter_rows())
    assert dict(requests.group_by("app_version").len().iter_rows()) == recount


def test_oss_active_authors_equal_the_recount(oss: Workspace) -> None:
    commits = pl.read_parquet(DATA / "oss_commits_dev.parquet")
    days = commits.select("author_hash", pl.col("authored_at").dt.date().alias("day")).unique()
    shown = active_users(oss, scope_of(date(2022, 1, 1), date(2023, 1, 1))).daily.rows
    recount = [
        days.filter(pl.col("day").is_between(day - timedelta(days=27), day))[
            "author_hash"
        ].n_unique()
        for day in shown["day"]
    ]
    assert shown["window_users"].to_list() == recount


def _stored(workspace: Workspace, table: str) -> pl.DataFrame:
    """A canonical table as it was published."""
    assert workspace.snapshot is not None
    files = workspace.snapshot.partitions[table]
    return pl.concat(pl.read_parquet(workspace.folder / ".tidemark" / one.file) for one in files)
