"""`request_hours`: the same from one build, from increments and from a slow recount."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from metrics.service import bucket, middle, quantile
from queries import Workspace, open_workspace
from queries.build import build

NOW = datetime(2025, 6, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")  # local hours begin at half past in UTC
SETTINGS = '[product]\nname = "R"\ntime_zone = "Asia/Kolkata"\n'
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "occurred_at": pl.Datetime("us"), "route": pl.String, "duration_ms": pl.Float64,
    "status": pl.Int64, "app_version": pl.String, "platform": pl.String, "count": pl.Int64,
}  # fmt: skip
Request = tuple[datetime, str, float | None, int | None, str | None, str | None, int | None]


def some_requests(seed: int, count: int = 400) -> list[Request]:
    chance = random.Random(seed)  # noqa: S311 - invented chance
    start = datetime(2025, 5, 20)  # noqa: DTZ001 - UTC without zone, as in tables
    return [
        (
            start + timedelta(minutes=chance.randrange(5 * 24 * 60)),
            chance.choice(["/a", "/b"]),
            chance.choice([None, 0.0, 1.0, chance.lognormvariate(5, 1)]),
            chance.choice([200, 204, 404, 503, None]),
            chance.choice(["1.0", "1.1", None]),
            chance.choice(["web", None]),
            chance.choice([None, 1, 7]),
        )
        for _ in range(count)
    ]


def write(path: Path, rows: list[Request]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(path)


def made(folder: Path, parts: list[list[Request]], *, is_step_by_step: bool) -> Workspace:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(SETTINGS, encoding="utf-8")
    pl.DataFrame(
        {"user_id": ["ann"], "event": ["opened"], "occurred_at": [datetime(2025, 5, 21, 9)]}  # noqa: DTZ001
    ).write_parquet(folder / "events.parquet")
    workspace = open_workspace(folder)
    for number, part in enumerate(parts):
        write(folder / "requests" / f"{number}.parquet", part)
        if is_step_by_step:
            build(workspace, now=NOW)
    build(workspace, now=NOW)
    return workspace


def rolled_up(workspace: Workspace) -> Counter[tuple[object, ...]]:
    found = pl.DataFrame(
        pl.from_arrow(workspace.engine.query("select * from request_hours", {}))
    )
    assert not found.select(pl.exclude("requests")).is_duplicated().any()
    return Counter({row[:-1]: row[-1] for row in found.rows()})


def recounted(rows: list[Request]) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for at, route, ms, status, version, platform, count in rows:
        local = at.replace(tzinfo=UTC).astimezone(ZONE)
        hour = local.replace(minute=0, second=0, microsecond=0)
        number = None if ms is None else bucket(ms)
        status_class = None if status is None else status // 100
        key = (local.date(), hour.astimezone(UTC).replace(tzinfo=None), route, version, platform,
               status_class, number)  # fmt: skip
        found[key] += 1 if count is None else count
    return found


@pytest.mark.parametrize("seed", range(3))
def test_increments_equal_one_build_and_a_recount(tmp_path: Path, seed: int) -> None:
    rows = some_requests(seed)
    parts = [rows[n::4] for n in range(4)]
    steps = made(tmp_path / "steps", parts, is_step_by_step=True)
    once = made(tmp_path / "once", parts, is_step_by_step=False)
    assert rolled_up(steps) == rolled_up(once) == recounted(rows)


def test_a_changed_or_removed_file_leaves_nothing_behind(tmp_path: Path) -> None:
    rows = some_requests(5)
    workspace = made(tmp_path, [rows[:200], rows[200:]], is_step_by_step=True)
    write(tmp_path / "requests" / "0.parquet", rows[:50])
    (tmp_path / "requests" / "1.parquet").unlink()
    build(workspace, now=NOW)
    assert rolled_up(workspace) == recounted(rows[:50])


def test_unchanged_requests_are_not_counted_again(tmp_path: Path) -> None:
    workspace = made(tmp_path, [some_requests(6)], is_step_by_step=False)
    before = workspace.snapshot
    pl.DataFrame(
        {"user_id": ["bob"], "event": ["opened"], "occurred_at": [datetime(2025, 5, 22, 9)]}  # noqa: DTZ001
    ).write_parquet(tmp_path / "events.parquet")
    build(workspace, now=NOW)
    after = workspace.snapshot
    assert before is not None
    assert after is not None
    assert after.id != before.id
    assert after.partitions["request_hours"] == before.partitions["request_hours"]


def test_impossible_requests_are_quarantined_and_not_counted(tmp_path: Path) -> None:
    good: Request = (datetime(2025, 5, 21, 9), "/a", 10.0, 200, None, None, 3)  # noqa: DTZ001
    bad: list[Request] = [
        (good[0], "/a", -1.0, 200, None, None, 1),
        (good[0], "/a", float("nan"), 200, None, None, 1),
        (good[0], "/a", 5.0, 200, None, None, 0),
        (good[0], " ", 5.0, 200, None, None, 1),
    ]
    workspace = made(tmp_path, [[good, *bad]], is_step_by_step=False)
    assert sum(rolled_up(workspace).values()) == 3
    snapshot = workspace.snapshot
    assert snapshot is not None
    assert snapshot.sources["requests"].quarantined == {
        "duration_ms is below 0": 1, "duration_ms is not a number": 1, "count is below 1": 1,
        "route is null or blank": 1,
    }  # fmt: skip


def test_quantiles_stay_within_one_percent(tmp_path: Path) -> None:
    rows: list[Request] = [
        (at, "/a", ms, status, None, None, 1)
        for at, _, ms, status, _, _, _ in some_requests(7, 2_000)
        if ms is not None and ms > 1
    ]
    workspace = made(tmp_path, [rows], is_step_by_step=False)
    histogram: Counter[int] = Counter()
    for key, requests in rolled_up(workspace).items():
        histogram[key[-1]] += requests  # type: ignore[index]
    durations = sorted(float(ms or 0) for _, _, ms, *_ in rows)
    for share in (0.5, 0.9, 0.99):
        exact = durations[int(share * (len(durations) - 1))]
        found = quantile(histogram, share)
        assert found is not None
        assert abs(found / exact - 1) <= 0.01


def test_the_sql_of_the_documentation_gives_the_same_buckets(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "rollups.md").read_text(encoding="utf-8")
    sql = text.split("```sql\n")[1].split("```")[0]
    workspace = made(tmp_path, [some_requests(8)], is_step_by_step=False)
    by_bucket: Counter[tuple[object, ...]] = Counter()
    for key, requests in rolled_up(workspace).items():
        if key[-1] is not None:
            by_bucket[key[2], key[-1]] += requests
    rows = workspace.engine.query(sql, {}).to_pylist()
    found = {(row["route"], row["bucket"]): row["requests"] for row in rows}
    assert found == dict(by_bucket)
    assert middle(0) == pytest.approx(0.99)
