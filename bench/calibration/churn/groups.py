"""Groups of a funnel compared, candidates for its drivers, and small groups pulled together."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.shares import AT_MOST_5, Goal, Share
from bench.table import Table
from metrics.funnel import differences, drivers
from metrics.shrinkage import beta_binomial

RUNS = 1_500
EIGHTY = Goal(0.75, 0.83, ".750 to .830")
ABOUT_95 = Goal(0.94, 0.97, ".940 to .970")


def tables(effort: float) -> Iterator[Table]:
    """Differences between groups; drivers; shrunk shares."""
    yield _differences(effort)
    yield _drivers(effort)
    yield _shrunk(effort)


def _differences(effort: float) -> Table:
    runs, rows = round(RUNS * effort), []
    for number, (people, share) in enumerate([(50, 0.3), (400, 0.1), (2000, 0.02)]):
        rng = np.random.default_rng([11, number])
        covered = wrong = 0
        for _ in range(runs):
            counts = rng.binomial(people, share, 5)
            found = differences({f"g{at}": (int(one), people) for at, one in enumerate(counts)})
            one = found["g0"].difference
            covered += one.low <= 0 <= one.high
            wrong += any(each.adjusted_p <= 0.05 for each in found.values())
        rows.append((
            f"5 groups of {people:,}, all {share:.0%}", Share(covered, runs).text(ABOUT_95),
            Share(wrong, runs).text(AT_MOST_5),
        ))  # fmt: skip
    columns = ("groups without a difference", "interval of one covers", "any adjusted p below .05")
    return Table(f"Funnel groups (goals {ABOUT_95.text}; {AT_MOST_5.text})", columns, rows)


def _drivers(effort: float) -> Table:
    runs, rows = max(round(RUNS * effort / 5), 2), []
    for number, (people, real) in enumerate([(300, 0), (300, 5), (3000, 5)]):
        rng = np.random.default_rng([12, number])
        shares, power, anything = [], [], 0
        for _ in range(runs):
            converted = rng.random(people) < 0.3
            chance = np.full(40, 0.2)
            candidates = {}
            for at in range(40):
                lift = 0.2 * converted if at < real else 0
                has_done = rng.random(people) < chance[at] + lift
                pair = (int((has_done & converted).sum()), int((has_done & ~converted).sum()))
                candidates[f"c{at}"] = pair
            found = drivers(
                candidates, converted=int(converted.sum()), failed=int((~converted).sum())
            )
            named = [int(one.name[1:]) for one in found if one.adjusted_p <= 0.05]
            false = sum(at >= real for at in named)
            shares.append(false / max(len(named), 1))
            power.append((len(named) - false) / real if real else 0.0)
            anything += bool(named)
        error = np.std(shares) / np.sqrt(runs)
        rows.append((
            f"{people:,} people, {real} of 40 real", f"{np.mean(shares):.4f} ± {error:.4f}",
            f"{np.mean(power):.2f}" if real else "", Share(anything, runs).text(),
        ))  # fmt: skip
    columns = (
        "candidates",
        "false among the named (goal: at most .05)",
        "real ones named",
        "any named",
    )
    return Table("Drivers of conversion at adjusted p .05", columns, rows)


def _shrunk(effort: float) -> Table:
    runs, rows = max(round(RUNS * effort / 15), 2), []
    for number, (size, people) in enumerate([(20, 15), (20, 200), (200, 50)]):
        rng = np.random.default_rng([13, number])
        covered = total = 0
        better = 0
        for _ in range(runs):
            truth = rng.beta(0.2 * size, 0.8 * size, 40)
            parts = rng.binomial(people, truth)
            fit = beta_binomial(parts.tolist(), [people] * 40)
            pulled = [fit.shrunk(int(part), people) for part in parts]
            covered += sum(
                one.low <= true <= one.high for one, true in zip(pulled, truth, strict=True)
            )
            total += 40
            errors = np.array([one.value for one in pulled]) - truth, parts / people - truth
            better += bool((errors[0] ** 2).sum() < (errors[1] ** 2).sum())
        rows.append((
            f"40 groups of {people}, spread {np.sqrt(0.16 / (size + 1)):.2f}",
            Share(covered, total).text(EIGHTY), Share(better, runs).text(),
        ))  # fmt: skip
    columns = ("groups", "80 % interval covers", "closer to the truth than the shares seen")
    return Table(f"Small groups pulled together (goal {EIGHTY.text})", columns, rows)
