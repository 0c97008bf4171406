"""Makes the demo workspace: the same bytes for the same size and seed, on every machine."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from sample_data.accounts import make_accounts
from sample_data.activity import World
from sample_data.clock import DAYS, WARM_UP
from sample_data.event_files import EventFiles
from sample_data.people import make_people
from sample_data.product import product
from sample_data.side_tables import write_side_tables

SEED = 20_261_124
SMALLEST, LARGEST = 0.01, 50.0
STAMP = "made.json"
DEMO = Path(__file__).parent / "demo"
WORKSPACE_FILES = ("workspace.toml", "metrics.toml")
SIDE_FILES = "*.parquet"

Progress = Callable[[int, int], None]


def generate(
    folder: Path,
    *,
    size: float = 1.0,
    seed: int = SEED,
    days: int = DAYS,
    only_events: bool = False,
    progress: Progress | None = None,
) -> None:
    """Make the demo workspace in `folder`; nothing is done when it is already there.

    Args:
        folder: Where to; older demo data in it are replaced.
        size: 1 is about 20,000 users and 5 million events; users and events scale with it.
        seed: Another seed is another demo; truths hold for the default one.
        days: How many days of events, from the first one; fewer than all imply `only_events`.
        only_events: Leave the nine other tables out (for benchmarks).
        progress: Called with days done and days to do.

    Raises:
        ValueError: `size` or `days` is outside its range.
    """
    if not SMALLEST <= size <= LARGEST:
        raise ValueError(f"size must be between {SMALLEST} and {LARGEST:g}, got {size}")
    if not 1 <= days <= DAYS:
        raise ValueError(f"days must be between 1 and {DAYS}, got {days}")
    only_events = only_events or days < DAYS
    stamp = _stamp(size, seed, days, only_events=only_events)
    if is_made(folder, stamp):
        return
    _clear(folder)
    world, files = _live(folder, size, seed, days, progress)
    if not only_events:
        write_side_tables(folder, world, files.by_hour)
    (folder / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def is_made(folder: Path, stamp: dict[str, object]) -> bool:
    """Whether `folder` holds just what `stamp` describes."""
    path = folder / STAMP
    return path.is_file() and json.loads(path.read_text(encoding="utf-8")) == stamp


def _live(
    folder: Path, size: float, seed: int, days: int, progress: Progress | None
) -> tuple[World, EventFiles]:
    accounts = make_accounts(product(), size, seed)
    people = make_people(product(), accounts, size, seed)
    world = World(product(), accounts, people, seed)
    versions = world.rollouts.version_names()
    files = EventFiles(folder / "events", product(), accounts, people, versions)
    for day in range(-WARM_UP, days + 1):  # a local day reaches into the UTC days beside it
        events = world.live(day)
        if day >= -1:
            files.add(events)
        if day >= 1:
            files.write_day(day - 1)
        if progress is not None and day >= 0:
            progress(min(day + 1, days), days)
    return world, files


def _clear(folder: Path) -> None:
    """Remove older demo data, stamp first, and lay the workspace's own files."""
    (folder / STAMP).unlink(missing_ok=True)
    shutil.rmtree(folder / "events", ignore_errors=True)
    (folder / "events").mkdir(parents=True)
    for path in folder.glob(SIDE_FILES):
        path.unlink()
    for name in WORKSPACE_FILES:
        if not (folder / name).exists():
            shutil.copyfile(DEMO / name, folder / name)


def _stamp(size: float, seed: int, days: int, *, only_events: bool) -> dict[str, object]:
    return {
        "size": size,
        "seed": seed,
        "days": days,
        "only_events": only_events,
        "generator": _generator_hash(),
    }


def _generator_hash() -> str:
    here = Path(__file__).parent
    parts = sorted([*here.glob("*.py"), *here.glob("*.toml"), *DEMO.glob("*.toml")])
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]
