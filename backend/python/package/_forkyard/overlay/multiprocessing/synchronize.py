"""Locks, semaphores, events, conditions and barriers over the engine's shared memory."""

__all__ = ["Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier", "OwnerDied"]

import errno
import functools
import operator
import os
import sys
import threading
import time

from _forkyard import _engine, trace
from _forkyard.errors import OwnerDied
from _forkyard.passing import arena, is_fork, refuse_mixed

from . import context, process

SEM_VALUE_MAX = _engine.SemLock.SEM_VALUE_MAX
RECURSIVE_MUTEX, SEMAPHORE = range(2)


class _Place:
    """A lock's `handle`: a number that no other one has, the same in all processes. No property, as programs may set one."""

    def __get__(self, lock, kind=None):
        return self if lock is None else int.from_bytes(lock._state()[1][8:], sys.byteorder)


class SemLock(_engine.SemLock):
    """What locks and semaphores have in common: that of the engine, and how it is pickled."""

    # What libraries read of `_semlock`. Programs may give the lock attributes of the same names.
    kind, name, handle = SEMAPHORE, None, _Place()

    def __getstate__(self):
        refuse_mixed(self)
        return arena(self), *self._state()

    def __setstate__(self, state):
        _, is_lock, handle = state
        self._open(is_lock, bytes(handle))


def as_int_of_c(value):
    """A whole number that C's `int` can hold, as CPython's own semaphores want it."""
    number = operator.index(value)
    if not -SEM_VALUE_MAX - 1 <= number <= SEM_VALUE_MAX:
        raise OverflowError("Python int too large to convert to C int")
    return number


def _value_of(semaphore):
    try:
        return semaphore._get_value()
    except Exception:
        return "unknown"


@_engine.with_own_methods
class Semaphore(SemLock):
    """A number of permits."""

    maxvalue = SEM_VALUE_MAX

    def __init__(self, value=1, *, ctx):
        self._make(value, SEM_VALUE_MAX, ctx)

    def _make(self, value, maximum, ctx):
        if as_int_of_c(value) < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))  # what the kernel says to CPython's own module
        self._make_semaphore(value, maximum, trace.made(type(self).__name__))
        self._made_for(is_fork(ctx))

    def get_value(self):
        return self._get_value()

    def __repr__(self):
        return f"<{type(self).__name__}(value={_value_of(self)})>"


@_engine.with_own_methods
class BoundedSemaphore(Semaphore):
    """A number of permits that never grows past its beginning."""

    maxvalue = functools.cached_property(lambda self: self._maxvalue)

    def __init__(self, value=1, *, ctx):
        self._make(value, value, ctx)

    def __repr__(self):
        return f"<{type(self).__name__}(value={_value_of(self)}, maxvalue={self._maxvalue})>"


def _unrecorded(kind, ctx):
    """A lock inside another object: the timeline shows that object's waits, not the lock's."""
    lock = kind.__new__(kind)
    lock._make_lock(kind is RLock, 0)
    lock._made_for(is_fork(ctx))
    return lock


def _owner(inner, mine, nobody):
    """(owner, count) for the text of a lock; `mine` makes the count of one's own."""
    if inner._is_mine():
        name = process.current_process().name
        thread = threading.current_thread().name
        return (name if thread == "MainThread" else f"{name}|{thread}"), mine()
    if inner._get_value() == 1:
        return "None", nobody
    return ("SomeOtherThread" if inner._count() > 0 else "SomeOtherProcess"), "nonzero"


@_engine.with_own_methods
class Lock(SemLock):
    """A lock that whoever likes may release."""

    maxvalue = 1

    def __init__(self, *, ctx):
        self._make_lock(False, trace.made(type(self).__name__))
        self._made_for(is_fork(ctx))

    def __repr__(self):
        try:
            owner, _ = _owner(self, lambda: 1, 0)
        except Exception:
            owner = "unknown"
        return f"<{type(self).__name__}(owner={owner})>"


@_engine.with_own_methods
class RLock(SemLock):
    """A lock that its holder may take again."""

    kind, maxvalue = RECURSIVE_MUTEX, 1

    def __init__(self, *, ctx):
        self._make_lock(True, trace.made(type(self).__name__))
        self._made_for(is_fork(ctx))

    def __repr__(self):
        try:
            owner, count = _owner(self, self._count, 0)
        except Exception:
            owner = count = "unknown"
        return f"<{type(self).__name__}({owner}, {count})>"


class _Reading:
    """What CPython's own condition counts in a semaphore, for those who read it there. In the engine's nobody is half awake."""

    def __init__(self, get_value):
        self.get_value = get_value


class Condition:
    """Waiting for a notification. The dead do not count among those who wait."""

    def __init__(self, lock=None, *, ctx):
        self._lock = lock or ctx.RLock()
        self._room = _engine.Condition(trace.made(type(self).__name__))
        self._make_methods()

    def __getstate__(self):
        context.assert_spawning(self)
        return arena(self), self._lock, self._room.handle

    def __setstate__(self, state):
        _, self._lock, handle = state
        self._room = _engine.Condition.open(bytes(handle))
        self._make_methods()

    def _make_methods(self):
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    @property
    def _sleeping_count(self):
        return _Reading(self._room.waiting)

    @property
    def _woken_count(self):
        return _Reading(lambda: 0)

    _wait_semaphore = _woken_count

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def __repr__(self):
        try:
            waiters = self._room.waiting()
        except Exception:
            waiters = "unknown"
        return f"<{type(self).__name__}({self._lock}, {waiters})>"

    def wait(self, timeout=None):
        inner = self._lock._semlock
        assert inner._is_mine(), "must acquire() condition before using wait()"
        place = self._room.enter()
        depth = inner._count()
        for _ in range(depth):
            inner.release()
        try:
            return place.wait(timeout)
        finally:
            for _ in range(depth):
                inner.acquire()

    def notify(self, n=1):
        assert self._lock._semlock._is_mine(), "lock is not owned"
        if 0 < n:
            self._room.notify(sys.maxsize if n > sys.maxsize else int(-(-n // 1)))  # as whole ones are counted up to it

    def notify_all(self):
        self.notify(sys.maxsize)

    def wait_for(self, predicate, timeout=None):
        result = predicate()
        end = None if timeout is None else time.monotonic() + timeout
        while not result:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                break
            self.wait(left)
            result = predicate()
        return result


class Event:
    """A flag to wait for."""

    def __init__(self, *, ctx):
        self._flag = _engine.Event(trace.made(type(self).__name__))
        self._is_fork_ctx = is_fork(ctx)

    def __getstate__(self):
        context.assert_spawning(object.__new__(Condition))  # which is what CPython's refusal names: it makes events of one
        refuse_mixed(self)
        return arena(self), self._flag.handle

    def __setstate__(self, state):
        self._flag = _engine.Event.open(bytes(state[1]))
        self._is_fork_ctx = False

    def is_set(self):
        return self._flag.is_set()

    def set(self):
        self._flag.set()

    def clear(self):
        self._flag.clear()

    def wait(self, timeout=None):
        return self._flag.wait(timeout)

    def __repr__(self):
        return f"<{type(self).__qualname__} at {id(self):#x} {'set' if self.is_set() else 'unset'}>"


class Barrier(threading.Barrier):
    """A meeting of processes, again and again. Who died while waiting is no longer counted.

    Meetings are numbered, so nobody needs to wait until the last one's parties have left: a waiter goes on when its own number is over.
    Four numbers are shared, written under the condition's lock: the broken mark, the number of the meeting, how many have left the last
    one, and for the last 32 meetings whether everybody came (or somebody called `reset`).
    """

    def __init__(self, parties, action=None, timeout=None, *, ctx):
        from .heap import BufferWrapper

        number = trace.made(type(self).__name__)
        self.__setstate__((parties, action, timeout, _inner_condition(ctx), BufferWrapper(16), number))

    def __getstate__(self):
        return self._parties, self._action, self._timeout, self._cond, self._wrapper, self._number

    def __setstate__(self, state):
        self._parties, self._action, self._timeout, self._cond, self._wrapper, self._number = state
        self._shared = self._wrapper.create_memoryview().cast("I")

    def wait(self, timeout=None):
        """Waits for the others; a number that each of those who meet has alone."""
        if timeout is None:
            timeout = self._timeout
        with trace.Wait(trace.BARRIER_WAIT, self._number, trace.bound(timeout)):
            lock = self._cond._lock
            try:
                lock.acquire()
                return self._meet(None if timeout is None else time.monotonic() + timeout)
            except OwnerDied as death:
                # A party died in the action, or between two steps: this meeting will never be whole.
                self._shared[_BROKEN] = 1
                raise threading.BrokenBarrierError from death
            finally:
                if lock._is_mine():
                    lock.release()

    def _meet(self, end):
        shared = self._shared
        meeting = shared[_MEETING]
        while shared[_MEETING] == meeting:
            if shared[_BROKEN]:
                raise threading.BrokenBarrierError
            if self._cond._room.waiting() + 1 >= self._parties:
                return self._all_here()
            left = _LOOK_AROUND if end is None else end - time.monotonic()
            if left <= 0:
                self.abort()
            else:
                self._cond.wait(min(left, _LOOK_AROUND))  # in this order NaN stays NaN
        if not shared[_WHOLE] >> meeting % 32 & 1:
            raise threading.BrokenBarrierError
        index = shared[_LEFT]
        shared[_LEFT] = (index + 1) % max(self._parties - 1, 1)
        return index

    def _all_here(self):
        try:
            if self._action:
                self._action()
        except BaseException:
            self.abort()
            raise
        self._shared[_LEFT] = 0
        self._end_meeting(whole=1)
        return self._parties - 1

    def _end_meeting(self, whole):
        shared = self._shared
        place = shared[_MEETING] % 32
        shared[_WHOLE] = shared[_WHOLE] & ~(1 << place) | whole << place
        shared[_MEETING] = (shared[_MEETING] + 1) % 2**32
        self._cond.notify_all()

    def reset(self):
        """Those who wait fail; the next ones meet anew."""
        with self._cond:
            self._shared[_BROKEN] = 0
            self._end_meeting(whole=0)

    def abort(self):
        """All who wait, and who will, fail, until `reset`."""
        with self._cond:
            self._shared[_BROKEN] = 1
            self._cond.notify_all()

    @property
    def n_waiting(self):
        """How many living ones wait."""
        return self._cond._room.waiting()

    @property
    def broken(self):
        """Whether it is broken."""
        return bool(self._shared[_BROKEN])


#: Places of what a barrier shares.
_BROKEN, _MEETING, _LEFT, _WHOLE = range(4)
#: Seconds after which a waiter of a barrier looks whether whoever has its lock still lives.
_LOOK_AROUND = 2


def _inner_condition(ctx, number=0):
    """The condition inside another object. With that object's number its waits are told as the object's, without one not at all."""
    condition = Condition.__new__(Condition)
    condition._lock, condition._room = _unrecorded(RLock, ctx), _engine.Condition(number)
    condition._make_methods()
    return condition
