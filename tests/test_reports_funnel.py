"""The funnel's reports: rows checkable by eye, what is undefined, and what is said about it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from metrics.periods import Period
from queries import Filter, QueryError, Segment, Workspace
from queries.event_match import EventMatch
from queries.path_rules import Along, PathRules
from reports.funnel import FunnelReport, funnel
from reports.funnel_address import read, span, written
from reports.funnel_choices import funnel_choices
from reports.funnel_counts import KEPT, funnel_counts
from reports.funnel_drivers import funnel_drivers
from reports.funnel_groups import funnel_groups
from reports.funnel_people import InFunnel, people_in_funnel
from reports.funnel_question import FunnelExclusion, FunnelQuestion, FunnelStep
from reports.funnel_times import funnel_times
from reports.funnel_trend import funnel_trend
from reports.scope import Scope
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
DAY = timedelta(days=1)


def at(user: str, event: str, day: int, clock: str = "12:00:00", **more: Any) -> Row:
    return (user, event, f"{MONDAY + day * DAY}T{clock}Z", more)


def steps(*names: str) -> tuple[FunnelStep, ...]:
    return tuple(FunnelStep(EventMatch((name,))) for name in names)


def scope(start: int, end: int, *, compared: int | None = None, grain: Any = "day") -> Scope:
    period = Period(MONDAY + start * DAY, MONDAY + end * DAY)
    comparison = None if compared is None else period.shifted(compared)
    return Scope(period, comparison, grain, Segment())


# Ann pays on the next day, Bob after three, Cleo never; Dan did so in the week before.
SHOP = [
    at("dan", "see", 0), at("dan", "pay", 1),
    at("ann", "see", 7, platform="web"), at("ann", "pay", 8, platform="ios"),
    at("bob", "see", 7), at("bob", "look", 8), at("bob", "pay", 10),
    at("cleo", "see", 13, platform="ios"), at("cleo", "look", 13, "13:00:00"),
]  # fmt: skip
PAYING = FunnelQuestion(steps("see", "pay"), window=timedelta(days=7))
USERS = {
    "ann": {"account_id": "acme"}, "bob": {"account_id": "acme"}, "cleo": {"account_id": "corp"},
}  # fmt: skip
SETUP = Setup(event_dimensions=("platform",), users=USERS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("shop")
    return workspace_of(folder, SHOP, SETUP, watermark=MONDAY + 16 * DAY)


def asked(shop: Workspace, **changed: Any) -> FunnelReport:
    rules = {name: getattr(PAYING, name) for name in PAYING.__slots__} | changed
    return funnel(shop, scope(7, 14, compared=-7), FunnelQuestion(**rules))


def test_steps_count_people_and_compare(shop: Workspace) -> None:
    report = asked(shop)
    rows = report.steps.rows.select("name", "count", "dropped", "share", "compared_count").rows()
    assert rows == [("see", 3, 1, 1.0, 1), ("pay", 2, None, pytest.approx(2 / 3), 1)]
    assert (report.conversion.value, report.conversion.base) == (pytest.approx(2 / 3), 1.0)
    assert report.median_seconds.value == 2 * 86_400  # one day and three days


def test_first_step_has_no_interval(shop: Workspace) -> None:
    first = asked(shop).steps.rows.row(0, named=True)
    assert (first["low"], first["high"], first["step_share"]) == (None, None, None)


def test_what_happens_after_the_days_of_entry_is_seen_up_to_the_window(shop: Workspace) -> None:
    found = funnel(shop, scope(7, 8), PAYING)  # both pay after these days
    assert found.steps.rows["count"].to_list() == [2, 2]
    short = funnel(shop, scope(7, 8), FunnelQuestion(PAYING.steps, window=2 * DAY))
    assert short.steps.rows["count"].to_list() == [2, 1]


def test_entries_before_the_days_do_not_count(shop: Workspace) -> None:
    assert funnel(shop, scope(1, 2), PAYING).count == 0  # Dan only pays on that day


def test_who_has_not_had_the_whole_window_is_told(shop: Workspace) -> None:
    report = asked(shop)
    assert report.ripe == 2  # Cleo entered three days before the last complete one
    assert "1 of 3 who entered have not had their whole window" in report.steps.caveats[0]


def test_along_a_path_an_entry_is_ripe_only_when_these_days_hold_its_window(
    shop: Workspace,
) -> None:
    path = Along(PathRules(visit="user"))
    for days, fair in ((1, 2), (2, 0)):  # Ann and Bob enter on the first of two days
        question = FunnelQuestion(PAYING.steps, "strict", days * DAY, path=path)
        found = funnel_trend(shop, scope(7, 9), question).periods.rows
        assert found["ripe"].to_list() == [fair, 0], days


def test_accounts_are_counted_once(shop: Workspace) -> None:
    report = asked(shop, unit="account")
    assert report.steps.rows["count"].to_list() == [2, 1]
    found = people_in_funnel(shop, report.scope, InFunnel(report.question, 2))
    assert found.people.rows.select("user_id", "account_id").rows() == [(None, "acme")]


def test_sessions_end_at_idle_time(shop: Workspace) -> None:
    assert asked(shop, unit="session").steps.rows["count"].to_list() == [3, 0]


def test_exclusion_takes_who_looked(shop: Workspace) -> None:
    void = (FunnelExclusion(EventMatch(("look",)), 1, 2),)
    assert asked(shop, exclusions=void).steps.rows["count"].to_list() == [1, 1]


def test_strict_takes_the_very_next_event(shop: Workspace) -> None:
    assert asked(shop, order="strict").steps.rows["count"].to_list() == [3, 1]


def test_any_order_takes_payment_first(shop: Workspace) -> None:
    report = asked(shop, steps=steps("pay", "see"), order="any")
    assert report.steps.rows["count"].to_list() == [3, 2]


@pytest.mark.parametrize(
    ("step", "is_dropped", "names"),
    [(1, False, ["ann", "bob", "cleo"]), (2, False, ["ann", "bob"]), (1, True, ["cleo"])],
)
def test_lists_are_those_who_passed_and_who_dropped(
    shop: Workspace,
    step: int,
    is_dropped: bool,  # noqa: FBT001
    names: list[str],
) -> None:
    whom = InFunnel(PAYING, step, is_dropped=is_dropped)
    found = people_in_funnel(shop, scope(7, 14), whom)
    assert sorted(found.people.rows["user_id"]) == names
    assert found.count == len(names)


def test_trend_keeps_the_unripe_apart(shop: Workspace) -> None:
    rows = funnel_trend(shop, scope(0, 14, grain="week"), PAYING).periods.rows
    told = rows.select("entered", "converted", "ripe", "ripe_converted", "fair_share", "is_ripe")
    assert told.rows() == [(1, 1, 1, 1, 1.0, True), (3, 2, 2, 2, 1.0, False)]


def test_a_week_that_is_cut_is_not_whole(shop: Workspace) -> None:
    rows = funnel_trend(shop, scope(2, 14, grain="week"), PAYING).periods.rows
    assert rows.select("period_start", "is_whole").rows() == [
        (MONDAY, False), (MONDAY + 7 * DAY, True),
    ]  # fmt: skip


def test_times_between_steps(shop: Workspace) -> None:
    found = funnel_times(shop, scope(7, 14), PAYING, from_step=1, to_step=2)
    day = 86_400.0
    assert found.bins.rows.rows() == [(day, 2 * day, 1), (2 * day, 4 * day, 1)]
    assert (found.median, found.mean, found.count) == (2 * day, 2 * day, 2)


def test_times_of_nobody_are_undefined(shop: Workspace) -> None:
    question = FunnelQuestion(steps("see", "never"))
    found = funnel_times(shop, scope(7, 14), question, from_step=1, to_step=2)
    assert (found.median, found.count, found.bins.is_empty) == (None, 0, True)


@pytest.mark.parametrize(
    ("attribution", "groups"),
    [
        ("first_touch", {"web": [1, 1], "ios": [1, 0], "(not set)": [1, 1]}),
        ("last_touch", {"ios": [2, 1], "(not set)": [1, 1]}),
        ("all_steps", {"web": [1, 0], "ios": [1, 0], "(not set)": [1, 1]}),
    ],
)
def test_groups_by_whose_value_counts(
    shop: Workspace, attribution: Any, groups: dict[str, list[int]]
) -> None:
    question = FunnelQuestion(
        PAYING.steps, window=PAYING.window, by="platform", attribution=attribution
    )
    found = funnel_groups(shop, scope(7, 14), question).groups.rows
    assert dict(found.select("segment", "reached").iter_rows()) == groups


def test_groups_by_a_step_leave_out_who_did_not_reach_it(shop: Workspace) -> None:
    question = FunnelQuestion(
        PAYING.steps, window=PAYING.window, by="platform", attribution="step", attribution_step=2
    )
    found = funnel_groups(shop, scope(7, 14), question).groups
    assert dict(found.rows.select("segment", "entered").iter_rows()) == {"ios": 1, "(not set)": 1}
    assert "Only attempts that reached step 2" in found.caveats[0]


def test_one_group_is_compared_with_nobody(shop: Workspace) -> None:
    question = FunnelQuestion(steps("look", "never"), by="platform")
    rows = funnel_groups(shop, scope(7, 14), question).groups.rows
    assert rows.select("segment", "difference", "adjusted_p").rows() == [("(not set)", None, None)]


def test_drivers_look_only_on_the_way(shop: Workspace) -> None:
    found = funnel_drivers(shop, scope(7, 14), PAYING)
    assert found.events.rows.select("event", "converted_with", "failed_with").rows() == [
        ("look", 1, 1)
    ]
    assert (found.converted, found.failed) == (2, 1)


def test_suggestions_are_the_ways_through_features(tmp_path: Path) -> None:
    rows = [
        at("ann", f"draft_{what}", 0, feature="draft", action=what)
        for what in ("completed", "opened", "failed")
    ]
    choices = funnel_choices(workspace_of(tmp_path, rows))
    (name, way), *_ = choices.suggestions.items()
    assert (name, [step.name for step in way]) == ("draft", ["draft: opened", "draft: completed"])
    assert choices.is_of("draft_opened", {("draft", None)})
    assert not choices.is_of("draft_opened", {("draft", "completed")})


def test_counts_are_remembered_by_snapshot_and_question(shop: Workspace) -> None:
    KEPT.forget()
    period = scope(7, 14).period
    first = funnel_counts(shop, period, Segment(), PAYING, "day")
    assert funnel_counts(shop, period, Segment(), PAYING, "day") is first
    narrowed = Segment((Filter("platform", ("web",)),))
    assert funnel_counts(shop, period, narrowed, PAYING, "day") is not first


def test_kept_counts_do_not_grow_without_end(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    KEPT.forget()
    monkeypatch.setattr("reports.funnel_counts.KEPT_BYTES", 1)
    period = scope(7, 14).period
    first = funnel_counts(shop, period, Segment(), PAYING, "day")
    assert funnel_counts(shop, period, Segment(), PAYING, "day") is not first


FULL = (
    FunnelStep(EventMatch(("a", "b"), (("x", None), ("y", "opened"))), "Start"),
    FunnelStep(EventMatch(segment=Segment((Filter("plan", ("pro", None)),)))),
    FunnelStep(EventMatch(("c",))),
)


def test_address_says_everything_and_is_read_again() -> None:
    voids = (FunnelExclusion(EventMatch(("d",)), 1, 3), FunnelExclusion(EventMatch(), 2, 3))
    assert read(written(FULL, voids)) == (FULL, voids)
    assert read(written(FULL)) == (FULL, ())


@pytest.mark.parametrize(
    "said",
    [
        "", "{", "7", '"a"', "[]", "[7]", '["a",{"events":"a"}]', '[{"features":[[]]}]',
        '[{"where":[["plan"]]}]', '{"without":[]}', '["a"]' + " " * 9_000 + "x",
        '{"steps":["a","b"],"without":[{"what":"x","from":2,"to":2}]}', str(["a"] * 9),
        '[{"events":[null]}]', '[{"where":[[7,"a"]]}]',
    ],
)  # fmt: skip
def test_address_that_is_none_is_refused_with_an_example(said: str) -> None:
    with pytest.raises(QueryError, match="a funnel is written like"):
        read(said)


def test_address_with_a_dimension_that_is_not_there_is_refused() -> None:
    with pytest.raises(QueryError, match="no dimension 'plan'"):
        read(written(FULL), {"platform"})


@pytest.mark.parametrize("said", ["", "d", "14", "14x", "-1d", "400d", "1.5h", "9" * 20 + "s"])
def test_span_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(QueryError, match=r"looks like 14d|at most 366d"):
        span(said)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"steps": ()}, "1 to 8 steps, got 0"),
        ({"steps": steps(*"abcdefghi")}, "1 to 8 steps, got 9"),
        ({"window": timedelta(days=400)}, "at most 366 days"),
        ({"attribution_step": 3}, "attribution_step must be 1 to 2, got 3"),
        ({"grace": DAY, "order": "any"}, "grace needs order 'ordered'"),
        ({"exclusions": (FunnelExclusion(EventMatch(), 1, 3),)}, "the last step is 1"),
        ({"exclusions": (FunnelExclusion(EventMatch(), 1, 2),) * 4}, "at most 3 exclusions"),
        ({"counting": "total", "attempt": "first"}, "attempt cannot be 'first'"),
    ],
)
def test_questions_that_contradict_themselves_are_refused(
    changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        FunnelQuestion(**{"steps": steps("a", "b")} | changed)
