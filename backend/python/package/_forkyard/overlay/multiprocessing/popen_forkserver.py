"""A child by a copy of the fork server, which gets what its objects need as descriptors.

It is the program's own child, and so the program may take its exit code away: by ignoring `SIGCHLD`, or by waiting for any child. On CPython's
own module the server knows the code whatever the program does; here the kernel does.
"""

import fcntl
import os
import select
import struct

from _forkyard import piped
from _forkyard.borrow import interpreters_own

from . import forkserver, resource_tracker

interpreters_own(__name__)

#: PIDFD_GET_INFO of <linux/pidfd.h>, with the size of `struct pidfd_info` as it was in Linux 6.13.
_GET_INFO = 0xC040FF0B

#: That struct: the mask, the parent's pid, the status as `waitpid` has it, and what is not looked at.
_INFO = struct.Struct("=Q16xI32xi")

#: PIDFD_INFO_EXIT, since Linux 6.15: the status of a process that has been reaped.
_INFO_EXIT = 1 << 3

#: Milliseconds that the kernel may take from the end of a process that nobody waits for until it is reaped.
_REAPED_WITHIN = 1000

#: Where the server serves as the interpreter has it.
InterpretersPopen = Popen


class Popen(piped.Popen):
    """A started process."""

    method = "forkserver"
    DupFd = InterpretersPopen.DupFd

    def duplicate_for_child(self, fd):
        self._fds.append(fd)
        return len(self._fds) - 1

    def _code_of_the_gone(self):
        for _ in range(2):
            info = bytearray(_INFO.pack(_INFO_EXIT, 0, 0))
            try:
                fcntl.ioctl(self.sentinel, _GET_INFO, info)
            except OSError:
                return None
            told, parent, status = _INFO.unpack(info)
            if told & _INFO_EXIT:
                return os.waitstatus_to_exitcode(status)
            if parent != os.getpid():
                return None  # that of the program from which this process was forked by hand
            being_reaped = select.poll()
            being_reaped.register(self.sentinel, 0)  # what is told without being asked for: the hang-up, when it is reaped
            being_reaped.poll(_REAPED_WITHIN)
        return None

    def _launch(self, process_obj):
        server = forkserver._forkserver

        def start(read):
            self.pid = server.start([read, resource_tracker.getfd(), *self._fds])
            return b"" if self.pid is not None else None

        if not (server.makes_copies() and self._tell(process_obj, start)):
            self.__class__ = InterpretersPopen
            self._fds = []
            self._launch(process_obj)
