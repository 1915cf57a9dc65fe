"""What a pool's methods give back: results that come later."""

import collections
import itertools
import threading
import types

from _forkyard import trace

from . import TimeoutError

job_counter = itertools.count()


class ApplyResult:
    """The result of `apply_async`."""

    def __init__(self, pool, callback, error_callback):
        self._pool = pool
        self._object = getattr(pool, "_object", 0)
        self._event = threading.Event()
        self._job = next(job_counter)
        self._cache = pool._cache
        self._callback = callback
        self._error_callback = error_callback
        self._cache[self._job] = self

    def ready(self):
        return self._event.is_set()

    def successful(self):
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return self._success

    def wait(self, timeout=None):
        if not self._event.is_set():
            with trace.Wait(trace.RESULT_GET, self._object) as waiting:
                waiting.got = self._event.wait(timeout)

    def get(self, timeout=None):
        self.wait(timeout)
        if not self.ready():
            raise TimeoutError
        if self._success:
            return self._value
        raise self._value

    def _set(self, i, obj):
        self._success, self._value = obj
        self._done()

    def _done(self):
        call = self._callback if self._success else self._error_callback
        if call:
            call(self._value)
        self._event.set()
        del self._cache[self._job]
        self._pool = None

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
            self._event.set()
            del self._cache[self._job]

    def _set(self, i, obj):
        success, result = obj
        self._number_left -= 1
        if success and self._success:
            self._value[i * self._chunksize : (i + 1) * self._chunksize] = result
        elif self._success:
            self._success, self._value = False, result  # the first failure is the one that is told
        if self._number_left == 0:
            self._done()


class IMapIterator:
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
                with trace.Wait(trace.RESULT_GET, self._object) as waiting:
                    waiting.got = self._cond.wait_for(self._is_ready, timeout)
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

    def _set_length(self, length):
        with self._cond:
            self._length = length
            self._cond.notify()
            self._check_all()

    def _check_all(self):
        if self._index == self._length:
            self._cache.pop(self._job)
            self._pool = None
            if not self._cache:
                self._cache.notifier.put(None)


class IMapUnorderedIterator(IMapIterator):
    """The results of `imap_unordered`, as they come."""

    def _arrived(self, i, obj):
        self._items.append(obj)
        self._index += 1
