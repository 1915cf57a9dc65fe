"""A child by a copy of the fork server, which gets what its objects need as descriptors."""

import io
import os

from _forkyard.borrow import interpreters_own

from . import forkserver, popen_fork, resource_tracker, spawn
from .context import reduction, set_spawning_popen

interpreters_own(__name__)

#: Where the server serves as the interpreter has it.
InterpretersPopen = Popen


class Popen(popen_fork.Popen):
    """A started process."""

    method = "forkserver"
    DupFd = InterpretersPopen.DupFd

    def __init__(self, process_obj):
        self._fds = []
        super().__init__(process_obj)

    def duplicate_for_child(self, fd):
        self._fds.append(fd)
        return len(self._fds) - 1

    def _launch(self, process_obj):
        server = forkserver._forkserver
        if not (server.makes_copies() and self._copied(process_obj, server)):
            self.__class__ = InterpretersPopen
            self._fds = []
            self._launch(process_obj)

    def _copied(self, process_obj, server):
        """Whether a copy of the server has begun."""
        told = self._pickled(process_obj)
        read, write = os.pipe()
        try:
            self.pid = server.start([read, resource_tracker.getfd(), *self._fds])
            if self.pid is None:
                os.close(write)
                return False
            self._watch(write)
        except BaseException:
            os.close(write)
            raise
        finally:
            os.close(read)
        # The write end stays open: its end of file tells the child that its parent is gone.
        with open(write, "wb", closefd=False) as pipe:
            pipe.write(told)
        return True

    def _pickled(self, process_obj):
        buffer = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump(spawn.get_preparation_data(process_obj._name), buffer)
            reduction.dump(process_obj, buffer)
        finally:
            set_spawning_popen(None)
        return buffer.getbuffer()
