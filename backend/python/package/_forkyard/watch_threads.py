"""Recorded runs only: threads as lanes, their joins, and the waits of locks and queues the main file makes."""

import sys
from _thread import get_native_id

from . import finder, names, trace

#: Threads of the engine's and the library's own machinery, which a learner did not start.
_OWN = ("QueueFeederThread", "QueueManagerThread", "ExecutorManagerThread")


def install(threading):
    """Wrap what `threading` offers. Called once, when it is loaded."""
    _watch_life(threading.Thread)
    _watch_lock(threading)
    _watch_method(threading.Event, "wait", trace.EVENT_WAIT, "Event")
    _watch_method(threading.Condition, "wait", trace.CONDITION_WAIT, "Condition")
    _watch_method(threading.Barrier, "wait", trace.BARRIER_WAIT, "Barrier")
    _watch_method(threading.Semaphore, "acquire", trace.SEMAPHORE_ACQUIRE, "Semaphore")
    finder.after_load("queue", _watch_queue)
    _watch_excepthook(threading)


def _watch_life(thread):
    def starting(self):
        self._forkyard_starter = trace.pack(get_native_id(), trace.line())

    def joining(self, timeout=None):
        tid = getattr(self, "native_id", None)
        if tid is None or not self.is_alive() or _is_own(self):
            return None
        return self, trace.Wait(trace.THREAD_JOIN, 0, tid)

    def joined(token, _result, error):
        if token is not None:
            token[1].end(error is None and not token[0].is_alive())

    def born(self):
        if _is_own(self):
            return False
        trace.record(trace.THREAD_BORN, 0, getattr(self, "_forkyard_starter", 0))
        trace.name_thread(get_native_id(), self.name)
        return True

    def died(known, _result, _error):
        if known:
            trace.record(trace.THREAD_DIED, 0, 0)

    thread.start = trace.around_in_thread(thread.start, starting)
    thread.join = trace.around_in_thread(thread.join, joining, joined)
    thread._bootstrap_inner = trace.around_in_thread(thread._bootstrap_inner, born, died)


def _watch_excepthook(threading):
    def told(args, /):
        from .watch import raised

        if args.exc_value is not None:
            raised(args.exc_value)

    threading.excepthook = trace.around_in_thread(threading.excepthook, told)


def _is_own(thread):
    return getattr(thread, "_forkyard_own", False) or thread.name.startswith(_OWN)


def _made_by_main():
    """Whether the code two frames up is the program's main file, not a library's."""
    here = sys._getframe(2)
    return here is names.frame() or here.f_code.co_filename == names.main_file()


class _Lock:
    """A lock of `threading` made in the main file: the real one, with its waits and holds recorded."""

    __slots__ = ("_real", "_object", "__weakref__")

    def __init__(self, real, kind):
        self._real = real
        self._object = trace.made(kind)

    def acquire(self, blocking=True, timeout=-1):
        if self._real.acquire(False):
            got = True
        elif not blocking:
            return self._real.acquire(blocking, timeout)
        else:
            with trace.Wait(trace.LOCK_ACQUIRE, self._object) as wait:
                got = wait.got = self._real.acquire(blocking, timeout)
        if got:
            trace.record(trace.HOLD_BEGIN, self._object, trace.pack(0, trace.line()))
        return got

    def release(self):
        self._real.release()
        trace.record(trace.HOLD_END, self._object, 0)

    def __enter__(self):
        return self.acquire()

    def __exit__(self, kind, error, traceback):
        self.release()

    def __getattr__(self, name):
        return getattr(self._real, name)

    def __repr__(self):
        return repr(self._real)


def _watch_lock(threading):
    for kind in ("Lock", "RLock"):
        setattr(threading, kind, _factory(getattr(threading, kind), kind))


def _factory(real, kind):
    def make(*args, **kwargs):
        lock = real(*args, **kwargs)
        return _Lock(lock, kind) if trace.is_on() and _made_by_main() else lock

    # A manager pickles the factory by its name, under spawn.
    make.__name__ = make.__qualname__ = kind
    make.__module__ = "threading"
    make.__doc__ = real.__doc__
    make.__wrapped__ = real
    return make


def _watch_method(cls, method, kind, name):
    """Record `method` of those instances that the main file itself made."""
    original = getattr(cls, method)

    def made(self, *args, **kwargs):
        if type(self) is cls and trace.is_on() and _made_by_main():
            self._forkyard = trace.made(name)

    def waiting(self, *args, **kwargs):
        number = self.__dict__.get("_forkyard", 0)
        return trace.Wait(kind, number) if number else None

    cls.__init__ = trace.around_in_thread(cls.__init__, made)
    watched = trace.around_in_thread(original, waiting, trace.ended)
    setattr(cls, method, watched)
    if getattr(cls, "__enter__", None) is original:
        cls.__enter__ = watched


def _watch_queue(queue):
    cls = queue.Queue

    def made(self, *args, **kwargs):
        self._forkyard = trace.made("Queue") if trace.is_on() and _made_by_main() else 0
        self._forkyard_sent = self._forkyard_received = 0

    def putting(self, *args, **kwargs):
        return trace.Wait(trace.QUEUE_PUT, self._forkyard) if self._forkyard and self.full() else None

    def getting(self, *args, **kwargs):
        return trace.Wait(trace.QUEUE_GET, self._forkyard) if self._forkyard and self.empty() else None

    cls.__init__ = trace.around_in_thread(cls.__init__, made)
    cls.put = trace.around_in_thread(cls.put, putting, trace.ended)
    cls.get = trace.around_in_thread(cls.get, getting, trace.ended)
    _number_messages(cls)


def _number_messages(cls):
    """`_put` and `_get` run under the queue's own lock, in the order of its items: there the messages are counted."""

    def putting(self, item):
        if self._forkyard:
            self._forkyard_sent += 1
            trace.record(trace.SENT, self._forkyard, trace.pack(self._forkyard_sent, 0))

    def got(self, _item, error):
        if self._forkyard and error is None:
            self._forkyard_received += 1
            trace.record(trace.RECEIVED, self._forkyard, trace.pack(self._forkyard_received, 0))

    cls._put = trace.around_in_thread(cls._put, putting)
    cls._get = trace.around_in_thread(cls._get, lambda self: self, got)
