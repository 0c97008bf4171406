"""Attribution: planted causes, found among the first three candidates?"""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.attribution import Segment, Slice, attribution, telling
from metrics.series import Floats

SIZES = {"channel": 6, "country": 8, "plan": 4, "platform": 5}
TOTAL = 200_000
FEW = 2_000
FORECAST_ERROR = 0.03  # of a cell's forecast, beside the chance of its counts
RUNS = 400
FOUND = Goal(0.90, 1.0, "at least .900")
KINDS = ("one segment", "two segments of a dimension", "a pair of dimensions")


def tables(effort: float) -> Iterator[Table]:
    """Recall by kind of cause; how often a cause is named where there is none."""
    runs, rows, pooled = max(round(RUNS * effort), 5), [], 0
    for number, kind in enumerate(KINDS):
        rng = np.random.default_rng([64, number])
        ranks = [_rank(rng, kind) for _ in range(runs)]
        first, three = sum(rank == 1 for rank in ranks), sum(rank > 0 for rank in ranks)
        pooled += three
        rows.append((kind, Share(first, runs).text(), Share(three, runs).text()))
    rows.append(("all", "", Share(pooled, runs * len(KINDS)).text(FOUND)))
    for total in (TOTAL, FEW):
        rng = np.random.default_rng([65, total])
        named = sum(bool(_everywhere(rng, total)) for _ in range(runs))
        what = f"everywhere alike, {total:,} in all: anything named"
        rows.append((what, "", Share(named, runs).text()))
    columns = ("planted cause", "first candidate", f"among the first three (goal {FOUND.text})")
    yield Table("Attribution: four dimensions, 960 cells, exact segments", columns, rows)


def planted(seed: int) -> tuple[list[Slice], float, float]:
    """Segments of one invented day, with what was expected of the whole and what came."""
    rng = np.random.default_rng(seed)
    expected = _cells(rng)
    hit = _inside(next(iter(_cause(rng, KINDS[0]))))
    actual = _noisy(rng, expected, np.where(hit, 0.5, 1.0))
    return _slices(expected, actual), float(expected.sum()), float(actual.sum())


def _cells(rng: np.random.Generator, total: float = TOTAL) -> Floats:
    """Expected counts of each cell: uneven shares, as segments have them."""
    shares = [rng.dirichlet(np.full(size, 2.0)) for size in SIZES.values()]
    return total * np.einsum("i,j,k,l->ijkl", *shares)


def _rank(rng: np.random.Generator, kind: str) -> int:
    """Place of the planted cause among the candidates; 0: not there."""
    while True:
        expected = _cells(rng)
        cause = _cause(rng, kind)
        hit = np.zeros(expected.shape, dtype=bool)
        for segment in cause:
            hit |= _inside(segment)
        if 0.04 <= expected[hit].sum() / expected.sum() <= 0.5:
            break
    actual = _noisy(rng, expected, np.where(hit, rng.uniform(0.3, 0.75), 1.0))
    found = attribution(_slices(expected, actual), expected=expected.sum(), actual=actual.sum())
    sets = [{one.segment for one in candidate.segments} for candidate in found.candidates]
    return sets.index(cause) + 1 if cause in sets else 0


def _everywhere(rng: np.random.Generator, total: float) -> tuple[object, ...]:
    expected = _cells(rng, total)
    actual = _noisy(rng, expected, np.full(expected.shape, 0.8))
    slices = _slices(expected, actual)
    return attribution(slices, expected=expected.sum(), actual=actual.sum()).candidates


def _noisy(rng: np.random.Generator, expected: Floats, factor: Floats) -> Floats:
    error = np.exp(FORECAST_ERROR * rng.normal(size=expected.shape))
    return rng.poisson(expected * error * factor).astype(float)


def _cause(rng: np.random.Generator, kind: str) -> set[Segment]:
    names = list(SIZES)
    if kind == "a pair of dimensions":
        pair = sorted(rng.choice(len(names), 2, replace=False))
        return {tuple((names[d], str(rng.integers(SIZES[names[d]]))) for d in pair)}
    name = names[rng.integers(len(names))]
    count = 1 if kind == "one segment" else 2
    return {((name, str(v)),) for v in rng.choice(SIZES[name], count, replace=False)}


def _inside(segment: Segment) -> np.ndarray:
    where = dict(segment)
    index = tuple(int(where[name]) if name in where else slice(None) for name in SIZES)
    inside = np.zeros(tuple(SIZES.values()), dtype=bool)
    inside[index] = True
    return inside


def _slices(expected: Floats, actual: Floats) -> list[Slice]:
    """Every dimension, then the pairs that the brief would search."""
    single = [one for axis in range(len(SIZES)) for one in _grouped(expected, actual, (axis,))]
    names = list(SIZES)
    axes = sorted(names.index(name) for name in telling(single))
    pairs = [one for pair in combinations(axes, 2) for one in _grouped(expected, actual, pair)]
    return single + pairs


def _grouped(expected: Floats, actual: Floats, chosen: tuple[int, ...]) -> list[Slice]:
    names = list(SIZES)
    rest = tuple(axis for axis in range(len(names)) if axis not in chosen)
    sums = expected.sum(axis=rest), actual.sum(axis=rest)
    slices = []
    for values in product(*(range(SIZES[names[axis]]) for axis in chosen)):
        segment = tuple((names[axis], str(v)) for axis, v in zip(chosen, values, strict=True))
        slices.append(Slice(segment, float(sums[0][values]), float(sums[1][values])))
    return slices
