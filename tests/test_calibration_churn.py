"""The simulations of funnels and churn run, and their page in docs/ misses none of its goals."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bench.calibration.churn import PAGE, comparing, curves, drivers, groups, projections, risk
from bench.calibration.churn.lives import WORLDS, World

TEXT = (Path(__file__).parents[1] / "docs" / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_worlds_are_as_they_say(world: World) -> None:
    # Without anybody joining late, the share still there at 12 months is the true one.
    seen, _ = World(world.name, world.shape, world.scale, 1e9, in_months=world.in_months).draw(
        np.random.default_rng(1), 20_000
    )
    assert np.mean(seen.durations > 12) == pytest.approx(world.survival(12), abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", [groups, curves, comparing, drivers, projections, risk], ids=lambda part: part.__name__
)
def test_simulations_run(part: ModuleType) -> None:
    for table in part.tables(0.003):
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_page_misses_no_goal() -> None:
    assert "**missed**" not in TEXT
    assert TEXT.count("±") > 50
