"""The simulations of experiments run, and their page in docs/ misses none of its goals."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bench.calibration.experiments import (
    PAGE,
    adjusting,
    deciding,
    fixed,
    lifting,
    looking,
    many,
    reading,
    splits,
    stopping,
)
from bench.calibration.experiments.populations import POPULATIONS, Population, sampled
from bench.calibration.shares import AT_MOST_5, FIXED_ERROR, Share, significant

TEXT = (Path(__file__).parents[1] / "docs" / PAGE).read_text(encoding="utf-8")


def test_a_share_says_how_sure_it_is() -> None:
    assert Share(50, 1_000).text(FIXED_ERROR) == ".0500 ± .0069"
    assert Share(100, 1_000).text(FIXED_ERROR) == ".1000 ± .0095 **missed**"


def test_a_share_may_miss_its_goal_by_chance() -> None:
    assert Share(60, 1_000).meets(AT_MOST_5)
    assert not Share(600, 10_000).meets(AT_MOST_5)


def test_only_known_p_values_are_significant() -> None:
    assert [significant(p) for p in (None, 0.0, 0.05, 0.051)] == [False, True, True, False]


@pytest.mark.parametrize("population", POPULATIONS, ids=lambda one: one.name)
def test_populations_have_the_mean_they_say(population: Population) -> None:
    found = sampled(population, np.random.default_rng(1), samples=400, units=500)
    error = float(np.sqrt(found.variance.mean() / 500 / 400))
    assert float(found.mean.mean()) == pytest.approx(population.mean, abs=4 * error)


@pytest.mark.parametrize(
    "part", [adjusting, deciding, fixed, lifting, looking, many, reading, splits, stopping],
    ids=lambda part: part.__name__.rpartition(".")[2],
)  # fmt: skip
def test_every_table_of_the_page_can_be_made(part: ModuleType) -> None:
    for table in part.tables(0.02 if part is reading else 0.005):
        assert table.rows
        assert f"### {table.title}\n" in TEXT
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_page_misses_none_of_its_goals() -> None:
    assert "**missed**" not in TEXT
