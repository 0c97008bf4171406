"""The tables of verdicts: two kinds of simulated products, many worlds, and what is missing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.calibration.diagnosis import another, counting
from bench.calibration.diagnosis import scoring as score
from bench.calibration.diagnosis.baselines import biggest_drop, lowest_z, rightly_named
from bench.calibration.diagnosis.faults import BLIND, BREAKS, blinded, broken
from bench.calibration.diagnosis.scoring import Answers, answers, text, with_error
from bench.calibration.diagnosis.worlds import WORLDS, World
from bench.table import Table
from metrics.diagnosis import ProductCounts, diagnose

PRODUCTS = 8  # of a world, 60 features each
SEED, OTHER_SEED = 1_000, 9_000


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One world's products, diagnosed.

    Attributes:
        found: One for each product.
        drops: What the biggest drop names, one for each product.
        lowest: What the lowest z names.
        counts: The products, and what was planted.
    """

    found: list[Answers]
    drops: list[np.ndarray]
    lowest: list[np.ndarray]
    counts: list[tuple[ProductCounts, np.ndarray]]


def run(world: World, products: int, *, is_other: bool = False) -> Run:
    """Simulate and diagnose."""
    made, first = (another.product, OTHER_SEED) if is_other else (counting.product, SEED)
    result = Run([], [], [], [])
    for number in range(products):
        counts, plan = made(world, first + number)
        found = diagnose(counts)
        result.found.append(answers(found, plan.severity))
        result.drops.append(biggest_drop(found))
        result.lowest.append(lowest_z(found))
        result.counts.append((counts, plan.severity))
    return result


ROWS: tuple[tuple[str, Callable[[Answers], float], str, str], ...] = (
    ("flagged: the single planted cause is the likeliest", score.single_named, ".915", "≥ .92"),
    ("flagged: right when it answers", score.right, ".938", "≥ .93"),
    ("flagged: right when it names a cause", score.named_truly, "", ""),
    ("flagged: share answered", score.answered, ".89", "≥ .85"),
    ("flagged: calibration error (ECE)", score.calibration_error, ".028", "≤ .03"),
    ("all: AUC of a fault", score.area, ".937", "≥ .95"),
    ("all: Brier score of a fault", score.brier, "", ""),
    ("all: Brier score of the three causes", score.brier_of_causes, ".078", "≤ .068"),
    ("all: healthy, accused at ≥ .7", score.false_alarm, ".193", "≤ .12"),
    ("all: healthy, accused by a verdict", score.accused, "", ""),
    ("all: faulty, wrong name at ≥ .7", score.wrong_name, ".037", "≤ .04"),
    ("flagged mixtures: the whole set named", score.whole_set, ".49", "≥ .55"),
    ("features whose tracking is trusted", score.tracked, "", ""),
)


def tables(effort: float) -> Iterator[Table]:
    """All tables of verdicts."""
    products = max(2, round(PRODUCTS * effort))
    runs = {name: run(world, products) for name, world in WORLDS.items()}
    hard = WORLDS["hard"]
    others = {
        "hard": run(hard, products, is_other=True),
        "null": run(WORLDS["null"], products, is_other=True),
        "base": run(WORLDS["base"], products, is_other=True),
    }
    yield _against_the_bar(runs, others)
    yield _no_fault(runs, others)
    yield _worlds(runs)
    yield _missing(runs["hard"], "Hard world: what each missing signal costs")
    yield _missing(others["hard"], "The same in the other simulator's hard world")
    yield _tracking(runs["base"], others["base"])


def _against_the_bar(runs: dict[str, Run], others: dict[str, Run]) -> Table:
    shown = (runs["base"], runs["hard"], others["base"], others["hard"])
    rows = [
        (label, prototype, bar, *(text(with_error(measure, one.found)) for one in shown))
        for label, measure, prototype, bar in ROWS
    ]
    for label, pick, prototype in (
        ("baseline, flagged: biggest funnel drop names it", "drops", ".44"),
        ("baseline, flagged: lowest z without shrinkage names it", "lowest", ".50"),
    ):
        rows.append((label, prototype, "", *(_baseline(one, pick) for one in shown)))
    heads = ("prototype", "bar", "base", "hard", "other: base", "other: hard")
    return Table("Against the bar", ("", *heads), rows)


def _baseline(one: Run, pick: str) -> str:
    joined = score.together(one.found)
    return f"{rightly_named(getattr(one, pick), joined.truth, joined.is_flagged):.3f}"[1:]


def _no_fault(runs: dict[str, Run], others: dict[str, Run]) -> Table:
    shown = {
        "hard world": runs["null"], "hard world, heavier tails": runs["null-heavy"],
        "the other simulator": others["null"],
    }  # fmt: skip
    rows = [
        (
            name,
            text(with_error(score.false_alarm, one.found)),
            text(with_error(score.accused, one.found)),
        )
        for name, one in shown.items()
    ]
    heads = ("products", "a cause at ≥ .7 (bar ≤ .05)", "accused by a verdict")
    return Table("Products with no planted fault: features accused (prototype 16 %)", heads, rows)


def _worlds(runs: dict[str, Run]) -> Table:
    measures = (
        score.single_named, score.right, score.answered, score.calibration_error, score.area,
        score.brier_of_causes, score.false_alarm, score.wrong_name, score.whole_set,
    )  # fmt: skip
    rows = [
        (WORLDS[name].title, *(text(with_error(measure, one.found)) for measure in measures))
        for name, one in runs.items()
    ]
    heads = (
        "world", "single named", "right", "answered", "ECE", "AUC", "Brier, causes", "false alarm",
        "wrong name", "whole set",
    )  # fmt: skip
    return Table("When the world is another", heads, rows)


def _missing(one: Run, title: str) -> Table:
    rows = []
    for what, label in BLIND.items():
        found = [
            answers(diagnose(blinded(counts, what)), severity) for counts, severity in one.counts
        ]
        measures = (
            score.single_named, score.right, score.answered, score.calibration_error, score.area,
            score.false_alarm,
        )  # fmt: skip
        rows.append((label, *(text(with_error(measure, found)) for measure in measures)))
    heads = ("sent", "single named", "right", "answered", "ECE", "AUC", "false alarm")
    return Table(title, heads, rows)


def _tracking(*runs: Run) -> Table:
    caught: dict[str, list[bool]] = {name: [] for name in (*BREAKS, "none planted: false")}
    for place, one in enumerate(runs):
        for number, (counts, _) in enumerate(one.counts):
            rng = np.random.default_rng([SEED, place, number])
            spoilt, fault = broken(counts, rng)
            for feature, check in enumerate(diagnose(spoilt).features):
                name = BREAKS[fault[feature]] if fault[feature] >= 0 else "none planted: false"
                caught[name].append(bool(check.tracking.problems))
    rows = [
        (name, f"{len(hits):,}", text((float(np.mean(hits)), _error(hits))))
        for name, hits in caught.items()
        if hits
    ]
    title = "Planted tracking faults (bar: caught ≥ .95, false ≤ .02)"
    return Table(title, ("fault", "features", "found"), rows)


def _error(hits: list[bool]) -> float:
    share = float(np.mean(hits))
    return float(np.sqrt(share * (1 - share) / len(hits)))
