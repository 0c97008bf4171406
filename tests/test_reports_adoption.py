"""Adoption, from a log small enough to know every number."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from metrics.periods import Period
from queries import Filter, Segment, Workspace
from queries.event_match import EventMatch
from reports.adoption import AdoptionReport, adoption
from reports.adoption_accounts import account_adoption, accounts_of_feature
from reports.adoption_people import FATES, RUNGS, people_of_feature
from reports.adoption_releases import release_adoption
from reports.feature_page import feature_page, feature_segments
from reports.funnel import funnel
from reports.funnel_question import FunnelQuestion, FunnelStep
from reports.scope import Scope
from tests.churn_cases import ALL as CASES
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
LAST = MONDAY + timedelta(days=83)
PERIOD = Period(LAST - timedelta(days=27), LAST + timedelta(days=1))


def at(user: str, day: int, feature: str = "", action: str = "", **more: str) -> Row:
    event = f"{feature}_{action}" if feature else "visit"
    told = {"feature": feature, "action": action} if feature else {}
    return (user, event, f"{MONDAY + timedelta(days=day)}T12:00:00Z", {**told, **more})


def scope(segment: Segment | None = None, period: Period = PERIOD) -> Scope:
    return Scope(period, None, "day", segment or Segment())


def report_of(folder: Path, rows: list[Row], setup: Setup | None = None) -> AdoptionReport:
    found = adoption(workspace_of(folder, rows, setup, watermark=LAST), scope())
    assert found is not None
    return found


def row_of(report: AdoptionReport, feature: str) -> dict[str, object]:
    return report.reach.rows.row(by_predicate=pl.col("feature") == feature, named=True)


# Zoe used maps in the first week. Ann came first on day 30 and uses maps on days 40, 50 and 70;
# Bob, there since day 0, looked at maps on day 60; Cleo came on day 35, tried once on day 36 and
# was there again on day 75.
TALE = [
    at("zoe", 1, "maps", "completed"), at("ann", 30),
    *(at("ann", day, "maps", action) for day in (40, 50, 70)
      for action in ("exposed", "started", "completed")),
    at("bob", 0), at("bob", 60), at("bob", 60, "maps", "exposed"),
    at("cleo", 35), at("cleo", 36, "maps", "started"), at("cleo", 75),
]  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    setup = Setup(user_dimensions=("plan",), users={"ann": {"plan": "pro"}, "bob": {"plan": "x"}})
    return workspace_of(tmp_path_factory.mktemp("tale"), TALE, setup, watermark=LAST)


def test_every_ratio_has_both_its_numbers(tmp_path: Path) -> None:
    maps = row_of(report_of(tmp_path, TALE), "maps")
    # The period is days 56 to 83; newcomers came on days 28 to 55.
    assert (maps["users"], maps["active"], maps["use_days"]) == (1, 3, 1)
    assert (maps["eligible"], maps["exposed"]) == (3, 2)
    assert (maps["tried"], maps["tried_of_exposed"], maps["completed"]) == (1, 1, 1)
    assert (maps["newcomers"], maps["adopted"]) == (2, 1)
    assert (maps["tried_long_ago"], maps["tried_once"]) == (2, 1)
    assert (maps["adopters"], maps["adopters_recent"]) == (1, 1)
    # Ann was there in four of the weeks since day 28, on three of its use days.
    assert (maps["adopter_use_days"], maps["adopter_weeks"]) == (3, 4)
    assert (maps["acted"], maps["actions_used"], maps["actions_offered"]) == (1, 2, 2)
    assert maps["days_per_week"] == 0.25


def test_time_to_adopt_counts_those_who_have_not_yet(tmp_path: Path) -> None:
    # Ann needs 20 days; with Cleo not yet there, half have adopted after 20 days.
    assert row_of(report_of(tmp_path, TALE), "maps")["days_to_adopt"] == 20.0


def test_a_feature_of_one_plan_is_of_those_who_have_it(tmp_path: Path) -> None:
    setup = Setup(event_dimensions=("plan",), more='[dictionary.audit]\nplans = ["enterprise"]')
    rows = [
        *(at(f"big{n}", 60, plan="enterprise") for n in range(4)),
        *(at(f"small{n}", 60, plan="starter") for n in range(6)),
        *(
            at("big1", 70, "audit", action, plan="enterprise")
            for action in ("started", "completed")
        ),
        *(at("small1", 61, "maps", action, plan="starter") for action in ("started", "completed")),
    ]
    report = report_of(tmp_path, rows, setup)
    assert (row_of(report, "audit")["eligible"], row_of(report, "maps")["eligible"]) == (4, 10)
    assert (row_of(report, "audit")["tried"], row_of(report, "audit")["active"]) == (1, 10)
    assert any("audit" in caveat for caveat in report.reach.caveats)


def test_a_rule_about_an_unknown_dimension_is_named(tmp_path: Path) -> None:
    setup = Setup(more='[dictionary.maps]\nonly = { tier = ["pro"] }')
    report = report_of(tmp_path, TALE, setup)
    assert report.unknown_rules == ("maps",)
    assert row_of(report, "maps")["eligible"] == 3


def test_without_exposures_nobody_knows_who_saw_it(tmp_path: Path) -> None:
    rows = [one for one in TALE if not one[1].endswith("exposed")]
    report = report_of(tmp_path, rows)
    maps = row_of(report, "maps")
    assert (maps["exposed"], maps["trial_share"]) == (None, None)
    assert any("exposed" in caveat for caveat in report.reach.caveats)


def test_without_features_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert adoption(workspace_of(tmp_path, [at("ann", 0)], watermark=LAST), scope()) is None


def test_nobody_in_a_segment_leaves_dashes(tmp_path: Path) -> None:
    setup = Setup(user_dimensions=("plan",), users={"ann": {"plan": "pro"}, "bob": {"plan": "x"}})
    workspace = workspace_of(tmp_path, TALE, setup, watermark=LAST)
    report = adoption(workspace, scope(Segment((Filter("plan", ("nobody's",)),))))
    assert report is not None
    maps = row_of(report, "maps")
    assert (maps["active"], maps["breadth_share"], maps["adoption_share"]) == (0, None, None)
    assert (report.spread.gini, report.median_breadth) == (None, None)
    assert report.cumulated.is_empty


def used_so_often(folder: Path, amounts: list[int]) -> Workspace:
    """Features of which each has so many use days, by different people."""
    rows = [
        at(f"u{feature}_{n}", 60, f"feature{feature}", "completed")
        for feature, amount in enumerate(amounts)
        for n in range(amount)
    ]
    unused = [
        at("u", 3, f"feature{n}", "completed") for n, amount in enumerate(amounts) if not amount
    ]
    return workspace_of(folder, [*rows, *unused], watermark=LAST)


@pytest.mark.parametrize("name", ["gini-02", "gini-04"])
def test_concentration_gives_the_reference_numbers(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = adoption(used_so_often(tmp_path, case["inputs"]["x"]), scope())
    assert found is not None
    spread, expected = found.spread, case["expected"]
    assert spread.gini == pytest.approx(expected["gini"], abs=case["tolerance"])
    assert spread.hhi == pytest.approx(expected["hhi"], abs=case["tolerance"])
    if "bias_corrected" in expected:
        assert spread.gini_corrected == pytest.approx(expected["bias_corrected"])


def test_the_most_used_features_add_up_to_all_use(tmp_path: Path) -> None:
    found = adoption(used_so_often(tmp_path, [1, 1, 2, 3, 5, 8, 13, 21]), scope())
    assert found is not None
    shares = found.cumulated.rows["cumulated_share"].to_list()
    # 21 + 13 + 8 of 54 are 78 %, with 5 more 87 %: four of eight features make 80 %.
    assert [round(one, 3) for one in shares[:4]] == [0.389, 0.63, 0.778, 0.87]
    assert shares[-1] == 1.0
    assert (found.spread.head, found.most_used) == (0.5, 4)


@pytest.mark.parametrize("column", list(RUNGS | FATES))
def test_the_list_behind_a_count_has_its_length(told: Workspace, column: str) -> None:
    report = adoption(told, scope())
    assert report is not None
    if column in ("repeated", "habitual"):
        return
    listed = people_of_feature(told, scope(), "maps", column)
    assert listed.rows.height == row_of(report, "maps")[column]


def test_the_ladder_has_a_list_behind_each_rung(told: Workspace) -> None:
    page = feature_page(told, scope(), "maps")
    assert page is not None
    counts = dict(page.ladder.rows.select("rung", "people").iter_rows())
    # Twelve weeks hold all of the tale: Zoe, Ann and Cleo used or tried it, Bob only looked.
    assert counts == {
        "eligible": 4, "exposed": 2, "tried": 2, "completed": 1, "repeated": 1, "habitual": 0,
    }  # fmt: skip
    whole = scope(period=page.ladder_period)
    for rung, count in counts.items():
        assert people_of_feature(told, whole, "maps", rung).rows.height == count


def test_a_feature_that_is_not_there_has_no_page(told: Workspace) -> None:
    assert feature_page(told, scope(), "nowhere") is None


def test_a_features_page_counts_over_all_days(told: Workspace) -> None:
    page = feature_page(told, scope(), "maps")
    assert page is not None
    # Zoe tried nothing: completed without a start. Ann adopted it, Cleo gave up.
    assert (page.newcomers, page.adopted) == (4, 1)
    assert (page.tried_long_ago, page.tried_once) == (2, 1)
    assert feature_segments(told, scope(), "maps", by="plan").rows["eligible"].sum() == 4


def released(folder: Path, *, times: int = 1) -> Workspace:
    """A release of maps reaches four people on day 10 at noon, an account of two on day 20.

    All of it as many times as asked, with other people.
    """
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    users, rows, reached = {}, [], []
    for copy in range(times):
        who = [f"u{n}_{copy}" for n in range(6)]
        users |= {name: {"account_id": f"big{copy}" if n > 3 else None}
                  for n, name in enumerate(who)}  # fmt: skip
        rows += [at(name, 5) for name in who]
        rows += [
            at(who[0], 9, "maps", "started"),  # before the release: does not count
            at(who[1], 10, "maps", "started"),  # at the very moment
            at(who[2], 13, "maps", "started"),
            at(who[4], 21, "maps", "started"),
            at(who[3], 60, "maps", "started"),  # later than anybody is followed
        ]
        reached += [("1.0", name, noon) for name in who[:4]]
        reached.append(("1.0", f"big{copy}", datetime(2026, 1, 25, tzinfo=UTC)))
    tables = {
        "releases": pl.DataFrame({"release": ["1.0"], "released_at": [noon], "features": ["maps"]}),
        "rollouts": pl.DataFrame(
            reached, schema=["release", "unit_id", "reached_at"], orient="row"
        ),
    }
    return workspace_of(folder, rows, Setup(users=users, tables=tables), watermark=LAST)


def test_after_a_release_people_try_it_by_days_since_it_reached_them(tmp_path: Path) -> None:
    report = release_adoption(released(tmp_path), Segment())
    (curve,) = report.found
    assert (curve.release, curve.label, curve.people, curve.tried) == ("1.0", "maps", 6, 3)
    tries = report.waits.rows.filter(pl.col("has_tried"))
    # u2 at once, u3 after three days, u5 a day and a half after its account.
    assert tries.select("waited_days", "people").rows() == [(0, 1), (1, 1), (3, 1)]
    assert report.curves.is_empty  # fewer than twenty people draw no curve


def test_the_curve_is_the_share_of_those_reached(tmp_path: Path) -> None:
    report = release_adoption(released(tmp_path, times=10), Segment())
    shares = dict(report.curves.rows.select("day", "share").iter_rows())
    assert (shares[1], shares[2], shares[28]) == (
        pytest.approx(1 / 6), pytest.approx(2 / 6), pytest.approx(3 / 6),
    )  # fmt: skip
    assert report.curves.rows["followed"].to_list() == [60] * 28


def test_the_end_of_a_curve_carries_its_interval(tmp_path: Path) -> None:
    report = release_adoption(released(tmp_path, times=10), Segment())
    (curve,) = report.found
    # 30 of 60, nobody lost: Greenwood's error is that of a share, sqrt(.25 / 60) = .0645; on the
    # log-log scale (Kalbfleisch and Prentice 2002, eq. 1.13) half becomes .382 to .632.
    assert (curve.day, curve.share) == (28, pytest.approx(0.5))
    assert (curve.low, curve.high) == (
        pytest.approx(0.382, abs=1e-3),
        pytest.approx(0.632, abs=1e-3),
    )


def test_without_rollouts_the_curves_say_what_is_missing(told: Workspace) -> None:
    report = release_adoption(told, Segment())
    assert report.found == ()
    assert report.missing is not None
    assert "column `features`" in report.missing


def test_of_one_feature_the_curves_do_not_say_that_no_release_names_any(tmp_path: Path) -> None:
    report = release_adoption(released(tmp_path, times=1), Segment(), feature="nothing")
    assert report.missing == "No release names this feature"


def test_accounts_count_when_enough_of_their_people_use_it(tmp_path: Path) -> None:
    sizes = {"big": 4, "mid": 2, "small": 1, "idle": 1}
    users = {
        f"{name}{n}": {"account_id": name} for name, size in sizes.items() for n in range(size)
    }
    rows = [at(user, 60) for user in users] + [at("nobody", 60)]
    using = ["big0", "big1", "big2", "mid0", "small0", "nobody"]
    rows += [at(user, 70, "maps", "completed") for user in using]
    workspace = workspace_of(tmp_path, rows, Setup(users=users), watermark=LAST)
    report = account_adoption(workspace, scope(), least_users=2)
    assert report is not None
    row = report.table.rows.row(0, named=True)
    assert (row["accounts"], row["accounts_with_one"], row["accounts_with_several"]) == (4, 3, 1)
    assert row["users"] == 5
    listed = accounts_of_feature(workspace, scope(), "maps", least=2)
    assert listed.rows.rows() == [("big", 4, 3)]


def test_without_accounts_there_is_nothing_by_account(told: Workspace) -> None:
    assert account_adoption(told, scope()) is None


def test_accounts_that_only_events_know_become_those_of_users(tmp_path: Path, root: Path) -> None:
    guide = (root / "docs" / "workspace.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n([^`]*arg_max\(account_id[^`]*)```", guide)
    rows = [
        at("ann", 60, account_id="old"), at("ann", 70, "maps", "completed", account_id="new"),
        at("bob", 61, account_id="new"), at("cleo", 62),
    ]  # fmt: skip
    plain = workspace_of(tmp_path / "plain", rows, watermark=LAST)
    assert account_adoption(plain, scope()) is None  # no account of an event is read
    setup = Setup(more=example.replace("events/*.parquet", "events.parquet"))
    workspace = workspace_of(tmp_path / "users", rows, setup, watermark=LAST)
    report = account_adoption(workspace, scope(), least_users=2)
    assert report is not None
    row = report.table.rows.row(0, named=True)
    assert (row["accounts"], row["accounts_with_one"], row["accounts_with_several"]) == (1, 1, 0)
    steps = (FunnelStep(EventMatch(("visit",))), FunnelStep(EventMatch(("maps_completed",))))
    question = FunnelQuestion(steps, unit="account")
    assert funnel(workspace, scope(), question).steps.rows["count"].to_list() == [1, 1]
