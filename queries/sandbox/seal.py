"""What a worker gives up before the engine starts: files, network, core dumps, other's time."""

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from queries.sandbox import landlock, seccomp
from queries.sandbox.wire import Opening

NICENESS = 10
OPEN_FILES = 512
STACK_DEPTH = 5_000  # of Python, for the trees of deep texts
MEBIBYTE = 2**20
ROOM_MB = 2_048  # address space beside the engine's memory: arenas, stacks, results
# Where the engine looks up how large the machine is; it does not start where it may not look.
OF_THE_MACHINE = ("/proc/self/cgroup", "/sys/fs/cgroup", "/sys/devices/system/cpu")
UNKNOWN_MB = 512  # address space of libraries where the system does not tell


def seal(opening: Opening) -> str | None:
    """Give up what is not needed; to be called before there are other threads.

    Returns:
        Why files and network are not sealed by the kernel; None: they are.

    Raises:
        OSError: The kernel could seal them, and did not.
    """
    os.nice(NICENESS)
    os.chdir("/")
    sys.setrecursionlimit(STACK_DEPTH)
    room = (_address_space_mb() + opening.memory_mb + ROOM_MB) * MEBIBYTE
    with suppress(ValueError):  # not every system limits address space
        resource.setrlimit(resource.RLIMIT_AS, (room, room))
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(kind, (most, most))
    return _seal_by_kernel(opening)


def _seal_by_kernel(opening: Opening) -> str | None:
    seccomp.restrict()
    if not landlock.abi():
        return landlock.MISSING
    machine = [path for path in OF_THE_MACHINE if Path(path).exists()]
    landlock.restrict([*machine, *opening.files])
    return None


def _address_space_mb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return UNKNOWN_MB
    return pages * resource.getpagesize() // MEBIBYTE
