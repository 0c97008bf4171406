"""The reference cases of funnels, through the kernel.

The cases restate test suites and documentation of PostHog, Mixpanel and Amplitude; each names its
source. Where a case records a rival's rule that is not ours, the test says so and why.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.funnel import (
    Attempts,
    Exclusion,
    Funnel,
    Log,
    attempts,
    breakdown,
    did,
    drivers,
    histogram,
    seconds_between,
    sorted_log,
    steps,
    trend,
)
from metrics.periods import Period, buckets

CASES = Path(__file__).parent / "cases" / "funnel.json"
ORIGINALS = Path(__file__).parents[2] / "shared" / "cases" / "product_analytics.json"
Case = dict[str, Any]
ALL: list[Case] = json.loads(CASES.read_text(encoding="utf-8"))

ORDERS = {"ordered": "ordered", "strict": "strict", "unordered": "any"}
RULES = {"best": "furthest", "first_entry": "first"}


def cases(kind: str) -> Callable[..., Any]:
    """One test for each case of a kind."""
    chosen = [case for case in ALL if case["kind"] == kind]
    return pytest.mark.parametrize("case", chosen, ids=[case["id"] for case in chosen])


def case_named(name: str) -> Case:
    return next(case for case in ALL if case["id"] == name)


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def funnel_of(case: Case, **changed: Any) -> Funnel:
    params = case["params"]
    ranges = [(one["from_step"], one["to_step"]) for one in params.get("exclusions", ())]
    rules = {
        "order": ORDERS[params["order"]],
        "window": timedelta(**{f"{params['window']['unit']}s": params["window"]["value"]}),
        "grace": timedelta(seconds=params.get("grace_seconds", 0)),
        "exclusions": tuple(Exclusion(*one) for one in ranges),
        "attempt": RULES[params.get("attempt", "best")],
    }
    return Funnel(len(params["steps"]), **rules | changed)


def fits(event: list[Any], wanted: dict[str, Any]) -> bool:
    _, name, _, properties = event
    return name == wanted["event"] and wanted.get("where", {}).items() <= properties.items()


def log_of(case: Case) -> tuple[Log, list[str], list[list[Any]]]:
    """The case's events as a log; the name of each unit; the event behind each row."""
    params = case["params"]
    events = [
        event for event in case["events"] if params.get("where", {}).items() <= event[3].items()
    ]
    users = sorted({event[0] for event in events})
    excluded = params.get("exclusions", ())
    log, order = sorted_log(
        np.array([users.index(event[0]) for event in events]),
        np.array([moment(event[2]) for event in events]),
        *(
            np.array(
                [sum(fits(event, one) << bit for bit, one in enumerate(sets)) for event in events],
                dtype=np.uint8,
            )
            for sets in (params["steps"], excluded)
        ),
    )
    return log, users, [events[row] for row in order]


def counted(case: Case) -> Attempts:
    return attempts(log_of(case)[0], funnel_of(case))


@pytest.mark.skipif(not ORIGINALS.is_file(), reason="the originals are not beside the project")
def test_cases_are_all_those_of_the_reference() -> None:
    originals = json.loads(ORIGINALS.read_text(encoding="utf-8"))
    assert [case for case in originals if case["kind"].startswith("funnel")] == ALL


@cases("funnel")
def test_counts(case: Case) -> None:
    found = steps(counted(case))
    assert [step.count for step in found] == case["expected"]["counts"]


@cases("funnel")
def test_lists_of_people(case: Case) -> None:
    _, users, _ = log_of(case)
    found = counted(case)
    for number, expected in case["expected"].get("users_at_step", {}).items():
        assert [users[unit] for unit in found.passed(int(number) - 1)] == expected
    for place, step in enumerate(steps(found)):
        assert len(found.passed(place)) == step.count


@cases("funnel")
def test_times(case: Case) -> None:
    found, expected = steps(counted(case)), case["expected"]
    for statistic in ("avg", "median"):
        if f"{statistic}_seconds_from_prev" in expected:
            name = {"avg": "mean_seconds", "median": "median_seconds"}[statistic]
            ours = [getattr(step, name) for step in found]
            assert ours == expected[f"{statistic}_seconds_from_prev"]


def test_grace_is_what_makes_simultaneous_events_convert() -> None:
    case = case_named("fun_mx_grace_2s")
    log, _, _ = log_of(case)
    without = attempts(log, funnel_of(case, grace=timedelta(0)))
    assert [step.count for step in steps(without)] == [1, 0]


def test_attempt_rule_is_what_divides_the_suites() -> None:
    # Mixpanel's default and ours give different counts on the same data, on purpose.
    case = case_named("fun_mx_same_data_best_attempt")
    log, _, _ = log_of(case)
    first = attempts(log, funnel_of(case, attempt="first"))
    assert [step.count for step in steps(first)] == [1, 1, 0]


@cases("funnel_time_to_convert")
def test_time_to_convert(case: Case) -> None:
    params = case["params"]
    seconds = seconds_between(counted(case), params["from_step"], params["to_step"])
    found = histogram(seconds)
    assert [[*one] for one in zip(found.starts, found.counts, strict=True)] == case["expected"][
        "bins"
    ]
    assert found.mean == case["expected"]["average"]


@cases("funnel_trend")
def test_trend(case: Case) -> None:
    params, expected = case["params"], case["expected"]
    first, last = (
        datetime.fromisoformat(params[name]).date() for name in ("date_from", "date_to")
    )
    whole = buckets(Period(first, last + timedelta(days=1)), params["interval"])
    edges = [moment(one.start.isoformat()) for one in whole]
    edges.append(moment(whole[-1].end.isoformat()))
    found = trend(counted(case), np.array(edges), funnel_of(case), complete_until=edges[-1])
    assert [one.start.isoformat() for one in whole] == expected["buckets"]
    assert [one.entered for one in found] == expected["entered"]
    assert [one.converted for one in found] == expected["converted"]
    # PostHog draws 0 % where nobody entered; here that is undefined, on purpose.
    ours = [None if one.rate.value is None else 100 * one.rate.value for one in found]
    nobody = [entered == 0 for entered in expected["entered"]]
    assert ours == [None if no else rate for no, rate in zip(nobody, expected["rate"], strict=True)]


@cases("funnel_breakdown")
def test_breakdown(case: Case) -> None:
    log, _, events = log_of(case)
    names = sorted({event[3][case["params"]["breakdown"]] for event in events})
    values = np.array([names.index(event[3][case["params"]["breakdown"]]) for event in events])
    found = breakdown(log, funnel_of(case), values, attribution=case["params"]["attribution"])
    groups = {names[one.value]: list(one.attempts) for one in found}
    assert groups == case["expected"]["groups"]


@cases("funnel_totals")
def test_reentry_by_segment(case: Case) -> None:
    log, _, events = log_of(case)
    names = ["shirt", "jeans", "shoes"]
    values = np.array([names.index(one[3]["item"]) if one[3] else -1 for one in events])
    found = breakdown(log, funnel_of(case, counting="total"), values, attribution="step", step=0)
    groups = {
        names[one.value]: {"entries": one.units[0], "conversions": one.units[1]} for one in found
    }
    assert groups == case["expected"]["groups"]


@cases("funnel_validation")
def test_impossible_exclusions_are_refused(case: Case) -> None:
    assert case["expected"] == {"all_rejected": True}
    for low, high in case["params"]["exclusion_ranges"]:
        with pytest.raises(ValueError, match="exclusion"):
            Funnel(len(case["params"]["steps"]), exclusions=(Exclusion(low, high),))


@cases("funnel_correlation")
def test_drivers(case: Case) -> None:
    _, users, _ = log_of(case)
    found = counted(case)
    wanted = {step["event"] for step in case["params"]["steps"]}
    success = found.levels == len(case["params"]["steps"])
    candidates = {}
    for name in {event[1] for event in case["events"]} - wanted:
        events = [event for event in case["events"] if event[1] == name]
        units = np.array([users.index(event[0]) for event in events])
        times = np.array([moment(event[2]) for event in events])
        has_done = did(found, funnel_of(case), units, times)
        candidates[name] = (int((has_done & success).sum()), int((has_done & ~success).sum()))
    ours = drivers(candidates, converted=int(success.sum()), failed=int((~success).sum()))
    assert {
        one.name: {
            "success": one.converted_with,
            "failure": one.failed_with,
            "odds_ratio": one.odds_ratio,
            "type": "success" if one.odds_ratio > 1 else "failure",
        }
        for one in ours
    } == case["expected"]
