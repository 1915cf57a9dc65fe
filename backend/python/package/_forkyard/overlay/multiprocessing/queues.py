"""Queues through shared memory: no feeder thread, and what was put is there at once."""

__all__ = ["Queue", "SimpleQueue", "JoinableQueue"]

import copyreg
import functools
import os
import types
from queue import Empty, Full  # noqa: F401 - part of this module's names

from _forkyard import _engine, trace
from _forkyard.borrow import beside
from _forkyard.passing import arena, is_fork, refuse_mixed

from . import context
from .synchronize import SEM_VALUE_MAX, Lock, _inner_condition, _unrecorded, as_int_of_c


class _End:
    """What others hold on to of a queue as if it were a pipe: its reader or its writer."""

    def __init__(self, ring):
        self._ring = ring
        self.closed = False

    def _check_closed(self):
        if self.closed:
            raise OSError("handle is closed")

    def close(self):
        self.closed = True

    def fileno(self):
        """A descriptor that is readable while there is something to get."""
        self._check_closed()
        self._ring.arm()
        return self._ring.doorbell


class _Reader(_End):
    readable, writable = True, False

    def recv(self):
        self._check_closed()
        return self._ring.get()

    def recv_bytes(self, maxlength=None):
        self._check_closed()
        return self._ring.get_bytes()

    def poll(self, timeout=0.0):
        self._check_closed()
        return self._ring.poll(timeout)


class _Writer(_End):
    readable, writable = False, True

    def send(self, obj):
        self._check_closed()
        self._ring.put(obj)

    def send_bytes(self, buf, offset=0, size=None):
        self._check_closed()
        view = memoryview(buf).cast("B")
        self._ring.put_bytes(bytes(view[offset:] if size is None else view[offset : offset + size]))


def _reduce_ring(ring):
    context.assert_spawning(ring)
    return _open_ring, (arena(ring), ring.handle, context.reduction.DupFd(ring.doorbell))


def _open_ring(_, handle, descriptor):
    fd = descriptor.detach()
    try:
        return _engine.Queue.open(bytes(handle), fd)
    finally:
        os.close(fd)


# For every pickler: loky has one of its own, and passes a queue as its two ends.
copyreg.pickle(_engine.Queue, _reduce_ring)


class _WithoutFeeder(type):
    """The kind of class that a queue is. Who overrides how a queue feeds its pipe, as loky does to pickle in its own way, is given
    what has a feeder to override: the interpreter's own queue."""

    def __new__(mcs, name, bases, namespace):
        if "_feed" in namespace:
            bases = tuple(_interpreters_own().Queue if base is Queue else base for base in bases)
            return type(name, bases, namespace)
        return super().__new__(mcs, name, bases, namespace)


@functools.cache
def _interpreters_own():
    return beside(__name__)


def __getattr__(name):
    if name == "_sentinel":  # what ends a feeder, for those who override it
        return _interpreters_own()._sentinel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Queue(_engine.ObjectQueue, metaclass=_WithoutFeeder):
    """First in, first out, for many processes. `put` and `get` are the engine's."""

    #: The kind of object that it is in the recording, if not its class's name.
    _recorded_as = None

    def __init__(self, maxsize=0, *, ctx):
        bound = 0 if maxsize <= 0 else as_int_of_c(maxsize)
        self._maxsize = bound or SEM_VALUE_MAX
        self._number = trace.made(self._recorded_as or type(self).__name__)
        self._runs_through(_engine.Queue(bound, self._number))
        self._is_fork_ctx = is_fork(ctx)
        self._opid = os.getpid()
        self._ignore_epipe = False
        self._reset()

    def __getstate__(self):
        refuse_mixed(self)
        return self._ignore_epipe, self._maxsize, self._opid, self._ring

    def __setstate__(self, state):
        self._ignore_epipe, self._maxsize, self._opid, ring = state
        self._runs_through(ring)
        self._is_fork_ctx = False
        self._reset()

    def _reset(self):
        self._reader = _Reader(self._ring)
        self._writer = _Writer(self._ring)
        self._poll = self._ring.poll
        self._joincancelled = False

    def qsize(self):
        return len(self._ring)

    def empty(self):
        return not self._reader.poll()

    def full(self):
        return self._ring.full()

    def get_nowait(self):
        return self.get(False)

    def put_nowait(self, obj):
        return self.put(obj, False)

    def close(self):
        self._closed = True
        if self._used:  # only a queue that was put to in this process loses its reader, as ever
            self._reader.close()

    def join_thread(self):
        assert self._closed, f"Queue {self!r} not closed"

    def cancel_join_thread(self):
        self._joincancelled = True

    def _terminate_broken(self):
        """For concurrent.futures: nobody will read any more."""
        self._reader.close()
        self.close()

    @staticmethod
    def _on_queue_feeder_error(e, obj):
        """Called with what could not be put, for concurrent.futures to override."""
        import traceback

        traceback.print_exception(e)

    __class_getitem__ = classmethod(types.GenericAlias)


class JoinableQueue(Queue):
    """A queue that counts what has been put and not been done."""

    def __init__(self, maxsize=0, *, ctx):
        super().__init__(maxsize, ctx=ctx)
        self._unfinished_tasks = _engine.SemLock()
        self._unfinished_tasks._make_semaphore(0, SEM_VALUE_MAX, 0)
        self._cond = _inner_condition(ctx, self._number)

    def __getstate__(self):
        return super().__getstate__(), self._cond, self._unfinished_tasks._state()

    def __setstate__(self, state):
        queue, self._cond, (is_lock, handle) = state
        super().__setstate__(queue)
        self._unfinished_tasks = _engine.SemLock()
        self._unfinished_tasks._open(is_lock, bytes(handle))

    def put(self, obj, block=True, timeout=None):
        if self._closed:
            raise ValueError(f"Queue {self!r} is closed")
        # Counted before it is there: whoever gets it may be done with it at once.
        self._unfinished_tasks.release()
        done = False
        try:
            done = self._put(obj, block, timeout)
        finally:
            if not done:
                self.task_done()

    def task_done(self):
        with self._cond:
            if not self._unfinished_tasks.acquire(False):
                raise ValueError("task_done() called too many times")
            if self._unfinished_tasks._is_zero():
                self._cond.notify_all()

    def join(self):
        with self._cond:
            if not self._unfinished_tasks._is_zero():
                self._cond.wait()


class SimpleQueue:
    """A queue without a bound and without time-outs."""

    def __init__(self, *, ctx):
        self._ring = _engine.Queue(0, trace.made(type(self).__name__))
        self._is_fork_ctx = is_fork(ctx)
        self._rlock, self._wlock = _unrecorded(Lock, ctx), _unrecorded(Lock, ctx)
        self._reset()

    def _reset(self):
        self._reader = _Reader(self._ring)
        self._writer = _Writer(self._ring)
        self._poll = self._ring.poll

    def close(self):
        self._reader.close()
        self._writer.close()

    def empty(self):
        return not self._reader.poll()

    def __getstate__(self):
        refuse_mixed(self)
        return self._ring, self._rlock, self._wlock

    def __setstate__(self, state):
        self._ring, self._rlock, self._wlock = state
        self._is_fork_ctx = False
        self._reset()

    def get(self):
        self._reader._check_closed()
        return self._ring.get()

    def put(self, obj):
        self._writer._check_closed()
        self._ring.put(obj)

    __class_getitem__ = classmethod(types.GenericAlias)
