"""The brief: 60 metrics × 80 segments, some with an incident of 3 noise standard deviations."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.impact.worlds import autoregressive, p_values
from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.brief import families
from metrics.series import Floats

METRICS, SEGMENTS, BEFORE = 60, 80, 84
INCIDENTS = 6
RUNS = 60
SHARED, SIZE = 0.5, 3.0  # sd of what all segments share; of an incident, in sd of the series
FALSE = Goal(0.0, 0.10, "at most .100")
FOUND = Goal(0.90, 1.0, "at least .900")
# Name, how many of the segments, how many days. The goal is held for what shows in a total, and for
# what lasts; a single day in a part of the segments is shown beside, because it is what hides.
KINDS = (("a day, everywhere", SEGMENTS, 1), ("a week, 4 segments", 4, 7))
HARD = (("a day, 40 segments", 40, 1), ("a day, 20 segments", 20, 1))


def tables(effort: float) -> Iterator[Table]:
    """False discoveries and recall by kind of incident."""
    runs, rows, pooled = max(round(RUNS * effort), 2), [], []
    for number, (name, segments, days) in enumerate(KINDS):
        rng = np.random.default_rng([62, number])
        found = np.array([_morning(rng, segments, days) for _ in range(runs)])
        pooled.append(found)
        rows.append((name, *_texts(found)))
    rows.append(("both, held to the goals", *_texts(np.concatenate(pooled), is_goal=True)))
    for number, (name, segments, days) in enumerate(HARD):
        rng = np.random.default_rng([62, len(KINDS) + number])
        hard = np.array([_morning(rng, segments, days) for _ in range(runs)])
        rows.append((f"{name} (shown only)", *_texts(hard)))
    quiet = [_morning(np.random.default_rng([63, run]), 0, 1) for run in range(runs)]
    any_named = sum(one[0] > 0 for one in quiet)
    rows.append(("none", Share(any_named, runs).text() + " (any named)", "", "", ""))
    columns = (
        "incident of 3 sd, in 6 of 60 metrics", f"false among named metrics (goal {FALSE.text})",
        f"incidents found (goal {FOUND.text})", "false among named segments", "segments found",
    )  # fmt: skip
    yield Table("The brief at q = .05: 60 metrics × 80 segments", columns, rows)


def _texts(found: Floats, *, is_goal: bool = False) -> list[str]:
    false = found[:, 0]
    mean, error = false.mean(), false.std() / np.sqrt(len(false))
    is_missed = is_goal and mean - 2 * error > FALSE.high
    text = f"{mean:.4f} ± {error:.4f}{' **missed**' if is_missed else ''}".replace("0.", ".")
    hits = Share(int(found[:, 1].sum()), len(found) * INCIDENTS)
    recall = hits.text(FOUND) if is_goal else hits.text()
    return [text, recall, f"{found[:, 2].mean():.4f}", f"{found[:, 3].mean():.2f}"]


def _morning(rng: np.random.Generator, segments: int, days: int) -> tuple[float, ...]:
    """Share of false among named metrics, incidents found, and both for segments."""
    span = BEFORE + 7
    own = rng.normal(size=(METRICS, SEGMENTS, span))
    shared = SHARED * autoregressive(rng, METRICS, span, 0.3)[:, None, :]
    values = own + shared
    # Where an incident hits few segments it is 3 sd of theirs; the total hardly moves.
    values[:INCIDENTS, :segments, -days:] += SIZE * np.sqrt(1 + SHARED**2) * bool(segments)
    series = np.concatenate([values.mean(axis=1)[:, None], values], axis=1).reshape(-1, span)
    tests = [p_values(series[:, -BEFORE - 1 :], BEFORE, 1), p_values(series, BEFORE, 7)]
    p = np.minimum(1, 2 * np.minimum(*tests)).reshape(METRICS, SEGMENTS + 1)
    found = families(
        {str(m): float(p[m, 0]) for m in range(METRICS)},
        {str(m): {str(s): float(p[m, s + 1]) for s in range(SEGMENTS)} for m in range(METRICS)},
    )
    named = [int(m) for m, one in found.items() if one.is_selected]
    real = [m for m in named if m < INCIDENTS and segments]
    inside = [(m, int(s)) for m in named for s in found[str(m)].segments]
    right = [one for one in inside if one[0] < INCIDENTS and one[1] < segments]
    return (
        (len(named) - len(real)) / max(len(named), 1),
        float(len(real)),
        (len(inside) - len(right)) / max(len(inside), 1),
        len(right) / max(INCIDENTS * segments, 1),
    )
