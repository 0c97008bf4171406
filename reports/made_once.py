"""Objects that take long to make: each made once, kept in memory for all who may see the same.

Rows lie on disk (`queries/kept_answers`), objects in memory: here. A room is one kind of object.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast
from weakref import WeakSet

from queries import TidemarkError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable

    from queries import Sight, Workspace

LOG = logging.getLogger("tidemark")
MOST = 32  # objects of a room; the one asked longest ago is forgotten first
SECONDS_TOLD = 60.0  # a failure in the background is told this long, then it is tried anew
T = TypeVar("T")
_rooms: WeakSet[Room[Any]] = WeakSet()


class Place(NamedTuple):
    """All that an object depends on: another value, another object.

    Attributes:
        folder: Whose.
        snapshot: Of which build; None: nothing has been built, or builds do not matter.
        sight: What its viewer may see.
        definitions: Settings and metrics as text.
        key: The question.
    """

    folder: str
    snapshot: str | None
    sight: Sight
    definitions: str
    key: Hashable


@dataclass(slots=True, eq=False)
class Making(Generic[T]):
    """One making and how it ended.

    Attributes:
        step: How far it is, where its maker says so.
        made: The object, once it is done without an error.
        error: Why there is none; None: it runs, or there is one.
        done: Set when it is over.
        ended: When that was, on a clock that only goes forward, in seconds.
        thread: Who makes it; 0: nobody has begun.
    """

    step: int = 0
    made: T | None = None
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)
    ended: float = 0.0
    thread: int = 0

    @property
    def failure(self) -> TidemarkError | None:
        """Why there is none, in words for a reader."""
        if self.error is None or isinstance(self.error, TidemarkError):
            return self.error
        return TidemarkError(f"it broke off: {type(self.error).__name__}")


class Room(Generic[T]):
    """Makes each object once for a build, a sight, the settings and a key.

    Args:
        most: Objects that are kept.
        is_of_build: Whether another build makes another object.
        seconds_told: How long a failure in the background is told.
    """

    def __init__(
        self, *, most: int = MOST, is_of_build: bool = True, seconds_told: float = SECONDS_TOLD
    ) -> None:
        self._most, self._is_of_build, self._told = most, is_of_build, seconds_told
        self._makings: OrderedDict[Place, Making[T]] = OrderedDict()
        self._lock = threading.Lock()
        _rooms.add(self)

    def now(self, workspace: Workspace, key: Hashable, make: Callable[[], T]) -> T:
        """The object; whoever asks while another makes it waits. A failure is not remembered."""
        place = self._place(workspace, key)
        while True:
            making, is_mine = self._taken(place, again=True)
            if is_mine:
                self._run(making, lambda _: make())
            elif not making.done.is_set() and making.thread == threading.get_ident():
                raise RuntimeError(f"{key!r} needs itself to be made")
            making.done.wait()
            if making.error is None:
                return cast("T", making.made)
            if is_mine or isinstance(making.error, Exception):
                raise making.error  # else whoever made it was stopped: it is this thread's turn

    def soon(self, workspace: Workspace, key: Hashable, make: Callable[[], T]) -> T | None:
        """The object; None: it is being made in the background, from now on.

        Raises:
            TidemarkError: It could not be made.
        """
        return told(self.begin(workspace, key, lambda _: make()))

    def begin(
        self,
        workspace: Workspace,
        key: Hashable,
        make: Callable[[Making[T]], T],
        *,
        again: bool = False,
    ) -> Making[T]:
        """A making in the background: the one that runs or is done, else a new one.

        Args:
            workspace: Whose.
            key: The question.
            make: Makes it; may write how far it is into the making that it is given.
            again: Also when it is done already.
        """
        making, is_mine = self._taken(self._place(workspace, key), again=again, also_made=again)
        if is_mine:
            threading.Thread(target=self._run_alone, args=(making, make), daemon=True).start()
        return making

    def making(self, workspace: Workspace, key: Hashable) -> Making[T] | None:
        """The making that runs or is known; None: there was none, or its failure is long ago."""
        with self._lock:
            known = self._makings.get(self._place(workspace, key))
        return None if known is None or self._is_stale(known) else known

    def forget(self) -> None:
        """Let go of everything, as a new process does."""
        with self._lock:
            self._makings.clear()

    def _taken(
        self, place: Place, *, again: bool, also_made: bool = False
    ) -> tuple[Making[T], bool]:
        """The making of a place, and whether it is the caller's to run."""
        with self._lock:
            known = self._makings.get(place)
            if known is not None:
                self._makings.move_to_end(place)
                is_over = known.done.is_set() and (known.error is not None or also_made)
                if not (self._is_stale(known) or (again and is_over)):
                    return known, False
            self._make_room(place)
            making: Making[T] = Making()
            self._makings[place] = making
            return making, True

    def _make_room(self, place: Place) -> None:
        """Forget what earlier builds made, and what was asked longest ago; never what runs."""
        done = [one for one, making in self._makings.items() if making.done.is_set()]
        gone = [
            one for one in done if one.folder == place.folder and one.snapshot != place.snapshot
        ]
        for one in gone:
            del self._makings[one]
        left = [one for one in done if one in self._makings]
        for one in left[: max(0, len(self._makings) + 1 - self._most)]:
            del self._makings[one]

    def _is_stale(self, making: Making[T]) -> bool:
        failed = making.done.is_set() and making.error is not None
        return failed and time.monotonic() - making.ended >= self._told

    def _run(self, making: Making[T], make: Callable[[Making[T]], T]) -> None:
        making.thread = threading.get_ident()
        try:
            making.made = make(making)
        except BaseException as error:  # noqa: BLE001  (raised again for whoever waits)
            making.error = error
        finally:
            making.ended = time.monotonic()
            making.done.set()

    def _run_alone(self, making: Making[T], make: Callable[[Making[T]], T]) -> None:
        """The last place of a thread: nobody else would hear of a fault."""

        def noted(making: Making[T]) -> T:
            try:
                return make(making)
            except TidemarkError:
                raise
            except Exception:
                LOG.exception("an object could not be made in the background")
                raise

        self._run(making, noted)

    def _place(self, workspace: Workspace, key: Hashable) -> Place:
        snapshot = workspace.snapshot if self._is_of_build else None
        definitions = f"{workspace.settings.model_dump_json()}{workspace.metrics_text}"
        built = snapshot.id if snapshot else None
        return Place(str(workspace.folder), built, workspace.sight, definitions, key)


def forget_all(*, but: Container[Room[Any]] = ()) -> None:
    """Empty every room, as a new process finds them, but for some."""
    for room in list(_rooms):
        if room not in but:
            room.forget()


def told(making: Making[T]) -> T | None:
    """What was made; None: it is not done.

    Raises:
        TidemarkError: It could not be made.
    """
    if (failure := making.failure) is not None:
        raise failure
    return making.made
