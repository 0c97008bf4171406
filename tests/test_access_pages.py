"""What pages say of access: the gate, who looks, what is held back and why, and the log."""

from pathlib import Path

import pytest

from pages.shared import gate, sign_in
from pages.shared.sign_in import NotSignedIn
from queries import Workspace
from queries.access import Identity
from queries.access_settings import Access
from reports.audit_log import audit_report
from store import AuditEntry, store_of
from tests.page_runs import act, has_failed, headers, metrics, run_page, text
from tests.page_workspace import GERMAN, make_workspace

ACCESS = """
[access]
sign_in = "oidc"

[access.roles]
admin = ["ann@example.com"]
analyst = ["bob@example.com"]
viewer = ["cleo@example.com"]

[[access.policies]]
who = "role:viewer"
dimension = "country"
values = "DE"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_workspace(tmp_path_factory.mktemp("access")).folder
    settings = folder / "workspace.toml"
    settings.write_text(settings.read_text("utf-8") + ACCESS, encoding="utf-8")
    return folder


@pytest.fixture
def who(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody who has signed in."""
    name: str = request.param
    somebody = Identity(name.capitalize(), f"{name}@example.com")
    monkeypatch.setattr(sign_in, "identity", lambda _: somebody)
    return name


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Access) -> Identity:
        raise NotSignedIn("nobody has signed in")

    monkeypatch.setattr(sign_in, "identity", refuse)


def as_(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("who", names, indirect=True)


@pytest.mark.usefixtures("nobody")
def test_who_has_not_signed_in_sees_the_gate_and_nothing_else(folder: Path) -> None:
    screen = run_page(folder, "usage")
    assert [title.value for title in screen.title] == ["Sign in"]
    assert (headers(screen), metrics(screen), len(screen.sidebar)) == ([], {}, 0)
    assert "Paper" not in text(screen)


@as_("dan")
def test_who_is_not_listed_is_told_so(folder: Path, who: str) -> None:
    screen = run_page(folder, "usage")
    assert [title.value for title in screen.title] == ["Not open to you"]
    assert f"{who}\\@" in text(screen)
    assert metrics(screen) == {}


@as_("cleo")
def test_who_sees_a_part_sees_its_numbers(folder: Path, who: str) -> None:
    assert who
    screen = run_page(folder, "usage")
    assert metrics(screen)["Daily active users"] == (str(GERMAN), "0.0%")


@as_("cleo")
def test_who_sees_a_part_is_told_what_is_held_back(folder: Path, who: str) -> None:
    assert who
    screen = run_page(folder, "data")
    assert not has_failed(screen), text(screen)
    assert "You see a part of the product" in text(screen)
    assert metrics(screen)["Rows read"][0] == "–"
    assert "Every row could be read" not in text(screen)


@pytest.mark.parametrize("who", ["ann", "bob", "cleo"], indirect=True)
def test_the_log_is_the_administrators(folder: Path, who: str) -> None:
    assert ("Who did what" in headers(run_page(folder, "data"))) is (who == "ann")


@as_("ann")
def test_the_log_is_narrowed_to_a_person(
    folder: Path, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert who
    monkeypatch.setattr(gate, "_noted", set())
    from queries import open_workspace

    store = store_of(open_workspace(folder))
    store.audit(AuditEntry(action="ran", author="bob@example.com", details={"sql": "select 1"}))
    screen = run_page(folder, "data")
    assert {"signed in", "ran"} <= set(screen.selectbox(key="log_what").options)
    narrowed = act(folder, screen.selectbox(key="log_who").select("bob@example.com"))
    (shown,) = (table.value for table in narrowed.dataframe if "Who" in str(table.proto.columns))
    assert set(shown["author"]) == {"bob@example.com"}


def test_the_log_reads_as_a_table(tmp_path: Path) -> None:
    workspace: Workspace = make_workspace(tmp_path)
    store = store_of(workspace)
    store.audit(AuditEntry(action="signed in", author="ann", details={"role": "admin"}))
    store.audit(AuditEntry(action="ran", author="bob", subject="q", details={"s": "a\nb"}))
    report = audit_report(workspace)
    assert report.rows.drop("at").rows() == [
        ("bob", "ran", "q", "s: a b"),
        ("ann", "signed in", "", "role: admin"),
    ]
    assert (report.actions, report.authors) == (("ran", "signed in"), ("ann", "bob"))
    assert not report.is_cut


@as_("bob")
def test_coming_is_noted_once(folder: Path, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_noted", set())
    kept: list[str] = []
    monkeypatch.setattr(gate.audit, "record_of", lambda author, *_, **__: kept.append(author))
    run_page(folder, "usage")
    run_page(folder, "today")
    assert kept == [f"{who}@example.com"]
