"""What every test may rely on: no setting of the machine, no chance, and the project's root."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sample_data.generate import generate
from store import Store, open_store
from tests.store_servers import fresh_store

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


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's files at its own size, for which truths are written; made once."""
    folder = tmp_path_factory.mktemp("demo")
    generate(folder)
    return folder


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    """The address of a new store: a file, or where `make test-postgres` has started a server."""
    with fresh_store(tmp_path) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A new store, opened."""
    opened = open_store(store_url)
    yield opened
    opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running behind them."""
    items.sort(key=lambda item: "browser" in item.path.parts)
