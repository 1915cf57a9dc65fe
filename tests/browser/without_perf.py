"""Starts a program in which nobody may watch who is on which core, as in most containers: `without_perf.py PROGRAM [ARGUMENT]...`.

The system call perf_event_open is answered with EPERM, by a seccomp filter that its children inherit.
"""

import ctypes
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD_NUMBER, SKIP_UNLESS, ANSWER = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1
PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}[platform.machine()]


class Program(ctypes.Structure):
    """The filter as the kernel takes it."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def step(code, skip, number):
    """One step of the filter: where its comparison fails, so many steps are skipped."""
    return struct.pack("HBBI", code, 0, skip, number)


steps = [step(LOAD_NUMBER, 0, 0), step(SKIP_UNLESS, 1, PERF_EVENT_OPEN), step(ANSWER, 0, REFUSE), step(ANSWER, 0, ALLOW)]
program = Program(len(steps), b"".join(steps))
libc = ctypes.CDLL(None, use_errno=True)
for request in [(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0)]:
    if libc.prctl(*request):
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
