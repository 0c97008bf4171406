"""The reference cases of paths and sessions, restated from PostHog's and Mixpanel's rules."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.paths import Route, links, visits_of, walks
from metrics.sessions import session_numbers
from tests.test_cases_funnel import moment

CASES = Path(__file__).parent / "cases" / "paths.json"
ORIGINALS = Path(__file__).parents[2] / "shared" / "cases" / "product_analytics.json"
Case = dict[str, Any]
ALL: list[Case] = json.loads(CASES.read_text(encoding="utf-8"))


@pytest.mark.skipif(not ORIGINALS.is_file(), reason="the originals are not beside the project")
def test_cases_are_all_those_of_the_reference() -> None:
    originals = json.loads(ORIGINALS.read_text(encoding="utf-8"))
    assert [case for case in originals if case["kind"] == "paths"] == ALL


@pytest.mark.parametrize("case", ALL, ids=[case["id"] for case in ALL])
def test_links(case: Case) -> None:
    key = case["params"]["key"]
    rows = sorted((user, moment(time), name, more) for user, name, time, more in case["events"])
    names = [name if key == "event" else more[key] for _, _, name, more in rows]
    codes, users = sorted({*names}), sorted({row[0] for row in rows})
    units = np.array([users.index(row[0]) for row in rows])
    times = np.array([row[1] for row in rows])
    visits = visits_of(
        units, times, np.array([codes.index(name) for name in names]),
        visits=session_numbers(units, times),
    )  # fmt: skip
    found = links([walks(visits, Route(length=case["params"]["step_limit"]))])
    ours = [
        [f"{one.place}_{codes[one.source or 0]}", f"{one.place + 1}_{codes[one.target or 0]}",
         one.transitions, one.mean_seconds]
        for one in found
    ]  # fmt: skip
    assert sorted(ours) == sorted(case["expected"]["links"])
