"""pypdf's own "performance improvement" commits show in Performance, against a recount of its runs.

The data are benchmark runs of py-pdf/pypdf, 2022 to 2026. They lie beside the project, not in it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from metrics.periods import Period
from queries import Segment, Workspace
from reports.performance import performance
from reports.release import release_report
from reports.scope import Scope
from reports.version_changes import version_changes, versions
from tests.test_real_workspaces import DATA, built

pytestmark = pytest.mark.skipif(
    not (DATA / "perf_pypdf_bench.parquet").is_file(), reason=f"the real data are not in {DATA}"
)
# Version, benchmark, and the commits whose subject begins with "PI:", performance improvement.
IMPROVED = [
    ("2.3.1", "test_merge", "PI: Remove b_ calls (#992)"),
    ("3.15.4", "test_page_operations", "PI: Making pypdf as fast as pdfrw (#2086)"),
    ("6.9.2", "test_merge", "PI: Batch-parse all objects in ObjStm on first access (#3677)"),
]


@pytest.fixture(scope="module")
def oss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield built("oss", tmp_path_factory.mktemp("oss"), monkeypatch)


@pytest.fixture(scope="module")
def runs() -> pl.DataFrame:
    return pl.read_parquet(Path(DATA) / "perf_pypdf_bench.parquet").filter(
        ~pl.col("suite").str.starts_with("PyPy")
    )


@pytest.mark.parametrize(("version", "bench", "subject"), IMPROVED)
def test_a_performance_improvement_is_faster_in_its_version(
    oss: Workspace, runs: pl.DataFrame, version: str, bench: str, subject: str
) -> None:
    report = version_changes(oss, version)
    assert report is not None
    rows = report.changes.rows.filter(route=bench, figure="p50")
    assert rows["said"].to_list() == ["faster"]
    at: datetime = runs.filter(commit_subject=subject)["commit_time"].min()  # type: ignore[assignment]
    near = timedelta(days=28)
    own = runs.filter(pl.col("bench") == bench)
    before = own.filter(pl.col("commit_time").is_between(at - near, at, closed="left"))
    after = own.filter(pl.col("commit_time").is_between(at, at + near))
    recount = float(after["mean_ms"].median() or 0) / float(before["mean_ms"].median() or 1) - 1  # type: ignore[arg-type]
    assert recount < -0.05
    assert rows["change"][0] < -0.05


def test_quantiles_of_a_benchmark_are_those_of_its_runs(
    oss: Workspace, runs: pl.DataFrame
) -> None:
    year = Period(datetime(2025, 1, 1).date(), datetime(2026, 1, 1).date())  # noqa: DTZ001
    rows = performance(oss, Scope(year, None, "month", Segment())).groups.rows
    merge = rows.filter(group_name="test_merge").row(0, named=True)
    own = runs.filter(
        (pl.col("bench") == "test_merge") & (pl.col("run_at").dt.year() == 2025)
    )["mean_ms"].sort()  # fmt: skip
    assert merge["requests"] == own.len()
    assert merge["p95_ms"] == pytest.approx(own[int(0.95 * (own.len() - 1))], rel=0.01)


def test_most_versions_changed_nothing_clearly(oss: Workspace) -> None:
    """Of 132 versions, those with few runs say so, and a change is called in about one of five."""
    names = [one.name for one in versions(oss)][:40]
    found = [version_changes(oss, name) for name in names]
    called = sum(one is not None and one.worse + one.better > 0 for one in found)
    assert called <= 0.3 * len(names)


def test_a_release_without_users_to_count_is_judged_by_what_there_is(oss: Workspace) -> None:
    report = release_report(oss, "pypdf 3.15.4")
    assert report is not None
    assert report.standing in ("judged", "insufficient")
    assert report.versions is not None
    assert report.versions.better > 0
