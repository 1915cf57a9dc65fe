"""What runs in a pool's workers, and how its failures travel."""

import itertools
import traceback

from _forkyard import tasks, trace

from . import ProcessError, util


class WorkerLost(ProcessError):
    """The worker that had a task died; the task is lost, and no other."""

    def __init__(self, name, exitcode, function):
        how = f"signal {-exitcode}" if exitcode < 0 else f"exit code {exitcode}"
        super().__init__(f"{name} died ({how}) while it ran {function}")
        self.worker, self.exitcode, self.function = name, exitcode, function

    def __reduce__(self):
        return type(self), (self.worker, self.exitcode, self.function)


def mapstar(args, start=None):
    """A chunk of `map`; `start` is the index of its first task, where tasks are recorded."""
    return list(map(*args)) if start is None else list(map(tasks.watched(args[0], start), args[1]))


def starmapstar(args, start=None):
    """A chunk of `starmap`."""
    return list(itertools.starmap(args[0] if start is None else tasks.watched(args[0], start), args[1]))


class RemoteTraceback(Exception):
    """The text of a traceback from a worker, as the cause of its exception here."""

    def __init__(self, tb):
        self.tb = tb

    def __str__(self):
        return self.tb


class _NoFrames(traceback.StackSummary):
    """The stack below what a worker calls that is no Python code: nothing, under the usual headline."""

    def __bool__(self):
        return True


class ExceptionWithTraceback:
    """An exception on its way from a worker, with its traceback as text."""

    def __init__(self, exc, tb):
        told = traceback.TracebackException(type(exc), exc, tb)
        if tb is None:
            told.stack = _NoFrames()
        text = "".join(told.format())
        self.exc = exc
        self.tb = f'\n"""\n{text}"""'

    def __reduce__(self):
        return rebuild_exc, (self.exc, self.tb)


def rebuild_exc(exc, tb):
    exc.__cause__ = RemoteTraceback(tb)
    return exc


class MaybeEncodingError(Exception):
    """Stands for a result that could not be sent."""

    def __init__(self, exc, value):
        self.exc = repr(exc)
        self.value = repr(value)
        super().__init__(self.exc, self.value)

    def tell_as_chunk(self):
        """What could not be sent was one item of `map`: it is told as the list that CPython's workers send."""
        self.value = f"[{self.value}]"
        self.args = self.args[0], repr(self.value)

    def __str__(self):
        return f"Error sending result: '{self.value}'. Reason: '{self.exc}'"

    def __repr__(self):
        return f"<{type(self).__name__}: {self}>"


def worker(inqueue, outqueue, initializer=None, initargs=(), maxtasks=None, wrap_exception=False):
    """What a worker does: take a task, do it, hand the result in, until it is told to stop."""
    if maxtasks is not None and not (isinstance(maxtasks, int) and maxtasks >= 1):
        raise AssertionError(f"Maxtasks {maxtasks!r} is not valid")
    if hasattr(inqueue, "_writer"):
        inqueue._writer.close()
        outqueue._reader.close()
    if initializer is not None:
        initializer(*initargs)
    if isinstance(inqueue, tasks.WorkerTasks):
        completed = inqueue.serve(maxtasks, wrap_exception)
    else:
        completed = _serve(inqueue, outqueue, maxtasks, wrap_exception)
    util.debug("worker exiting after %d tasks", completed)


def _serve(inqueue, outqueue, maxtasks, wrap_exception):
    """The same with any queues; how many tasks it did."""
    completed = 0
    while maxtasks is None or completed < maxtasks:
        try:
            task = tasks.next_of(inqueue) if trace.is_on() else inqueue.get()
        except (EOFError, OSError):
            util.debug("worker got EOFError or OSError -- exiting")
            break
        if task is None:
            util.debug("worker got sentinel -- exiting")
            break
        job, i, func, args, kwds = task
        try:
            call = tasks.of_worker(inqueue, i, func, kwds) if trace.is_on() else func
            result = (True, call(*args, **kwds))
        except Exception as e:
            if wrap_exception and func is not _helper_reraises_exception:
                e = ExceptionWithTraceback(e, e.__traceback__)
            result = (False, e)
        try:
            outqueue.put((job, i, result))
        except Exception as e:
            wrapped = MaybeEncodingError(e, result[1])
            util.debug("Possible encoding error while sending result: %s", wrapped)
            outqueue.put((job, i, (False, wrapped)))
        task = job = result = func = call = args = kwds = None
        completed += 1
    return completed


def _helper_reraises_exception(ex):
    """A task that is the failure of the iterable it should have come from."""
    raise ex


# These are `multiprocessing.pool`'s to programs, tracebacks and pickles, wherever they are written.
for _each in (
    WorkerLost, RemoteTraceback, ExceptionWithTraceback, MaybeEncodingError,
    mapstar, starmapstar, rebuild_exc, worker, _helper_reraises_exception,
):  # fmt: skip
    _each.__module__ = "multiprocessing.pool"
