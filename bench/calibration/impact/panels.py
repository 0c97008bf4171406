"""Releases by segment: size, coverage and power of what compares segments."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.impact.worlds import autoregressive
from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.impact import (
    Panel,
    collapsed,
    event_study,
    group_time_effects,
    placebo_in_space,
    synthetic_control,
    synthetic_did,
)
from metrics.series import Floats

RUNS = 1_000
AT_MOST_5 = Goal(0.0, 0.05, "at most .050")
AT_LEAST_95 = Goal(0.95, 1.0, "at least .950")
AT_MOST_8 = Goal(0.0, 0.08, "at most .080")
ABOUT_95 = Goal(0.92, 0.98, ".920 to .980")
EFFECT = 0.6
EVERY = 5  # run in which synthetic DiD, which tries many placebos, is looked at too


def tables(effort: float) -> Iterator[Table]:
    """One date; several dates; one treated segment."""
    runs = max(round(RUNS * effort), 4)
    yield _one_date(runs)
    yield _several_dates(max(runs // 2, 2))
    yield _one_treated(max(runs // 4, 2))


def _segments(rng: np.random.Generator, segments: int, days: int) -> Floats:
    """Levels of their own, two common trends taken up differently, days that remember."""
    levels = rng.normal(0, 2, (segments, 1))
    trends = rng.normal(0, 0.1, (2, days)).cumsum(axis=1)
    common = np.linspace(0, 1, days) + trends[0]
    taken = 0.5 * rng.normal(size=(segments, 1)) * trends[1]
    return levels + common + taken + 0.5 * autoregressive(rng, segments, days, 0.5)


def _one_date(runs: int) -> Table:
    rows = []
    for number, (segments, treated) in enumerate([(8, 4), (12, 5), (30, 10), (30, 2)]):
        rng = np.random.default_rng([66, number])
        counts = np.zeros(5)
        for run in range(runs):
            outcomes = _segments(rng, segments, 56)
            first = np.where(np.arange(segments) < treated, 42, -1)
            plain = collapsed(Panel(outcomes, first))
            outcomes[:treated, 42:] += EFFECT
            moved = collapsed(Panel(outcomes, first))
            second = synthetic_did(Panel(outcomes, first)) if run % EVERY == 0 else None
            low = -np.inf if moved.low is None else moved.low
            high = np.inf if moved.high is None else moved.high
            counts += (
                plain.p_value <= 0.05, low <= EFFECT <= high, moved.p_value <= 0.05,
                second is not None and second.low is not None
                and second.low <= EFFECT <= second.high,
                second is not None and second.low is not None,
            )  # fmt: skip
        seen = int(counts[4])
        shares = [Share(int(one), runs) for one in counts[:3]]
        second_covers = Share(int(counts[3]), seen).text() if seen else "too few"
        rows.append((
            f"{treated} of {segments} treated", shares[0].text(AT_MOST_5),
            shares[1].text(AT_LEAST_95), shares[2].text(), second_covers,
        ))  # fmt: skip
    columns = (
        "segments", f"error (goal {AT_MOST_5.text})", f"covers (goal {AT_LEAST_95.text})",
        f"finds {EFFECT}", "synthetic DiD covers",
    )  # fmt: skip
    return Table("One date: collapsed differences, by exchanging labels", columns, rows)


def _several_dates(runs: int) -> Table:
    rows = []
    for number, (segments, name) in enumerate([(40, "40 segments"), (200, "200 segments")]):
        rng = np.random.default_rng([67, number])
        first = np.resize([3, 5, 7, -1], segments)
        covered = errors = pretests = joint = 0
        for _ in range(runs):
            outcomes = _segments(rng, segments, 10)
            quiet = group_time_effects(Panel(outcomes, first))
            plain = event_study(quiet)
            since = np.arange(10) - first[:, None]
            grows = np.where((first[:, None] > 0) & (since >= 0), 0.2 * (since + 1), 0.0)
            found = event_study(group_time_effects(Panel(outcomes + grows, first)))
            true = np.mean([0.2 * (one.at + 1) for one in found.periods if one.at >= 0])
            covered += found.overall.low <= true <= found.overall.high
            errors += not plain.overall.low <= 0 <= plain.overall.high
            joint += all(one.low <= 0 <= one.high for one in plain.periods)
            pretests += quiet.pretest_p is not None and quiet.pretest_p <= 0.05
        rows.append((
            name, Share(errors, runs).text(), Share(covered, runs).text(ABOUT_95),
            Share(joint, runs).text(ABOUT_95), Share(pretests, runs).text(AT_MOST_8),
        ))  # fmt: skip
    columns = (
        "three dates, a quarter never", "overall: error at .05", f"covers (goal {ABOUT_95.text})",
        f"joint band covers all (goal {ABOUT_95.text})",
        f"pretest: false alarm (goal {AT_MOST_8.text})",
    )  # fmt: skip
    return Table("Several dates: Callaway and Sant'Anna", columns, rows)


def _one_treated(runs: int) -> Table:
    rows = []
    for number, donors in enumerate((20, 40)):
        rng = np.random.default_rng([68, number])
        errors = found = covered = 0
        misses = []
        for _ in range(runs):
            outcomes = _segments(rng, donors + 1, 56)
            errors += placebo_in_space(outcomes[0], outcomes[1:], 42).p_value <= 0.05
            outcomes[0, 42:] += 2 * EFFECT
            found += placebo_in_space(outcomes[0], outcomes[1:], 42).p_value <= 0.05
            misses.append(synthetic_control(outcomes[0], outcomes[1:], 42).effect - 2 * EFFECT)
            second = synthetic_did(Panel(outcomes, np.array([42] + [-1] * donors)))
            covered += second.low <= 2 * EFFECT <= second.high
        rows.append((
            f"{donors} donors", Share(errors, runs).text(AT_MOST_5), Share(found, runs).text(),
            f"{np.mean(misses):+.3f} ± {np.std(misses) / np.sqrt(runs):.3f}",
            Share(covered, runs).text(Goal(0.90, 1.0, "")),
        ))  # fmt: skip
    columns = (
        "one treated", f"error of the rank (goal {AT_MOST_5.text})", f"finds {2 * EFFECT}", "bias",
        "synthetic DiD covers (goal at least .900)",
    )  # fmt: skip
    return Table("One treated segment: synthetic control, placebos in space", columns, rows)
