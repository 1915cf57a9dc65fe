"""What wakes a thread that waits for descriptors: an eventfd, which it waits for together with the others."""

import os


class Notifier:
    """Readable from `put` to `clear`. Closed when nobody has it any more, if not before."""

    _fd = None

    def __init__(self):
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def put(self, _=None):
        if self._fd is not None:
            os.eventfd_write(self._fd, 1)

    def clear(self):
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            pass

    def fileno(self):
        return self._fd

    def close(self):
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    __del__ = close
