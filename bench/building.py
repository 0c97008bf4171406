"""How quickly do roll-ups come out of events, in how much memory, and what does a new day cost?"""

import json
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

from bench.data import event_files, last_day_held_back, rows
from queries import open_workspace
from queries.build import build
from queries.build.events_build import ROLLUPS

RESIDENT_UNIT = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in, bytes


@dataclass(frozen=True, slots=True)
class Build:
    """One build.

    Attributes:
        events: Rows that were new to it.
        seconds: Wall clock, without starting Python.
        peak_bytes: The most memory its process held.
    """

    events: int
    seconds: float
    peak_bytes: int

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


@dataclass(frozen=True, slots=True)
class Building:
    """What building costs.

    Attributes:
        user_days: All days but the last, `user_days` alone.
        everything: All days but the last, every roll-up.
        one_day: The last day, added to that.
    """

    user_days: Build
    everything: Build
    one_day: Build

    @property
    def cost_of_a_day(self) -> float:
        """Seconds for the added day over the share of the whole build that it should take."""
        share = self.one_day.events / self.everything.events * self.everything.seconds
        return self.one_day.seconds / share


def building(folder: Path) -> Building:
    """Build a workspace three times, each in a process of its own."""
    with last_day_held_back(folder):
        most = rows(event_files(folder))
        user_days = _fresh(folder, most, "--only", "user_days")
        everything = _fresh(folder, most)
    return Building(user_days, everything, _build(folder, rows(event_files(folder)[-1:])))


def _fresh(folder: Path, events: int, *options: str) -> Build:
    shutil.rmtree(folder / ".tidemark", ignore_errors=True)
    return _build(folder, events, *options)


def _build(folder: Path, events: int, *options: str) -> Build:
    command = [sys.executable, "-m", "bench.building", str(folder), *options]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603
    return Build(events, **json.loads(answer.stdout))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--only", multiple=True)
def main(folder: Path, only: tuple[str, ...]) -> None:
    """Build here and say how long it took and how much memory it held."""
    workspace = open_workspace(folder)
    start = time.perf_counter()
    build(workspace, only=only or ROLLUPS)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RESIDENT_UNIT
    click.echo(json.dumps({"seconds": seconds, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
