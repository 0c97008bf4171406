"""Landlock: the kernel lets a process read the named files, and nothing else.

Linux 5.13 and newer; TCP from 6.7 on (ABI 4), abstract sockets and signals to others from 6.12 on
(ABI 6). It binds the thread that asks for it and those started later, so it comes first.

References:
    Linux, Documentation/userspace-api/landlock.rst.
"""

import ctypes
import os
import sys
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION = 1
PATH_BENEATH = 1
MISSING = "the kernel of this machine has no Landlock"
NO_NEW_PRIVILEGES = 38
READ_FILE = 1 << 2

# Rights over files that each ABI knows: what is handled and not granted is denied.
RIGHTS_OF_FIRST_ABI = (1 << 13) - 1
MORE_RIGHTS = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # refer, truncate, ioctl on devices
TCP = 0b11  # bind, connect
SCOPES = 0b11  # abstract sockets, signals


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("file", ctypes.c_int32))


def abi() -> int:
    """The version that the kernel speaks; 0: it has none, or it is turned off."""
    if not sys.platform.startswith("linux"):
        return 0
    answer = _libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))
    return max(0, int(answer))


def restrict(files: Iterable[str]) -> None:
    """From now on this thread, and those that it starts, may read these files and nothing else.

    A file that is not there (any more) cannot be read anyway.

    Raises:
        OSError: The kernel has no Landlock, or refuses.
    """
    version = abi()
    if not version:
        raise OSError(MISSING)
    handled = RIGHTS_OF_FIRST_ABI
    for since, right in MORE_RIGHTS.items():
        handled |= right if version >= since else 0
    ruleset = _Ruleset(handled, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    libc = _libc()
    rules = _done(libc.syscall(CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0))
    try:
        for path in files:
            _allow(libc, rules, path)
        _done(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _done(libc.syscall(RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str) -> None:
    try:
        file = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = _PathBeneath(READ_FILE, file)
        _done(libc.syscall(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(file)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _done(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return answer
