"""`python -m bench.funnel`: a funnel from Parquet to counts, beside ClickHouse's windowFunnel.

Goal: four steps, 10 million step events among 100 million and a window of 7 days in under 1.5 s on
two cores, at least 8 times as quickly as ClickHouse on the same files, below 1.5 GiB.
"""

import json
import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from bench.table import Table
from bench.timing import Timing, timed
from metrics.funnel import Attempts, Funnel, Log, attempts
from metrics.periods import Period
from queries import Segment, Workspace, open_workspace
from queries.event_match import EventMatch
from queries.snapshot import FOLDER
from reports.funnel_counts import KEPT, FunnelCounts, funnel_counts
from reports.funnel_question import FunnelQuestion, FunnelStep

if TYPE_CHECKING:
    from chdb.session import Session

STEPS = tuple(f"work_orders_{what}" for what in ("exposed", "opened", "started", "completed"))
WINDOW = timedelta(days=7)
MICROSECOND = timedelta(microseconds=1)
GIBIBYTE = 2**30
OUR_RUNS, THEIR_RUNS = 7, 3
DAYS, MICROSECONDS_A_DAY = 90, 86_400_000_000
SHARES = (0.4, 0.3, 0.2, 0.1)  # of the invented events, by step
THEIRS = Path(__file__).parent / "clickhouse" / "window_funnel.sql"
# Two places to read the same events from: our roll-up, and the raw files of 547 days.
ROLL_UP = """create or replace view taken as
select user_key as user_id, toUnixTimestamp64Micro(occurred_at) as at_us, event
from file('{files}', Parquet) where event in ({names}) and day <= '{last_day}'"""
RAW = """create or replace view taken as
select user_id, toUnixTimestamp64Micro(occurred_at) as at_us, event
from file('{files}', Parquet)
where event in ({names}) and user_id not in ('', '  ')
    and occurred_at >= toDateTime64('2000-01-01 00:00:00', 6, 'UTC')
    and toDate(occurred_at, '{time_zone}') <= '{last_day}'"""


def invented_log(events: int, users: int, *, seed: int = 1) -> Log:
    """Events of people at any moment of 90 days, in the order a kernel wants."""
    chance = np.random.default_rng(seed)
    keys = chance.integers(0, users, events) << 43
    keys |= chance.integers(0, DAYS * MICROSECONDS_A_DAY, events)
    keys.sort()
    fits = np.array([1, 2, 4, 8], dtype=np.uint8)[chance.choice(4, events, p=SHARES)]
    return Log((keys >> 43).astype(np.int32), keys & ((1 << 43) - 1), fits)


def counts_of(found: Attempts) -> list[int]:
    """How many reached each step."""
    return [int((found.levels > step).sum()) for step in range(found.rows.shape[1])]


def ours(workspace: Workspace) -> FunnelCounts:
    """Read the roll-up, and count: what the page does at first."""
    snapshot = workspace.snapshot
    if snapshot is None or snapshot.first_day is None or snapshot.watermark is None:
        raise click.ClickException(f"build it first: python app.py build {workspace.folder}")
    steps = tuple(FunnelStep(EventMatch((name,))) for name in STEPS)
    period = Period(snapshot.first_day, snapshot.watermark + timedelta(days=1))
    KEPT.forget()
    return funnel_counts(
        workspace, period, Segment(), FunnelQuestion(steps, window=WINDOW), "month"
    )


def step_events(workspace: Workspace) -> int:
    """How many events the funnel reads."""
    text = "select count(*) as n from steps where list_contains($names, event)"
    return int(workspace.engine.query(text, {"names": list(STEPS)})["n"][0].as_py())


def theirs(session: "Session", view: str, **values: str) -> tuple[list[int], Timing]:
    """ClickHouse's counts from a view, and how long they took."""
    names = ", ".join(f"'{name}'" for name in STEPS)
    session.query(view.format(names=names, **values))
    text = THEIRS.read_text("utf-8").format(
        window_us=WINDOW // MICROSECOND, **{f"step_{n}": name for n, name in enumerate(STEPS, 1)}
    )
    answer, timing = timed(lambda: str(session.query(text, "TSV")), runs=THEIR_RUNS)
    at_level = dict(map(int, line.split("\t")) for line in answer.strip().splitlines())
    reached = [sum(n for level, n in at_level.items() if level >= k) for k in range(1, 5)]
    return reached, timing


def require_equal(mine: list[int], others: list[int], place: str) -> None:
    """Speeds are compared only of equal answers.

    Raises:
        ClickException: They are not.
    """
    if mine != others:
        raise click.ClickException(f"{place}: ClickHouse counts {others}, we count {mine}")


def beside_clickhouse(folder: Path) -> Table:
    """Both on the events of a workspace, measured in a process of its own, whose memory it is.

    Raises:
        RuntimeError: It failed, or the counts differ.
    """
    command = [sys.executable, "-m", "bench.funnel", "--folder", str(folder)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if answer.returncode:
        raise RuntimeError(f"the funnel could not be measured:\n{answer.stderr}")
    found = json.loads(answer.stdout)
    best, median = found["ours"]
    rows = [("Tidemark, roll-up", f"{best:.2f}", f"{median:.2f}", f"{found['gib']:.2f}", "")]
    rows += [
        (f"ClickHouse, {place}", f"{own:.2f}", f"{middle:.2f}", "", f"{middle / median:.1f}")
        for place, (own, middle) in found["theirs"].items()
    ]
    what = f"4 steps, {found['events']:,} step events, 7 days"
    columns = (
        f"{what}; equal counts", "best, s", "median, s (goal: 1.5)", "GiB (goal: 1.5)",
        "times ours (goal: 8)",
    )  # fmt: skip
    return Table("A funnel", columns, rows)


def _measured(folder: Path) -> dict[str, Any]:
    """Seconds of both, best and median; our peak memory before the other one is loaded."""
    workspace = open_workspace(folder)
    found, timing = timed(lambda: ours(workspace), runs=OUR_RUNS)
    mine = counts_of(found.whole.attempts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    snapshot = workspace.snapshot
    values = {
        "last_day": str(snapshot.watermark) if snapshot else "",
        "time_zone": workspace.settings.product.time_zone,
    }
    parts = snapshot.partitions["steps"] if snapshot else ()
    rolled_up = f"{folder / FOLDER}/{{{','.join(one.file for one in parts)}}}"
    raw = str(folder / "events" / "*.parquet")
    from chdb.session import Session

    session = Session()
    session.query("create database if not exists bench")
    session.query("use bench")
    compared = {}
    for title, view, files in (("roll-up", ROLL_UP, rolled_up), ("raw files", RAW, raw)):
        others, took = theirs(session, view, files=files, **values)
        require_equal(mine, others, title)
        compared[title] = (took.best, took.median)
    session.close()
    return {
        "events": step_events(workspace),
        "ours": (timing.best, timing.median),
        "gib": peak / GIBIBYTE,
        "theirs": compared,
    }


def kernel_alone(events: int, users: int, runs: int) -> None:
    """Time each order of steps on an invented log."""
    log = invented_log(events, users)
    for order in ("ordered", "strict", "any"):
        funnel = Funnel(4, order=order, window=WINDOW)
        found, timing = timed(lambda: attempts(log, funnel), runs=runs)  # noqa: B023
        best, median = timing.best, timing.median
        click.echo(f"{order:8} best {best:.2f} s, median {median:.2f} s  {counts_of(found)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    click.echo(f"peak memory {peak / GIBIBYTE:.2f} GiB, the log itself included")


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Beside ClickHouse, as JSON.")
@click.option("--events", default=10_000_000, show_default=True, help="Of the invented log.")
@click.option("--users", default=1_000_000, show_default=True)
@click.option("--runs", default=7, show_default=True)
def main(folder: Path | None, events: int, users: int, runs: int) -> None:
    """Time the kernel alone, or all the way from a workspace's Parquet beside ClickHouse."""
    if folder is None:
        kernel_alone(events, users, runs)
    else:
        click.echo(json.dumps(_measured(folder)))


if __name__ == "__main__":
    main()
