"""The recording as Python code sees it: numbers of the events, and one function for each way of using them.

Everything here does nothing, cheaply, while nothing is recorded. The numbers are those of `backend/trace/src/event.rs`
and `backend/wire/src/timeline.rs`.
"""

from . import _engine

PHASE = 0x100

# Phases of a process's life.
FORK, EXEC, BOOT, IMPORT, UNPICKLE, RUN, EXIT = 1, 2, 3, 4, 5, 6, 7
# Reasons to wait.
LOCK_ACQUIRE, QUEUE_GET, QUEUE_PUT, CONNECTION_RECV, CONNECTION_SEND = 16, 17, 18, 19, 20
PROCESS_JOIN, THREAD_JOIN, EVENT_WAIT, CONDITION_WAIT, BARRIER_WAIT = 21, 22, 23, 24, 25
SEMAPHORE_ACQUIRE, RESULT_GET, SLEEP, GIL, INPUT = 26, 27, 28, 29, 30

(
    HOLD_BEGIN,
    HOLD_END,
    WAKE,
    SENT,
    RECEIVED,
    TASK_BEGIN,
    TASK_END,
    START_BEGIN,
    START_END,
    BORN,
    REAPED,
    THREAD_BORN,
    THREAD_DIED,
    PRINTED,
    RAISED,
) = range(1, 16)
GIL_WATCH, TASKS_PUT, PICKLED, UNPICKLED, CELL_READ, CELL_WRITE = range(18, 24)

#: In what a wait is for: it has a time-out.
BOUNDED = 1 << 31

METHODS = {"fork": 0, "spawn": 1, "forkserver": 2}
MAIN = 3
#: Started by spawn, as a copy of an interpreter that had booted before.
COPIED = 4

is_on = _engine.is_recording
record = _engine.record
record_at = _engine.record_at
string = _engine.string
line = _engine.line
hold_begins = _engine.hold_begins
hold_ends = _engine.hold_ends
name_process = _engine.name_process
name_thread = _engine.name_thread
attach = _engine.trace_attach
attach_hello = _engine.trace_hello
after_fork = _engine.trace_after_fork
Wait = _engine.Wait


def pack(high, low):
    """Two numbers of 32 bits in an event's argument."""
    return (high & 0xFFFFFFFF) << 32 | low & 0xFFFFFFFF


def bound(timeout):
    """What a wait's record says of its time-out."""
    return 0 if timeout is None else BOUNDED


def phase(kind):
    """A phase of this process's life begins."""
    record(PHASE | kind, 0, 0)


def watch_gil():
    """Record the waits of this process's threads for the interpreter's lock from now on, or why they are not."""
    trouble = _engine.gil_watch()
    record(GIL_WATCH, 0, pack(trouble is None, string(trouble or "")))


def made(kind):
    """The number of an object the program is making, 0 when nothing is recorded."""
    if not is_on():
        return 0
    from . import names

    name, at = names.of_new(kind)
    return _engine.new_object(kind, name, at)


def object_of(queue):
    """The number of a queue of `multiprocessing`'s; 0 for one that is not ours."""
    return getattr(getattr(queue, "_ring", None), "object", 0)


def around(function, before, after=lambda token, result, error: None):
    """`function` with something done before and after each call, without a frame of its own in tracebacks."""
    wrapper = _engine.Around(function, before, after)
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        wrapper.__dict__[name] = getattr(function, name, None)
    wrapper.__dict__["__wrapped__"] = function
    return wrapper


def around_in_thread(function, before, after=lambda token, result, error: None):
    """The same in Python, for what a daemon thread may be in when the interpreter ends.

    CPython then ends such a thread by unwinding its stack, which a frame of Rust's does not survive.
    """

    def wrapper(*args, **kwargs):
        token = before(*args, **kwargs)
        result = error = None
        try:
            result = function(*args, **kwargs)
            return result
        except BaseException as raised:
            error = raised
            raise
        finally:
            after(token, result, error)
            error = None

    return named_like(wrapper, function)


def named_like(wrapper, function):
    """What stands in place of a function or class, with its names, by which it is found and pickled."""
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(wrapper, name, getattr(function, name, None) or "")
    wrapper.__wrapped__ = function
    return wrapper


def waits(function, kind):
    """`function`, each call of which is a wait on no object."""
    return around_in_thread(function, lambda *_args, **_kwargs: Wait(kind, 0), ended)


def ended(wait, result, error):
    """What comes after a call that waits; a result of False means that it gave up."""
    if wait is not None:
        wait.end(error is None and result is not False)
