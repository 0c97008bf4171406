"""Work items: what the team plans, does and finishes, release by release."""

from datetime import timedelta

import numpy as np

from sample_data.chance import stream
from sample_data.clock import DAY_MS, ENDS_AT, HOUR_MS, midnight, moment, number
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
FORGOTTEN = 0.015  # share of items that nobody finished
NEXT = Release(
    version="5.11",
    day=ENDS_AT.date() + timedelta(16),
    rollout="full",
    features=["map_view", "team_inbox"],
    title="Offline maps",
)

Row = dict[str, object]


def work_rows(product: Product, seed: int) -> list[Row]:
    """The table of work items; the next release is half done."""
    rng = stream(seed, "work")
    releases = [release for release in (*product.releases, NEXT) for _ in range(PER_RELEASE)]
    return [_item(product, release, key, rng) for key, release in enumerate(releases, start=101)]


def _item(product: Product, release: Release, key: int, rng: np.random.Generator) -> Row:
    kind = KINDS[rng.choice(3, p=[0.5, 0.32, 0.18])]
    names = release.features if rng.random() < 0.7 else [f.name for f in product.features]
    feature = names[rng.integers(len(names))].replace("_", " ")
    due = midnight(number(release.day)) + 15 * HOUR_MS
    return {
        "key": f"KIT-{key}",
        "title": f"{VERBS[kind]} {feature} {ENDINGS[rng.integers(len(ENDINGS))]}",
        "kind": kind,
        "due_at": due,
        "release": release.version,
        "points": float([1, 2, 3, 5, 8][rng.choice(5, p=[0.25, 0.3, 0.25, 0.15, 0.05])]),
        **_progress(due, rng),
    }


def _progress(due: int, rng: np.random.Generator) -> Row:
    """State and moments of an item, as known when the data end."""
    now = moment(ENDS_AT)
    days = rng.integers([15, 1, 1], [70, 20, 16])
    minutes = rng.integers(0, 480, size=3) * 60_000
    created = int(due - days[0] * DAY_MS - minutes[0])
    started = int(created + days[1] * DAY_MS + minutes[1])
    finished = int(min(started + days[2] * DAY_MS + minutes[2], due - 2 * DAY_MS - minutes[2]))
    finished = max(finished, started + 2 * HOUR_MS)
    is_done = finished <= now and rng.random() >= FORGOTTEN
    is_started = started <= now
    return {
        "state": "done" if is_done else "in progress" if is_started else "open",
        "created_at": min(created, now),
        "started_at": started if is_started else None,
        "finished_at": finished if is_done else None,
    }
