"""Sample ratio: false alarms at one look and at every look, and how soon a broken split is seen."""

from collections.abc import Iterator, Sequence

import numpy as np

from bench.calibration.shares import AT_MOST_5, FIXED_ERROR, Goal, Share, significant
from bench.table import Table
from metrics.experiments import (
    Allocation,
    aa_check,
    assignment_independence,
    mismatch_places,
    sample_ratio,
    sequential_sample_ratio,
    split_p_values,
)

RUNS = 10_000
DAYS, A_DAY = 28, 4_000
FAIR: tuple[float, ...] = (1.0, 1.0)


def tables(effort: float) -> Iterator[Table]:
    """False alarms and detection; checks of a split beside the ratio."""
    yield _alarms(effort)
    yield _detection(effort)
    yield _checks(effort)


def _days(
    rng: np.random.Generator, shares: list[list[float]], plans: Sequence[tuple[float, ...]]
) -> list[Allocation]:
    return [
        Allocation(tuple(rng.multinomial(A_DAY, share).tolist()), plan)
        for share, plan in zip(shares, plans, strict=True)
    ]


def _alarms(effort: float) -> Table:
    runs, rows = round(RUNS * effort), []
    ramp = [(0.9, 0.1)] * 7 + [(0.5, 0.5)] * (DAYS - 7)
    three = [(0.5, 0.25, 0.25)] * DAYS
    settings: tuple[tuple[str, Sequence[tuple[float, ...]]], ...] = (
        ("1 : 1", [(0.5, 0.5)] * DAYS), ("ramp 9 : 1, then 1 : 1", ramp), ("2 : 1 : 1", three),
    )  # fmt: skip
    for number, (name, plans) in enumerate(settings):
        rng = np.random.default_rng([41, number])
        fixed = sequential = pooled = 0
        for _ in range(runs):
            days = _days(rng, [list(plan) for plan in plans], plans)
            fixed += significant(sample_ratio(days).p_value)
            sequential += sequential_sample_ratio(days)[-1] <= 0.05
            counts = tuple(int(sum(c)) for c in zip(*(d.counts for d in days), strict=True))
            pooled += significant(sample_ratio([Allocation(counts, plans[-1])]).p_value)
        rows.append((
            name, Share(fixed, runs).text(FIXED_ERROR), Share(sequential, runs).text(AT_MOST_5),
            Share(pooled, runs).text(),
        ))  # fmt: skip
    columns = (
        "plan",
        "fixed, at the end",
        f"sequential, any of {DAYS} days",
        "fixed, one plan for all days",
    )
    goals = f"fixed {FIXED_ERROR.text}, sequential {AT_MOST_5.text}"
    return Table(f"Sample ratio: false alarms at .05 (goals: {goals})", columns, rows)


def _detection(effort: float) -> Table:
    runs, rows = round(1_000 * effort), []
    for percent in (50.5, 51.0, 52.0):
        rng = np.random.default_rng([42, round(percent * 10)])
        share = [percent / 100, 1 - percent / 100]
        when = []
        for _ in range(runs):
            p_values = sequential_sample_ratio(_days(rng, [share] * DAYS, [FAIR] * DAYS))
            when.append(next((day for day, p in enumerate(p_values, 1) if p <= 0.001), DAYS + 1))
        seen = Share(sum(day <= DAYS for day in when), runs)
        rows.append((f"{percent} : {100 - percent}", seen.text(), f"{np.median(when):.0f}"))
    columns = ("true split", f"seen within {DAYS} days at .001", "median day (29: not seen)")
    return Table(f"Sample ratio: power at {A_DAY:,} units a day", columns, rows)


def _checks(effort: float) -> Table:
    rng, runs = np.random.default_rng(43), round(5_000 * effort)
    places = independent = 0
    for _ in range(runs // 5):
        units = rng.multinomial(3_000, [0.5, 0.5], 12).tolist()
        found = mismatch_places({f"{k}": [Allocation(tuple(n), FAIR)] for k, n in enumerate(units)})
        places += significant(found[0].adjusted_p)
    for _ in range(runs):
        cells = rng.multinomial(4_000, [0.25] * 4).reshape(2, 2)
        independent += significant(assignment_independence(cells.tolist()))
    values = rng.lognormal(0, 1, 4_000)
    alarms, checks = 0, round(200 * effort)
    for _ in range(checks):
        in_b = rng.random((500, values.size), dtype=np.float32) < 0.5
        n1 = in_b.sum(axis=1)
        s1, q1 = in_b @ values, in_b @ values**2
        n0, s0, q0 = values.size - n1, values.sum() - s1, (values**2).sum() - q1
        means = s0 / n0, s1 / n1
        spreads = tuple(
            (q - n * m**2) / (n - 1) for q, n, m in ((q0, n0, means[0]), (q1, n1, means[1]))
        )
        alarms += (
            aa_check(split_p_values((n0, n1), means=means, variances=spreads)).is_calibrated
            is False
        )
    few = Goal(0.0, 0.03, "at most .030")
    rows = [
        (
            "any of 12 places called broken",
            Share(places, runs // 5).text(AT_MOST_5),
            AT_MOST_5.text,
        ),
        (
            "independent assignment called dependent",
            Share(independent, runs).text(FIXED_ERROR),
            FIXED_ERROR.text,
        ),
        (
            "500 A/A splits of 4,000 units called uncalibrated",
            Share(alarms, checks).text(few),
            few.text,
        ),
    ]
    return Table("Checks: false alarms", ("what", "share", "goal"), rows)
