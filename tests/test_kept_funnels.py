"""The funnel that everybody sees first is counted once, by whoever builds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from metrics.periods import Period
from queries import Segment, Workspace, kept_answers, open_workspace
from queries.event_match import EventMatch
from queries.kept_answers import keeping
from reports import funnel_counts
from reports.first_questions import ask_first
from reports.funnel_counts import KEPT, FunnelCounts
from reports.funnel_question import FunnelQuestion, FunnelStep
from tests.page_runs import has_failed, run_page
from tests.page_workspace import ALL, FIRST_DAY, LAST_DAY, make_workspace

STEPS = tuple(FunnelStep(EventMatch((name,))) for name in ("draft_opened", "draft_completed"))


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kept_answers, "LEAST_SECONDS", 0.0)
    KEPT.forget()
    yield
    KEPT.forget()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("funnels")).folder


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[FunnelQuestion]:
    """Every funnel that is counted, and not read."""
    questions: list[FunnelQuestion] = []
    count = funnel_counts._counted

    def noted(
        workspace: Workspace, asked: object, question: FunnelQuestion, grain: object
    ) -> FunnelCounts:
        questions.append(question)
        return count(workspace, asked, question, grain)  # type: ignore[arg-type]

    monkeypatch.setattr(funnel_counts, "_counted", noted)
    return questions


def in_new_process(folder: Path, question: FunnelQuestion) -> FunnelCounts:
    KEPT.forget()
    period = Period(FIRST_DAY, LAST_DAY)
    return funnel_counts.funnel_counts(
        open_workspace(folder), period, Segment(), question, "week"
    )  # fmt: skip


def test_a_new_process_reads_the_attempts_that_another_counted(
    folder: Path, counted: list[FunnelQuestion]
) -> None:
    question = FunnelQuestion(STEPS)
    with keeping():
        before = in_new_process(folder, question)
    after = in_new_process(folder, question)
    assert counted == [question]
    assert len(after.whole.attempts) == ALL
    for one, other in (
        (before.whole, after.whole),
        (before.by_period, after.by_period),
        (before.grouped, after.grouped),
    ):
        assert one.table.equals(other.table)
        assert one.table.schema == other.table.schema
        assert one.attempts.times.shape == other.attempts.times.shape
    assert (before.names, before.periods) == (after.names, after.periods)
    assert before.edges.tolist() == after.edges.tolist()
    assert after.visits is None


def test_nobody_who_enters_is_kept_as_nobody(folder: Path) -> None:
    never = FunnelQuestion(tuple(FunnelStep(EventMatch((name,))) for name in ("never", "not")))
    with keeping():
        before = in_new_process(folder, never)
    after = in_new_process(folder, never)
    assert after.whole.attempts.times.shape == before.whole.attempts.times.shape == (0, 2)


@pytest.mark.parametrize(
    "other",
    [
        {"by": "country"},
        {"unit": "session"},
        {"unit": "account"},
        {"counting": "total"},
        {"order": "any"},
        {"attempt": "first"},
        {"steps": STEPS[::-1]},
    ],
)
def test_another_funnel_is_counted_anew(
    folder: Path, counted: list[FunnelQuestion], other: dict[str, object]
) -> None:
    question = replace(FunnelQuestion(STEPS), **other)  # type: ignore[arg-type]
    with keeping():
        in_new_process(folder, FunnelQuestion(STEPS))
        counted.clear()
        in_new_process(folder, question)
    assert counted == [question]


def test_the_page_asks_what_was_asked_first(folder: Path, counted: list[FunnelQuestion]) -> None:
    with keeping():
        assert ask_first(open_workspace(folder)) == ()
    assert counted
    counted.clear()
    KEPT.forget()
    assert not has_failed(run_page(folder, "funnels"))
    assert counted == []
