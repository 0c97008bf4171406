"""`python -m bench --size 1`: measure everything, print it, keep it in docs/performance.md."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import click

from bench import data
from bench.building import Build, Building, building
from bench.clickhouse import ClickHouse
from bench.comparisons import COMPARISONS, Comparison, Reach, reach, require_equal
from bench.diagnosis import speed
from bench.experiments import statistics_layer
from bench.funnel import beside_clickhouse
from bench.pages import pages
from bench.result_files import over_bare_sql, side_by_side
from bench.sandbox import sandbox
from bench.start import seconds_to_health
from bench.table import Table, keep
from bench.timing import Timing, timed
from queries import Workspace, open_workspace

OUR_RUNS, THEIR_RUNS, STARTS = 15, 3, 3
MILLION, GIBIBYTE = 1_000_000, 2**30


@click.command()
@click.option("--size", default=1.0, show_default=True, help="1 is about 5 million events.")
def main(size: float) -> None:
    """Measure building, questions beside ClickHouse, and pages."""
    folder = data.workspace(size)
    click.echo(_setting(folder, size))
    sections = [_setting(folder, size)]
    for table in _tables(folder):
        click.echo(f"\n{table.markdown}")
        sections.append(table.markdown)
    keep("\n\n".join(sections))


def _tables(folder: Path) -> Iterator[Table]:
    measured = building(folder)
    yield _building(measured)
    yield _new_day(measured)
    yield _questions(open_workspace(folder))
    yield beside_clickhouse(folder)
    yield _pages(folder)
    yield speed(folder)
    yield sandbox(folder)
    yield statistics_layer()
    yield over_bare_sql()
    yield side_by_side()


def _setting(folder: Path, size: float) -> str:
    files = data.event_files(folder)
    return (
        f"Size {size:g}: {data.rows(files):,} events in {len(files):,} Parquet files; "
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}."
    )


def _building(measured: Building) -> Table:
    rows = [
        ("`user_days` alone", *_build_row(measured.user_days), "15"),
        ("All roll-ups", *_build_row(measured.everything), "4"),
    ]
    columns = ("building", "events", "s", "peak GiB", "million events/s", "goal, at least")
    return Table("Building the roll-ups", columns, rows)


def _new_day(measured: Building) -> Table:
    day = measured.one_day
    row = (f"{day.events:,}", f"{day.seconds:.2f}", f"{measured.cost_of_a_day:.1f}", "2")
    columns = ("events", "s", "times its share of the whole build", "goal, at most")
    return Table("Adding one more day", columns, [row])


def _build_row(build: Build) -> tuple[str, ...]:
    peak, rate = build.peak_bytes / GIBIBYTE, build.rate / MILLION
    return f"{build.events:,}", f"{build.seconds:.2f}", f"{peak:.2f}", f"{rate:.1f}"


def _questions(workspace: Workspace) -> Table:
    settings = workspace.settings
    days = reach(workspace)
    with ClickHouse(
        str(workspace.folder / "events" / "*.parquet"),
        time_zone=settings.product.time_zone,
        excluded=settings.activity.exclude,
    ) as rival:
        rows = [_question_row(one, workspace, rival, days) for one in COMPARISONS]
        version = rival.version
    columns = (
        "question, all days", "Tidemark, s", f"ClickHouse {version}, s", "times faster",
        "goal, at least",
    )  # fmt: skip
    return Table("Questions, equal answers", columns, rows)


def _question_row(
    one: Comparison, workspace: Workspace, rival: ClickHouse, days: Reach
) -> tuple[str, ...]:
    answer = workspace.ask(one.query, **one.parameters, **days.parameters)
    # The engine itself, because the workspace would remember the answer.
    _, ours = timed(lambda: workspace.engine.query(answer.sql, answer.parameters), runs=OUR_RUNS)
    theirs, their_time = timed(lambda: rival.ask(one.rival), runs=THEIR_RUNS)
    require_equal(one.title, one.ours(answer.rows, days), one.theirs(theirs, days))
    return one.title, _pair(ours), _pair(their_time), f"{their_time.median / ours.median:.0f}", "20"


def _pair(timing: Timing) -> str:
    return f"{timing.best:.3f}, {timing.median:.3f}"


def _pages(folder: Path) -> Table:
    measured, background = pages(folder)
    rows = [
        (one.page, f"{one.first:.2f}", f"{one.alone:.2f}", f"{one.rerun:.3f}") for one in measured
    ]
    rows += [(f"in the background: {what}", f"{s:.2f}", "", "") for what, s in background.items()]
    starts = sorted(seconds_to_health(folder) for _ in range(STARTS))
    rows.append(("process start to /api/healthz (goal: 2)", f"{starts[STARTS // 2]:.2f}", "", ""))
    columns = (
        "page", "first answer, s (goal: 1)", "without kept answers, s", "rerun, s (goal: 0.15)",
    )  # fmt: skip
    return Table("Pages, server time", columns, rows)


if __name__ == "__main__":
    main()
