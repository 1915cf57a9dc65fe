"""Recorded runs only: threads as lanes, and their joins."""

import time
from _thread import get_native_id

from . import trace

#: Threads of the engine's and the library's own machinery, which a learner did not start.
_OWN = ("QueueFeederThread", "QueueManagerThread", "ExecutorManagerThread")


def install(threading):
    """Wrap `threading.Thread`. Called once, when it is loaded."""
    _watch_life(threading.Thread)
    _watch_excepthook(threading)


def _watch_life(thread):
    def starting(self):
        self._forkyard_starter = time.monotonic_ns(), trace.pack(get_native_id(), trace.line())

    def joining(self, timeout=None):
        tid = getattr(self, "native_id", None)
        if tid is None or not self.is_alive() or _is_own(self):
            return None
        # Who joins an executor's manager waits for its tasks, as who leaves the executor does.
        object = getattr(self, "_forkyard_object", 0)
        kind, what = (trace.RESULT_GET, 0) if object else (trace.THREAD_JOIN, tid)
        return self, trace.Wait(kind, object, what | trace.bound(timeout))

    def joined(token, _result, error):
        if token is not None:
            token[1].end(error is None and not token[0].is_alive())

    def born(self):
        if _is_own(self):
            return False
        # From its start: before it gets here it has waited for the interpreter's lock.
        began, starter = getattr(self, "_forkyard_starter", None) or (time.monotonic_ns(), 0)
        trace.record_at(began, trace.THREAD_BORN, 0, starter)
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
