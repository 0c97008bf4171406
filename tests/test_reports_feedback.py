"""What users say, from a log small enough to know every number."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.feedback import net_promoter, satisfied
from metrics.periods import Grain, Period, grain_with_enough
from queries import Filter, Segment, Workspace
from queries.access import Sight
from reports.feedback import feedback, feedback_segments
from reports.feedback_by_feature import feedback_by_feature, quotes
from reports.feedback_words import answers_behind, feedback_words, path_before, quotes_with
from reports.scope import Scope
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
LAST = MONDAY + timedelta(days=27)
PERIOD = Period(MONDAY, LAST + timedelta(days=1))
USERS = {f"u{n}": {"plan": "pro" if n < 4 else "free"} for n in range(8)}
# (user, day, hour UTC, score, scale, text, feature)
SAID: list[tuple[str, int, int, float | None, str | None, str | None, str | None]] = [
    ("u0", 1, 9, 10, "nps", "Works well", None),
    ("u1", 1, 10, 9, "nps", None, None),
    ("u2", 8, 9, 3, "nps", "Too slow, it failed", None),
    ("u3", 8, 9, 8, "nps", "Works well", None),
    ("u4", 9, 9, 0, "nps", "It failed again", None),
    ("u5", 9, 9, 5, "csat", "Works well", "maps"),
    ("u6", 9, 9, 2, "csat", "Maps are slow and it failed", "maps"),
    ("u7", 10, 9, 4, "csat", None, "notes"),
    ("u7", 10, 9, 7, "csat", "beyond the scale", "notes"),
    ("u7", 11, 9, None, None, "words only", None),
    ("stranger", 11, 9, 10, "nps", None, None),
    # In Berlin this is the next day, and after the period.
    ("u0", 27, 23, 0, "nps", "late", None),
]


def workspace_with(folder: Path, *, more: str = "", has_feedback: bool = True) -> Workspace:
    rows: list[Row] = [
        (name, "visit", f"{MONDAY + timedelta(days=day)}T08:00:00Z",
         {"platform": "ios" if name == "u2" else "web"})
        for name in USERS
        for day in (0, 8, 27)
    ]  # fmt: skip
    moments = [
        datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, tzinfo=UTC) + timedelta(days=day)
        for _, day, hour, *_ in SAID
    ]
    table = pl.DataFrame(
        {
            "user_id": [one[0] for one in SAID],
            "said_at": moments,
            "score": [one[3] for one in SAID],
            "scale": [one[4] for one in SAID],
            "text": [one[5] for one in SAID],
            "feature": [one[6] for one in SAID],
        },
        schema_overrides={"score": pl.Float64},
    )
    setup = Setup(
        time_zone="Europe/Berlin",
        users=USERS,
        user_dimensions=("plan",),
        event_dimensions=("platform",),
        more=more,
        tables={"feedback": table} if has_feedback else {},
    )
    return workspace_of(folder, rows, setup, watermark=LAST)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_with(tmp_path_factory.mktemp("feedback"))


def scope(segment: Segment | None = None, **more: Any) -> Scope:
    return Scope(PERIOD, None, more.get("grain", "week"), segment or Segment())


def test_scores_are_those_of_the_period_on_their_scales(workspace: Workspace) -> None:
    report = feedback(workspace, scope())
    nps, csat = net_promoter([10, 9, 3, 8, 0, 10]), satisfied([5, 2, 4])
    assert (report.nps.value, report.nps.low, report.nps.high) == (nps.score, nps.low, nps.high)
    assert (report.nps.answers, report.nps.good, report.nps.bad) == (6, 3, 2)
    assert (report.csat.value, report.csat.answers) == (csat.value, 3)
    assert (report.said, report.with_words, report.strange) == (11, 8, 1)
    assert report.scores.caveats == ("1 answers outside their scale are left out",)


def test_features_have_both_numbers(workspace: Workspace) -> None:
    rows = feedback(workspace, scope()).features.rows
    assert rows.select("feature", "satisfied", "answers").rows() == [
        ("maps", 1, 2),
        ("notes", 1, 1),
    ]
    assert feedback_by_feature(workspace, scope())["maps"].share == 0.5


def test_weeks_are_those_of_the_workspace(workspace: Workspace) -> None:
    rows = feedback(workspace, scope()).trend.rows.filter(pl.col("scale") == "nps")
    first, second = MONDAY, MONDAY + timedelta(days=7)
    assert rows.select("period_start", "answers", "is_complete").rows() == [
        (first, 2, True), (second, 4, True),
    ]  # fmt: skip
    assert rows["score"].to_list() == [100.0, net_promoter([3, 8, 0, 10]).score]


def test_a_trend_that_is_left_to_auto_has_enough_answers_a_span(workspace: Workspace) -> None:
    by_day = feedback(workspace, scope(grain="day"))
    assert set(by_day.grains.values()) == {"day"}  # as asked
    left = feedback(workspace, scope(grain="day"), is_grain_left=True)
    # Weeks have few answers too, but a month does not lie twice in 28 days.
    assert left.grains == {"nps": "week", "csat": "week"}
    assert left.trend.rows.equals(feedback(workspace, scope(grain="week")).trend.rows)
    assert "in the median" in left.trend.definition


@pytest.mark.parametrize(
    ("a_day", "days", "finest", "chosen"),
    [
        (30, 28, "day", "day"),
        (29, 28, "day", "week"),
        (5, 28, "day", "week"),  # 35 a week
        (4, 28, "day", "week"),  # 28 a week, but no two whole months
        (4, 84, "day", "month"),
        (30, 84, "week", "week"),  # never finer than asked
        (1, 7, "day", "day"),  # one week is no course
        (0, 84, "day", "month"),
    ],
)
def test_the_grain_is_the_finest_with_enough_answers(
    a_day: int, days: int, finest: Grain, chosen: Grain
) -> None:
    start = date(2026, 6, 1)  # a Monday
    counts = {start + timedelta(days=n): a_day for n in range(days)}
    period = Period(start, start + timedelta(days=days))
    assert grain_with_enough(counts, period, finest) == chosen


def test_days_without_answers_count_where_a_grain_is_chosen() -> None:
    start = date(2026, 6, 1)
    mondays = {start + timedelta(days=7 * n): 40 for n in range(4)}
    assert grain_with_enough(mondays, Period(start, start + timedelta(days=28)), "day") == "week"


def test_a_segment_narrows_to_its_people(workspace: Workspace) -> None:
    pro = feedback(workspace, scope(Segment((Filter("plan", ("pro",)),))))
    assert (pro.nps.answers, pro.csat.answers) == (4, 0)
    ios = feedback(workspace, scope(Segment((Filter("platform", ("ios",)),))))
    assert (ios.nps.answers, ios.nps.bad) == (1, 1)
    assert any("filter on events" in caveat for caveat in ios.scores.caveats)


def test_groups_add_up_with_those_of_strangers(workspace: Workspace) -> None:
    rows = feedback_segments(workspace, scope(), by="plan", scale="nps").rows
    assert rows.select("segment", "answers", "good", "bad").rows() == [
        ("pro", 4, 2, 1), ("(not set)", 1, 1, 0), ("free", 1, 0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "low", "high", "count"),
    [("nps", 9, 10, 3), ("nps", 0, 6, 2), ("csat", 4, 5, 2), ("csat", 1, 3, 1)],
)
def test_the_answers_behind_a_count_are_as_many(
    workspace: Workspace, scale: Any, low: float, high: float, count: int
) -> None:
    assert answers_behind(workspace, scope(), scale, low, high).rows.height == count


def test_themes_set_the_unhappy_against_the_happy(workspace: Workspace) -> None:
    report = feedback_words(workspace, scope())
    assert (report.unhappy, report.happy) == (3, 2)
    said = report.themes.rows.select("phrase", "side", "unhappy", "happy").rows()
    assert said == [("failed", "unhappy", 3, 0)]
    assert quotes_with(report.quotes, "failed").rows["user_id"].to_list() == ["u4", "u6", "u2"]


def test_quotes_of_a_feature_are_about_it(workspace: Workspace) -> None:
    found = quotes(workspace, scope(), feature="maps")
    assert found.rows.rows["words"].to_list() == ["Works well", "Maps are slow and it failed"]


def test_the_path_ends_with_what_was_said(workspace: Workspace) -> None:
    moment = datetime(2026, 1, 13, 9)  # noqa: DTZ001  (UTC without zone, as in tables)
    found = path_before(workspace, "u3", moment)
    days = [one.day for one in found.rows["occurred_at"]]
    assert (days, found.rows["event"].unique().to_list()) == ([13, 5], ["visit"])


def test_without_a_table_there_is_nothing_to_score(tmp_path: Path) -> None:
    report = feedback(workspace_with(tmp_path, has_feedback=False), scope())
    assert report.is_missing
    assert (report.nps.value, report.csat.value, report.said) == (None, None, 0)


PERSONAL = """
[access]
sign_in = "oidc"
default_role = "viewer"

[access.personal]
users = ["user_id"]
feedback = ["text"]
"""


def test_words_that_are_personal_are_not_shown(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, more=PERSONAL)
    viewer = workspace.seen_with(Sight(Segment(), shows_personal=False))
    report = feedback_words(viewer, scope())
    assert report.hidden is not None
    assert report.themes.is_empty
    assert report.quotes.is_empty
    assert "words" not in answers_behind(viewer, scope(), "nps", 0, 6).rows.columns
    assert quotes(viewer, scope(), feature="maps").rows.is_empty
    # An admin reads them; the score is the same for both.
    assert feedback_words(workspace, scope()).hidden is None
    assert feedback(viewer, scope()).nps == feedback(workspace, scope()).nps
    # A code still leads to the same person's events.
    code = answers_behind(viewer, scope(), "csat", 1, 3).rows["user_id"][0]
    assert code != "u6"
    moment = datetime(2026, 1, 14, 9)  # noqa: DTZ001
    assert path_before(viewer, code, moment).rows.height == 2


def test_a_policy_leaves_only_its_people(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path)
    free = Sight(Segment((Filter("plan", ("free",)),)), shows_personal=True)
    report = feedback(workspace.seen_with(free), scope())
    assert (report.nps.answers, report.csat.answers) == (1, 3)
