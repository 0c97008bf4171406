"""The digest: only what is new, quiet when nothing is, by mail and webhook; alerts on history."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner

from queries import TidemarkError, Workspace, WorkspaceError
from queries.brief_settings import Alert
from reports import digest as digests
from reports.alerts import alerts
from reports.brief_items import Brief, Item
from reports.digest import digest, remember, told_before
from reports.digest_commands import NEWS
from reports.digest_commands import alerts as alerts_command
from reports.digest_commands import digest as digest_command
from reports.digest_sending import send
from reports.morning import Line, Section
from tests.page_workspace import ALL, LAST_DAY, NEWCOMERS_ON, OLD, make_workspace

ITEM = Item(
    key="2026-11-22|daily_active_users|", day=LAST_DAY, metric="daily_active_users",
    label="Active people", unit="users", better="higher", page="usage", feature=None, segment=None,
    since=LAST_DAY, is_rate=False, actual=80, expected=100, effect=-0.2, low=-0.3, high=-0.1,
    volume=100, is_recovery=False,
)  # fmt: skip
DECISION = Line("“hints”: Ship.", key="hints", state="Decision ready")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("digest"))


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the reports say today; a test may change it."""
    said: dict[str, object] = {
        "brief": Brief(LAST_DAY, tested=94, items=(ITEM,)),
        "morning": (
            Section("decisions", "Decide", "experiments", (DECISION, Line("not told")), ""),
        ),
    }
    monkeypatch.setattr(digests, "analyse", lambda _: said["brief"])
    monkeypatch.setattr(digests, "put_together", lambda _: said["morning"])
    return said


def test_what_is_new_is_told_once_and_changes_again(
    workspace: Workspace, news: dict[str, object]
) -> None:
    first = digest(workspace)
    assert [one.group for one in first.entries] == ["What changed", "Decide"]
    assert first.title.endswith("Sun 22 Nov: 2 new")
    assert "Active people −20 % (95 % interval −30 % to −10 %)" in first.text
    remember(workspace, "ann", first)
    again = digest(workspace, told_before(workspace, "ann"))
    assert (again.entries, again.title.endswith("nothing new")) == ((), True)
    changed = replace(DECISION, state="Decided")
    news["morning"] = (Section("decisions", "Decide", "experiments", (changed,), ""),)
    later = digest(workspace, told_before(workspace, "ann"))
    assert [one.state for one in later.entries] == ["Decided"]
    assert told_before(workspace, "bob") == {}


def test_a_quiet_day_says_so(workspace: Workspace, news: dict[str, object]) -> None:
    news |= {"brief": Brief(LAST_DAY, tested=94), "morning": ()}
    assert digest(workspace).text == "Nothing unusual on Sun 22 Nov in 94 series."
    news["brief"] = Brief(LAST_DAY)
    assert digest(workspace).text.startswith("No series had enough people or events")


def run(workspace: Workspace, *options: str) -> tuple[int, str]:
    found = CliRunner().invoke(digest_command, [str(workspace.folder), *options])
    return found.exit_code, found.output


@pytest.mark.usefixtures("news")
def test_the_command_is_for_cron(workspace: Workspace) -> None:
    assert run(workspace, "--dry-run", "--exit-code")[0] == NEWS
    code, said = run(workspace, "--exit-code")
    assert (code, "- Active people" in said) == (NEWS, True)
    assert run(workspace, "--exit-code") == (0, "")
    assert "- Active people" in run(workspace, "--all")[1]


# Where it goes: a mail server and a web server of our own.


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be sent a message."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                content = b""
                while (text := self.rfile.readline()) != b".\r\n":
                    content += text
                self.server.got.append(content.decode())  # type: ignore[attr-defined]
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


class Web(BaseHTTPRequestHandler):
    """Takes what is posted."""

    status = 200

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.server.got.append(json.loads(self.rfile.read(size)))  # type: ignore[attr-defined]
        self.send_response(500 if self.path.endswith("full") else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def sink(handler: type) -> Iterator[tuple[int, list[object]]]:
    """A server on a free port, and what it was sent."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.got = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_address[1], server.got  # type: ignore[attr-defined]
        server.shutdown()


def test_mail_arrives() -> None:
    with sink(Mail) as (port, got):
        address = f"mailto://127.0.0.1:{port}?from=tidemark@example.com&to=ann@example.com"
        send(address, title="Paper boat: 1 new", text="Active people −20 %")
    (message,) = got
    assert "Subject: Paper boat: 1 new" in str(message)
    assert "ann@example.com" in str(message)


def test_a_webhook_gets_title_and_text() -> None:
    with sink(Web) as (port, got):
        send(f"json://127.0.0.1:{port}/hook", title="one", text="two")
    assert [(one["title"], one["message"]) for one in got] == [("one", "two")]  # type: ignore[index]


@pytest.mark.usefixtures("news")
def test_what_nobody_took_is_sent_again(workspace: Workspace) -> None:
    with sink(Web) as (port, got):
        code, said = run(workspace, "--to", f"json://127.0.0.1:{port}/full")
        assert (code, "does not count as told" in said) == (1, True)
        taken = f"json://127.0.0.1:{port}/hook"
        assert run(workspace, "--to", taken) == (0, "")
        assert run(workspace, "--to", taken) == (0, "")
    assert len(got) == 2


def test_an_address_of_nothing_is_refused_without_its_secrets() -> None:
    with pytest.raises(TidemarkError, match="begins with 'carrier'") as error:
        send("carrier://ann:secret@pigeon", title="x", text="y")
    assert "secret" not in str(error.value)


# Alerts


def with_alerts(workspace: Workspace, *rules: Alert) -> Workspace:
    return Workspace(workspace.folder, workspace.settings.model_copy(update={"alerts": rules}))


def test_an_alert_is_tried_on_the_past(workspace: Workspace) -> None:
    rules = (
        Alert(name="More", metric="daily_active_users", above=OLD),
        Alert(name="More for long", metric="daily_active_users", above=OLD, days=5),
        Alert(name="Fewer", metric="daily_active_users", below=1),
    )
    more, longer, fewer = alerts(with_alerts(workspace, *rules), days=40)
    assert [one.day for one in more.fired] == [NEWCOMERS_ON]
    assert [one.day for one in longer.fired] == [NEWCOMERS_ON + timedelta(days=4)]
    assert more.fired[0].text == f"Active people is {ALL}, above {OLD}"
    assert fewer.sentence == "“Fewer” would have fired not once in 40 days."
    assert more.sentence == "“More” would have fired once in 40 days: Mon 26 Oct."


def test_rules_that_cannot_fire_are_refused(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="needs one of 'above', 'below' and 'change'"):
        alerts(with_alerts(workspace, Alert(name="x", metric="events")))
    with pytest.raises(WorkspaceError, match="daily_active_users"):
        alerts(with_alerts(workspace, Alert(name="x", metric="daily_active_user", above=1)))


def test_the_command_says_how_often(workspace: Workspace, tmp_path: Path) -> None:
    found = CliRunner().invoke(alerts_command, [str(workspace.folder)])
    assert (found.exit_code, found.output) == (0, "workspace.toml has no [[alerts]].\n")
    settings = workspace.folder / "workspace.toml"
    text = settings.read_text(encoding="utf-8")
    rule = '\n[[alerts]]\nname = "More"\nmetric = "daily_active_users"\nabove = 35\n'
    settings.write_text(text + rule, encoding="utf-8")
    found = CliRunner().invoke(alerts_command, [str(workspace.folder), "--days", "40"])
    settings.write_text(text, encoding="utf-8")
    assert "“More” would have fired once in 40 days: Mon 26 Oct." in found.output
    assert date(2026, 10, 26).isoformat() in found.output
    assert not list(tmp_path.iterdir())
