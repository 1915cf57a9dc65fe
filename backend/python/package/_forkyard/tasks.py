"""The two ends of a pool's board, and what is recorded of its tasks.

`TaskQueue` and `ResultQueue` look like the queues that `Pool` has always had. Beneath, the board knows which worker took
which task, in the same step in which it took it: so the death of a worker fails exactly that task.
"""

import functools
import itertools
import queue
import threading
import types

from . import _engine, names, trace
from .passing import arena
from .pickles import dumps, loads

Feed = _engine.Feed

#: What a task is to do with its function, as `backend/python/src/worker.rs` numbers it.
ITEM, STARRED_ITEM, CHUNK, STARRED_CHUNK = 1, 2, 3, 4

#: Seconds after which the feeder, where there is no room, looks whether its pool has ended.
PATIENCE = 1.0

#: Used by workers: what does a chunk, quickly.
map, starmap = map, itertools.starmap


class _BoardEnd:
    def __init__(self, board, object, slot):
        self._board, self._object, self._slot = board, object, slot

    def __getstate__(self):
        from multiprocessing.context import assert_spawning

        assert_spawning(self)
        return arena(self), self._board.handle, self._object, self._slot

    def __setstate__(self, state):
        _, handle, object, slot = state
        type(self).__init__(self, _engine.Board.open(bytes(handle), object), object, slot)


class WorkerTasks(_BoardEnd):
    """Where a worker gets its tasks from."""

    def __init__(self, board, object, slot):
        super().__init__(board, object, slot)
        self._worker = _engine.Worker(board, slot, object)

    def serve(self, most, wraps):
        """Does tasks, `most` of them or (None) any number, until it is told to end or the process of the pool is gone; how many."""
        return self._worker.serve(most, wraps)

    def get(self):
        """The next task, None to end; for workers that are not ours."""
        task = self._worker.take()
        return task and (0, *task)


class WorkerResults(_BoardEnd):
    """Where a worker that is not ours hands its results in."""

    def put(self, result):
        _job, _index, (success, value) = result
        _engine.Worker(self._board, self._slot, self._object).complete(success, value)


class TaskQueue(_BoardEnd):
    """Where the pool puts its tasks up."""

    def put(self, task):
        """Puts a task up; None tells one worker to end."""
        if task is None:
            self._board.dismiss()
        else:
            self._board.submit(*task)

    def apply(self, job, func, args, kwds):
        """Puts up a job of one call."""
        self._board.apply(job, func, args, kwds)

    def name_of(self, func):
        """What `by_name` gives, found out once for each function."""
        return self._board.by_name(func)

    def feed(self, job, kind, name, items, step):
        """The tasks of a job, for a `Backlog`; `name` is that of the function as `name_of` gives it."""
        return _engine.Feed(self._board, (job, kind, name), iter(items), step)

    def for_worker(self, slot):
        return WorkerTasks(self._board, self._object, slot)


class ResultQueue(_BoardEnd):
    """Where the pool gets its results from."""

    def put(self, _none):
        """No more results are wanted."""
        self._board.stop()

    def serve(self, cache):
        """Gives results to their jobs in the background, until no more are wanted."""
        self._board.serve(cache)

    def bury(self, workers, cache):
        """These workers have died. The loss of a task queues up behind the results that the worker still handed in."""
        from multiprocessing.pool import WorkerLost

        for worker in workers:
            job = cache.get(self._board.job_of(worker._forkyard_slot))
            function = _name(_function(job._function, ())) if job is not None else "a task"
            self._board.bury(worker._forkyard_slot, WorkerLost(worker.name, worker.exitcode, function))

    def for_worker(self, slot):
        return WorkerResults(self._board, self._object, slot)


class Backlog(queue.SimpleQueue):
    """Jobs whose tasks the feeder is still to put up. A job need not wait there while nothing else does."""

    def __init__(self):
        self._lock = threading.RLock()
        self._waiting = 0

    def put(self, job):
        with self._lock:
            self._waiting += 1
        super().put(job)

    def done(self):
        """The feeder is done with one that it got."""
        with self._lock:
            self._waiting -= 1

    def overtake(self, step, *args):
        """Calls `step(*args)` if nothing waits; whether that was so and `step` says that it is done."""
        with self._lock:
            return self._waiting == 0 and step(*args)


def queues(workers, object):
    """Both ends of a new board. The slot after the workers' is the pool's own."""
    board = _engine.Board(workers + 1, object)
    return TaskQueue(board, object, workers), ResultQueue(board, object, workers)


def by_name(func):
    """The pickle of a function that is pickled by its name alone, else None. Asked by `backend/python/src/by_name.rs`."""
    if not isinstance(func, (types.FunctionType, types.BuiltinFunctionType, type)):
        return None
    try:
        pickle = dumps(func)
        return pickle if loads(pickle) is func else None
    except Exception:
        return None  # it fails again, where it is told


class ThreadTasks(queue.SimpleQueue):
    """Where the workers of a pool of threads get their tasks from."""


# Called by `backend/python/src/worker.rs`.


def is_orphan():
    """Whether the process of the pool is gone."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def call(function, args, kwds):
    """A call whose arguments are no plain tuple and dictionary."""
    return function(*args, **kwds)


def failure(error, wraps):
    """What a worker hands in for an exception."""
    from multiprocessing import pool

    begin = error.__traceback__
    if not wraps or (begin is not None and begin.tb_frame.f_code is pool._helper_reraises_exception.__code__):
        return error
    return pool.ExceptionWithTraceback(error, begin)


def unsendable(error, value):
    """What a worker hands in for a result that cannot be pickled."""
    from multiprocessing import pool, util

    wrapped = pool.MaybeEncodingError(error, value)
    util.debug("Possible encoding error while sending result: %s", wrapped)
    return wrapped


def as_call(kind, function, item):
    """A task for workers that are not ours."""
    from multiprocessing import pool

    if kind in (CHUNK, STARRED_CHUNK):
        return (pool.mapstar if kind == CHUNK else pool.starmapstar), ((function, item),), {}
    return function, (tuple(item) if kind == STARRED_ITEM else (item,)), {}


_pool = 0

#: What does a chunk: the function that is mapped is told with the call alone.
_CHUNKS = ("mapstar", "starmapstar", "_process_chunk")


def counted(items, object):
    """`items`, each of which is recorded as a task given to a pool when it is drawn."""
    return map(lambda item: trace.record(trace.TASKS_PUT, object, 1) or item, items)


def recorded(object, index, func, kwds):
    """What a worker calls in place of `func` in a recorded run; a chunk records its tasks itself, one by one."""
    global _pool
    _pool = object
    if "start" in kwds and func.__module__ == "multiprocessing.pool":
        return func
    return watched(func, index)


def function_string(func):
    """The number of a function's name in the recording."""
    return trace.string(name_and_line(_function(func, ())))


def _function(func, args):
    """The function that a task runs: for a chunk, the one that is mapped."""
    if isinstance(func, functools.partial):
        func, args = func.func, (*func.args, *args)
    name = getattr(func, "__name__", "")
    if name in _CHUNKS and args:
        inner = args[0]
        func = inner[0] if isinstance(inner, tuple) and inner else inner
    return func


def _name(func):
    return getattr(func, "__qualname__", None) or getattr(func, "__name__", None) or type(func).__name__


def name_and_line(func):
    """A function as the recording names it: if it is the main file's, with the line where it is defined."""
    code = getattr(func, "__code__", None)
    if code is None or not names.is_main(code.co_filename):
        return _name(func)
    return f"{_name(func)}\0{code.co_firstlineno}"


def next_of(inqueue):
    """The next task of a worker in a recorded run. The wait for it is the pool's: no line of the program is waiting."""
    if not isinstance(inqueue, ThreadTasks):
        return inqueue.get()
    try:
        return inqueue.get(block=False)
    except queue.Empty:
        pass
    with trace.Wait(trace.QUEUE_GET, inqueue._object, line=0):
        return inqueue.get()


def of_worker(inqueue, index, func, kwds):
    """The same as `recorded`, for a worker with this queue."""
    return recorded(getattr(inqueue, "_object", 0), index, func, kwds)


def watched(func, start):
    """`func` whose calls are recorded as the tasks from index `start` on."""
    in_main = threading.get_ident() == threading.main_thread().ident
    named = _function(func, ())
    if in_main and getattr(named, "__name__", "") not in _CHUNKS:
        return _engine.RecordedTask(func, _pool, start, trace.string(name_and_line(named)))
    indices = itertools.count(start)
    pool = _pool

    def begin(*args, **_kwargs):
        function = trace.string(name_and_line(_function(func, args)))
        trace.record(trace.TASK_BEGIN, pool, trace.pack(next(indices), function))

    def end(_token, _result, error):
        trace.record(trace.TASK_END, pool, int(error is None))

    return (trace.around if in_main else trace.around_in_thread)(func, begin, end)


def recorded_chunk(start, func, chunk):
    """A chunk of a ProcessPoolExecutor's `map`, each of its tasks recorded; the first one is the map's `start`th."""
    call = watched(func, start)
    return [call(*args) for args in chunk]


def calls(queue):
    """The queue of calls of a ProcessPoolExecutor's worker: what comes out records itself when it is run."""
    global _pool
    _pool = trace.object_of(queue)
    return _engine.RecordedCalls(queue, _pool, _recorded_call)


def _recorded_call(func, index):
    """What is called in place of `func`, and the number of its name where that is the same for each call, else None."""
    if isinstance(func, functools.partial):
        return func if func.func is recorded_chunk else watched(func, index), None
    return func, trace.string(name_and_line(func))
