"""Recorded runs only: `concurrent.futures`: who waits for a result, and the tasks as their workers run them."""

import functools
import itertools

from . import trace
from .trace import Wait, bound, named_like


def base(module):
    """Wrap what all executors share. Called once, when `concurrent.futures._base` is loaded."""

    condition = module.threading.Condition

    # What a result is waited for with. Not `result` itself: what that raises would be seen to come through here.
    class Condition(condition):
        def wait(self, timeout=None):
            with Wait(trace.RESULT_GET, self.__dict__.get("_forkyard", 0), bound(timeout)) as wait:
                wait.got = super().wait(timeout)
            return wait.got

    original = module.Future.__init__

    def __init__(self):
        original(self)
        self._condition.__class__ = Condition

    named_like(Condition, condition)
    __init__._forkyard_unrecorded = original
    module.Future.__init__ = named_like(__init__, original)
    waiter = module._create_and_install_waiters

    # `wait` and `as_completed` wait for this waiter's event.
    def _create_and_install_waiters(*args, **kwargs):
        made = waiter(*args, **kwargs)
        waiting = lambda timeout=None: Wait(trace.RESULT_GET, 0, bound(timeout))  # noqa: E731
        made.event.wait = trace.around_in_thread(made.event.wait, waiting, trace.ended)
        return made

    module._create_and_install_waiters = named_like(_create_and_install_waiters, waiter)


def processes(module):
    """The workers of a ProcessPoolExecutor. Called once, when `concurrent.futures.process` is loaded."""
    worker = getattr(module, "_process_worker", None)
    if worker is None:
        return

    def _process_worker(call_queue, result_queue, *rest):
        from .tasks import calls

        return worker(calls(call_queue), result_queue, *rest)

    module._process_worker = named_like(_process_worker, worker)
    chunk = getattr(module, "_process_chunk", None)
    submit = module.ProcessPoolExecutor.submit

    # A chunk of `map` is one call to the executor; how many tasks it is, and where they stand among the map's, is known only here.
    def submit_numbered(self, fn, /, *args, **kwargs):
        count = 1
        if isinstance(fn, functools.partial) and chunk is not None and fn.func is chunk:
            from .tasks import recorded_chunk

            start = fn.__dict__.get("_forkyard_next", 0)
            count = len(args[0])
            fn._forkyard_next = start + count
            fn = functools.partial(recorded_chunk, start, *fn.args)
        trace.record(trace.TASKS_PUT, trace.object_of(self._call_queue), count)
        return submit(self, fn, *args, **kwargs)

    module.ProcessPoolExecutor.submit = named_like(submit_numbered, submit)


def threads(module):
    """The workers of a ThreadPoolExecutor. Called once, when `concurrent.futures.thread` is loaded."""
    from .watched import made_by_main

    cls = module.ThreadPoolExecutor
    original = cls.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if type(self) is cls and made_by_main():
            self._work_queue = work("ThreadPoolExecutor")

    cls.__init__ = named_like(__init__, original)


def work(kind):
    """The queue of work of an executor with threads that the program is making."""
    import queue

    class Work(queue.SimpleQueue):
        """What an executor's threads are to do; each piece records itself as a task when it is run."""

        def __init__(self, object):
            self._object = object
            self._indices = itertools.count()

        def put(self, item):
            if item is not None:
                item.run = _Task(item, self._object, next(self._indices))
                item.future._condition._forkyard = self._object
                trace.record(trace.TASKS_PUT, self._object, trace.pack(0, 1))
            super().put(item)

        def get(self, block=True, timeout=None):
            if not block or self.qsize():
                return super().get(block, timeout)
            # Nobody's line waits here.
            with Wait(trace.QUEUE_GET, self._object, line=0):
                return super().get(block, timeout)

    return Work(trace.made(kind))


class _Task:
    """Runs one piece of work. Outside of the piece's own `run`, which catches what the task raises: no traceback shows it."""

    def __init__(self, item, object, index):
        from .tasks import name_and_line

        self._run = item.run
        self._future, self._object, self._index = item.future, object, index
        self._function = name_and_line(item.fn if hasattr(item, "fn") else item.task[0])

    def __call__(self, *args):
        run, self._run = self._run, None  # which holds the piece that holds this
        if self._future.cancelled():
            return run(*args)
        trace.record(trace.TASK_BEGIN, self._object, trace.pack(self._index, trace.string(self._function)))
        try:
            return run(*args)
        finally:
            trace.record(trace.TASK_END, self._object, int(self._future._exception is None))
