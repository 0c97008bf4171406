# ruff: noqa: DTZ001 - moments in files have no zone: they are UTC
"""Bad input is counted, kept aside with its reason, and never costs a good row."""

import multiprocessing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries import BuildRunning, Workspace, WorkspaceError, open_workspace
from queries.build import build, check
from queries.build.lock import only_builder

NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)
GOOD: dict[str, list[Any]] = {
    "user_id": ["ann", "bob", "cleo"],
    "event": ["opened", "opened", "saved"],
    "occurred_at": [datetime(2025, 3, day, 9) for day in (1, 2, 3)],
}


def made(folder: Path, settings: str = "", **tables: pl.DataFrame) -> Workspace:
    """A built workspace from frames; a double underscore in a name is a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text('[product]\nname = "Bad"\n' + settings, encoding="utf-8")
    for name, frame in tables.items():
        path = folder / f"{name.replace('__', '/')}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    workspace = open_workspace(folder)
    build(workspace, now=NOW)
    return workspace


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """The answer to a query."""
    return pl.DataFrame(pl.from_arrow(workspace.engine.query(sql, {}))).rows()


def good_users(workspace: Workspace) -> list[str]:
    """Ids of everybody who was active."""
    sql = "select user_id from user_days join users using (user_key) order by user_id"
    return [row[0] for row in rows(workspace, sql)]


def reasons(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Reason and number of the rows that were left out."""
    sql = "select reason, count(*) from quarantine group by reason order by reason"
    return rows(workspace, sql)


def problem_of(workspace: Workspace, file: str, table: str = "events") -> str:
    """Why a file was left out."""
    snapshot = workspace.snapshot
    assert snapshot is not None
    files = snapshot.sources[table].files
    return next(one.problem or "" for path, one in files.items() if path.endswith(file))


def test_bad_rows_are_kept_aside_with_their_reasons(tmp_path: Path) -> None:
    bad = pl.DataFrame({
        "user_id": [None, "  ", "dan", "eve", "fay", "gus", "hal"],
        "event": ["opened", "opened", None, "", "opened", "opened", "opened"],
        "occurred_at": [datetime(2025, 3, 1)] * 4
        + [None, datetime(1999, 12, 31, 23), datetime(2025, 3, 10, 12, 0, 1)],
    })  # fmt: skip
    workspace = made(tmp_path, events__good=pl.DataFrame(GOOD), events__bad=bad)
    assert reasons(workspace) == [
        ("event is null or blank", 2),
        ("occurred_at is before 2000", 1),
        ("occurred_at is in the future", 1),
        ("occurred_at is missing or unreadable", 1),
        ("user_id is null or blank", 2),
    ]
    assert good_users(workspace) == ["ann", "bob", "cleo"]
    content = rows(workspace, "select file, row_number, content from quarantine where row_number=2")
    assert content[0][0].endswith("bad.parquet")
    assert '"user_id":"dan"' in content[0][2]


def test_a_future_row_counts_once_its_moment_has_come(tmp_path: Path) -> None:
    moments = [*GOOD["occurred_at"][:2], datetime(2025, 3, 10, 13)]
    frame = pl.DataFrame(GOOD | {"occurred_at": moments})
    workspace = made(tmp_path, events=frame)
    assert good_users(workspace) == ["ann", "bob"]
    build(workspace, now=datetime(2025, 3, 10, 14, tzinfo=UTC))
    assert good_users(workspace) == ["ann", "bob", "cleo"]
    assert reasons(workspace) == []


def test_a_truncated_file_is_named_and_the_others_count(tmp_path: Path) -> None:
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD), events__b=pl.DataFrame(GOOD))
    broken = tmp_path / "events" / "b.parquet"
    broken.write_bytes(broken.read_bytes()[:-100])
    (tmp_path / "events" / "c.parquet").write_bytes(b"")
    build(workspace, now=NOW)
    assert good_users(workspace) == ["ann", "bob", "cleo"]
    assert problem_of(workspace, "b.parquet").startswith("unreadable file: ")
    assert problem_of(workspace, "c.parquet").startswith("unreadable file: ")


def test_a_file_with_damaged_pages_costs_only_itself(tmp_path: Path) -> None:
    many = pl.DataFrame({
        "user_id": [f"u{n}" for n in range(5000)],
        "event": ["opened"] * 5000,
        "occurred_at": [datetime(2025, 3, 4)] * 5000,
    })  # fmt: skip
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD), events__b=many)
    damaged = bytearray((tmp_path / "events" / "b.parquet").read_bytes())
    damaged[100:400] = b"\xff" * 300
    (tmp_path / "events" / "b.parquet").write_bytes(bytes(damaged))
    build(workspace, now=NOW)
    assert good_users(workspace) == ["ann", "bob", "cleo"]
    assert problem_of(workspace, "b.parquet").startswith("unreadable file: ")


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("occurred_at", [1.0, 2.0, 3.0], "occurred_at is double; it should be a timestamp"),
        ("occurred_at", [1, 2, 3], 'occurred_at = "to_timestamp(their_column)"'),
        ("user_id", [1.5, 2.5, 3.5], "user_id is double with fractions"),
        ("user_id", [["a"], ["b"], ["c"]], "user_id is large_list"),
    ],
)
def test_a_wrong_type_says_what_would_be_right(
    tmp_path: Path, column: str, values: list[Any], words: str
) -> None:
    wrong = pl.DataFrame(GOOD | {column: values})
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD), events__b=wrong)
    assert good_users(workspace) == ["ann", "bob", "cleo"]
    assert words in problem_of(workspace, "b.parquet")


def test_a_missing_column_names_the_nearest(tmp_path: Path) -> None:
    wrong = pl.DataFrame(GOOD).rename({"user_id": "userid"})
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD), events__b=wrong)
    problem = problem_of(workspace, "b.parquet")
    assert "missing column user_id" in problem
    assert "Did you mean 'userid'?" in problem
    assert '[tables.events] columns = { user_id = "…" }' in problem


def test_duplicates_count_once_and_rows_that_differ_anywhere_count_both(tmp_path: Path) -> None:
    twice = pl.concat([pl.DataFrame(GOOD).with_columns(order=pl.lit(1))] * 2)
    other = pl.DataFrame(GOOD).with_columns(order=pl.lit(2))
    workspace = made(tmp_path, events__a=twice, events__b=other)
    assert rows(workspace, "select cast(sum(events) as bigint) from user_days") == [(6,)]
    assert reasons(workspace) == [("duplicate row", 3)]


def test_an_empty_file_is_no_problem(tmp_path: Path) -> None:
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD), events__b=pl.DataFrame(GOOD).clear())
    assert good_users(workspace) == ["ann", "bob", "cleo"]
    assert problem_of(workspace, "b.parquet") == ""


def test_only_empty_files_give_an_empty_dashboard(tmp_path: Path) -> None:
    workspace = made(tmp_path, events=pl.DataFrame(GOOD).clear())
    assert good_users(workspace) == []
    assert workspace.snapshot is not None
    assert workspace.snapshot.watermark is None


def test_ten_thousand_tiny_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    for number in range(10_000):
        pl.DataFrame({
            "user_id": [f"u{number % 50}"], "event": ["opened"],
            "occurred_at": [datetime(2025, 1, 1 + number % 28, number % 24, number % 60)],
        }).write_parquet(folder / f"{number}.parquet", compression="uncompressed")  # fmt: skip
    workspace = made(tmp_path)
    answer = rows(workspace, "select cast(sum(events) as bigint) from user_days")
    kept_aside = sum(row[1] for row in reasons(workspace))
    assert answer[0][0] + kept_aside == 10_000


def test_hostile_names_are_data(tmp_path: Path) -> None:
    names = ["'; drop table users; --", "naïve 日本 \u202e", '<script>"x"</script>']
    frame = pl.DataFrame(GOOD | {"user_id": names, "event": names, "platform": names})
    workspace = made(tmp_path, events=frame)
    assert good_users(workspace) == sorted(names)
    events = rows(workspace, "select event, platform from feature_days order by event")
    assert events == [(name, name) for name in sorted(names)]


def test_dimensions_may_be_named_like_keywords(tmp_path: Path) -> None:
    frame = pl.DataFrame(GOOD | {"select": ["x", "y", "x"], 'gr"oup': ["1", "2", "3"]})
    settings = '[dimensions]\nevents = ["select", \'gr"oup\']\n'
    workspace = made(tmp_path, settings, events=frame)
    answer = rows(workspace, 'select "select", count(*) from segment_days group by 1 order by 1')
    assert answer == [("x", 2), ("y", 1)]


@pytest.mark.parametrize("name", ["day", "user_key", "segment"])
def test_a_dimension_named_like_a_rollup_column_is_refused(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame(GOOD | {name: ["x", "y", "z"]})
    with pytest.raises(WorkspaceError, match=f"'{name}' is a column of the roll-ups"):
        made(tmp_path, f'[dimensions]\nevents = ["{name}"]\n', events=frame)


def test_moments_in_any_form_are_the_same_moment(tmp_path: Path) -> None:
    at = datetime(2025, 3, 1, 9)
    forms: dict[str, pl.Series] = {
        "us": pl.Series([at], dtype=pl.Datetime("us")),
        "ns": pl.Series([at], dtype=pl.Datetime("ns")),
        "ms": pl.Series([at], dtype=pl.Datetime("ms", "UTC")),
        "zone": pl.Series([datetime(2025, 3, 1, 4, tzinfo=UTC).astimezone()]).dt.offset_by("5h"),
        "iso": pl.Series(["2025-03-01T09:00:00Z"]),
        "offset": pl.Series(["2025-03-01 11:00:00+02"]),
        "plain": pl.Series(["2025-03-01 09:00:00"]),
    }
    frames = {
        f"events__{name}": pl.DataFrame({"user_id": [name], "event": ["e"], "occurred_at": series})
        for name, series in forms.items()
    }
    workspace = made(tmp_path, **frames)
    moments = rows(workspace, "select distinct occurred_at from steps")
    assert moments == [(at,)]
    assert good_users(workspace) == sorted(forms)


def test_a_column_can_be_an_expression(tmp_path: Path) -> None:
    frame = pl.DataFrame({"who": [7, 8], "name": ["a", "b"], "ts": [1_740_819_600, None]})
    settings = (
        "[tables.events]\n"
        'columns = { user_id = "who", event = "upper(name)", occurred_at = "to_timestamp(ts)" }\n'
    )
    workspace = made(tmp_path, settings, events=frame)
    assert good_users(workspace) == ["7"]
    assert rows(workspace, "select event, occurred_at from steps") == [
        ("A", datetime(2025, 3, 1, 9))
    ]
    assert reasons(workspace) == [("occurred_at is missing or unreadable", 1)]


def test_side_tables_keep_good_rows_beside_bad_ones(tmp_path: Path) -> None:
    releases = pl.DataFrame({
        "release": ["4.1", "4.2", "", "4.2"],
        "released_at": ["2025-03-01", "not a day", "2025-03-02", "2025-03-03"],
    })  # fmt: skip
    feedback = pl.DataFrame({
        "user_id": ["ann", "bob"], "said_at": [datetime(2025, 3, 1)] * 2, "score": ["9", "nine"],
    })  # fmt: skip
    workspace = made(tmp_path, events=pl.DataFrame(GOOD), releases=releases, feedback=feedback)
    assert rows(workspace, "select release from releases order by 1") == [("4.1",), ("4.2",)]
    assert rows(workspace, "select user_id, score from feedback") == [("ann", 9.0)]
    assert reasons(workspace) == [
        ("release is null or blank", 1),
        ("released_at is missing or unreadable", 1),
        ("score is not a number", 1),
    ]


def test_a_user_described_twice_stays_one_user(tmp_path: Path) -> None:
    users = pl.DataFrame({"user_id": ["ann", "ann", "zoe"], "team": ["red", "blue", "blue"]})
    workspace = made(tmp_path, events=pl.DataFrame(GOOD), users=users)
    answer = rows(workspace, "select user_id, team from users order by user_id")
    assert answer == [("ann", "red"), ("bob", None), ("cleo", None), ("zoe", "blue")]
    assert reasons(workspace) == [("user_id has an earlier row", 1)]


def test_no_events_at_all_says_what_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"there are no events in .*Put events.parquet"):
        made(tmp_path)


def test_a_declared_file_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    pl.DataFrame(GOOD).write_parquet(tmp_path / "clicks.parquet")
    settings = '[tables.events]\nfiles = "click.parquet"\n'
    with pytest.raises(WorkspaceError, match=r"events.files: .*Did you mean 'clicks.parquet'"):
        made(tmp_path, settings)


def test_late_rows_count_and_are_said(tmp_path: Path) -> None:
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD))
    late = pl.DataFrame(GOOD | {"user_id": ["dan", "dan", "dan"]})
    late.write_parquet(tmp_path / "events" / "b.parquet")
    build(workspace, now=NOW)
    snapshot = workspace.snapshot
    assert snapshot is not None
    assert snapshot.watermark == date(2025, 3, 2)
    assert snapshot.late_rows == {"2025-03-01": 1, "2025-03-02": 1}
    assert len(good_users(workspace)) == 6


def test_check_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text('[product]\nname = "Bad"\n', encoding="utf-8")
    bad = pl.DataFrame(GOOD | {"user_id": ["ann", None, "cleo"]})
    bad.write_parquet(tmp_path / "events.parquet")
    events = check(open_workspace(tmp_path), now=NOW)[0]
    assert (events.rows, dict(events.left_out)) == (2, {"user_id is null or blank": 1})
    assert not (tmp_path / ".tidemark").exists()


def _hold(folder: str, started: Any, done: Any) -> None:
    with only_builder(Path(folder)):
        started.set()
        done.wait(20)


def test_a_second_builder_is_told_who_builds(tmp_path: Path) -> None:
    workspace = made(tmp_path, events=pl.DataFrame(GOOD))
    context = multiprocessing.get_context("spawn")
    started, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(tmp_path), started, done))
    other.start()
    try:
        assert started.wait(20)
        with pytest.raises(BuildRunning, match=rf"being built by process {other.pid} on "):
            build(workspace, now=NOW)
        assert good_users(workspace) == ["ann", "bob", "cleo"]  # readers are not disturbed
    finally:
        done.set()
        other.join(20)
