"""A child by a fresh interpreter, which gets the arena and whatever its objects need as descriptors."""

import io
import os

from _forkyard import zygote

from . import popen_fork, spawn
from .context import reduction, set_spawning_popen

__all__ = ["Popen"]


class _DupFd:
    """A descriptor that the child has under the same number."""

    def __init__(self, fd):
        self.fd = fd

    def detach(self):
        return self.fd


class Popen(popen_fork.Popen):
    """A started process."""

    method = "spawn"
    DupFd = _DupFd

    def __init__(self, process_obj):
        self._fds = []
        super().__init__(process_obj)

    def duplicate_for_child(self, fd):
        self._fds.append(fd)
        return fd

    def _launch(self, process_obj):
        from . import resource_tracker

        tracker = resource_tracker.getfd()
        self._fds.append(tracker)
        told = self._pickled(process_obj)
        read, write = os.pipe()
        try:
            fds = [*dict.fromkeys([*self._fds, read])]
            self.pid, header = zygote.launch(fds, tracker_fd=tracker, pipe_handle=read)
            self.copied = not header
            self._watch(write)
        except BaseException:
            os.close(write)
            raise
        finally:
            os.close(read)
        # The write end stays open: its end of file tells the child that its parent is gone.
        with open(write, "wb", closefd=False) as pipe:
            pipe.write(header + told)

    def _pickled(self, process_obj):
        buffer = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump(spawn.get_preparation_data(process_obj._name), buffer)
            reduction.dump(process_obj, buffer)
        finally:
            set_spawning_popen(None)
        return buffer.getbuffer()
