"""`python -m bench.sandbox FOLDER`: what the sandbox costs, and what analysts cost pages."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from bench.comparisons import Reach, reach
from bench.table import Table
from queries import Workspace, open_workspace
from queries.sandbox import CancelToken, Limits, Sandbox, SandboxError

RUNS, PAGE_RUNS = 200, 15
ANALYSTS = 8
TRIVIAL = "select 1 as one"
TEN_THOUSAND = "select * from users limit 10000"
# Reads every event, sorts and counts: nothing that a page would ask.
HEAVY = "select user_id, event, count(distinct day), min(occurred_at) from events group by all"
ENDLESS = """
    with recursive r as (select 1 as a union all select a + 1 from r) select count(*) from r
"""


def sandbox(folder: Path) -> Table:
    """Every measurement, on a workspace that is built."""
    workspace = open_workspace(folder)
    box = Sandbox()
    try:
        start = _seconds(lambda: box.run(workspace, TRIVIAL, {}))
        rows = [
            ("first text, with the worker's start", "", _ms(start), "", ""),
            _compared(workspace, box, "a trivial text", TRIVIAL, RUNS, "30"),
            _compared(workspace, box, "10,000 rows", TEN_THOUSAND, RUNS // 4, ""),
            ("the text after a killed one", "", _ms(_after_a_kill(workspace, box)), "", ""),
            _beside(workspace, box),
        ]
    finally:
        box.close()
    columns = ("", "in the server, ms", "in the sandbox, ms", "more, ms", "goal, at most")
    return Table("The sandbox", columns, rows)


def _compared(
    workspace: Workspace, box: Sandbox, title: str, sql: str, runs: int, goal: str
) -> tuple[str, ...]:
    """The same text in both places, in turns."""
    inside, outside = [], []
    for _ in range(runs):
        inside.append(_seconds(lambda: workspace.engine.query(sql, {})))
        outside.append(_seconds(lambda: box.run(workspace, sql, {})))
    ours, theirs = statistics.median(inside), statistics.median(outside)
    return title, _ms(ours), _ms(theirs), _ms(theirs - ours), goal


def _after_a_kill(workspace: Workspace, box: Sandbox) -> float:
    """The next text, when the worker of the one before had to be killed."""
    token = CancelToken()
    threading.Timer(0.3, token.cancel).start()
    with suppress(SandboxError):
        box.run(workspace, ENDLESS, {}, token=token)
    return _seconds(lambda: box.run(workspace, TRIVIAL, {}))


def _beside(workspace: Workspace, box: Sandbox) -> tuple[str, ...]:
    """A page's question alone, and beside eight analysts who ask for all events."""
    days = reach(workspace)
    alone = statistics.median(_page(workspace, days) for _ in range(PAGE_RUNS))
    with _analysts(workspace, box):
        time.sleep(1)
        beside = statistics.median(_page(workspace, days) for _ in range(PAGE_RUNS))
    title = f"a page's question beside {ANALYSTS} analysts: {beside / alone:.1f} times as long"
    return title, _ms(alone), _ms(beside), _ms(beside - alone), ""


def _page(workspace: Workspace, days: Reach) -> float:
    """What Usage asks, not remembered."""
    answer = workspace.ask("active_users", window_days=28, **days.parameters)
    return _seconds(lambda: workspace.engine.query(answer.sql, answer.parameters))


@contextmanager
def _analysts(workspace: Workspace, box: Sandbox) -> Iterator[None]:
    done = threading.Event()

    def ask(name: str) -> None:
        while not done.is_set():
            try:
                box.run(workspace, HEAVY, {}, limits=Limits(seconds=5), asker=name)
            except SandboxError:
                continue

    threads = [
        threading.Thread(target=ask, args=(f"analyst {number}",)) for number in range(ANALYSTS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def main(folder: Path) -> None:
    """Measure on a workspace that is built."""
    click.echo(sandbox(folder).markdown)


if __name__ == "__main__":
    main()
