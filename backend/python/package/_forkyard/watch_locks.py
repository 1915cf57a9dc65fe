"""Recorded runs only: locks, semaphores, events, conditions and barriers of `threading` that the main file makes.

They are the real ones; each records its waits, who holds it, and what may end others' waits.
"""

from . import trace
from .trace import Wait, bound, hold_begins, hold_ends
from .watched import StandIn, made_by_main, watch_class


def install(threading):
    """Wrap what `threading` offers. Called once, when it is loaded."""
    lock, rlock = threading.Lock, threading.RLock
    threading.Lock = StandIn("threading.Lock", lock, lambda: _Lock(lock(), trace.made("Lock")))
    threading.RLock = StandIn("threading.RLock", rlock, lambda: _RLock(rlock(), trace.made("RLock")))
    _watch_condition(threading, rlock)
    _watch_semaphores(threading)
    _watch_event(threading.Event)
    _watch_barrier(threading.Barrier)


class _Lock:
    """A lock whose waits and holds are recorded."""

    __slots__ = ("_real", "_object", "__weakref__")

    def __init__(self, real, object):
        self._real, self._object = real, object

    def acquire(self, blocking=True, timeout=-1):
        if (blocking and self._real.acquire(False)) or self._acquire(blocking, timeout):
            hold_begins(self._object)
            return True
        return False

    def _acquire(self, blocking=True, timeout=-1):
        """Takes a lock that was just seen to be another's, or need not be waited for."""
        if not blocking:
            return self._real.acquire(blocking, timeout)
        with Wait(trace.LOCK_ACQUIRE, self._object, bound(None if timeout < 0 else timeout)) as wait:
            wait.got = self._real.acquire(True, timeout)
        return wait.got

    def release(self):
        self._real.release()
        hold_ends(self._object)

    def __enter__(self):
        if not self._real.acquire(False):
            self._acquire()
        hold_begins(self._object)
        return True

    def __exit__(self, kind, error, traceback):
        self._real.release()
        hold_ends(self._object)

    @property
    def __class__(self):
        """The real one's, so that `isinstance` is not deceived."""
        return type(self._real)

    def __getattr__(self, name):
        return getattr(self._real, name)

    def __repr__(self):
        return repr(self._real)


class _RLock(_Lock):
    """One that its holder may take again: the hold is from the first taking to the last release."""

    __slots__ = ("_depth",)

    def __init__(self, real, object):
        super().__init__(real, object)
        self._depth = 0

    def acquire(self, blocking=True, timeout=-1):
        if (blocking and self._real.acquire(False)) or self._acquire(blocking, timeout):
            self._depth += 1
            if self._depth == 1:
                hold_begins(self._object)
            return True
        return False

    __enter__ = acquire

    def release(self):
        # Before the release, after which the depth may be another thread's.
        if self._real._is_owned():
            self._depth -= 1
            if not self._depth:
                hold_ends(self._object)
        self._real.release()

    def __exit__(self, kind, error, traceback):
        self.release()

    def _release_save(self):
        """How a condition lets the lock go, however often it was taken."""
        depth, self._depth = self._depth, 0
        hold_ends(self._object)
        return depth, self._real._release_save()

    def _acquire_restore(self, state):
        """How a condition takes it again."""
        depth, real = state
        if self._real.acquire(False):
            for _ in range(depth - 1):
                self._real.acquire()
        else:
            with Wait(trace.LOCK_ACQUIRE, self._object):
                self._real._acquire_restore(real)
        self._depth = depth
        hold_begins(self._object)


def _watch_condition(threading, rlock):
    cls = threading.Condition
    original = cls.__init__

    class Condition(cls):
        def wait(self, timeout=None):
            with Wait(trace.CONDITION_WAIT, self._forkyard, bound(timeout)) as wait:
                wait.got = super().wait(timeout)
            return wait.got

        def notify(self, n=1):
            trace.record(trace.WAKE, self._forkyard, 0)
            super().notify(n)

    def __init__(self, lock=None):
        if type(self) is not cls or not made_by_main():
            # Not by `threading.RLock`, which would ask again who makes it: the library.
            return original(self, rlock() if lock is None else lock)
        self._forkyard = trace.made("Condition")
        # A lock that nobody sees is known by its condition's name.
        original(self, _RLock(rlock(), self._forkyard) if lock is None else lock)
        self.__class__ = Condition

    trace.named_like(__init__, original)
    trace.named_like(Condition, cls)
    cls.__init__ = __init__


def _watch_semaphores(threading):
    for cls in (threading.Semaphore, threading.BoundedSemaphore):
        watch_class(cls, _semaphore(cls), "Semaphore")


def _semaphore(cls):
    class Semaphore(cls):
        def acquire(self, blocking=True, timeout=None):
            if not blocking:
                return super().acquire(blocking, timeout)
            if super().acquire(False):
                return True
            with Wait(trace.SEMAPHORE_ACQUIRE, self._forkyard, bound(timeout)) as wait:
                wait.got = super().acquire(blocking, timeout)
            return wait.got

        __enter__ = acquire

        def release(self, n=1):
            trace.record(trace.WAKE, self._forkyard, 0)
            super().release(n)

        def __exit__(self, kind, error, traceback):
            self.release()

    return Semaphore


def _watch_event(cls):
    class Event(cls):
        def wait(self, timeout=None):
            if self.is_set():
                return True
            with Wait(trace.EVENT_WAIT, self._forkyard, bound(timeout)) as wait:
                wait.got = super().wait(timeout)
            return wait.got

        def set(self):
            trace.record(trace.WAKE, self._forkyard, 0)
            super().set()

    watch_class(cls, Event, "Event")


def _watch_barrier(cls):
    class Barrier(cls):
        def wait(self, timeout=None):
            with Wait(trace.BARRIER_WAIT, self._forkyard, bound(self._timeout if timeout is None else timeout)):
                return super().wait(timeout)

    watch_class(cls, Barrier, "Barrier")
