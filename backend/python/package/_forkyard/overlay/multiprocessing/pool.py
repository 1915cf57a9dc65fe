"""Process pools over the engine's board: a worker's death fails its task and no other."""

__all__ = ["Pool", "ThreadPool", "WorkerLost"]

import itertools
import os
import queue
import threading
import warnings

from _forkyard import tasks, trace
from _forkyard.notifier import Notifier

from . import TimeoutError, get_context, util  # noqa: F401 - TimeoutError is this module's too
from .pool_handlers import CLOSE, INIT, RUN, TERMINATE, _Handlers, _handler
from .pool_results import (  # noqa: F401 - names of this module, as ever
    _PoolCache,
    ApplyResult,
    AsyncResult,
    IMapIterator,
    IMapUnorderedIterator,
    MapResult,
    job_counter,
)
from .pool_worker import (  # noqa: F401
    ExceptionWithTraceback,
    MaybeEncodingError,
    RemoteTraceback,
    WorkerLost,
    _helper_reraises_exception,
    mapstar,
    rebuild_exc,
    starmapstar,
    worker,
)

# What programs print or pickle names the module that they know.
for _kind in (ApplyResult, MapResult, IMapIterator, IMapUnorderedIterator, ExceptionWithTraceback, MaybeEncodingError, RemoteTraceback):
    _kind.__module__ = __name__


class Pool(_Handlers):
    """Processes that do tasks."""

    _wrap_exception = True

    @staticmethod
    def Process(ctx, *args, **kwds):
        return ctx.Process(*args, **kwds)

    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, context=None):
        self._pool = []  # first of all: __del__ looks at these even if this fails
        self._state = INIT
        self._ctx = context or get_context()
        if processes is None:
            processes = getattr(os, "process_cpu_count", os.cpu_count)() or 1
        if processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if maxtasksperchild is not None and (not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0):
            raise ValueError("maxtasksperchild must be a positive int or None")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._processes = processes
        self._object = trace.made("Pool")
        self._setup_queues()
        self._taskqueue = tasks.Backlog()
        self._change_notifier = Notifier()
        self._cache = _PoolCache(notifier=self._change_notifier, board=getattr(self._outqueue, "_board", None))
        self._maxtasksperchild = maxtasksperchild
        self._initializer = initializer
        self._initargs = initargs
        try:
            self._repopulate_pool()
        except Exception:
            for process in self._pool:
                if process.exitcode is None:
                    process.terminate()
            for process in self._pool:
                process.join()
            raise
        keeper = (
            self._cache, self._taskqueue, self._ctx, self.Process, self._processes, self._pool, self._inqueue,
            self._outqueue, self._initializer, self._initargs, self._maxtasksperchild, self._wrap_exception,
            self._change_notifier,
        )  # fmt: skip
        self._worker_handler = _handler(self._handle_workers, keeper)
        feeder = (self._taskqueue, self._quick_put, self._outqueue, self._pool, self._cache)
        self._task_handler = _handler(self._handle_tasks, feeder)
        self._result_handler = _handler(self._handle_results, (self._outqueue, self._quick_get, self._cache))
        self._terminate = util.Finalize(
            self,
            self._terminate_pool,
            args=(
                self._taskqueue, self._inqueue, self._outqueue, self._pool, self._change_notifier,
                self._worker_handler, self._task_handler, self._result_handler, self._cache,
            ),
            exitpriority=15,
        )  # fmt: skip
        self._state = RUN

    def __del__(self, _warn=warnings.warn, RUN=RUN):
        if self._state == RUN:
            _warn(f"unclosed running multiprocessing pool {self!r}", ResourceWarning, source=self)
            if getattr(self, "_change_notifier", None) is not None:
                self._change_notifier.put(None)

    def __repr__(self):
        cls = type(self)
        return f"<{cls.__module__}.{cls.__qualname__} state={self._state} pool_size={len(self._pool)}>"

    def __reduce__(self):
        raise NotImplementedError("pool objects cannot be passed between processes or pickled")

    def __enter__(self):
        self._check_running()
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        self.terminate()

    def _check_running(self):
        if self._state != RUN:
            raise ValueError("Pool not running")

    def _setup_queues(self):
        self._inqueue, self._outqueue = tasks.queues(self._processes, self._object)
        self._quick_put = self._inqueue.put
        self._quick_get = None

    # What a program asks for.

    def apply(self, func, args=(), kwds={}):
        """`func(*args, **kwds)` in a worker."""
        if type(self).apply_async is not Pool.apply_async:
            return self.apply_async(func, args, kwds).get()
        return self._apply_async(func, args, kwds).get()

    def map(self, func, iterable, chunksize=None):
        """`func` of each element, as a list."""
        return self._map_async(func, iterable, mapstar, chunksize).get()

    def starmap(self, func, iterable, chunksize=None):
        """Like `map`, each element being a tuple of arguments."""
        return self._map_async(func, iterable, starmapstar, chunksize).get()

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):
        """`apply` that does not wait."""
        result = self._apply_async(func, args, kwds, callback, error_callback)
        self._cache.want()
        return result

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        """`map` that does not wait."""
        return self._map_async(func, iterable, mapstar, chunksize, callback, error_callback).wanted()

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        """`starmap` that does not wait."""
        return self._map_async(func, iterable, starmapstar, chunksize, callback, error_callback).wanted()

    def imap(self, func, iterable, chunksize=1):
        """The results in order, as they come."""
        return self._imap(IMapIterator, func, iterable, chunksize)

    def imap_unordered(self, func, iterable, chunksize=1):
        """The results as they come, in any order."""
        return self._imap(IMapUnorderedIterator, func, iterable, chunksize)

    def _apply_async(self, func, args, kwds, callback=None, error_callback=None):
        self._check_running()
        result = ApplyResult(self, callback, error_callback)
        result._function = func
        try:
            if not self._taskqueue.overtake(self._put_up, result._job, func, args, kwds):
                trace.record(trace.TASKS_PUT, self._object, 1)
                self._taskqueue.put(([(result._job, 0, func, args, kwds)], None))
        except BaseException as error:
            result._give_up(error)
            raise
        return result

    def _put_up(self, job, *call):
        """Puts a job of one call up without the feeder; whether that can be done."""
        if not isinstance(self._inqueue, tasks.TaskQueue):
            return False
        try:
            self._inqueue.apply(job, *call)
        except Exception as error:
            self._fail(self._cache, job, 0, error)
        return True

    def _imap(self, kind, func, iterable, chunksize):
        self._check_running()
        if chunksize < 1:
            raise ValueError(f"Chunksize must be 1+, not {chunksize:n}")
        if chunksize == 1:
            chunksize = 1  # and not 1.0
        result = kind(self)
        if trace.is_on():
            iterable = tasks.counted(iterable, self._object)
        self._taskqueue.put((self._tasks(result, func, iterable, mapstar, chunksize), result._set_length))
        self._cache.want()
        return result if chunksize == 1 else (item for chunk in result for item in chunk)

    def _map_async(self, func, iterable, mapper, chunksize=None, callback=None, error_callback=None):
        self._check_running()
        if not hasattr(iterable, "__len__"):
            iterable = list(iterable)
        if chunksize is None:
            chunksize = -(-len(iterable) // (len(self._pool) * 4)) if self._pool else len(iterable)
        if len(iterable) == 0:
            chunksize = 0
        is_empty = chunksize <= 0  # asked first: what is no number fails here, and leaves no job that never ends
        result = MapResult(self, chunksize, len(iterable), callback, error_callback=error_callback)
        if not is_empty:
            trace.record(trace.TASKS_PUT, self._object, len(iterable))
            try:
                put_up = self._tasks(result, func, iterable, mapper, chunksize)
                if not self._taskqueue.overtake(self._feed, put_up, self._quick_put):
                    self._taskqueue.put((put_up, None))
            except BaseException as error:
                result._give_up(error)
                raise
        return result

    def _tasks(self, result, func, iterable, mapper, chunksize):
        """The tasks of a job, for the backlog: a `Feed` where the board takes them as they are, else a generator."""
        result._function = func
        plain = isinstance(self._inqueue, tasks.TaskQueue) and hasattr(iterable, "__iter__")
        name = self._inqueue.name_of(func) if plain else None
        if name is not None:
            kind = tasks.ITEM if mapper is mapstar else tasks.STARRED_ITEM
            if chunksize > 1:
                kind, iterable = kind + tasks.CHUNK - tasks.ITEM, Pool._chunks(iterable, chunksize)
            result._takes_many = chunksize == 1 and isinstance(result, MapResult)
            return self._inqueue.feed(result._job, kind, name, iterable, chunksize)
        if chunksize == 1 and not isinstance(result, MapResult):
            return self._guarded_task_generation(result._job, func, iterable)
        chunks = Pool._get_tasks(func, iterable, chunksize)
        return self._guarded_task_generation(result._job, mapper, chunks, chunksize)

    def _guarded_task_generation(self, result_job, func, iterable, chunksize=None):
        """Tasks from an iterable, which may be one of chunks; its failure becomes the last of them."""
        numbered = chunksize is not None and trace.is_on()
        i = -1
        try:
            for i, x in enumerate(iterable):
                yield (result_job, i, func, (x,), {"start": i * chunksize} if numbered else {})
        except Exception as e:
            yield (result_job, i + 1, _helper_reraises_exception, (e,), {})

    @staticmethod
    def _get_tasks(func, it, size):
        return ((func, chunk) for chunk in Pool._chunks(it, size))

    @staticmethod
    def _chunks(it, size):
        it = iter(it)
        return iter(lambda: tuple(itertools.islice(it, size)), ())

    # How it ends.

    def close(self):
        """No more tasks; the workers end when all are done."""
        util.debug("closing pool")
        if self._state == RUN:
            self._state = CLOSE
            self._worker_handler._state = CLOSE
            self._cache.close()

    def terminate(self):
        """Ends the workers at once."""
        util.debug("terminating pool")
        self._state = TERMINATE
        self._terminate()

    def join(self):
        """Waits until the workers have ended; after `close` or `terminate`."""
        util.debug("joining pool")
        if self._state == RUN:
            raise ValueError("Pool is still running")
        if self._state not in (CLOSE, TERMINATE):
            raise ValueError("In unknown state")
        with trace.Wait(trace.PROCESS_JOIN, self._object):
            self._worker_handler.join()
            self._task_handler.join()
            self._result_handler.join()
            for process in self._pool:
                process.join()

    # Workers.

    def _repopulate_pool(self):
        return self._repopulate_pool_static(
            self._ctx, self.Process, self._processes, self._pool, self._inqueue, self._outqueue,
            self._initializer, self._initargs, self._maxtasksperchild, self._wrap_exception,
        )  # fmt: skip

    @staticmethod
    def _repopulate_pool_static(
        ctx, Process, processes, pool, inqueue, outqueue, initializer, initargs, maxtasksperchild, wrap_exception
    ):
        """As many workers as there should be."""
        taken = {getattr(process, "_forkyard_slot", None) for process in pool}
        free = (slot for slot in range(processes) if slot not in taken)
        for _ in range(processes - len(pool)):
            slot = next(free)
            ends = inqueue, outqueue
            if isinstance(inqueue, tasks.TaskQueue):
                ends = inqueue.for_worker(slot), outqueue.for_worker(slot)
            process = Process(ctx, target=worker, args=(*ends, initializer, initargs, maxtasksperchild, wrap_exception))
            process.name = process.name.replace("Process", "PoolWorker")
            process.daemon = True
            process._forkyard_slot = slot
            process.start()
            pool.append(process)
            util.debug("added worker")

    @staticmethod
    def _help_stuff_finish(inqueue, task_handler, size):
        """Takes away tasks that nobody has begun, so that the feeder cannot be stuck."""
        if isinstance(inqueue, tasks.TaskQueue):
            return
        inqueue._rlock.acquire()
        while task_handler.is_alive() and inqueue._reader.poll():
            inqueue._reader.recv()

    @staticmethod
    def _terminable(pool):
        return list(pool)

    @classmethod
    def _terminate_pool(
        cls, taskqueue, inqueue, outqueue, pool, change_notifier, worker_handler, task_handler, result_handler, cache
    ):
        """Called once, by `terminate` or when the pool is forgotten."""
        util.debug("finalizing pool")
        worker_handler._state = TERMINATE
        task_handler._state = TERMINATE
        change_notifier.put(None)
        cls._help_stuff_finish(inqueue, task_handler, len(pool))
        result_handler._state = TERMINATE
        change_notifier.put(None)
        outqueue.put(None)
        # The keeper goes first, or it would start workers again behind our back.
        if threading.current_thread() is not worker_handler:
            worker_handler.join()
        processes = cls._terminable(pool)
        for process in processes:
            if process.exitcode is None:
                process.terminate()
        for handler in (task_handler, result_handler):
            if threading.current_thread() is not handler:
                handler.join()
        for process in processes:
            if process.is_alive():
                process.join()
        change_notifier.close()


class ThreadPool(Pool):
    """A pool of threads."""

    _wrap_exception = False

    @staticmethod
    def Process(ctx, *args, **kwds):
        from .dummy import Process

        return Process(*args, **kwds)

    def __init__(self, processes=None, initializer=None, initargs=()):
        super().__init__(processes, initializer, initargs)

    def _setup_queues(self):
        self._inqueue = tasks.ThreadTasks()
        self._inqueue._object = self._object
        self._outqueue = queue.SimpleQueue()
        self._quick_put = self._inqueue.put
        self._quick_get = self._outqueue.get

    @staticmethod
    def _get_worker_sentinels(workers):
        return []

    @staticmethod
    def _terminable(pool):
        return []

    @staticmethod
    def _help_stuff_finish(inqueue, task_handler, size):
        try:
            while True:
                inqueue.get(block=False)
        except queue.Empty:
            pass
        for _ in range(size):
            inqueue.put(None)
