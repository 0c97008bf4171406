"""Annotations: written beside one chart, seen on all of them, changed and removed by who may."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metrics.periods import Period
from pages.shared import figures, plain
from pages.shared.figures.line import Line
from queries import Viewer, open_workspace
from reports.markers import Marker, markers
from store import Annotation, Store, StoreUnreachable, store_of
from tests.page_runs import TIMEOUT, act, has_failed, run_page, showing, text
from tests.page_workspace import HOSTILE, make_workspace

DAY = date(2026, 11, 10)  # within the last 28 days
TIME_CHARTS = {"usage": 3, "today": 1, "retention": 1}  # with a choice of the default views


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("annotated")).folder


@pytest.fixture
def store(workspace: Path) -> Iterator[Store]:
    """The workspace's store, emptied of annotations afterwards."""
    kept = store_of(open_workspace(workspace))
    yield kept
    for one in kept.annotations(date.min, date.max):
        kept.delete_annotation(one.id, author="test")


def notes_drawn(screen: AppTest) -> list[str]:
    """What the charts of a page say about annotations, once for each chart and day."""
    said = []
    for chart in screen.get("plotly_chart"):
        for trace in json.loads(chart.proto.spec)["data"]:
            texts = trace.get("text") or []
            said += [one for one in texts if isinstance(one, str) and "Annotation: " in one]
    return said


@pytest.mark.parametrize(("name", "charts"), TIME_CHARTS.items())
def test_an_annotation_is_on_every_time_chart_at_once(
    workspace: Path, store: Store, name: str, charts: int
) -> None:
    assert notes_drawn(run_page(workspace, name)) == []
    store.annotate(Annotation(day=DAY, title="Outage"), author="ann")
    assert notes_drawn(run_page(workspace, name)) == ["Annotation: Outage"] * charts


def test_a_day_says_all_that_happened_on_it() -> None:
    """A hover shows one of several symbols of a day."""
    seen = [Marker(DAY, "release", "4.2", "Fast"), Marker(DAY, "annotation", "Slow", "Slow")]
    drawing = figures.time_series([Line("Now", [DAY], [1])], markers=seen)
    symbols = drawing.data[-1]
    assert set(symbols.text) == {"Release: Fast<br>Annotation: Slow"}
    assert len(set(symbols.y)) == 2


def opened(workspace: Path, *, page: str = "usage", key: str = "active_users") -> AppTest:
    screen = run_page(workspace, page)
    return act(workspace, screen.button(f"annotate_{key}").click())


def beside_a_chart(folder: str) -> None:
    """What the dialog shows; AppTest forgets a dialog at the next click, so without one."""
    from datetime import date

    from metrics.periods import Period
    from pages.shared.annotations import annotations
    from queries import open_workspace

    period = Period(date(2026, 10, 26), date(2026, 11, 23))
    annotations(open_workspace(folder), period, "chart")


def dialog(workspace: Path) -> AppTest:
    given = {"folder": str(workspace)}
    return AppTest.from_function(beside_a_chart, default_timeout=TIMEOUT, kwargs=given).run()


def fill(screen: AppTest, **values: object) -> AppTest:
    """Type into the fields of the form that is open."""
    for name, value in values.items():
        kinds = (screen.text_input, screen.text_area, screen.date_input)
        fields = [field for kind in kinds for field in kind]
        field = next(one for one in fields if str(one.key).startswith(f"annotation_{name}_"))
        field.set_value(value)
    return screen


def send(workspace: Path, screen: AppTest, label: str) -> AppTest:
    button = next(one for one in screen.button if one.label == label)
    return act(workspace, button.click())


def test_it_is_written_beside_a_chart(workspace: Path, store: Store) -> None:
    screen = fill(dialog(workspace), day=DAY, title="Outage", text="Line 1\nLine 2",
                  url="https://example.com/1")  # fmt: skip
    after = send(workspace, screen, "Add it")
    (kept,) = store.annotations(DAY, date(2026, 11, 11))
    assert (kept.title, kept.text, kept.url) == ("Outage", "Line 1\nLine 2", "https://example.com/1")
    assert (kept.author, kept.version) == ("local", 1)
    assert not has_failed(after)
    assert "**Outage** [Read more](<https://example.com/1>)" in text(after)


def test_it_is_changed_and_removed(workspace: Path, store: Store) -> None:
    kept = store.annotate(Annotation(day=DAY, title="Outage"), author="ann")
    screen = dialog(workspace)
    assert "ann" in text(screen)
    edit = next(one for one in screen.button if str(one.key).startswith("annotation_edit_"))
    screen = fill(act(workspace, edit.click()), title="Outage over")
    send(workspace, screen, "Change it")
    changed = store.annotation(kept.id)
    assert (changed.title, changed.author, changed.updated_by) == ("Outage over", "ann", "local")
    send(workspace, dialog(workspace), "Remove it")
    assert store.annotations(date.min, date.max) == ()


def test_somebody_elses_change_meanwhile_is_said_and_kept(
    workspace: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.annotate(Annotation(day=DAY, title="Outage"), author="ann")
    screen = dialog(workspace)
    edit = next(one for one in screen.button if str(one.key).startswith("annotation_edit_"))
    screen = fill(act(workspace, edit.click()), title="Mine")
    read = Store.annotations

    def read_then_changed(self: Store, start: date, end: date) -> tuple[Annotation, ...]:
        found = read(self, start, end)
        monkeypatch.setattr(Store, "annotations", read)
        self.annotate(replace(found[0], title="Bob's"), author="bob")
        return found

    monkeypatch.setattr(Store, "annotations", read_then_changed)
    said = text(send(workspace, screen, "Change it"))
    assert "Changed by somebody else" in said
    assert "was changed by bob on" in said
    assert store.annotation(kept.id).title == "Bob's"


@pytest.mark.parametrize(
    ("values", "words"),
    [({"title": " "}, "title is needed"), ({"title": "x", "url": "javascript:1"}, "https")],
)
def test_what_cannot_be_kept_is_said_in_the_form(
    workspace: Path, store: Store, values: dict[str, str], words: str
) -> None:
    said = text(send(workspace, fill(dialog(workspace), **values), "Add it"))
    assert ("Not kept" in said, words in said) == (True, True)
    assert store.annotations(date.min, date.max) == ()


def test_what_people_write_is_shown_harmlessly(workspace: Path, store: Store) -> None:
    store.annotate(Annotation(day=DAY, title=HOSTILE, text=f"{HOSTILE}\n# b"), author=HOSTILE)
    screen = opened(workspace)
    shown = [one.value for one in (*screen.markdown, *screen.caption)]
    assert any(plain.markdown(HOSTILE) in one for one in shown)
    assert not any("[x](http" in one or "<img" in one.replace("\\<", "") for one in shown)
    assert all("<img" not in one for one in notes_drawn(screen))


def test_who_may_not_write_reads(
    workspace: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.annotate(Annotation(day=DAY, title="Outage"), author="ann")
    looker = Viewer("Vic", "vic@example.com", (), "viewer")
    monkeypatch.setattr("pages.shared.annotations.viewer", lambda: looker)
    screen = opened(workspace)
    assert "**Outage**" in text(screen)
    labels = {one.label for one in screen.button}
    assert {"Add it", "Edit", "Remove it"} & labels == set()


def test_charts_are_drawn_when_the_store_cannot_be_read(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreUnreachable("the store in PostgreSQL at db: the server does not answer")

    monkeypatch.setattr(Store, "annotations", gone)
    with showing(workspace):
        found = markers(open_workspace(workspace), Period(date(2026, 10, 26), date(2026, 11, 23)))
    assert [one.kind for one in found] == ["release"]
    screen = opened(workspace)
    assert len(screen.get("plotly_chart")) > 3
    assert "What people have written cannot be read" in text(screen)
    assert "the server does not answer" in text(screen).replace("\\", "")
