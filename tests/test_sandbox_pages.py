"""Every text that pages run passes the gate and gives the same rows in the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from queries import Answer, Filter, QueryError, Segment, Workspace, names
from queries.contract import Contract, contract
from queries.sandbox import Sandbox, SandboxError
from reports.ask_sql import frame
from reports.schema import parameters_of
from tests.test_query_contracts import WATERMARK, breakdowns, parameters, setup
from tests.tiny_workspaces import random_rows, workspace_of

SEGMENTS = (
    Segment(),
    Segment((Filter("plan", ("pro", None)),)),
    Segment((Filter("platform", ("web",)),)),
    Segment((Filter("platform", ("ios", None)), Filter("plan", ("free",)))),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    nobody = ("", "opened", "2026-01-05T00:00:00Z", {})
    folder: Path = tmp_path_factory.mktemp("pages")
    return workspace_of(folder, [*random_rows(1), nobody], setup(), watermark=WATERMARK)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(workers=2)
    yield sandbox
    sandbox.close()


def answers(workspace: Workspace, promise: Contract) -> Iterator[Answer]:
    """The query as pages ask it: of everybody and of segments, whole and broken down."""
    for segment in SEGMENTS:
        for by in breakdowns(promise):
            try:
                yield workspace.ask(
                    promise.name, segment=segment, by=by, **parameters(promise)
                )
            except QueryError as error:
                # A metric is kept for one value of one event dimension, and says so.
                assert "this metric is kept" in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", names())
def test_a_text_of_a_page_gives_the_same_rows_in_the_sandbox(
    workspace: Workspace, sandbox: Sandbox, name: str
) -> None:
    asked = 0
    for answer in answers(workspace, contract(name)):
        own = sandbox.run(workspace, answer.sql, answer.parameters)
        rows = frame(own.rows)
        # Sums of fractions differ in their last digit by the order in which threads add them.
        assert_frame_equal(rows, answer.rows, rel_tol=1e-12, abs_tol=1e-12)
        assert own.snapshot_id == answer.snapshot_id
        asked += 1
    assert asked


@pytest.mark.parametrize("name", names())
def test_the_parameters_of_a_text_are_found_with_the_kind_of_their_values(name: str) -> None:
    promise = contract(name)
    kinds = {"varchar": "text", "integer": "number", "bigint": "number", "double": "number",
             "boolean": "boolean", "date": "date", "timestamp": "moment"}  # fmt: skip
    expected = {
        field.name: "list" if field.type.endswith("[]") else kinds[field.type]
        for field in promise.parameters
    }
    assert {one.name: one.kind for one in parameters_of(promise.text)} == expected


def test_a_page_text_with_a_change_is_still_gated(workspace: Workspace, sandbox: Sandbox) -> None:
    answer = next(answers(workspace, contract("data_days")))
    changed = answer.sql.replace("select", "select getenv('HOME'),", 1)
    with pytest.raises(SandboxError, match="getenv"):
        sandbox.run(workspace, changed, answer.parameters)
