"""An object is made once for all who may see the same, and a failure is not remembered."""

import threading
from pathlib import Path

import pytest

from queries import Filter, QueryError, Segment, Sight, TidemarkError, Workspace, open_workspace
from reports.made_once import Making, Room, forget_all
from store import Goal, store_of
from tests.build_logs import empty_workspace, random_log, rebuilt, write_events

LITTLE = Sight(Segment((Filter("platform", ("ios",)),)), shows_personal=False)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("made_once")
    made = empty_workspace(folder)
    write_events(folder / "events.parquet", random_log(3, days=10))
    return rebuilt(made)


class Maker:
    """Counts how often it was asked; fails while it is told to."""

    def __init__(self) -> None:
        self.times = 0
        self.fails = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self) -> int:
        self.times += 1
        self.may_go_on.wait(30)
        if self.fails:
            raise QueryError("no answer today")
        return self.times


def test_every_room_is_emptied_but_for_some(workspace: Workspace) -> None:
    one, other = Room[int](), Room[int]()
    make = Maker()
    assert (one.now(workspace, "a", make), other.now(workspace, "a", make)) == (1, 2)
    forget_all(but=(other,))
    assert (one.now(workspace, "a", make), other.now(workspace, "a", make)) == (3, 2)


def test_an_object_is_made_once_for_a_key(workspace: Workspace) -> None:
    room: Room[int] = Room()
    make = Maker()
    assert [room.now(workspace, key, make) for key in ("a", "a", "b")] == [1, 1, 2]


def test_another_sight_has_an_object_of_its_own(workspace: Workspace) -> None:
    room: Room[int] = Room()
    make = Maker()
    assert room.now(workspace, "a", make) == 1
    assert room.now(workspace.seen_with(LITTLE), "a", make) == 2


def test_a_workspace_opened_again_finds_it_unless_its_settings_changed(
    workspace: Workspace,
) -> None:
    room: Room[int] = Room()
    make = Maker()
    again = open_workspace(workspace.folder)
    assert [room.now(one, "a", make) for one in (workspace, again)] == [1, 1]
    product = again.settings.product.model_copy(update={"currency": "XTS"})
    again.settings = again.settings.model_copy(update={"product": product})
    assert room.now(again, "a", make) == 2


def test_another_build_makes_it_anew_and_forgets_the_earlier(tmp_path: Path) -> None:
    made = empty_workspace(tmp_path)
    write_events(tmp_path / "events.parquet", random_log(3, days=10))
    first = rebuilt(made)
    room: Room[int] = Room()
    make = Maker()
    room.now(first, "a", make)
    write_events(tmp_path / "events.parquet", random_log(4, days=11))
    assert room.now(rebuilt(made), "a", make) == 2
    assert len(room._makings) == 1


def test_askers_at_once_wait_for_one_maker(workspace: Workspace) -> None:
    room: Room[int] = Room()
    make = Maker()
    make.may_go_on.clear()
    found: list[int] = []
    askers = [
        threading.Thread(target=lambda: found.append(room.now(workspace, "a", make)))
        for _ in range(4)
    ]
    for asker in askers:
        asker.start()
    assert room.soon(workspace, "a", make) is None
    make.may_go_on.set()
    for asker in askers:
        asker.join(30)
    assert (found, make.times) == ([1, 1, 1, 1], 1)


def test_who_waits_goes_on_when_the_maker_was_stopped(workspace: Workspace) -> None:
    room: Room[int] = Room()
    begun, stop = threading.Event(), threading.Event()

    def stopped() -> int:
        begun.set()
        stop.wait(30)
        raise KeyboardInterrupt

    def first() -> None:
        with pytest.raises(KeyboardInterrupt):
            room.now(workspace, "a", stopped)

    found: list[int] = []
    one = threading.Thread(target=first)
    other = threading.Thread(target=lambda: found.append(room.now(workspace, "a", Maker())))
    one.start()
    begun.wait(30)
    other.start()
    stop.set()
    one.join(30)
    other.join(30)
    assert found == [1]


def test_a_failure_is_not_remembered(workspace: Workspace) -> None:
    room: Room[int] = Room()
    make = Maker()
    make.fails = True
    with pytest.raises(QueryError, match="no answer today"):
        room.now(workspace, "a", make)
    make.fails = False
    assert room.now(workspace, "a", make) == 2


def test_a_failure_in_the_background_is_told_for_a_while_then_tried_anew(
    workspace: Workspace,
) -> None:
    make = Maker()
    make.fails = True
    patient: Room[int] = Room()
    patient.begin(workspace, "a", lambda _: make()).done.wait(30)
    with pytest.raises(QueryError, match="no answer today"):
        patient.soon(workspace, "a", make)
    hasty: Room[int] = Room(seconds_told=0.0)
    hasty.begin(workspace, "a", lambda _: make()).done.wait(30)
    make.fails = False
    hasty.begin(workspace, "a", lambda _: make()).done.wait(30)
    assert hasty.soon(workspace, "a", make) == make.times == 3


def test_a_fault_in_the_background_is_told_in_words(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    room: Room[int] = Room()

    def faulty(_: Making[int]) -> int:
        raise ZeroDivisionError

    room.begin(workspace, "a", faulty).done.wait(30)
    with pytest.raises(TidemarkError, match="it broke off: ZeroDivisionError"):
        room.soon(workspace, "a", Maker())
    assert "could not be made in the background" in caplog.text


def test_the_one_asked_longest_ago_is_forgotten_first(workspace: Workspace) -> None:
    room: Room[int] = Room(most=2)
    make = Maker()
    for key in ("a", "b", "a", "c"):
        room.now(workspace, key, make)
    assert [room.making(workspace, key) is not None for key in "abc"] == [True, False, True]


def test_what_runs_is_never_forgotten(workspace: Workspace) -> None:
    room: Room[int] = Room(most=1)
    slow, quick = Maker(), Maker()
    slow.may_go_on.clear()
    running = room.begin(workspace, "a", lambda _: slow())
    room.now(workspace, "b", quick)
    assert room.making(workspace, "a") is running
    slow.may_go_on.set()
    assert running.done.wait(30)


def test_what_needs_itself_says_so(workspace: Workspace) -> None:
    room: Room[int] = Room()
    with pytest.raises(RuntimeError, match="needs itself"):
        room.now(workspace, "a", lambda: room.now(workspace, "a", Maker()))


def test_what_people_write_is_part_of_the_key(tmp_path: Path) -> None:
    from datetime import date

    from reports.written import written

    made = empty_workspace(tmp_path)
    assert written(made) == ()
    goal = Goal(metric="events", target=1.0, direction="higher", from_day=date(2026, 1, 1))
    store_of(made).set_goal(goal, author="ann")
    assert len(written(made)) == 1
