"""The brief on the demo: planted truths are told apart, and ordinary weeks are quiet."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from metrics.periods import days_ending
from queries import Workspace, open_workspace
from queries.brief_settings import Brief as Rules
from queries.build import build
from reports import brief_kept
from reports.brief import brief
from reports.brief_files import place_of
from reports.brief_gate import Gate
from reports.brief_items import Brief, Identity, Item, Part
from reports.brief_kept import analyse, briefs, kept_brief
from reports.brief_series import Collected, Measured, Subject, collected
from reports.brief_tests import Replay, holiday_days
from reports.brief_words import (
    figure,
    headline,
    identity_in_words,
    nothing_unusual,
    reality,
    signed,
    why,
)
from tests.slow_rollups import Row
from tests.tiny_workspaces import workspace_of


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Workspace:
    workspace = open_workspace(demo_folder)
    build(workspace)
    return workspace


@pytest.fixture(scope="module")
def outage(demo: Workspace) -> Brief:
    return told(demo, date(2026, 9, 15))


def told(workspace: Workspace, day: date, *, replayed: int = 2) -> Brief:
    return brief(workspace, day, replayed=replayed)


def metrics_of(items: tuple[Item, ...]) -> set[str]:
    return {item.metric for item in items}


def test_the_outage_is_told_as_real(outage: Brief) -> None:
    found = outage
    assert "service:time" in metrics_of(found.items) | metrics_of(found.doubted)
    people = next(item for item in found.items if item.segment is None and item.unit != "percent")
    assert people.is_real
    said = [also for item in found.items for also in item.also]
    assert "Active people" in [item.label for item in found.items] + said
    assert found.doubted == ()


def test_bots_are_no_rise_of_use(demo: Workspace) -> None:
    found = told(demo, date(2026, 10, 9), replayed=0)
    item = next(one for one in found.doubted if one.metric == "events")
    assert "12 users with hundreds of events a day" in reality(item)
    assert "events" not in metrics_of(found.items)


def test_data_that_have_not_arrived_are_no_fall_of_use(demo: Workspace) -> None:
    found = told(demo, date(2026, 11, 19), replayed=0)
    item = next(one for one in found.doubted if one.segment == ("platform", "ios"))
    assert "its data look incomplete" in reality(item)
    assert not {one.segment for one in found.items} & {("platform", "ios")}


def test_the_bad_release_is_named_beside_what_it_broke(demo: Workspace) -> None:
    found = told(demo, date(2026, 10, 20), replayed=0)
    item = next(one for one in found.items if one.segment == ("route", "/checklists"))
    assert any("Release 5.9, Checklists rewritten" in text for text in item.around)
    assert not item.is_good


def test_ordinary_weeks_are_quiet(demo: Workspace) -> None:
    found = brief(demo, date(2026, 10, 6), replayed=13)
    assert len(found.items) + len(found.earlier) <= 1
    assert found.replayed > 500
    assert sum(p < 0.05 for p in found.placebo_p) / len(found.placebo_p) < 0.1


def test_a_holiday_is_compared_with_nothing(demo: Workspace) -> None:
    found = told(demo, date(2026, 5, 25), replayed=0)
    assert nothing_unusual(found) == (
        "Mon 25 May is no ordinary day (Whit Monday), so it is compared with none."
    )


@pytest.mark.parametrize("day", [date(2025, 12, 24), date(2025, 12, 29), date(2026, 1, 2)])
def test_christmas_is_no_incident(demo: Workspace, day: date) -> None:
    found = told(demo, day, replayed=0)
    assert (found.items, found.holiday is None) == ((), False)


def test_the_weeks_after_a_season_are_quiet(demo: Workspace) -> None:
    january, easter = told(demo, date(2026, 1, 9)), told(demo, date(2026, 4, 8))
    assert january.items == january.earlier == easter.items == easter.earlier == ()


def test_the_good_release_is_named_beside_what_it_made_better(demo: Workspace) -> None:
    found = told(demo, date(2026, 5, 11), replayed=0)
    better = {item.metric: item for item in found.items if item.is_good}
    assert {"time_to_schedule", "schedule_changes"} <= set(better)
    said = "Release 5.4, A faster schedule board (Tue 5 May)"
    assert said in better["time_to_schedule"].around


def test_the_quiet_release_makes_no_item(demo: Workspace) -> None:
    found = told(demo, date(2026, 7, 17), replayed=3)  # released on Tuesday the 14th
    about = {(item.metric, item.feature) for item in (*found.items, *found.earlier)}
    assert not {one for one in about if "report" in f"{one}"}


def test_days_between_two_holidays_are_holidays() -> None:
    days = holiday_days([(date(2025, 12, 26), "Boxing Day"), (date(2026, 1, 1), "New Year")])
    assert days[date(2025, 12, 29)] == "between Boxing Day and New Year"
    assert date(2026, 1, 3) not in days
    apart = holiday_days([(date(2026, 4, 6), "Easter"), (date(2026, 5, 1), "Labour Day")])
    assert len(apart) == 2


def test_a_day_between_a_holiday_and_a_weekend_is_a_holiday() -> None:
    thursday, tuesday = date(2026, 1, 1), date(2026, 10, 20)
    days = holiday_days([(thursday, "New Year"), (tuesday, "Fair")])
    assert days[date(2026, 1, 2)] == "between New Year and the weekend"
    assert days[date(2026, 10, 19)] == "between Fair and the weekend"
    assert len(days) == 4


def test_shares_of_parts_add_up(outage: Brief) -> None:
    explained = [one for item in outage.items for one in item.identities]
    assert explained
    for identity in explained:
        assert sum(part.share or 0.0 for part in identity.parts) == pytest.approx(1.0)


def test_a_brief_is_kept_for_the_build_and_read_back(
    demo: Workspace, outage: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replace(outage, snapshot_id="kept")
    monkeypatch.setattr(brief_kept, "brief", lambda _: made)
    place_of(demo).unlink(missing_ok=True)
    briefs.forget()
    assert kept_brief(demo) is None
    assert analyse(demo) == made
    briefs.forget()  # as after a restart of the server
    assert kept_brief(demo) == made
    place_of(demo).write_text(json.dumps({"day": 1}), encoding="utf-8")
    briefs.forget()
    assert kept_brief(demo) is None


def test_too_few_days_are_said(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("ann", "opened", f"2026-03-{day:02d}T12:00:00Z", {}) for day in range(1, 15)
    ]
    found = brief(workspace_of(tmp_path, rows))
    assert (found.tested, nothing_unusual(found)) == (
        0, "Fewer than 35 days are known: too few to say what is ordinary.",
    )  # fmt: skip


# A series of one's own: what it takes to be told, and what is learnt.

DAYS = np.arange(np.datetime64("2026-01-05"), np.datetime64("2026-07-20"))


def one_series(values: np.ndarray) -> Collected:
    subject = Subject("visits", "Visits", "events", "higher")
    return Collected(DAYS, (Measured(subject, None, values, None, "count"),))


def ordinary() -> np.ndarray:
    noise = np.random.default_rng(4).normal(0, 0.05, len(DAYS))
    return np.round(1000 * np.exp(noise))


def moved_days(values: np.ndarray, last: int) -> list[int]:
    """How many days before the last one something is found."""
    replay = Replay(one_series(values), [], Rules())
    numbers = range(len(DAYS) - last, len(DAYS))
    return [len(DAYS) - 1 - number for number in numbers if replay.test(number).movements]


def test_a_shock_is_told_on_its_day_and_not_carried_into_the_week_after() -> None:
    values = ordinary()
    values[-8] *= 0.6
    assert moved_days(values, 9) == [7]


def test_a_step_is_learnt_after_a_week() -> None:
    values = ordinary()
    values[-20:] *= 1.5
    found = moved_days(values, 21)
    assert found[0] == 19
    assert not {0, 1, 2} & set(found)


def test_figures_are_said_in_two_or_three_digits() -> None:
    assert figure(1282.4, "users") == "1,282"
    assert figure(0.1139, "percent") == "11.4 %"
    assert figure(171.2, "milliseconds") == "171 ms"
    assert figure(-1204.0, "currency", "EUR") == "−€1,204"
    assert signed(-0.1602, is_rate=False) == "−16 %"
    assert signed(0.0613, is_rate=True) == "+6.1 points"


def test_an_item_says_what_moved_how_much_and_since_when(outage: Brief) -> None:
    said = headline(outage.items[0], "EUR")
    assert "95 % interval" in said
    assert "on Tue 15 Sep" in said
    assert all(why(item) for item in outage.items)


def test_parts_of_a_change_in_money_are_in_the_currency_of_the_product(outage: Brief) -> None:
    item = replace(outage.items[0], unit="currency", is_rate=False)
    parts = Identity("People × each", (Part("People", -120.0, 0.8), Part("Each", 30.0, None)))
    assert identity_in_words(item, parts, "EUR") == "People × each: People −€120 (80%), Each +€30."


def test_the_clock_is_asked(demo: Workspace) -> None:
    data = collected(demo, days_ending(date(2026, 10, 26), 60))
    item = Item(
        key="x", day=date(2026, 10, 25), metric="events", label="Events", unit="events",
        better="higher", page="usage", feature=None, segment=None, since=date(2026, 10, 25),
        is_rate=False, actual=1.04, expected=1.0, effect=0.04, low=0.01, high=0.07, volume=1e3,
        is_recovery=False,
    )  # fmt: skip
    gate = Gate(demo, data)
    (clock,) = (check for check in gate.checks(item) if check.name == "Clock")
    assert not clock.is_passed
    day_after = replace(item, day=date(2026, 10, 26), since=date(2026, 10, 26))
    (clock,) = (check for check in gate.checks(day_after) if check.name == "Clock")
    assert clock.is_passed
