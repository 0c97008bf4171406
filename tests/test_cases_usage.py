"""The reference cases of usage and retention, through the same code path as the pages.

The cases restate test suites and documentation of PostHog, OpenPanel, Mixpanel and Amplitude; each
names its source. Where a case records a rival's rule that is not ours, the test says so and why.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.periods import Grain, Period, bucket_end, bucket_start, buckets, comparison
from metrics.retention import pooled_retention
from queries import Filter, Segment, Workspace
from reports.active_users import active_users
from reports.engagement import active_days
from reports.lifecycle import lifecycle
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from reports.sessions import sessions
from tests.tiny_workspaces import Setup, workspace_of

CASES = Path(__file__).parent / "cases" / "usage.json"
ORIGINALS = Path(__file__).parents[2] / "shared" / "cases" / "product_analytics.json"
Case = dict[str, Any]
ALL: list[Case] = json.loads(CASES.read_text(encoding="utf-8"))

# What a case calls a property, and the name of the column that holds it here.
COLUMN = {"$t": "trait", "country": "country", "category": "category"}
NOBODY = Segment()


def cases(kind: str, *but: str) -> Callable[..., Any]:
    """One test for each case of a kind, but for those named."""
    chosen = [case for case in ALL if case["kind"] == kind and case["id"] not in but]
    return pytest.mark.parametrize("case", chosen, ids=[case["id"] for case in chosen])


def case_named(name: str) -> Case:
    return next(case for case in ALL if case["id"] == name)


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def opened(case: Case, folder: Path, watermark: date) -> Workspace:
    """A workspace of the case's events; who did it and every property are dimensions."""
    rows = [
        (user, event, moment, {"who": user} | _columns(more))
        for user, event, moment, more in case["events"]
    ]
    setup = Setup(
        time_zone=case["params"].get("tz", "UTC"),
        week_start=case["params"].get("week_start", "monday"),
        event_dimensions=("who", *COLUMN.values()),
    )
    return workspace_of(folder, rows, setup, watermark=watermark)


def _columns(properties: dict[str, str]) -> dict[str, str]:
    return {COLUMN[name]: value for name, value in properties.items() if name in COLUMN}


def scope(period: Period, grain: Grain = "day", segment: Segment = NOBODY) -> Scope:
    return Scope(period=period, comparison=None, grain=grain, segment=segment)


def days_of(case: Case) -> Period:
    """The case's days, both ends included in its parameters."""
    params = case["params"]
    return Period(day(params["date_from"]), day(params["date_to"]) + timedelta(days=1))


def only(name: str, *values: str) -> Segment:
    return Segment((Filter(name, values),))


def segment_of(properties: dict[str, str]) -> Segment:
    return Segment(tuple(Filter(COLUMN[name], (value,)) for name, value in properties.items()))


@pytest.mark.skipif(not ORIGINALS.is_file(), reason="the originals are not beside the project")
def test_cases_are_those_of_the_reference() -> None:
    originals = {case["id"]: case for case in json.loads(ORIGINALS.read_text(encoding="utf-8"))}
    assert all(originals[case["id"]] == case for case in ALL)


@cases("active_users")
def test_active_users(case: Case, tmp_path: Path) -> None:
    period, window = days_of(case), case["params"]["window_days"]
    workspace = opened(case, tmp_path, period.last_day)
    report = active_users(workspace, scope(period), window_days=window)
    assert report.daily.rows["window_users"].to_list() == case["expected"]["series"]


@cases("lifecycle")
def test_lifecycle(case: Case, tmp_path: Path) -> None:
    period, params = days_of(case), case["params"]
    whole = buckets(period, params["interval"], params["week_start"])
    workspace = opened(case, tmp_path, whole[-1].last_day)
    users = {user for user, _, _, _ in case["events"]} - {*params.get("exclude_users", ())}
    segment = only("who", *sorted(params.get("only_users", users)))
    rows = lifecycle(workspace, scope(period, params["interval"], segment)).states.rows
    expected = case["expected"]
    assert rows["period_start"].to_list() == [bucket.start for bucket in whole]
    assert rows["new_users"].to_list() == expected["new"]
    assert rows["retained_users"].to_list() == expected["returning"]
    assert rows["resurrected_users"].to_list() == expected["resurrecting"]
    assert [-lapsed for lapsed in rows["dormant_users"]] == expected["dormant"]


def question(case: Case) -> RetentionQuestion:
    params = case["params"]
    columns = params.get("columns", params["intervals"])
    traits = params.get("start_where")
    return RetentionQuestion(
        grain=params["period"],
        criterion=params["criteria"],
        clock="own" if params["mode"] == "24h" else "calendar",
        intervals=columns - 1,
        is_first_time=params["type"] == "first_time",
        start_events=tuple(filter(None, [params["start_event"]])),
        return_events=tuple(filter(None, [params["return_event"]])),
        by=params.get("breakdown"),
        start_segment=segment_of(traits) if traits else None,
    )


def cohorts_of(case: Case) -> Period:
    """The case's cohorts: so many intervals up to the one that holds its last day."""
    params = case["params"]
    last = bucket_start(day(params["date_to"]), params["period"], params["week_start"])
    end = bucket_end(last, params["period"])
    start = last
    for _ in range(params["intervals"] - 1):
        start = bucket_start(start - timedelta(days=1), params["period"], params["week_start"])
    return Period(start, end)


def triangle(case: Case, folder: Path) -> pl.DataFrame:
    cohorts = cohorts_of(case)
    workspace = opened(case, folder, cohorts.last_day)
    segment = segment_of(case["params"].get("where", {}))
    return retention(workspace, scope(cohorts, segment=segment), question(case)).triangle.rows


def counts(rows: pl.DataFrame) -> dict[date, list[int | None]]:
    """Returned people by cohort, in the order of intervals."""
    grouped = rows.group_by("cohort", maintain_order=True).agg("returned")
    return dict(grouped.iter_rows())


MATRICES = [case["id"] for case in ALL if "matrix" in case["expected"]]


@pytest.mark.parametrize("name", MATRICES)
def test_retention_matrix(name: str, tmp_path: Path) -> None:
    case = case_named(name)
    params, expected = case["params"], case["expected"]["matrix"]
    found = counts(triangle(case, tmp_path))
    whole = buckets(cohorts_of(case), params["period"], params["week_start"])
    if "first_bucket" in case["expected"]:
        assert whole[0].start == day(case["expected"]["first_bucket"])
    for number, (bucket, row) in enumerate(zip(whole, expected, strict=True)):
        # PostHog pads what cannot be seen yet with 0; here it is empty, as the definition says.
        seen = len(whole) - number
        ours = found.get(bucket.start, [0] * seen + [None] * number)
        assert ours == row[:seen] + [None] * number, bucket.start


@cases("retention", *MATRICES)
def test_retention_rows(case: Case, tmp_path: Path) -> None:
    found = counts(triangle(case, tmp_path))
    for cohort, row in case["expected"]["rows"].items():
        ours = found[day(cohort)]
        assert ours == row + [None] * (len(ours) - len(row))


@cases("retention_pair")
def test_retention_pair(case: Case, tmp_path: Path) -> None:
    params = case["params"]
    start, back = (day(moment) for _, _, moment, _ in case["events"])
    workspace = opened(case, tmp_path, back + timedelta(days=150))
    asked = RetentionQuestion(
        grain=params["period"],
        clock="own" if params["mode"] == "rolling" else "calendar",
        intervals=2,
        start_events=("start",),
        return_events=("return",),
    )
    cohort = Period(start, start + timedelta(days=1))
    rows = retention(workspace, scope(cohort), asked).triangle.rows
    returned = [rows["users"][0], *([1, 0] if case["expected"]["interval"] == 1 else [0, 0])]
    assert rows["returned"].to_list() == returned


@cases("retention_average")
def test_retention_average_counts_what_was_seen(case: Case) -> None:
    sizes = [cohort[1] for cohort in case["params"]["cohorts"]]
    columns = zip(*(cohort[1:] for cohort in case["params"]["cohorts"]), strict=True)
    # OpenPanel's figures without a reference date: every 0 is taken for seen.
    naive = [pooled_retention(sizes, column).rate.value for column in columns]
    assert [round(share or 0, 2) for share in naive] == case["expected"]["percent"]


def test_retention_average_leaves_out_what_was_not_seen() -> None:
    # OpenPanel, retention-fixtures.ts, with a reference date: 25 of the 180 people of two cohorts.
    pooled = pooled_retention([100, 80, 60], [25, 0, None])
    assert (pooled.returned, pooled.users, pooled.cohorts) == (25, 180, 2)


def test_retention_breakdown_is_fixed_at_the_start(tmp_path: Path) -> None:
    # Contrast: PostHog asks the returns for the value as well, and finds nobody back.
    case = case_named("ret_breakdown_return_lacks_value")
    rows = triangle(case, tmp_path)
    clothing = counts(rows.filter(pl.col("segment") == "clothing"))[date(2020, 6, 10)]
    # p1 is back after 1, 3 and 5 days, p2 after 2; neither purchase has a category.
    assert clothing == [2, 1, 1, 1, 0, 1]
    assert clothing != case["expected"]["groups"]["clothing"][0]


def test_retention_narrowed_to_a_value_asks_the_returns_as_well(tmp_path: Path) -> None:
    # Narrowing everything to the value is what gives PostHog's figures.
    case = case_named("ret_breakdown_return_lacks_value")
    case = case | {"params": case["params"] | {"where": {"category": "clothing"}}}
    del case["params"]["breakdown"]
    found = counts(triangle(case, tmp_path))
    assert found[date(2020, 6, 10)] == case["expected"]["groups"]["clothing"][0]


@cases("retention_series")
def test_retention_over_cohorts(case: Case, tmp_path: Path) -> None:
    expected = [tuple(row) for row in case["expected"]["rows"]]
    first, last = day(expected[0][0]), day(expected[-1][0])
    # The data begin on a Monday; somebody before makes that week, from Sunday on, a whole one.
    earlier = ["before", "app_open", f"{first - timedelta(days=1)}T12:00:00Z", {}]
    case = case | {"events": [earlier, *case["events"]]}
    workspace = opened(case, tmp_path, last + timedelta(days=13))
    asked = RetentionQuestion(grain="week", intervals=1, is_first_time=False)
    report = retention(workspace, scope(Period(first, last + timedelta(days=7))), asked)
    found = [
        (cohort.isoformat(), users, returned, round(100 * share))
        for _, cohort, users, returned, share, _, _ in report.at_interval(1).iter_rows()
    ]
    assert found == expected


# Tidemark counts active days, calendar weeks and months; there are no hours or spans of two days.
NO_SUCH_AXIS = ("stk_cumulative_hour", "stk_2day")


@cases("stickiness", *NO_SUCH_AXIS)
def test_active_days(case: Case, tmp_path: Path) -> None:
    params, period = case["params"], days_of(case)
    workspace = opened(case, tmp_path, period.last_day)
    found = active_days(workspace, scope(period), period, grain=params["interval"]).rows
    column = "users_at_least" if params["mode"] == "at_least" else "users"
    assert found[column].to_list() == case["expected"]["data"]


@pytest.mark.parametrize("name", NO_SUCH_AXIS)
def test_active_days_have_no_such_axis(name: str) -> None:
    params = case_named(name)["params"]
    assert (params["interval"], params["interval_count"]) in {("hour", 1), ("day", 2)}


def test_sessions_are_cut_at_24_hours(tmp_path: Path) -> None:
    case = case_named("ses_ph_30min_24h")
    period = Period(date(2024, 1, 1), date(2024, 1, 3))
    report = sessions(opened(case, tmp_path, period.last_day), scope(period))
    assert report.sessions.value == case["expected"]["sessions"]


def test_sessions_go_on_over_midnight(tmp_path: Path) -> None:
    # Contrast: Mixpanel resets sessions at midnight and counts 2; the person never paused.
    case = case_named("ses_mx_midnight_reset")
    period = Period(date(2024, 5, 17), date(2024, 5, 19))
    report = sessions(opened(case, tmp_path, period.last_day), scope(period))
    rows = report.series.rows
    assert case["expected"]["sessions"] == 2
    assert rows.select("period_start", "sessions").rows() == [(date(2024, 5, 17), 1)]


@cases("period_compare")
def test_period_compare(case: Case) -> None:
    params, expected = case["params"], case["expected"]
    period = Period(day(params["from"]), day(params["to"]) + timedelta(days=1))
    other = comparison(period, "year", match="date")
    assert other == Period(day(expected["from"]), day(expected["to"]) + timedelta(days=1))
