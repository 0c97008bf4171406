"""The reference cases of churn.json, and who answers which."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases" / "churn.json"
ORIGINALS = Path(__file__).parents[2] / "shared" / "cases" / "churn.json"
Case = dict[str, Any]
Answer = Callable[[Any], Any]
ALL: dict[str, Case] = {
    case["id"]: case for case in json.loads(CASES.read_text(encoding="utf-8"))
}


def answering(answers: dict[str, Answer], *ids: str) -> Callable[[Answer], Answer]:
    """Keep what answers the cases with these ids, from their inputs."""

    def kept(answer: Answer) -> Answer:
        answers.update(dict.fromkeys(ids, answer))
        return answer

    return kept


def hold(name: str, answers: dict[str, Answer]) -> None:
    """An answer is what its case expects, within its tolerance."""
    case = ALL[name]
    found, expected = answers[name](case["inputs"]), case["expected"]
    if isinstance(expected, dict):
        found = {key: found[key] for key in expected}
    _near(found, expected, case["tolerance"])


def _near(found: Any, expected: Any, tolerance: float) -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            _near(found[key], value, tolerance)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, value in zip(found, expected, strict=True):
            _near(one, value, tolerance)
    elif isinstance(expected, int | float) and not isinstance(expected, bool):
        assert found == pytest.approx(expected, abs=max(tolerance, 1e-12), rel=0)
    else:
        assert found == expected
