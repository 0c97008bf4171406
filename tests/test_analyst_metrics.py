"""Each metric as a view: the same numbers as the pages show."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from metrics.periods import Period
from queries import Segment, Workspace
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from tests.analyst_engine import analyst_rows, lake
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

METRICS = """
[metrics.saves]
label = "Saves"
unit = "events"
kind = "count"
where = "event = 'saved'"

[metrics.save_share]
label = "People who save"
unit = "percent"
kind = "share"
where = "event = 'saved'"

[metrics.hour]
label = "Hour"
unit = "number"
kind = "mean"
value = "extract(hour from occurred_at)"
where = "is_qualifying"

[metrics.late]
label = "Late hour"
unit = "number"
kind = "quantile"
q = 0.9
value = "extract(hour from occurred_at)"

[metrics.fortnight]
label = "Active in 14 days"
unit = "users"
kind = "active"
window_days = 14

[metrics.next_day]
label = "Back on the next day"
unit = "percent"
kind = "retention"
after_days = 1

[metrics.days]
label = "A name that is taken"
unit = "events"
kind = "count"

[metrics."odd name"]
label = "A name with a blank"
unit = "events"
kind = "count"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("metrics")
    setup = Setup(
        exclude=RANDOM_SETUP.exclude, event_dimensions=RANDOM_SETUP.event_dimensions,
        user_dimensions=RANDOM_SETUP.user_dimensions, users=RANDOM_SETUP.users, metrics=METRICS,
    )  # fmt: skip
    return workspace_of(folder, random_rows(3), setup)


@pytest.fixture(scope="module")
def period(workspace: Workspace) -> Period:
    """All complete days."""
    snapshot = workspace.snapshot
    assert snapshot is not None
    assert snapshot.first_day is not None
    assert snapshot.watermark is not None
    return Period(snapshot.first_day, snapshot.watermark + timedelta(days=1))


@pytest.mark.parametrize("name", ["saves", "save_share", "hour", "late", "events"])
def test_a_rolled_up_metric_is_its_series(
    workspace: Workspace, period: Period, name: str
) -> None:
    series = workspace.ask(
        "metric_series", start_date=period.start, end_date=period.end, metric=name
    )
    sql = f"select day, numerator, denominator from metric_{name} where is_complete order by day"  # noqa: S608
    assert analyst_rows(workspace, sql) == series.rows.rows()
    assert series.rows.height > 50


def test_values_are_one_sum_by_another(workspace: Workspace) -> None:
    sql = """
        select
            (select bool_and(value = numerator) from metric_saves),
            (select bool_and(value = numerator / denominator) from metric_save_share),
            (select bool_and(value = numerator) from metric_late)
    """
    assert analyst_rows(workspace, sql) == [(True, True, True)]


@pytest.mark.parametrize(("name", "window"), [("fortnight", 14), ("active_users", 28)])
def test_an_active_metric_is_the_different_people_of_its_window(
    workspace: Workspace, name: str, window: int
) -> None:
    people = pl.DataFrame(
        analyst_rows(workspace, "select day, user_key from user_days"),
        schema=["day", "user_key"],
        orient="row",
    )
    found = analyst_rows(workspace, f"select day, value from metric_{name} order by day")  # noqa: S608
    first = people["day"].min()
    expected = []
    for day in pl.date_range(first, people["day"].max(), eager=True):
        if day >= first + timedelta(days=window - 1):
            within = (pl.col("day") > day - timedelta(days=window)) & (pl.col("day") <= day)
            expected.append((day, float(people.filter(within)["user_key"].n_unique())))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "grain"), [("week_one_retention", "week"), ("next_day", "day")]
)
def test_a_retention_metric_is_the_triangles_first_step(
    workspace: Workspace, period: Period, name: str, grain: str
) -> None:
    question = RetentionQuestion(grain=grain, intervals=1)  # type: ignore[arg-type]
    triangle = retention(workspace, Scope(period, None, "day", Segment()), question).triangle.rows
    steps = triangle.filter(pl.col("interval") == 1).sort("cohort")
    expected = steps.select(
        "cohort", pl.col("returned").cast(pl.Float64), pl.col("users").cast(pl.Float64)
    ).rows()
    sql = f"select day, numerator, denominator from metric_{name} order by day"  # noqa: S608
    assert analyst_rows(workspace, sql) == expected
    assert len(expected) > 5


def test_a_metric_whose_view_would_hide_a_roll_up_has_none(workspace: Workspace) -> None:
    tables = lake(workspace).tables
    assert tables["metric_days"].group == "Roll-ups"
    assert tables["metric_odd name"].group == "Metrics"
    rows = analyst_rows(workspace, 'select count(*) > 0 from "metric_odd name"')
    assert rows == [(True,)]


def test_every_metric_says_what_it_is(workspace: Workspace) -> None:
    tables = lake(workspace).tables
    metrics = {name: one for name, one in tables.items() if name.startswith("metric_")}
    del metrics["metric_days"]
    assert {one.group for one in metrics.values()} == {"Metrics"}
    assert set(metrics) == {f"metric_{name}" for name in workspace.metrics} - {"metric_days"}
    assert metrics["metric_saves"].meaning == "Saves, one row per local day."
    assert set(metrics["metric_saves"].columns) == {
        "day", "numerator", "denominator", "value", "is_complete",
    }  # fmt: skip
