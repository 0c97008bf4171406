"""seccomp: the kernel refuses calls that no answer needs: sockets, other programs, other processes.

Landlock knows files and TCP; this closes the rest of the network (UDP, Unix sockets) and keeps a
process that was taken over from starting another one or looking into one.

References:
    Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Mapping
from typing import NamedTuple

SET_SECCOMP, MODE_FILTER = 22, 2
NO_NEW_PRIVILEGES = 38
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # refused with EPERM
LOAD, EQUALS, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER_AT, MACHINE_AT = 0, 4  # where the call's facts hold them
FOREIGN_NUMBERS = 0x40000000  # from here on calls of another kind of program on the same machine


class Machine(NamedTuple):
    """A kind of processor: its number in the kernel, and the numbers of the refused calls."""

    number: int
    calls: tuple[int, ...]


# socket, socketpair, connect, bind, listen, accept, accept4, sendto, sendmsg, sendmmsg, execve,
# execveat, ptrace, process_vm_readv, process_vm_writev, pidfd_open, pidfd_getfd, pidfd_send_signal,
# kill, tkill, open_by_handle_at, mount, umount2, unshare, setns, chroot, bpf, perf_event_open,
# userfaultfd, keyctl, add_key, request_key, io_uring_setup, memfd_create
MACHINES: Mapping[str, Machine] = {
    "x86_64": Machine(0xC000003E, (
        41, 53, 42, 49, 50, 43, 288, 44, 46, 307, 59, 322, 101, 310, 311, 434, 438, 424, 62, 200,
        304, 165, 166, 272, 308, 161, 321, 298, 323, 250, 248, 249, 425, 319,
    )),
    "aarch64": Machine(0xC00000B7, (
        198, 199, 203, 200, 201, 202, 242, 206, 211, 269, 221, 281, 117, 270, 271, 434, 438, 424,
        129, 130, 265, 40, 39, 97, 268, 51, 280, 241, 282, 219, 217, 218, 425, 279,
    )),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def restrict() -> bool:
    """From now on this thread, and those that it starts, are refused such calls.

    Returns:
        Whether they are; not on machines whose numbers are not known here.

    Raises:
        OSError: The kernel does not do it.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None or not sys.platform.startswith("linux"):
        return False
    steps = _steps(machine)
    program = _Program(len(steps), b"".join(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*call) < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")
    return True


def _steps(machine: Machine) -> list[bytes]:
    """The filter: each step is a code, two jumps and a value."""
    refused = machine.calls
    steps = [
        _step(LOAD, MACHINE_AT),
        _step(EQUALS, machine.number, yes=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER_AT),
        _step(AT_LEAST, FOREIGN_NUMBERS, yes=len(refused) + 1),
    ]
    for position, number in enumerate(refused):
        steps.append(_step(EQUALS, number, yes=len(refused) - position))
    return [*steps, _step(RETURN, ALLOW), _step(RETURN, REFUSE)]


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
