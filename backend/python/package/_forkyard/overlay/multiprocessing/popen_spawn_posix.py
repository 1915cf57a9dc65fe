"""A child by a fresh interpreter, which gets the arena and whatever its objects need as descriptors."""

from _forkyard import piped, zygote

from . import resource_tracker

__all__ = ["Popen"]


class _DupFd:
    """A descriptor that the child has under the same number."""

    def __init__(self, fd):
        self.fd = fd

    def detach(self):
        return self.fd


class Popen(piped.Popen):
    """A started process."""

    method = "spawn"
    DupFd = _DupFd

    def duplicate_for_child(self, fd):
        self._fds.append(fd)
        return fd

    def _launch(self, process_obj):
        tracker = resource_tracker.getfd()
        self._fds.append(tracker)

        def start(read):
            fds = [*dict.fromkeys([*self._fds, read])]
            self.pid, header = zygote.launch(fds, tracker_fd=tracker, pipe_handle=read)
            self.copied = not header
            return header

        self._tell(process_obj, start)
