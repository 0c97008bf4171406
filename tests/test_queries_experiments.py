"""Queries of experiments against slow recounts of a small one."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, variance
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.experiments import joint_moments, merged_joint
from queries import Filter, Segment, Workspace, WorkspaceError
from queries.experiment_definitions import read_experiments
from reports.experiment_joints import idle_units, with_idle_units
from tests.experiment_workspace import (
    END,
    START,
    UNITS,
    exposed_at,
    make_experiment,
    things_done,
    user,
    variant_of,
)

DAY = 86_400.0
FRAME: dict[str, Any] = {
    "experiment": "buttons",
    "started_at": START.replace(tzinfo=None),
    "until_at": END.replace(tzinfo=None),
    "unit": "user",
    "is_everybody": True,
}
WINDOW: dict[str, Any] = {
    "covariates": [],
    "once_metrics": ["savers"],
    "cap": 1.0,
    "dimension": "platform",
    "skip_seconds": 0.0,
    "window_seconds": 7 * DAY,
    "least_seconds": 7 * DAY,
    "covariate_seconds": 28 * DAY,
    "from_day": date(2026, 1, 1),
    "to_day": date(2026, 4, 1),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_experiment(tmp_path_factory.mktemp("experiment"))


def saves(number: int, *, first: float = 0, last: float = 7, worth: bool = False) -> float:
    """What a unit saved between two moments after its exposure, in days, the slow way."""
    return sum(
        (value or 0) if worth else 1
        for who, event, at, value in things_done()
        if who == user(number)
        and event == "saved"
        and first * DAY <= (at - exposed_at(number)).total_seconds() < last * DAY
    )


def cell(rows: pl.DataFrame, metric: str, variant: str, **where: Any) -> dict[str, Any]:
    kept = rows.filter(pl.col("metric") == metric, pl.col("variant") == variant)
    for name, value in where.items():
        kept = kept.filter(pl.col(name) == value)
    return kept.row(0, named=True)


def test_moments_are_those_of_a_slow_recount(workspace: Workspace) -> None:
    rows = workspace.ask("experiment_moments", metrics=["saves"], **FRAME, **WINDOW).rows
    for variant in ("control", "treatment"):
        units = [n for n in range(UNITS) if variant_of(n) == variant]
        after = [saves(n) for n in units]
        before = [saves(n, first=-28, last=0) for n in units]
        some = [(a, c) for a, c in zip(after, before, strict=True) if a or c]
        found = cell(rows, "saves", variant, cut="all")
        assert cell(rows, "", variant, cut="all")["units"] == len(units)
        assert found["units"] == len(some)
        assert found["mean_a"] == pytest.approx(fmean(a for a, _ in some))
        assert found["var_a"] == pytest.approx(variance([a for a, _ in some]))
        assert found["cov_ac"] == pytest.approx(np.cov(np.array(some).T)[0, 1])


def test_a_unit_counts_once_for_a_share(workspace: Workspace) -> None:
    rows = workspace.ask("experiment_moments", metrics=["savers"], **FRAME, **WINDOW).rows
    found = cell(rows, "savers", "control", cut="all")
    wanted = sum(saves(n) > 0 for n in range(UNITS) if variant_of(n) == "control")
    assert found["units"] * found["mean_a"] == pytest.approx(wanted)


def test_a_metric_that_needs_more_than_steps_reads_events(workspace: Workspace) -> None:
    rows = workspace.ask("experiment_moments", metrics=["worth"], **FRAME, **WINDOW).rows
    found = cell(rows, "worth", "treatment", cut="all")
    units = [n for n in range(UNITS) if variant_of(n) == "treatment"]
    assert found["units"] * found["mean_a"] == pytest.approx(
        sum(saves(n, worth=True) for n in units)
    )
    assert found["units"] * found["mean_b"] == pytest.approx(sum(saves(n) for n in units))


def test_days_and_parts_add_up_to_all(workspace: Workspace) -> None:
    rows = workspace.ask("experiment_moments", metrics=["saves"], **FRAME, **WINDOW).rows
    whole = pl.col("units") * pl.col("mean_a")
    sums = dict(rows.filter(pl.col("metric") == "saves").group_by("cut").agg(whole.sum()).rows())
    assert sums["day"] == pytest.approx(sums["all"])
    assert sums["part"] == pytest.approx(sums["all"])


def test_units_without_a_whole_window_are_left_out(workspace: Workspace) -> None:
    frame = FRAME | {"until_at": FRAME["started_at"] + timedelta(days=8, hours=12)}
    rows = workspace.ask("experiment_moments", metrics=["saves"], **frame, **WINDOW).rows
    followed = [n for n in range(UNITS) if exposed_at(n) <= START + timedelta(days=1, hours=12)]
    sizes = rows.filter((pl.col("metric") == "") & (pl.col("cut") == "all"))["units"].sum()
    assert sizes == len(followed)


def test_a_segment_narrows_the_units(workspace: Workspace) -> None:
    pro = Segment((Filter("plan", ("pro",)),))
    frame = FRAME | {"is_everybody": False}
    rows = workspace.ask(
        "experiment_moments", segment=pro, metrics=["saves"], **frame, **WINDOW
    ).rows
    sizes = rows.filter((pl.col("metric") == "") & (pl.col("cut") == "all"))["units"].sum()
    assert sizes == sum(n % 3 == 0 for n in range(UNITS))


def test_accounts_add_up_their_users(tmp_path: Path) -> None:
    accounts = make_experiment(tmp_path, by_account=True)
    rows = accounts.ask(
        "experiment_moments", metrics=["saves"], **FRAME | {"unit": "account"}, **WINDOW
    ).rows
    end = START + timedelta(days=7)
    wanted = Counter(
        variant_of(int(who[1:]) // 2)
        for who, event, at, _ in things_done()
        if event == "saved" and START <= at < end
    )
    for variant, count in wanted.items():
        found = cell(rows, "saves", variant, cut="all")
        assert found["units"] * found["mean_a"] == pytest.approx(count)


def test_split_counts_each_unit_once(workspace: Workspace) -> None:
    rows = workspace.ask("experiment_split", **FRAME).rows
    everybody = rows.filter(pl.col("dimension") == "")
    wanted = Counter((n // 10, variant_of(n)) for n in range(UNITS)) | {(0, "(several)"): 1}
    assert {(r["day_number"], r["variant"]): r["units"] for r in everybody.to_dicts()} == wanted
    by_plan = rows.filter((pl.col("dimension") == "plan") & (pl.col("part") == "pro"))
    assert by_plan["units"].sum() == sum(n % 3 == 0 for n in range(UNITS))


def test_exposures_before_the_start_are_told_apart(workspace: Workspace) -> None:
    frame = FRAME | {"started_at": FRAME["started_at"] + timedelta(days=1)}
    rows = workspace.ask("experiment_split", **frame).rows.filter(pl.col("dimension") == "")
    assert rows.filter(pl.col("day_number") < 0)["units"].sum() == 10 + 1


def test_each_unit_has_the_slope_that_the_weights_give(workspace: Workspace) -> None:
    rows = workspace.ask(
        "experiment_days_since", metric="saves", horizon_days=7, **FRAME,
        from_day=WINDOW["from_day"], to_day=WINDOW["to_day"],
    ).rows  # fmt: skip
    weights = (np.arange(7) - 3) / 28  # least squares of seven days on their number
    slopes = defaultdict(list)
    for number in range(UNITS):
        days = [saves(number, first=day, last=day + 1) for day in range(7)]
        if any(days):
            slopes[variant_of(number)].append(float(np.dot(weights, days)))
    for variant, own in slopes.items():
        row = rows.filter((pl.col("cut") == "slope") & (pl.col("variant") == variant))
        assert row["units"].item() == len(own)
        assert row["mean"].item() == pytest.approx(fmean(own))
        assert row["variance"].item() == pytest.approx(variance(own))


def test_distribution_counts_every_unit(workspace: Workspace) -> None:
    rows = workspace.ask(
        "experiment_distribution", metric="saves", is_once=False, **FRAME,
        skip_seconds=0.0, window_seconds=7 * DAY,
        from_day=WINDOW["from_day"], to_day=WINDOW["to_day"],
    ).rows  # fmt: skip
    wanted = Counter((variant_of(n), float(saves(n))) for n in range(UNITS))
    assert {(row["variant"], row["a"]): row["units"] for row in rows.to_dicts()} == wanted


def test_planner_counts_whoever_was_active(workspace: Workspace) -> None:
    rows = workspace.ask(
        "planner_units", metric="saves", is_once=False, cap=1.0, skip_days=0, window_days=7,
        covariate_days=28, start_date=START.date(), end_date=date(2026, 3, 21),
        watermark=date(2026, 3, 20),
    ).rows  # fmt: skip
    first: dict[str, date] = {}
    for who, _, at, _ in sorted(things_done(), key=lambda one: one[2]):
        if at >= START:
            first.setdefault(who, at.date())
    wanted = Counter((day - START.date()).days for day in first.values())
    days = rows.filter(pl.col("cut") == "day")
    assert dict(days.select("day_number", "units").iter_rows()) == wanted
    done = sum(
        event == "saved" and first[who] <= at.date() < first[who] + timedelta(days=7)
        for who, event, at, _ in things_done()
    )
    before = sum(
        event == "saved" and first[who] - timedelta(days=28) <= at.date() < first[who]
        for who, event, at, _ in things_done()
    )
    counted = rows.filter(pl.col("cut") == "counted").row(0, named=True)
    assert counted["units"] * counted["mean_c"] == pytest.approx(before)
    assert counted["units"] * counted["mean_a"] == pytest.approx(done)


def test_definition_that_cannot_be_used_names_file_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "one.toml").write_text("windows_days = 3\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"one\.toml.*windows_days.*window_days"):
        read_experiments(tmp_path)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_idle_units_are_added_as_any_others(count: int) -> None:
    some = joint_moments([[1.0, 2.0, 4.0], [0.0, 1.0, 1.0], [3.0, 0.0, 2.0], [1.0, 1.0, 5.0]])
    found, wanted = with_idle_units(some, count), merged_joint([some, idle_units(count)])
    assert found.n == wanted.n
    assert found.means == pytest.approx(wanted.means)
    for row, other in zip(found.covariances or (), wanted.covariances or (), strict=True):
        assert row == pytest.approx(other)
