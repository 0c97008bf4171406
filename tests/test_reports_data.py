"""The Data page's report: what was read, what was set aside, up to which day."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from queries import QueryError, Workspace, open_workspace
from reports.answer import Source
from reports.data_health import DataHealthReport, data_health, quarantine_sample
from reports.event_names import event_names, qualifying_events
from reports.metric_definitions import metric_definitions
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

# Ann is there on two days with a day between; one row is repeated, one has no user, one is too old.
ROWS: list[Row] = [
    ("ann", "opened", "2026-01-05T12:00:00Z", {}),
    ("ann", "opened", "2026-01-05T12:00:00Z", {}),
    ("ann", "ping", "2026-01-05T13:00:00Z", {}),
    ("ann", "opened", "2026-01-07T12:00:00Z", {}),
    ("bob", "opened", "2026-01-07T12:00:00Z", {}),
    ("", "opened", "2026-01-07T12:00:00Z", {}),
    ("cleo", "opened", "1999-01-07T12:00:00Z", {}),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("data")
    return workspace_of(folder, ROWS, Setup(exclude=("ping",), event_dimensions=("colour",)))


@pytest.fixture(scope="module")
def report(workspace: Workspace) -> DataHealthReport:
    return data_health(workspace)


def row_of(source: Source, **where: str) -> dict[str, object]:
    (row,) = source.rows.filter(*(pl.col(k) == v for k, v in where.items())).rows(named=True)
    return row


def test_tables_say_what_they_hold(report: DataHealthReport) -> None:
    events = row_of(report.tables, table="events")
    assert (events["files"], events["rows"], events["quarantined"]) == (1, 4, 3)
    assert (events["first_day"], events["last_day"]) == (date(2026, 1, 5), date(2026, 1, 7))
    assert (events["watermark"], events["missing"]) == (date(2026, 1, 7), None)


def test_tables_that_are_missing_say_what_would_bring_them(report: DataHealthReport) -> None:
    assert report.tables.rows.height == 10
    assert row_of(report.tables, table="releases")["missing"] == (
        "releases.parquet with the columns release and released_at would bring it to life"
    )
    assert row_of(report.tables, table="users")["missing"] == (
        "users.parquet with the column user_id would bring it to life"
    )


def test_days_hold_also_those_without_events(report: DataHealthReport) -> None:
    assert report.days.rows.rows() == [
        (date(2026, 1, 5), 2, 1),
        (date(2026, 1, 6), 0, 0),
        (date(2026, 1, 7), 2, 2),
    ]


def test_quarantine_counts_every_row_left_out(report: DataHealthReport) -> None:
    assert dict(report.quarantine.rows.select("reason", "rows").iter_rows()) == {
        "duplicate row": 1,
        "occurred_at is before 2000": 1,
        "user_id is null or blank": 1,
    }


def test_quarantine_adds_up_to_the_tables_count(report: DataHealthReport) -> None:
    assert report.quarantine.rows["rows"].sum() == report.tables.rows["quarantined"].sum()


def test_quarantine_shows_rows_as_they_stood(workspace: Workspace) -> None:
    sample = quarantine_sample(workspace, "events", "user_id is null or blank")
    (row,) = sample.rows.rows(named=True)
    assert row["row_number"] == 5
    assert '"occurred_at":"2026-01-07T12:00:00Z"' in row["content"]


def test_columns_say_which_are_there(report: DataHealthReport) -> None:
    assert row_of(report.columns, table="events", column="user_id")["is_present"]
    assert not row_of(report.columns, table="events", column="plan")["is_present"]
    assert row_of(report.columns, table="events", column="colour")["read_from"] is not None


def test_files_say_how_far_they_reach(report: DataHealthReport) -> None:
    (file,) = report.files.rows.rows(named=True)
    assert (file["rows"], file["problem"]) == (7, None)
    assert file["file"].endswith("events.parquet")


def test_unreadable_file_is_named_with_its_problem(tmp_path: Path) -> None:
    workspace_of(tmp_path, ROWS[:1])
    broken = tmp_path / "releases.parquet"
    broken.write_bytes(b"not parquet")
    workspace = workspace_of(tmp_path, ROWS[:1])
    found = data_health(workspace).quarantine.rows.row(0, named=True)
    assert (found["table"], found["rows"]) == ("releases", None)
    assert found["file"].endswith("releases.parquet")


def test_roll_ups_have_sizes_and_steps_have_times(report: DataHealthReport) -> None:
    assert row_of(report.roll_ups, roll_up="user_days")["rows"] == 3
    assert report.build_steps.rows["seconds"].min() >= 0


def test_metrics_are_described_in_one_line(workspace: Workspace) -> None:
    rows = metric_definitions(workspace)
    expressions = dict(rows.select("metric", "expression").iter_rows())
    assert expressions["active_users"] == "users active in 28 days"
    assert expressions["events"] == "count of events where is_qualifying"


def test_event_names_say_which_qualify(workspace: Workspace) -> None:
    assert event_names(workspace) == ("opened", "ping")
    assert qualifying_events(workspace) == ("opened",)


def test_before_the_first_build_there_is_only_what_could_be(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text('[product]\nname = "New"\n', encoding="utf-8")
    report = data_health(open_workspace(tmp_path))
    assert (report.snapshot_id, report.built_at, report.watermark) == (None, None, None)
    assert report.tables.rows.height == 10
    assert report.days.is_empty
    assert report.quarantine.is_empty


def test_sample_of_an_unknown_query_is_refused(workspace: Workspace) -> None:
    with pytest.raises(QueryError, match="has no parameter 'limit'"):
        workspace.ask("quarantine_sample", table_name="events", reason="x", limit=1)
