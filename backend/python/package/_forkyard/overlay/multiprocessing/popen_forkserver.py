"""A child by a copy of the fork server, which gets what its objects need as descriptors."""

from _forkyard import piped
from _forkyard.borrow import interpreters_own

from . import forkserver, resource_tracker

interpreters_own(__name__)

#: Where the server serves as the interpreter has it.
InterpretersPopen = Popen


class Popen(piped.Popen):
    """A started process."""

    method = "forkserver"
    DupFd = InterpretersPopen.DupFd

    def duplicate_for_child(self, fd):
        self._fds.append(fd)
        return len(self._fds) - 1

    def _launch(self, process_obj):
        server = forkserver._forkserver

        def start(read):
            self.pid = server.start([read, resource_tracker.getfd(), *self._fds])
            return b"" if self.pid is not None else None

        if not (server.makes_copies() and self._tell(process_obj, start)):
            self.__class__ = InterpretersPopen
            self._fds = []
            self._launch(process_obj)
