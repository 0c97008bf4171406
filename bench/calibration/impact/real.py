"""Placebo dates of real series: dates on which nothing is known to have happened.

The data lie beside the project, not in it: downloads of Python packages by day, series of the
Numenta Anomaly Benchmark, benchmark runs of pypdf. Where they are absent, so is the table.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.series import Days, Factored, Floats, back_test, factored, regressors

DATA = Path(__file__).parents[4] / "shared" / "data"
AT_MOST_8 = Goal(0.0, 0.08, "at most .080")
FEWEST_DOWNLOADS = 20  # a day, in the median: the volume gate
Series = tuple[Days, Floats]


def tables(effort: float) -> Iterator[Table]:
    """False alarms by source; back-tests."""
    if not DATA.is_dir():
        return
    yield _alarms(effort)
    yield _back_tests(effort)


def downloads() -> Iterator[Series]:
    """Packages with enough downloads, on their log scale."""
    frame = pl.read_parquet(DATA / "pypi_downloads_simonw.parquet").sort("package", "date")
    for _, rows in frame.group_by(["package"], maintain_order=True):
        if rows["downloads"].median() >= FEWEST_DOWNLOADS:
            yield _days(rows["date"]), np.log1p(rows["downloads"].to_numpy().astype(float))


def operations(fewest: int) -> Iterator[Series]:
    """Daily means of the benchmark's series, up to each one's first labelled day."""
    frame = (
        pl.read_parquet(DATA / "ops_nab_points.parquet")
        .with_columns(day=pl.col("timestamp").dt.date())
        .group_by("series", "day")
        .agg(pl.col("value").mean(), pl.len(), pl.col("in_anomaly_window").any())
        .sort("series", "day")
    )
    for _, rows in frame.group_by(["series"], maintain_order=True):
        full = rows.filter(
            (pl.col("len") >= 0.5 * pl.col("len").median()) & ~pl.col("in_anomaly_window")
        )
        if len(full) >= fewest:
            yield _days(full["day"]), full["value"].to_numpy()


def runs() -> Iterator[Series]:
    """Median duration of each benchmark of pypdf on the days with a run, on the log scale."""
    frame = (
        pl.read_parquet(DATA / "perf_pypdf_bench.parquet")
        .with_columns(day=pl.col("run_at").dt.date())
        .group_by("suite", "bench", "day")
        .agg(pl.col("mean_ms").median())
        .sort("suite", "bench", "day")
    )
    for _, rows in frame.group_by(["suite", "bench"], maintain_order=True):
        yield _days(rows["day"]), np.log(rows["mean_ms"].to_numpy())


def _days(column: pl.Series) -> Days:
    return column.to_numpy().astype("datetime64[D]")


def _alarms(effort: float) -> Table:
    stride = max(1, round(1 / effort))
    sources = (
        ("PyPI downloads of 54 packages", list(downloads()), 84, 112),
        ("NAB, outside labelled days", list(operations(56)), 42, 7),
        ("pypdf benchmark runs", list(runs()), 84, 21),
    )
    rows, pooled, asked = [], np.zeros(4), 0
    engines: dict[tuple[int, ...], Factored] = {}
    for name, series, before, step in sources:
        hits, tried = np.zeros(4), 0
        for days, values in series[::stride]:
            for date in range(before, len(values) - 13, step):
                if np.ptp(values[date - before : date]) > 0:
                    found = [_p(engines, days, values, (date, before, span)) for span in (1, 7, 14)]
                    found.append(2 * min(found[:2]))
                    hits += np.array(found) < 0.05
                    tried += 1
        pooled, asked = pooled + hits, asked + tried
        rows.append((name, str(tried), *(Share(int(one), tried).text() for one in hits)))
    rows.append(("all", str(asked), *(Share(int(one), asked).text(AT_MOST_8) for one in pooled)))
    columns = ("series", "dates", "a day", "a week", "14 days after", "day and week, 2·min")
    return Table(
        f"BMA-t on placebo dates of real series: false alarms at .05 (goal {AT_MOST_8.text})",
        columns, rows,
    )  # fmt: skip


def _p(
    engines: dict[tuple[int, ...], Factored], days: Days, values: Floats,
    where: tuple[int, int, int],
) -> float:  # fmt: skip
    date, before, span = where
    window = slice(date - before, date + span)
    number = days[window].astype(np.int64)
    key = (before, span, int(number[0] % 7), *np.diff(number).tolist())
    if key not in engines:
        columns, mean = regressors(days[window], before), np.full((1, span), 1 / span)
        engines[key] = factored(days[window], columns, before, mean)
    seen = np.array([[values[date : date + span].mean()]])
    return float(engines[key].predict(values[None, date - before : date]).p_values(seen)[0, 0])


def _back_tests(effort: float) -> Table:
    rows = []
    stride = max(1, round(1 / effort))
    sources = (
        ("PyPI downloads, last 2 years", [(d[-730:], v[-730:]) for d, v in downloads()]),
        ("NAB", list(operations(100))),
    )
    for name, series in sources:
        ours, naive = [], []
        for days, values in series[::stride]:
            gaps = np.flatnonzero(np.diff(days.astype(np.int64)) != 1)
            begin = gaps[-1] + 1 if len(gaps) else 0  # a back-test needs neighbouring days
            if len(days) - begin < 98:
                continue
            scale = "count" if "PyPI" in name else "value"
            one, other = back_test(days[begin:], values[begin:], 14, scale=scale)
            ours.append((one.mase, one.coverage, one.msis))
            naive.append(other.mase)
        if ours:
            mase, coverage, msis = np.median(ours, axis=0)[0], *np.mean(ours, axis=0)[1:]
            rows.append((
                name, str(len(ours)), f"{mase:.2f}", f"{np.median(naive):.2f}",
                f"{coverage:.3f}", f"{msis:.1f}",
            ))  # fmt: skip
    columns = (
        "series", "how many", "MASE, median", "as a week ago", "95 % intervals cover", "MSIS, mean",
    )  # fmt: skip
    return Table("Forecasts of 14 days on real series", columns, rows)
