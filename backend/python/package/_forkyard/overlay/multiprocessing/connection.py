"""Pipes through shared memory. Listener, Client and authentication are the interpreter's own."""

from _forkyard.borrow import interpreters_own

interpreters_own(__name__)

import collections  # noqa: E402
import io  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

from _forkyard import _engine, names, passing, trace  # noqa: E402

from .context import get_spawning_popen, reduction  # noqa: E402


class _PipeEnd(_engine.End, Connection):  # noqa: F821 - the interpreter's own
    """One end of a pipe; `send`, `recv` and `poll` are the engine's. Its descriptor becomes readable like a socket's once somebody asks
    for it."""

    def __init__(self, end):
        Connection.__init__(self, end._fd(), end._receives, end._sends)  # noqa: F821
        self._become(end)

    def fileno(self):
        """The descriptor, which from now on tells whether there is something to receive."""
        self._check_closed()
        if self._readable:
            self._arm()
        return self._handle

    def _close(self):
        self._let_go()

    def _send_bytes(self, buf):
        self._send_whole(bytes(buf))

    def _recv_bytes(self, maxsize=None):
        data = self._recv_whole()
        if maxsize is not None and len(data) > maxsize:
            return None
        buffer = io.BytesIO()
        buffer.write(data)
        return buffer

    def _poll(self, timeout):
        return self.poll(timeout)

    def _duplicate(self):
        """Another connection to the same end, closed by itself."""
        return type(self)(_engine.End._open(self._name, self._side, self._handle))


_PipeEnd.__name__ = _PipeEnd.__qualname__ = "Connection"


def Pipe(duplex=True):
    """Two connected ends; with `duplex` False the first only receives and the second only sends."""
    first, second = _engine.pipe(bool(duplex), trace.made("Connection"))
    return _PipeEnd(first), _PipeEnd(second)


#: Ends that were sent to running processes, kept for a while: the sender may close its own before the receiver opens its.
_sent = collections.deque(maxlen=64)


def _reduce_end(connection):
    if get_spawning_popen() is None:
        # On another descriptor, so that the other side's end of file does not wait for this.
        with open(os.devnull, "rb") as nothing:
            _sent.append(_engine.End._open(connection._name, connection._side, nothing.fileno()))
    descriptor = reduction.DupFd(connection._fd())
    return _rebuild_end, (passing.arena(connection), connection._name, connection._side, descriptor)


def _rebuild_end(_, handle, side, descriptor):
    fd = descriptor.detach()
    try:
        return _PipeEnd(_engine.End._open(bytes(handle), side, fd))
    finally:
        os.close(fd)


# Not by a table of reducers: loky has one of its own.
_PipeEnd.__reduce__ = _reduce_end

_interpreters_wait = wait  # noqa: F821


def wait(object_list, timeout=None):
    """Those of the objects that are ready to be read, waiting for the first of them."""
    objects = list(object_list)
    if not trace.is_on() or sys._getframe(1) is not names.frame():
        return _interpreters_wait(objects, timeout)
    with trace.Wait(trace.CONNECTION_RECV, 0, trace.bound(timeout)) as waiting:
        ready = _interpreters_wait(objects, timeout)
        waiting.got = bool(ready)
        return ready
