"""The two ends of a pool's board, and what is recorded of its tasks.

`TaskQueue` and `ResultQueue` look like the queues that `Pool` has always had. Beneath, the board knows which worker took
which task, in the same step in which it took it: so the death of a worker fails exactly that task.
"""

import functools
import itertools
import queue
import threading

from . import _engine, names, trace
from .passing import arena

#: Marks the failure of a task as such among the results, whose first is a job's number otherwise: the task or its result
#: could not be unpickled, or its worker died.
_FAILED = None

#: Seconds after which an idle worker looks whether its pool's process is still there.
_ORPHAN_CHECK = 1.0


class _BoardEnd:
    def __init__(self, board, object, slot):
        self._board, self._object, self._slot = board, object, slot

    def __getstate__(self):
        from multiprocessing.context import assert_spawning

        assert_spawning(self)
        return arena(self), self._board.handle, self._object, self._slot

    def __setstate__(self, state):
        _, handle, object, slot = state
        _BoardEnd.__init__(self, _engine.Board.open(bytes(handle)), object, slot)


class WorkerTasks(_BoardEnd):
    """Where a worker gets its tasks from."""

    def get(self, block=True):
        """The next task; OSError when the process of the pool is gone, `queue.Empty` when it must not wait and there is none."""
        while True:
            taken = self._board.take(self._slot, _ORPHAN_CHECK if block else 0)
            if taken is None:
                if not block:
                    raise queue.Empty
                if _is_orphan():
                    raise OSError("the process of the pool is gone")
                continue
            number, task, error = taken
            if error is None:
                return task
            self._board.complete(self._slot, (_FAILED, number, error))


class WorkerResults(_BoardEnd):
    """Where a worker hands its results in."""

    def put(self, result):
        self._board.complete(self._slot, result)


class TaskQueue(_BoardEnd):
    """Where the pool puts its tasks up. It remembers what they are, should one be lost."""

    def __init__(self, *args):
        super().__init__(*args)
        self._pending = {}
        self._lock = threading.Lock()

    def put(self, task):
        """Puts a task up; None tells one worker to end."""
        if task is None:
            self._board.submit(None)
            return
        with self._lock:
            number = self._board.submit(task)
            self._pending[number] = (task[0], task[1], function_of(task[2], task[3]))

    def done(self, number):
        """What the task with this number was; None if it is done already."""
        with self._lock:
            return self._pending.pop(number, None)

    def for_worker(self, slot):
        return WorkerTasks(self._board, self._object, slot)


class ResultQueue(_BoardEnd):
    """Where the pool gets its results from."""

    def __init__(self, board, object, slot, tasks):
        super().__init__(board, object, slot)
        self._tasks = tasks

    def put(self, message):
        """A message of the pool's own to its receiver; None tells it to end."""
        self._board.complete(self._slot, message)

    def get(self):
        """The next result, which may be the loss of a task."""
        while True:
            number, result, error = self._board.result()
            if error is not None:
                result = (_FAILED, number, error)
            if result is None:
                return None
            if result[0] is not _FAILED:
                self._tasks.done(number)
                return result
            task = self._tasks.done(result[1])
            if task is not None:
                return task[0], task[1], (False, _failure(result, task[2]))

    def bury(self, workers):
        """These workers have died. The loss of a task queues up behind the results that the worker still handed in."""
        for worker in workers:
            number = self._board.lost(worker._forkyard_slot)
            if number is not None:
                self.put((_FAILED, number, (worker.name, worker.exitcode)))

    def for_worker(self, slot):
        return WorkerResults(self._board, self._object, slot)


def queues(workers, object):
    """Both ends of a new board. The slot after the workers' is the pool's own."""
    board = _engine.Board(workers + 1)
    tasks = TaskQueue(board, object, workers)
    return tasks, ResultQueue(board, object, workers, tasks)


class ThreadTasks(queue.SimpleQueue):
    """Where the workers of a pool of threads get their tasks from."""


def _failure(message, function):
    """The exception for a task that failed as such."""
    what = message[2]
    if isinstance(what, BaseException):
        return what
    from multiprocessing.pool import WorkerLost

    return WorkerLost(*what, function)


def _is_orphan():
    import multiprocessing

    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def function_of(func, args):
    """The name of the function that a task runs."""
    return _name(_function(func, args))


def _function(func, args):
    """The function that a task runs: for a chunk, the one that is mapped."""
    if isinstance(func, functools.partial):
        func, args = func.func, (*func.args, *args)
    name = getattr(func, "__name__", "")
    if name in ("mapstar", "starmapstar", "_process_chunk") and args:
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
    if not isinstance(inqueue, (WorkerTasks, ThreadTasks)):
        return inqueue.get()
    try:
        return inqueue.get(block=False)
    except queue.Empty:
        pass
    with trace.Wait(trace.QUEUE_GET, inqueue._object, line=0):
        return inqueue.get()


_pool = 0


def of_worker(inqueue, index, func, kwds):
    """What a worker calls in the place of `func` in a recorded run; a chunk records its tasks itself, one by one."""
    global _pool
    _pool = getattr(inqueue, "_object", 0)
    if "start" in kwds and func.__module__ == "multiprocessing.pool":
        return func
    return watched(func, index)


def watched(func, start):
    """`func` whose calls are recorded as the tasks from index `start` on."""
    indices = itertools.count(start)
    pool = _pool

    def begin(*args, **_kwargs):
        function = trace.string(name_and_line(_function(func, args)))
        trace.record(trace.TASK_BEGIN, pool, trace.pack(next(indices), function))

    def end(_token, _result, error):
        trace.record(trace.TASK_END, pool, int(error is None))

    in_main = threading.current_thread() is threading.main_thread()
    return (trace.around if in_main else trace.around_in_thread)(func, begin, end)


class Watched:
    """The queue of calls of a ProcessPoolExecutor's worker: what comes out records itself when it is run."""

    def __init__(self, queue):
        self._queue = queue

    def get(self, *args, **kwargs):
        item = self._queue.get(*args, **kwargs)
        if item is not None:
            item.fn = watched(item.fn, item.work_id)
        return item

    def __getattr__(self, name):
        return getattr(self._queue, name)
