"""What a pool's methods give back: results that come later."""

import collections
import itertools
import threading
import time
import types

from _forkyard import trace

from . import TimeoutError
from .pool_worker import MaybeEncodingError

job_counter = itertools.count()


class _PoolCache(dict):
    """The jobs that are not done, by number; tells the keeper of a closed pool when there is none left."""

    def __init__(self, /, *args, notifier=None, board=None, **kwds):
        self.notifier = notifier
        self.board = board
        #: Who waits may hand results out.
        self.in_front = board is not None
        self._closed = False
        super().__init__(*args, **kwds)

    def left(self):
        """A job has been taken out."""
        if self._closed and not self:
            self.notifier.put(None)

    def close(self):
        """No job comes any more."""
        self._closed = True
        self.want()
        self.notifier.put(None)

    def want(self):
        """Results are to be handed out though nobody may wait for them."""
        if self.board is not None:
            self.board.want()

    def has_callback(self):
        """A job has a callback, which is called in the background, as ever: hence no other thread hands out results from now on."""
        self.in_front = False

    def fail(self, job, index, error):
        """A task of a job could not be put up."""
        if self.board is not None:
            self.board.fail(job._job, index, error)
        else:
            job._set(index, (False, error))


class _Job:
    """What the pool has to do with any result that comes later."""

    #: How many results are still to come.
    _number_left = 1
    #: Whether `_set_many` may be called with results of single items.
    _takes_many = False
    #: What it is about, for messages.
    _function = None

    def _give_up(self, error):
        """It has failed as a whole; what still comes of it is nobody's. Ctrl-C must not leave a job that never ends."""


class ApplyResult(_Job):
    """The result of `apply_async`."""

    def __init__(self, pool, callback, error_callback):
        self._pool = pool
        self._object = getattr(pool, "_object", 0)
        self._is_done = False
        self._job = next(job_counter)
        self._cache = pool._cache
        self._callback = callback
        self._error_callback = error_callback
        if callback or error_callback:
            self._cache.has_callback()
        self._cache[self._job] = self

    @property
    def _event(self):
        """What a thread waits for that does not lead, which is seldom: made when it is asked for."""
        event = self.__dict__.setdefault("_asked_event", threading.Event())
        if self._is_done:
            event.set()
        return event

    def ready(self):
        return self._is_done

    def successful(self):
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return self._success

    def wait(self, timeout=None):
        if self._is_done:
            return
        deadline = None if timeout is None else time.monotonic() + timeout
        cache = self._cache
        if cache.in_front:
            cache.board.wait(cache, self._job, timeout)
        else:
            cache.want()
        left = None if deadline is None else deadline - time.monotonic()
        if not self._is_done and (left is None or left > 0):
            with trace.Wait(trace.RESULT_GET, self._object, trace.bound(timeout)) as waiting:
                waiting.got = self._event.wait(left)

    def wanted(self):
        """Itself, to be handed its results though nobody may wait for it."""
        self._cache.want()
        return self

    def get(self, timeout=None):
        self.wait(timeout)
        if not self._is_done:
            raise TimeoutError
        if self._success:
            return self._value
        raise self._value

    def _set(self, i, obj):
        self._success, self._value = obj
        self._done()

    def _done(self):
        call = self._callback if self._success else self._error_callback
        try:
            if call:
                call(self._value)
        finally:
            self._is_done = True
            event = self.__dict__.get("_asked_event")
            if event is not None:
                event.set()
            self._cache.pop(self._job, None)
            self._cache.left()
            self._pool = None

    def _give_up(self, error):
        self._success, self._value = False, error
        self._callback = self._error_callback = None
        self._done()

    __class_getitem__ = classmethod(types.GenericAlias)


AsyncResult = ApplyResult


class MapResult(ApplyResult):
    """The result of `map_async`: ready when all chunks are, whatever became of them."""

    def __init__(self, pool, chunksize, length, callback, error_callback):
        super().__init__(pool, callback, error_callback=error_callback)
        self._success = True
        self._value = [None] * length
        self._chunksize = chunksize
        self._number_left = -(-length // chunksize) if chunksize > 0 else 0
        if not self._number_left:
            self._is_done = True
            del self._cache[self._job]
            self._cache.left()

    def _set(self, i, obj):
        success, result = obj
        self._number_left -= 1
        if success and self._success:
            self._value[i * self._chunksize : (i + 1) * self._chunksize] = result
        elif self._success:
            self._success, self._value = False, result  # the first failure is the one that is told
            if self._takes_many and isinstance(result, MaybeEncodingError):
                result.tell_as_chunk()
        if self._number_left == 0:
            self._done()

    def _set_many(self, indices, values):
        """Results of single items, each as it is."""
        if self._success:
            mine = self._value
            for i, value in zip(indices, values):
                mine[i] = value
        self._number_left -= len(indices)
        if self._number_left == 0:
            self._done()


class IMapIterator(_Job):
    """The results of `imap`, in order."""

    def __init__(self, pool):
        self._pool = pool
        self._object = getattr(pool, "_object", 0)
        self._cond = threading.Condition(threading.Lock())
        self._job = next(job_counter)
        self._cache = pool._cache
        self._items = collections.deque()
        self._index = 0
        self._length = None
        self._unsorted = {}
        self._cache[self._job] = self

    def __iter__(self):
        return self

    def next(self, timeout=None):
        with self._cond:
            if not self._is_ready():
                with trace.Wait(trace.RESULT_GET, self._object, trace.bound(timeout)) as waiting:
                    # NaN is none at all; `wait_for` would go round and round.
                    waiting.got = self._cond.wait_for(self._is_ready, 0 if timeout != timeout else timeout)
            if not self._items:
                if self._index == self._length:
                    self._pool = None
                    raise StopIteration from None
                raise TimeoutError from None
            success, value = self._items.popleft()
        if success:
            return value
        raise value

    __next__ = next

    def _is_ready(self):
        return bool(self._items) or self._index == self._length

    def _set(self, i, obj):
        with self._cond:
            self._arrived(i, obj)
            self._cond.notify()
            self._check_all()

    def _arrived(self, i, obj):
        self._unsorted[i] = obj
        while self._index in self._unsorted:
            self._items.append(self._unsorted.pop(self._index))
            self._index += 1

    def _give_up(self, error):
        with self._cond:
            self._items.append((False, error))
            self._unsorted.clear()
            self._length = self._index
            self._cond.notify()
            self._check_all()

    def _set_length(self, length):
        with self._cond:
            if self._job not in self._cache:
                return
            self._length = length
            self._cond.notify()
            self._check_all()

    def _check_all(self):
        if self._index == self._length:
            self._cache.pop(self._job, None)
            self._cache.left()
            self._pool = None


class IMapUnorderedIterator(IMapIterator):
    """The results of `imap_unordered`, as they come."""

    def _arrived(self, i, obj):
        self._items.append(obj)
        self._index += 1
