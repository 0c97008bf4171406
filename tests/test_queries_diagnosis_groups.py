"""From which groups a feature's tries come: a handful of people, checkable by eye."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from queries import Workspace
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
TRADES = {"ann": "power", "bob": "power", "cem": "shop", "dan": "shop", "eva": "shop"}
ASKED: dict[str, Any] = {
    "start_date": MONDAY,
    "end_date": date(2026, 1, 12),
    "features": ["tax", "map"],
    "live_since": ["2026-01-05", "2026-01-07"],
    "tried_by_opening": ["map"],
    "tried_by_any": [],
    "one_in": 1,
}


def did(who: str, feature: str, action: str, day: int) -> Row:
    moment = f"2026-01-{day:02}T10:00:00+00:00"
    return who, f"{feature}_{action}", moment, {"feature": feature, "action": action}


ROWS = [
    did("ann", "tax", "exposed", 5), did("ann", "tax", "exposed", 6),
    did("ann", "tax", "started", 6),
    did("bob", "tax", "exposed", 5), did("bob", "tax", "opened", 5),  # to open it is not to try it
    did("cem", "tax", "exposed", 7), did("cem", "tax", "started", 12),  # after the last day
    did("dan", "tax", "started", 7),  # shown it nowhere
    did("eva", "map", "exposed", 6),  # before it was there
    did("eva", "map", "exposed", 8), did("eva", "map", "opened", 9),
]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    users = {who: {"trade": trade} for who, trade in TRADES.items()}
    folder: Path = tmp_path_factory.mktemp("groups")
    return workspace_of(folder, ROWS, Setup(user_dimensions=("trade",), users=users))


def counted(workspace: Workspace, **changes: Any) -> Sequence[tuple[Any, ...]]:
    return workspace.ask("diagnosis_groups", by="trade", **ASKED | changes).rows.rows()


def test_people_shown_a_feature_and_of_those_who_tried_it_are_counted_by_group(
    workspace: Workspace,
) -> None:
    expected = [("map", "shop", 1, 1), ("tax", "power", 2, 1), ("tax", "shop", 1, 0)]
    assert counted(workspace) == expected


def test_a_sample_holds_the_same_people_for_every_feature(workspace: Workspace) -> None:
    every = sum(row[2] for row in counted(workspace))
    some = [sum(row[2] for row in counted(workspace, one_in=share)) for share in (2, 100)]
    assert every > some[0] > 0
    assert some[1] <= 1


def test_anything_but_an_exposure_is_a_try_where_nothing_says_so(workspace: Workspace) -> None:
    found = counted(workspace, tried_by_any=["tax"], tried_by_opening=[])
    assert [row for row in found if row[0] == "tax"] == [
        ("tax", "power", 2, 2), ("tax", "shop", 1, 0),
    ]  # fmt: skip
