"""What every test may rely on: no setting of the machine, no chance, and the project's root."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# Properties draw the same examples every time, and a slow machine is no failure.
settings.register_profile("same examples every time", derandomize=True, deadline=None)
settings.load_profile("same examples every time")

# Before anything is imported: a test says itself which workspace it opens.
for variable in ("TIDEMARK_WORKSPACE", "TIDEMARK_DATA", "TIDEMARK_STORE"):
    os.environ.pop(variable, None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running behind them."""
    items.sort(key=lambda item: "browser" in item.path.parts)
