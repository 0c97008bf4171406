"""`python -m bench.result_files`: from Parquet to intervals, beside three libraries.

Goals: at most 1.1 times the bare aggregate SQL; half the processor time and two thirds of the
memory of the best of the others, as whole processes.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from bench.table import Table
from reports.flat_experiment import FlatQuestion, flat_experiment

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(__file__).parent / "rivals"
DATA = Path(__file__).parent / "data"
UNITS, METRICS = 2_000_000, ("y1", "y2", "y3", "y4", "y5")
RIVALS = {
    "tea-tasting": "with_tea_tasting.py",
    "gbstats": "with_gbstats.py",
    "spotify-confidence": "with_spotify_confidence.py",
}
RUNS = 5
AGREES = 0.02  # of an interval's width: how far answers to the same question may lie apart
MEBIBYTE = 2**20
INVENTED = """
copy (
    select
        case when hash(unit, 7) % 2 = 0 then 'control' else 'treatment' end as variant,
        x,
        10 + x + 2 * a as y1,
        5 + x / 2 + 3 * b as y2,
        exp(c + x / 5) as y3,
        cast(d + 0.3 * x > 0 as double) as y4,
        floor(exp(a / 2 + b / 2)) as y5
    from (
        select unit, {normals}
        from range({units}) as units(unit)
    )
) to '{path}' (format parquet)
"""
NORMAL = (
    "sqrt(-2 * ln((hash(unit, {one}) % 1000000 + 0.5) / 1e6)) "
    "* cos(2 * pi() * (hash(unit, {other}) % 1000000) / 1e6) as {name}"
)


@dataclass(frozen=True, slots=True)
class Process:
    """A whole process, from its start to its end.

    Attributes:
        answer: What it printed.
        seconds: Wall clock.
        cpu: Processor seconds, its threads' included.
        peak_bytes: The most memory that it held.
    """

    answer: Mapping[str, list[float]]
    seconds: float
    cpu: float
    peak_bytes: int


def units_file(units: int = UNITS) -> Path:
    """A file of invented units, made once."""
    path = DATA / f"units-{units}.parquet"
    if not path.is_file():
        DATA.mkdir(parents=True, exist_ok=True)
        normals = ", ".join(
            NORMAL.format(one=2 * at + 11, other=2 * at + 12, name=name)
            for at, name in enumerate("xabcd")
        )
        duckdb.sql(INVENTED.format(normals=normals, units=units, path=path))
    return path


def python_of(name: str) -> Path:
    """The Python of a library's own environment, made once.

    Raises:
        RuntimeError: It cannot be installed here.
    """
    wanted = SCRIPTS / f"{name}.txt"
    folder = DATA / "rivals" / name
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if not stamp.is_file() or stamp.read_text() != wanted.read_text():
        venv.create(folder, clear=True, with_pip=True)
        pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
        done = subprocess.run(  # noqa: S603
            [*pip, "-r", wanted], check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{name} cannot be installed here: {done.stderr.strip()[-300:]}")
        stamp.write_text(wanted.read_text())
    return python


def process(python: Path, script: str, path: Path, metrics: Sequence[str] = METRICS) -> Process:
    """Run a script to its end.

    Raises:
        RuntimeError: It failed.
    """
    is_own = python == Path(sys.executable)
    command = [sys.executable, SCRIPTS / "launch.py", python, SCRIPTS / script, path, *metrics]
    done = subprocess.run(  # noqa: S603
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)} if is_own else None,
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed: {done.stderr[-500:]}")
    return Process(**json.loads(done.stdout))


def require_same(one: Process, other: Process) -> None:
    """Stop unless two libraries answer the same question alike.

    Raises:
        ValueError: A difference or an end of its interval lies elsewhere.
    """
    for metric, (value, low, high) in one.answer.items():
        allowed = AGREES * (high - low)
        for own, theirs in zip((value, low, high), other.answer[metric], strict=True):
            if abs(own - theirs) > allowed:
                raise ValueError(f"{metric}: {one.answer[metric]}, {other.answer[metric]}")


def side_by_side(units: int = UNITS, runs: int = RUNS) -> Table:
    """Every library in turn, again and again, so that a busy moment meets all of them."""
    path = units_file(units)
    pythons = {"Tidemark": Path(sys.executable), "bare aggregate SQL": Path(sys.executable)}
    scripts = {"Tidemark": "with_tidemark.py", "bare aggregate SQL": "with_sql.py"} | RIVALS
    missing = {}
    for name in RIVALS:
        try:
            pythons[name] = python_of(name)
        except RuntimeError as error:
            missing[name] = str(error)
    measured: dict[str, list[Process]] = {name: [] for name in pythons}
    for _ in range(runs + 1):
        for name, python in pythons.items():
            measured[name].append(process(python, scripts[name], path))
    for name in set(pythons) & set(RIVALS):
        require_same(measured["Tidemark"][0], measured[name][0])
    middle = {name: _middle(found[1:]) for name, found in measured.items()}  # the first warms up
    best = [min(middle[name][at] for name in middle if name in RIVALS) for at in range(3)]
    rows = [
        (name, f"{wall:.2f}", f"{cpu:.2f}", f"{peak / MEBIBYTE:.0f}", *_times(name, best, middle))
        for name, (wall, cpu, peak) in middle.items()
    ]
    rows += [(f"{name} (not installed: {why})", *[""] * 5) for name, why in missing.items()]
    columns = (
        f"{units:,} units, {len(METRICS)} metrics, 1 covariate; whole process", "s", "CPU s", "MiB",
        "best rival's CPU over it (goal: 2)", "best rival's memory over it (goal: 1.5)",
    )  # fmt: skip
    return Table("A result file, beside three libraries", columns, rows)


def _middle(found: Sequence[Process]) -> tuple[float, float, float]:
    return (
        statistics.median(one.seconds for one in found),
        statistics.median(one.cpu for one in found),
        statistics.median(one.peak_bytes for one in found),
    )


def _times(
    name: str, best: Sequence[float], middle: Mapping[str, tuple[float, float, float]]
) -> tuple[str, str]:
    if name != "Tidemark":
        return "", ""
    return f"{best[1] / middle[name][1]:.2f}", f"{best[2] / middle[name][2]:.2f}"


def over_bare_sql(units: int = UNITS, runs: int = 3 * RUNS) -> Table:
    """Inside one running process: all that is done, over the aggregates alone."""
    path = units_file(units)
    question = FlatQuestion("variant", "control", METRICS, ("x",))
    parts = ["count(*)", "avg(x), var_samp(x)"]
    parts += [f"avg({y}), var_samp({y}), covar_samp({y}, x), skewness({y})" for y in METRICS]
    sql = f"select variant, {', '.join(parts)} from read_parquet('{path}') group by variant"  # noqa: S608
    times: dict[str, list[tuple[float, float]]] = {"bare": [], "ours": []}

    def bare() -> None:
        with duckdb.connect() as link:
            link.sql(sql).fetchall()

    for _ in range(runs + 1):
        for name, work in (("bare", bare), ("ours", lambda: flat_experiment(path, question))):
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    middle = {
        name: [statistics.median(one[at] for one in found[1:]) for at in (0, 1)]
        for name, found in times.items()
    }
    rows = [
        ("bare aggregate SQL", *(f"{value:.3f}" for value in middle["bare"]), ""),
        (
            "from Parquet to intervals",
            *(f"{value:.3f}" for value in middle["ours"]),
            f"{middle['ours'][1] / middle['bare'][1]:.2f}",
        ),
    ]
    columns = (f"{units:,} units, in a running process", "s", "CPU s", "over the SQL (goal: 1.1)")
    return Table("A result file, over its bare SQL", columns, rows)


@click.command()
@click.option("--units", default=UNITS, show_default=True)
@click.option("--runs", default=RUNS, show_default=True)
def main(units: int, runs: int) -> None:
    """Measure both tables."""
    click.echo(over_bare_sql(units, runs).markdown)
    click.echo(f"\n{side_by_side(units, runs).markdown}")


if __name__ == "__main__":
    main()
