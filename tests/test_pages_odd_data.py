"""Data that are right and yet odd: every page draws them, and every first question is answered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries import Workspace, open_workspace
from queries.build import build
from reports.first_questions import ask_first
from reports.release import judge_all
from tests.page_runs import has_failed, run_page
from tests.screens import FIRST, SCREENS

PAGES = [one.strip("/") or FIRST for one in SCREENS]
AT = datetime(2026, 11, 20, 9)  # noqa: DTZ001  (as the files hold it)
SETTINGS = """
[product]
name = "Odd"
[activity]
last_day = "complete"
"""
DIMENSIONS = """
[dimensions]
users = ["country"]
events = ["platform", "app_version"]
"""
TEXT, MOMENT, NUMBER = pl.String, pl.Datetime("us"), pl.Float64
# Canonical tables with every column that a page asks for.
TABLES: dict[str, dict[str, Any]] = {
    "users": {"user_id": TEXT, "signed_up_at": MOMENT, "account_id": TEXT, "country": TEXT},
    "subscriptions": {
        "account_id": TEXT, "started_at": MOMENT, "ended_at": MOMENT, "mrr": NUMBER, "plan": TEXT,
        "currency": TEXT, "interval": TEXT, "is_trial": pl.Boolean, "reason": TEXT,
    },
    "exposures": {"experiment": TEXT, "unit_id": TEXT, "variant": TEXT, "exposed_at": MOMENT},
    "experiments": {"experiment": TEXT, "started_at": MOMENT, "ended_at": MOMENT},
    "releases": {"release": TEXT, "released_at": MOMENT, "features": TEXT, "title": TEXT},
    "rollouts": {"release": TEXT, "unit_id": TEXT, "reached_at": MOMENT},
    "requests": {
        "occurred_at": MOMENT, "route": TEXT, "duration_ms": NUMBER, "status": pl.Int64,
        "app_version": TEXT,
    },
    "feedback": {"user_id": TEXT, "said_at": MOMENT, "score": NUMBER, "scale": TEXT, "text": TEXT},
    "work_items": {"key": TEXT, "state": TEXT, "created_at": MOMENT},
}  # fmt: skip
# Of each table, what a row cannot do without.
REQUIRED: dict[str, dict[str, Any]] = {
    "users": {"user_id": "ann"},
    "subscriptions": {"account_id": "a", "started_at": AT - timedelta(days=50), "mrr": 9.0},
    "exposures": {
        "experiment": "e", "unit_id": "ann", "variant": "a", "exposed_at": AT - timedelta(days=20),
    },
    "experiments": {"experiment": "e", "started_at": AT - timedelta(days=30)},
    "releases": {"release": "r", "released_at": AT - timedelta(days=30)},
    "rollouts": {"release": "r", "unit_id": "ann", "reached_at": AT - timedelta(days=20)},
    "requests": {"occurred_at": AT, "route": "/", "duration_ms": 5.0},
    "feedback": {"user_id": "ann", "said_at": AT},
    "work_items": {"key": "T-1", "state": "open", "created_at": AT},
}  # fmt: skip


def built(folder: Path, events: list[dict[str, Any]], tables: dict[str, pl.DataFrame]) -> Workspace:
    """A workspace of these tables."""
    more = DIMENSIONS if "users" in tables else ""
    (folder / "workspace.toml").write_text(SETTINGS + more, encoding="utf-8")
    typed = dict.fromkeys(("feature", "action", "platform", "app_version", "session_id"), TEXT)
    frame = pl.DataFrame(events, schema_overrides=typed if more else None)
    frame.write_parquet(folder / "events.parquet")
    for name, rows in tables.items():
        rows.write_parquet(folder / f"{name}.parquet")
    workspace = open_workspace(folder)
    build(workspace)
    return workspace


def of(user: str, day: int, **more: Any) -> dict[str, Any]:
    """An event so many days before the last one."""
    return {"user_id": user, "event": "opened", "occurred_at": AT - timedelta(days=day), **more}


def one_event(folder: Path) -> Workspace:
    """One thing that one user did once; nothing else is known."""
    return built(folder, [of("ann", 0)], {})


def tables_without_rows(folder: Path) -> Workspace:
    """Two months of use, and every side table there with no row."""
    nulls = dict.fromkeys(("feature", "action", "platform", "app_version", "session_id"))
    events = [of(user, day, **nulls) for user in ("ann", "bob") for day in range(60)]
    empty = {name: pl.DataFrame(schema=schema) for name, schema in TABLES.items()}
    return built(folder, events, empty)


def nothing_but_nulls(folder: Path) -> Workspace:
    """One user's two months, and of every optional column nothing but nulls."""
    nulls = dict.fromkeys(("feature", "action", "platform", "app_version", "session_id"))
    events = [of("ann", day, **nulls) for day in range(60)]
    bare = {
        name: pl.DataFrame([dict.fromkeys(schema) | REQUIRED[name]], schema=schema)
        for name, schema in TABLES.items()
    }
    return built(folder, events, bare)


ODD: dict[str, Callable[[Path], Workspace]] = {
    one.__name__: one for one in (one_event, tables_without_rows, nothing_but_nulls)
}


@pytest.fixture(scope="module", params=ODD)
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return ODD[request.param](tmp_path_factory.mktemp(request.param))


def test_every_first_question_is_answered(workspace: Workspace) -> None:
    assert ask_first(workspace) == ()
    assert judge_all(workspace) == ()


@pytest.mark.parametrize("page", PAGES)
def test_the_page_draws_them(workspace: Workspace, page: str) -> None:
    screen = run_page(workspace.folder, page)
    assert not screen.exception
    assert not has_failed(screen)
