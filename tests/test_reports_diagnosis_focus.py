"""Who tries what, by every dimension of users: one question says what one for each would."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.periods import Period
from queries import Answer, Segment, Workspace
from reports import diagnosis_focus
from reports.diagnosis_focus import focus_groups
from reports.feature_list import features
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

WEEK = Period(date(2026, 1, 5), date(2026, 1, 12))
USERS = {
    "ann": {"trade": "power", "town": "Bonn", "seats": "1"},
    "bob": {"trade": "power", "town": "Ulm", "seats": "2"},
    "cem": {"trade": "shop", "town": "Bonn", "seats": "1"},
    "dan": {"trade": "shop", "town": "Ulm"},  # nobody knows how many seats
}
DIMENSIONS = ("trade", "town", "seats")


def did(who: str, feature: str, action: str, day: int) -> Row:
    moment = f"2026-01-{day:02}T10:00:00+00:00"
    return who, f"{feature}_{action}", moment, {"feature": feature, "action": action}


ROWS = [
    *(did(who, "tax", "exposed", 5) for who in USERS),
    *(did(who, "map", "exposed", 6) for who in ("ann", "cem", "dan")),
    did("ann", "tax", "started", 6), did("dan", "tax", "started", 7),
    did("cem", "map", "started", 7),
]  # fmt: skip


def made(folder: Path, users: dict[str, dict[str, str]]) -> Workspace:
    return workspace_of(folder, ROWS, Setup(user_dimensions=DIMENSIONS, users=users))


def each_alone(workspace: Workspace) -> list[list[tuple[object, ...]]]:
    """The same from one question for each dimension."""
    asked = {"start_date": WEEK.start, "end_date": WEEK.end, "one_in": 1}
    some = features(workspace)
    return [
        sorted(diagnosis_focus._rows(workspace, some, Segment(), name, asked).rows())
        for name in sorted(DIMENSIONS)
    ]


@pytest.mark.parametrize("town", ["Bonn", "Bo\x1fnn"])  # which stands between values elsewhere
def test_groups_of_all_dimensions_are_those_of_each_dimension_alone(
    tmp_path: Path, town: str
) -> None:
    workspace = made(tmp_path, USERS | {"ann": USERS["ann"] | {"town": town}})
    found = focus_groups(workspace, features(workspace), Segment(), WEEK, len(USERS))
    assert found is not None
    alone = each_alone(workspace)
    widths = [len({row[1] for row in rows}) for rows in alone]
    assert np.bincount(found.dimension).tolist() == widths
    place = 0
    for rows, width in zip(alone, widths, strict=True):
        groups = sorted({str(row[1]) for row in rows})
        for at, name in enumerate(("map", "tax")):
            expected = {str(row[1]): (row[2], row[3]) for row in rows if row[0] == name}
            own = slice(place, place + width)
            assert [
                *zip(found.shown[at, own].tolist(), found.tried[at, own].tolist(), strict=True)
            ] == [expected.get(group, (0, 0)) for group in groups]
        place += width


@pytest.mark.parametrize(
    ("together", "expected"),
    [(3, [("seats", "town", "trade")]), (2, [("seats", "town"), "trade"])],
)
def test_a_few_dimensions_are_one_question(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    together: int,
    expected: list[object],
) -> None:
    monkeypatch.setattr(diagnosis_focus, "TOGETHER", together)
    workspace = made(tmp_path, USERS)
    asked: list[object] = []
    ask = Workspace.ask

    def noted(self: Workspace, name: str, **given: Any) -> Answer:
        if name == "diagnosis_groups":
            asked.append(given["by"])
        return ask(self, name, **given)

    monkeypatch.setattr(Workspace, "ask", noted)
    focus_groups(workspace, features(workspace), Segment(), WEEK, len(USERS))
    assert asked == expected
