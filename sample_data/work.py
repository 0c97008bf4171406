"""Work items: what the team plans, does and finishes, release by release."""

from datetime import datetime, timedelta

import numpy as np

from sample_data.chance import stream
from sample_data.clock import ENDS_AT, day_of, number
from sample_data.product import Product, Release

KINDS = ("story", "bug", "task")
VERBS = {"story": "Let people use", "bug": "Repair", "task": "Prepare"}
ENDINGS = (
    "on small screens",
    "for large accounts",
    "with a keyboard",
    "for new users",
    "in other time zones",
    "after a lost connection",
)
PER_RELEASE = 42
FINISHED_EARLY = 2  # days before a release, at the latest

Row = dict[str, object]


def work_rows(product: Product, seed: int) -> list[Row]:
    """The table of work items; the next release is half done."""
    rng = stream(seed, "work")
    coming = Release(
        version="5.11",
        day=day_of(number(ENDS_AT.date()) + 16),
        rollout="full",
        features=["map_view", "team_inbox"],
        title="Next",
    )
    rows: list[Row] = []
    for release in (*product.releases, coming):
        for _ in range(PER_RELEASE):
            rows.append(_item(product, release, len(rows) + 101, rng))
    return rows


def _item(product: Product, release: Release, key: int, rng: np.random.Generator) -> Row:
    kind = KINDS[rng.choice(3, p=[0.5, 0.32, 0.18])]
    names = release.features if rng.random() < 0.7 else [f.name for f in product.features]
    feature = names[rng.integers(len(names))].replace("_", " ")
    due = datetime(release.day.year, release.day.month, release.day.day, 15)
    created = due - timedelta(days=int(rng.integers(15, 70)), minutes=int(rng.integers(0, 480)))
    started = created + timedelta(days=int(rng.integers(1, 20)), minutes=int(rng.integers(0, 480)))
    finished = started + timedelta(days=int(rng.integers(1, 16)), minutes=int(rng.integers(0, 480)))
    finished = min(finished, due - timedelta(days=FINISHED_EARLY, minutes=int(rng.integers(600))))
    finished = max(finished, started + timedelta(hours=2))
    now = ENDS_AT.replace(tzinfo=None)
    is_forgotten = rng.random() < 0.015
    return {
        "key": f"KIT-{key}",
        "state": "done"
        if finished <= now and not is_forgotten
        else "in progress"
        if started <= now
        else "open",
        "created_at": min(created, now),
        "title": f"{VERBS[kind]} {feature} {ENDINGS[rng.integers(len(ENDINGS))]}",
        "kind": kind,
        "started_at": started if started <= now else None,
        "finished_at": finished if finished <= now and not is_forgotten else None,
        "due_at": due,
        "release": release.version,
        "points": float([1, 2, 3, 5, 8][rng.choice(5, p=[0.25, 0.3, 0.25, 0.15, 0.05])]),
    }
