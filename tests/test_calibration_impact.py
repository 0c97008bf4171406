"""The simulations of impact run, and their page in docs/ misses none of its goals."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bench import impact
from bench.calibration.impact import (
    PAGE,
    causes,
    engine,
    feedback,
    forecasts,
    morning,
    panels,
    real,
)
from bench.calibration.impact.worlds import WORLDS, World, dates

TEXT = (Path(__file__).parents[1] / "docs" / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_worlds_have_as_many_days_as_asked(world: World) -> None:
    drawn = world.draw(np.random.default_rng(1), 3, 20)
    assert drawn.shape == (3, 20)
    assert np.isfinite(drawn).all()


def test_the_calendar_begins_on_a_monday() -> None:
    assert str(dates(2)[1]) == "2026-01-06"
    assert (dates(1)[0].astype(int) + 3) % 7 == 0


@pytest.mark.parametrize(
    "part", [causes, engine, feedback, forecasts, morning, panels],
    ids=lambda part: part.__name__.rpartition(".")[2],
)  # fmt: skip
def test_every_table_of_the_page_can_be_made(part: ModuleType) -> None:
    for table in part.tables(0.005):
        assert table.rows
        assert f"### {table.title}\n" in TEXT
        assert all(len(row) == len(table.columns) for row in table.rows)


@pytest.mark.skipif(not real.DATA.is_dir(), reason="the real series are not beside the project")
def test_placebo_dates_of_real_series_can_be_tried() -> None:
    for table in real.tables(0.02):
        assert f"### {table.title}\n" in TEXT
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_page_misses_none_of_its_goals() -> None:
    assert "**missed**" not in TEXT


def test_what_is_timed_can_be_done() -> None:
    goals = [goal for _, _, goal in impact.parts() if goal is not None]
    assert goals == [5.0]
