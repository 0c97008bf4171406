"""No attack on ad-hoc SQL reads, writes or reaches anything, and the next question is answered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries import Workspace
from queries.errors import QueryError
from queries.sandbox import Limits, Refused, Sandbox, SandboxAnswer, SandboxError
from tests.page_workspace import make_workspace
from tests.sandbox_attacks import BOUNDED, MADE, REFUSED, filled, read

SECRET = "sesame-4711"  # noqa: S105 - what must not be read
SHARED = Path(__file__).parents[2] / "shared" / "cases" / "sandbox_attacks.json"
SHORT = Limits(seconds=0.3, memory_mb=256, rows=1_000, bytes=2**20)
# A text ends by the deadline, or a kill soon after; the rest is room for a busy machine.
MOST_SECONDS = 8.0


class Place:
    """A workspace beside what nobody may read, and a folder that could be written to."""

    def __init__(self, folder: Path) -> None:
        self.folders = {"LAKE": folder / "lake", "PRIVATE": folder / "private",
                        "OUT": folder / "out", "TMP": folder / "tmp"}  # fmt: skip
        self.workspace: Workspace = make_workspace(self.folders["LAKE"])
        for name in ("PRIVATE", "OUT", "TMP"):
            self.folders[name].mkdir()
        pl.DataFrame({"a": [SECRET]}).write_parquet(self.folders["PRIVATE"] / "secret.parquet")
        (self.folders["PRIVATE"] / "secret.txt").write_text(SECRET, encoding="utf-8")
        self.sandbox = Sandbox(workers=2)
        self.before = self.state()

    def state(self) -> dict[str, tuple[int, int]]:
        """Size and time of every file."""
        root = self.folders["OUT"].parent
        files = (path for path in root.rglob("*") if path.is_file())
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    def ask(self, sql: str, limits: Limits = SHORT) -> SandboxAnswer:
        """Ask in the sandbox."""
        return self.sandbox.run(self.workspace, filled(sql, self.folders), {}, limits=limits)

    def ends_harmlessly(self, sql: str) -> Exception | SandboxAnswer:
        """What came of an attack: an error in words, or an answer within the limits."""
        try:
            outcome: Exception | SandboxAnswer = self.ask(sql)
        except QueryError as error:
            outcome = error
        said = str(outcome if isinstance(outcome, Exception) else outcome.rows.to_pylist())
        assert SECRET not in said
        assert "root:" not in said
        if isinstance(outcome, Exception):
            # A refusal may repeat what was written; the engine's words may name no path.
            assert isinstance(outcome, Refused) or str(self.folders["OUT"].parent) not in said
        else:
            assert outcome.rows.num_rows <= SHORT.rows
            assert outcome.rows.nbytes <= SHORT.bytes
            assert outcome.seconds < MOST_SECONDS
        return outcome

    def is_unharmed(self) -> None:
        """Nothing was written, and a question is answered as before."""
        assert self.state() == self.before
        rows = self.ask("select count(*) as n from users").rows.to_pylist()
        assert rows == [{"n": 40}]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("attacks"))
    yield place
    place.sandbox.close()


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_question_of_the_tables_is_refused_in_words(place: Place, kind: str) -> None:
    for sql in REFUSED[kind]:
        outcome = place.ends_harmlessly(sql)
        assert isinstance(outcome, Refused), sql
        assert len(str(outcome)) > 20, sql
    place.is_unharmed()


@pytest.mark.parametrize("name", MADE)
def test_a_text_that_is_too_long_or_too_deep_is_refused(place: Place, name: str) -> None:
    assert isinstance(place.ends_harmlessly(MADE[name]), Refused)
    place.is_unharmed()


@pytest.mark.parametrize("name", BOUNDED)
def test_what_needs_too_much_is_stopped(place: Place, name: str) -> None:
    place.ends_harmlessly(BOUNDED[name])
    place.is_unharmed()


@pytest.mark.skipif(not SHARED.is_file(), reason=f"the attacks of the field are not in {SHARED}")
def test_every_attack_of_the_field_ends_refused_or_stopped(place: Place) -> None:
    attacks: list[dict[str, Any]] = json.loads(SHARED.read_text("utf-8"))
    outcomes = {attack["id"]: place.ends_harmlessly(read(attack)) for attack in attacks}
    assert len(outcomes) == 97
    answered = [name for name, one in outcomes.items() if not isinstance(one, SandboxError)]
    assert answered == []
    place.is_unharmed()
