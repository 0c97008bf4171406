"""Each guide of docs/bring-your-data.md works on a file with that export's columns."""

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from queries import Snapshot, open_workspace
from queries.build import build, convert
from queries.snapshot import FOLDER

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "bring-your-data.md").read_text(encoding="utf-8")
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAIVE = MOMENT.replace(tzinfo=None)


def block(name: str) -> str:
    """The settings that the guide gives for an export."""
    found = re.search(rf"```toml\n(# {name}\n.*?)```", GUIDE, flags=re.DOTALL)
    assert found is not None
    return found.group(1)


def snapshot_of(folder: Path, name: str) -> Snapshot:
    """The workspace of a guide, built over the files in `folder`."""
    (folder / "workspace.toml").write_text(block(name), encoding="utf-8")
    return build(open_workspace(folder)).snapshot


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """Rows as a Parquet file, as a warehouse would export them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows).write_parquet(path)


def import_json(folder: Path, rows: list[dict[str, object]]) -> None:
    """Rows as compressed, line-delimited JSON, made into Parquet as `app.py import` does it."""
    source = folder / "downloads" / "187520_2026-03-02_9#0.json.gz"
    source.parent.mkdir()
    with gzip.open(source, "wt", encoding="utf-8") as lines:
        lines.write("\n".join(json.dumps(row) for row in rows))
    convert(source, "events", folder)


def kinds(snapshot: Snapshot) -> list[tuple[object, ...]]:
    """(event, feature, action, qualifies) of every kind of event that was read."""
    return sorted(snapshot.kinds)


def stored(folder: Path, snapshot: Snapshot, table: str) -> pl.DataFrame:
    """A canonical table or roll-up as it was published."""
    files = snapshot.partitions.get(table, ())
    return pl.concat(pl.read_parquet(folder / FOLDER / one.file) for one in files)


def user_ids(folder: Path, snapshot: Snapshot) -> list[str]:
    """Everybody the workspace knows."""
    return sorted(stored(folder, snapshot, "users")["user_id"])


def posthog_event(person: str, event: str, **properties: str) -> dict[str, object]:
    return {
        "uuid": f"{person}-{event}", "event": event, "distinct_id": f"d-{person}",
        "person_id": person, "properties": json.dumps(properties), "person_properties": "{}",
        "elements_chain": "", "timestamp": MOMENT, "created_at": MOMENT, "_inserted_at": MOMENT,
    }  # fmt: skip


@pytest.fixture
def posthog(tmp_path: Path) -> tuple[Path, Snapshot]:
    """A PostHog batch export of events and persons."""
    flag = {"$feature_flag": "new-nav", "$feature_flag_response": "test"}
    rows = [
        posthog_event("p1", "report completed", **{"$session_id": "s1", "$os": "iOS"}),
        posthog_event("p2", "$pageview", **{"$os": "Windows", "$geoip_country_code": "DE"}),
        posthog_event("p2", "$feature_flag_called", **flag),
    ]
    write(tmp_path / "posthog/events/2026/03.parquet", rows)
    persons = [
        {"team_id": 1, "distinct_id": f"d{n}", "person_id": "p1", "properties": '{"plan": "pro"}',
         "created_at": MOMENT}
        for n in (1, 2)
    ]  # fmt: skip
    write(tmp_path / "posthog/persons/all.parquet", persons)
    return tmp_path, snapshot_of(tmp_path, "posthog")


def test_posthog_counts_persons(posthog: tuple[Path, Snapshot]) -> None:
    assert user_ids(*posthog) == ["p1", "p2"]


def test_posthog_reads_features_and_leaves_flags_out(posthog: tuple[Path, Snapshot]) -> None:
    assert kinds(posthog[1]) == [
        ("$feature_flag_called", None, None, False),
        ("$pageview", None, None, True),
        ("report completed", "report", "completed", True),
    ]


def test_posthog_flags_are_exposures(posthog: tuple[Path, Snapshot]) -> None:
    exposures = stored(*posthog, "exposures").select("experiment", "unit_id", "variant")
    assert exposures.rows() == [("new-nav", "p2", "test")]


def amplitude_event(event: str, **others: object) -> dict[str, object]:
    row: dict[str, object] = {
        "$insert_id": event, "amplitude_id": 176_632_796_945, "user_id": None, "device_id": "d1",
        "event_type": event, "event_time": "2026-03-02 09:30:00.137000", "session_id": -1,
        "platform": "Android", "version_name": "2.1", "country": "Bulgaria",
        "event_properties": {"rows": 3}, "user_properties": {"plan": "free"},
    }  # fmt: skip
    return row | others


def test_amplitude_export_is_read(tmp_path: Path) -> None:
    rows = [
        amplitude_event("session_start", session_id=1_772_443_800_000),
        amplitude_event("Report: completed", session_id=1_772_443_800_000),
        amplitude_event("Signed Up", user_id="anna"),
    ]
    import_json(tmp_path, rows)
    snapshot = snapshot_of(tmp_path, "amplitude")
    assert user_ids(tmp_path, snapshot) == ["176632796945"]
    assert kinds(snapshot) == [
        ("Report: completed", "Report", "completed", True),
        ("Signed Up", None, None, True),
        ("session_start", None, None, False),
    ]
    assert stored(tmp_path, snapshot, "segment_days")["plan"].unique().to_list() == ["free"]


def test_mixpanel_export_is_read(tmp_path: Path) -> None:
    properties = {
        "time": int(MOMENT.timestamp()), "distinct_id": "anna", "$insert_id": "1", "$os": "iOS",
        "$app_version_string": "3.0", "mp_country_code": "GB",
    }  # fmt: skip
    rows: list[dict[str, object]] = [
        {"event": "Report Completed", "properties": properties},
        {"event": "$identify", "properties": properties | {"$insert_id": "2"}},
    ]
    import_json(tmp_path, rows)
    snapshot = snapshot_of(tmp_path, "mixpanel")
    assert user_ids(tmp_path, snapshot) == ["anna"]
    assert kinds(snapshot) == [
        ("$identify", None, None, False),
        ("Report Completed", "Report", "completed", True),
    ]
    assert snapshot.first_day == MOMENT.date()


def ga4_event(name: str, user: str | None, person: str | None) -> dict[str, object]:
    micros = int(MOMENT.timestamp() * 1_000_000)
    value = {"string_value": None, "int_value": 77, "float_value": None, "double_value": None}
    return {
        "event_date": "20260302", "event_timestamp": micros, "event_name": name,
        "event_params": [{"key": "ga_session_id", "value": value}],
        "user_id": user, "user_pseudo_id": person, "user_first_touch_timestamp": micros,
        "platform": "WEB", "app_info": {"version": "1.0"}, "geo": {"country": "France"},
        "device": {"category": "mobile"},
    }  # fmt: skip


def test_ga4_export_is_read(tmp_path: Path) -> None:
    rows = [
        ga4_event("report_completed", "anna", "1.1"),
        ga4_event("session_start", None, "2.2"),
        ga4_event("page_view", None, None),
    ]
    write(tmp_path / "ga4/events_0.parquet", rows)
    snapshot = snapshot_of(tmp_path, "ga4")
    assert user_ids(tmp_path, snapshot) == ["2.2", "anna"]
    assert snapshot.sources["events"].quarantined == {"user_id is null or blank": 1}
    assert [kind[:3] for kind in kinds(snapshot)] == [
        ("report_completed", "report", "completed"),
        ("session_start", None, None),
    ]


def segment_call(call: str, user: str | None, **others: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": call, "anonymous_id": "device-1", "user_id": user, "received_at": NAIVE,
        "sent_at": NAIVE, "original_timestamp": NAIVE, "timestamp": NAIVE,
        "context_app_version": "1.2", "context_os_name": "iOS",
    }  # fmt: skip
    return row | others


def test_segment_export_is_read(tmp_path: Path) -> None:
    track = {"event": "report_completed", "event_text": "Report Completed"}
    write(tmp_path / "segment/tracks/1.parquet", [segment_call("t1", "anna", **track)])
    pages = [segment_call(f"g{n}", None, name="Home") for n in (1, 2)]
    write(tmp_path / "segment/pages/1.parquet", pages)
    write(
        tmp_path / "segment/users/1.parquet",
        [{"id": "anna", "created_at": NAIVE, "plan": "pro", "received_at": NAIVE}],
    )
    snapshot = snapshot_of(tmp_path, "segment")
    assert user_ids(tmp_path, snapshot) == ["anna", "device-1"]
    assert snapshot.sources["events"].rows == 3
    assert [kind[:3] for kind in kinds(snapshot)] == [
        ("page_viewed", None, None),
        ("report_completed", "report", "completed"),
    ]


def test_smallest_settings_are_enough(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert found is not None
    assert len(found.group(1).strip().splitlines()) <= 10
    (tmp_path / "workspace.toml").write_text(found.group(1), encoding="utf-8")
    rows = [
        {"user_id": 1, "event": "opened", "occurred_at": NAIVE},
        {"user_id": 2, "event": "server_ping", "occurred_at": NAIVE},
    ]
    write(tmp_path / "events/1.parquet", rows)
    snapshot = build(open_workspace(tmp_path)).snapshot
    assert kinds(snapshot) == [
        ("opened", None, None, True),
        ("server_ping", None, None, False),
    ]
