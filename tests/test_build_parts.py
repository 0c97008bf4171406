"""Parts of the build, each by itself: days, watermark, orders, codes, sessions, metrics."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import BuildError, open_workspace
from queries.build import build
from queries.build.codes import MISSING, Coded, combined
from queries.build.days import day_number, day_of, local_time, microseconds, moment_of
from queries.build.sorting import stable_order
from queries.build.watermark import watermark

UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe")
NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2025, 12, 30)),  # noqa: DTZ001 - UTC without zone
    st.sampled_from(ZONES),
)
def test_a_local_day_is_the_calendars(moment: datetime, zone: str) -> None:
    local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    clock = local_time(ZoneInfo(zone), UNTIL)
    day, hour = clock.day_and_hour(np.array([microseconds(moment)]))
    assert (day_of(int(day[0])), int(hour[0])) == (local.date(), local.hour)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_starts_where_the_day_before_ends(zone: str) -> None:
    clock = local_time(ZoneInfo(zone), UNTIL)
    for day in range(day_number(date(2017, 10, 1)), day_number(date(2018, 4, 30))):
        start = clock.start_of(day)
        days, _ = clock.day_and_hour(np.array([start - 1, start]))
        assert days.tolist() == [day - 1, day], moment_of(start)


def test_day_numbers_and_days_are_each_others_inverse() -> None:
    assert day_of(day_number(date(2024, 2, 29))) == date(2024, 2, 29)


MONDAY = date(2025, 3, 3)
USUAL = {MONDAY - timedelta(days=n): 80_000 for n in range(60)}


@pytest.mark.parametrize(
    ("last_second", "today", "rule", "expected"),
    [
        (80_000, date(2025, 3, 4), "auto", MONDAY),  # as late as ever: the day looks whole
        (79_999, date(2025, 3, 4), "auto", date(2025, 3, 2)),  # earlier than ever
        (79_999, date(2025, 3, 4), "complete", MONDAY),
        (80_000, date(2025, 3, 4), "incomplete", date(2025, 3, 2)),
        (80_000, MONDAY, "auto", date(2025, 3, 2)),  # today is never complete
        (80_000, MONDAY, "complete", date(2025, 3, 2)),
    ],
)
def test_the_watermark_follows_its_rule(
    last_second: int, today: date, rule: str, expected: date
) -> None:
    seen = USUAL | {MONDAY: last_second}
    assert watermark(seen, today, rule) == expected  # type: ignore[arg-type]


def test_without_history_the_last_day_is_not_complete() -> None:
    seen = {MONDAY - timedelta(days=1): 80_000, MONDAY: 86_399}
    assert watermark(seen, date(2025, 3, 9), "auto") == MONDAY - timedelta(days=1)


def test_without_data_no_day_is_complete() -> None:
    assert watermark({}, MONDAY, "auto") is None


@given(st.lists(st.integers(0, 2**32 - 1), max_size=50))
def test_orders_are_stable(values: list[int]) -> None:
    array = np.array(values, dtype=np.int64)
    assert stable_order(array).tolist() == np.argsort(array, kind="stable").tolist()


@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 3)), min_size=1, max_size=30))
def test_combined_codes_keep_every_combination(rows: list[tuple[int, int]]) -> None:
    columns = [
        Coded(np.array([row[0] for row in rows], dtype=np.int32), pa.array(["a", "b", "c"])),
        Coded(np.array([row[1] for row in rows], dtype=np.int32), pa.array(["w", "x", "y", "z"])),
    ]
    codes, tuples = combined(columns, len(rows))
    texts = [
        tuple(
            None if c == MISSING else column.texts[c].as_py()
            for c, column in zip(row, columns, strict=True)
        )
        for row in rows
    ]
    assert [tuples[code] for code in codes] == texts


EVENTS = pl.DataFrame({
    "user_id": ["ann", "ann", "bob", "bob", "cleo", "ann"],
    "event": ["sold", "failed", "sold", "seen", "seen", "sold"],
    "occurred_at": [datetime(2025, 3, 1, 9, n) for n in range(5)] + [datetime(2025, 3, 2)],  # noqa: DTZ001
    "platform": ["web", "ios", "web", "web", None, "ios"],
    "value": [10.0, None, 30.0, None, None, 5.0],
})  # fmt: skip
METRICS = {
    "sales": 'kind = "count"\nwhere = "event = \'sold\'"',
    "basket": 'kind = "mean"\nwhere = "event = \'sold\'"\nvalue = "value"',
    "failures": (
        'kind = "ratio"\nnumerator = "cast(event = \'failed\' as int)"\n'
        "denominator = \"cast(event in ('failed', 'sold') as int)\""
    ),
    "buyers": 'kind = "share"\nwhere = "event = \'sold\'"',
    "middle": 'kind = "quantile"\nvalue = "value"\nq = 0.5',
    "big": 'kind = "count"\nwhere = "value > 9"',
}
DAY = date(2025, 3, 1)


def metric_rows(folder: Path, metrics: str) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Numerator and denominator by (metric, day, dimension, value)."""
    EVENTS.write_parquet(folder / "events.parquet")
    (folder / "workspace.toml").write_text('[product]\nname = "M"\n', encoding="utf-8")
    (folder / "metrics.toml").write_text(metrics, encoding="utf-8")
    workspace = open_workspace(folder)
    build(workspace, now=NOW)
    answer = workspace.engine.query("select * from metric_days", {}).to_pylist()
    return {
        (r["metric"], r["day"], r["dimension"], r["value"]): (r["numerator"], r["denominator"])
        for r in answer
    }


def test_metrics_by_day_and_dimension_can_be_checked_by_eye(tmp_path: Path) -> None:
    texts = [f'[metrics.{n}]\nlabel = "M"\nunit = "number"\n{t}\n' for n, t in METRICS.items()]
    found = metric_rows(tmp_path, "\n".join(texts))
    everybody = {name: found[name, DAY, None, None] for name in METRICS}
    assert everybody == {
        "sales": (2.0, None),
        "basket": (40.0, 2.0),
        "failures": (1.0, 3.0),
        "buyers": (2.0, 3.0),
        "middle": (20.0, 2.0),
        "big": (2.0, None),
    }
    assert found["sales", DAY, "platform", "web"] == (2.0, None)
    assert found["failures", DAY, "platform", "ios"] == (1.0, 1.0)
    assert found["buyers", DAY, "platform", "(not set)"] == (0.0, 1.0)
    assert found["big", date(2025, 3, 2), None, None] == (0.0, None)  # looked at, none found
    assert found["basket", date(2025, 3, 2), None, None] == (5.0, 1.0)


def test_a_metric_that_is_no_sql_is_named(tmp_path: Path) -> None:
    wrong = '[metrics.odd]\nlabel = "O"\nunit = "number"\nkind = "count"\nwhere = "event ="\n'
    with pytest.raises(BuildError, match=r"metrics.toml, odd: "):
        metric_rows(tmp_path, wrong)


def test_a_metric_whose_function_does_not_exist_is_named(tmp_path: Path) -> None:
    wrong = '[metrics.odd]\nlabel = "O"\nunit = "number"\nkind = "count"\nwhere = "foo(event)"\n'
    with pytest.raises(BuildError, match=r"metrics.toml, odd: .*foo"):
        metric_rows(tmp_path, wrong)


def test_rows_without_any_column_are_one_combination() -> None:
    codes, tuples = combined([], 3)
    assert [tuples[code] for code in codes] == [(), (), ()]
