"""A workspace in which every name is an attack on whoever shows it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build

NAMES = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "=cmd|' /C calc'!A0",
    "\u202etxt.exe \u2066\u200f",
    "a\x07b\x1b[31m\x7f",
    "**b** :red[x] :material/home: $x$ `c` ~~d~~",
    "%{x} {{7*7}} ${7*7} <b>bold</b> &lt;i&gt;",
    "http://evil.example/x www.evil.example ann@evil.example",
    "'; drop table users; --",
)
LAST = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAYS = 56

SETTINGS = """
[product]
name = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) http://evil.example/x"
[activity]
last_day = "complete"
[dimensions]
users = ["country"]
events = ["platform"]
"""


def make_hostile(folder: Path) -> Workspace:
    """Everybody is called so, does so, with such a feature, from there, on that."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(SETTINGS, encoding="utf-8")
    pl.DataFrame(
        [
            {"user_id": name, "event": name, "feature": name, "platform": name,
             "occurred_at": LAST - timedelta(days=day)}
            for day in range(DAYS) for name in NAMES
        ]
    ).write_parquet(folder / "events.parquet")  # fmt: skip
    pl.DataFrame(
        {"user_id": NAMES, "country": NAMES, "account_id": NAMES}
    ).write_parquet(folder / "users.parquet")  # fmt: skip
    days = [LAST - timedelta(days=2 * at) for at in range(len(NAMES))]
    pl.DataFrame(
        {"release": NAMES, "released_at": days, "title": NAMES, "url": NAMES}
    ).write_parquet(folder / "releases.parquet")  # fmt: skip
    pl.DataFrame(
        {"experiment": NAMES, "started_at": days, "hypothesis": NAMES}
    ).write_parquet(folder / "experiments.parquet")  # fmt: skip
    for name, rows in _of_accounts(days).items():
        pl.DataFrame(rows).write_parquet(folder / f"{name}.parquet")
    broken = pl.DataFrame({"user_id": ["a", "b"], "said_at": [LAST, None], "text": NAMES[:2]})
    broken.write_parquet(folder / "feedback.parquet")
    workspace = open_workspace(folder)
    build(workspace)
    return workspace


def _of_accounts(days: list[datetime]) -> dict[str, list[dict[str, object]]]:
    """What accounts pay and why they leave, what they are asked for, shown and reached by."""
    since = LAST - timedelta(days=DAYS)
    return {
        "subscriptions": [
            {"account_id": name, "started_at": since - timedelta(days=200), "mrr": 9.0 + at,
             "ended_at": since + timedelta(days=3 * at) if at % 2 else None, "plan": name,
             "reason": name if at % 2 else None}
            for at, name in enumerate(NAMES)
        ],
        "requests": [
            {"occurred_at": LAST - timedelta(days=day), "route": name, "duration_ms": 5.0,
             "status": 200, "app_version": name}
            for day in range(DAYS) for name in NAMES
        ],
        "exposures": [
            {"experiment": NAMES[0], "unit_id": name, "variant": NAMES[at % 2],
             "exposed_at": days[0] + timedelta(minutes=at)}
            for at, name in enumerate(NAMES)
        ],
        "rollouts": [
            {"release": NAMES[1], "unit_id": name, "reached_at": LAST - timedelta(days=1)}
            for name in NAMES
        ],
    }  # fmt: skip
