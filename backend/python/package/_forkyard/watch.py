"""Recorded runs only: births, phases, joins, threads and sleeps, whichever engine serves.

The engine's primitives record their own waits; what belongs to the interpreter (processes as `multiprocessing` starts
them, threads, `time.sleep`, `queue`, `input`) is recorded around the calls of it, from when the modules are loaded.
"""

import builtins
import os
import sys
import time

from . import finder, trace
from .descriptors import is_open
from .trace import around, waits

#: The end of the path of the library that watches the interpreter's lock.
_PRELOADED = "/libforkyard_gil.so"

_fork_began = 0
_hidden = False
_exit_recorded = False
#: What the next fork of this process makes: ZYGOTE, a COPY of one, or None for a process as `os.fork` makes them.
_makes = None
ZYGOTE, COPY = "zygote", "copy"


def begin(fd, hello):
    """Attach to the trace memory behind `fd` and record this process from now on. `hello` is text, or None."""
    global _hidden
    hello = int(hello) if hello is not None and is_open(int(hello)) else None
    # The fork server is no process of the program's; only those it forks are.
    _hidden = any("multiprocessing.forkserver" in part for part in sys.orig_argv[1:])
    if not is_open(fd):
        return  # a program's own subprocess: the descriptor was not handed on
    try:
        trace.attach(fd)
    except OSError:
        return
    if hello is not None:
        trace.attach_hello(hello)
    spawned = "--multiprocessing-fork" in sys.orig_argv
    _hide_preloaded()
    if not _hidden:
        trace.watch_gil()
        trace.record(trace.BORN, 0, trace.pack(os.getppid(), trace.METHODS["spawn"] if spawned else trace.MAIN))
        trace.phase(trace.BOOT)
    _install(fd, hello)
    if not spawned and not _hidden:
        trace.name_process("MainProcess")
        trace.phase(trace.RUN)


def _hide_preloaded():
    """The program sees what it or its user has loaded before it, not the recording's library, which what it starts still gets."""
    loaded = os.environ.get("LD_PRELOAD", "").split(":")
    if not loaded[0].endswith(_PRELOADED):
        return
    theirs = {b"LD_PRELOAD": os.fsencode(":".join(loaded[1:]))} if loaded[1:] else {}
    # Not through the mapping, which would change what children are given.
    known = os.environ._data
    known.pop(b"LD_PRELOAD", None)
    known.update(theirs)


def raised(error):
    """An exception leaves the program's code."""
    trace.record(trace.RAISED, 0, trace.pack(0, trace.string(_told(error))))


def _told(error):
    """A traceback's last line. Without `traceback`: CPython forgets an unhandled Ctrl-C, and hence the exit code 130, when
    its hook runs a text as code, which that import does."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    try:
        text = str(error)
    except Exception:
        text = "<exception str() failed>"
    return f"{name}: {text}" if text else name


def _install(fd, hello):
    import atexit

    atexit.register(_exit)
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
    sys.excepthook = around(sys.excepthook, lambda kind, error, traceback: raised(error))
    time.sleep = waits(time.sleep, trace.SLEEP)
    builtins.input = waits(builtins.input, trace.INPUT)
    passed = [each for each in (fd, hello) if each is not None]
    finder.after_load("multiprocessing.util", lambda util: _hand_on(util, passed))
    finder.after_load("_forkyard.zygote", lambda zygote: zygote.also.extend(passed))
    finder.after_load("multiprocessing.process", _watch_processes)
    finder.after_load("multiprocessing.spawn", _watch_spawn)
    finder.after_load("multiprocessing.popen_fork", _watch_popen)
    finder.after_load("multiprocessing.popen_forkserver", _watch_popen)
    finder.after_load("traceback", _watch_traceback)
    finder.after_load("multiprocessing.sharedctypes", _values)
    finder.after_load("threading", _watch_threading)
    finder.after_load("queue", _watch_queue)
    finder.after_load("concurrent.futures._base", lambda module: _futures().base(module))
    finder.after_load("concurrent.futures.process", lambda module: _futures().processes(module))
    finder.after_load("concurrent.futures.thread", lambda module: _futures().threads(module))


def _watch_threading(module):
    from . import watch_locks, watch_threads

    watch_threads.install(module)
    watch_locks.install(module)


def _watch_queue(module):
    from . import watch_queues

    watch_queues.install(module)


def _futures():
    from . import watch_futures

    return watch_futures


def _values(module):
    from . import watch_raw, watch_values

    watch_values.install(module)
    watch_raw.install(module)


def _exit():
    global _exit_recorded
    if not _exit_recorded:
        _exit_recorded = True
        trace.phase(trace.EXIT)


def _before_fork():
    global _fork_began
    _fork_began = time.monotonic_ns()


def makes(what):
    """Say what the next fork of this process makes."""
    global _makes
    _makes = what


def _after_fork():
    global _hidden, _exit_recorded
    made, served = _makes, _hidden
    if made == COPY:
        return  # no process of the program's before it is wanted
    _hidden = made == ZYGOTE
    _exit_recorded = False
    trace.after_fork()
    makes(COPY if _hidden else None)
    if not _hidden:
        _born(_fork_began, "forkserver" if served else "fork")
        if not served:
            trace.phase(trace.RUN)


def is_wanted(method):
    """This copy of a zygote, or of the fork server, becomes a process of the program's."""
    global _hidden
    began = time.monotonic_ns()
    _hidden = False
    makes(None)
    trace.after_fork()
    _born(began, method)


def _born(began, method):
    trace.watch_gil()
    how = trace.COPIED if method == "spawn" else trace.METHODS[method]
    trace.record_at(began, trace.BORN, 0, trace.pack(os.getppid(), how))
    trace.record_at(began, trace.PHASE | trace.FORK, 0, 0)


def _hand_on(util, passed):
    """Interpreters started by multiprocessing get the descriptors of the recording."""
    original = util.spawnv_passfds

    def spawnv_passfds(path, args, passfds):
        return original(path, args, [*passfds, *(fd for fd in passed if is_open(fd))])

    util.spawnv_passfds = spawnv_passfds


def _watch_processes(module):
    base = module.BaseProcess

    def starting(process):
        method = getattr(process, "_start_method", None)
        if method is None:
            from multiprocessing import get_start_method

            method = get_start_method()
        trace.record(trace.START_BEGIN, 0, trace.pack(trace.METHODS.get(method, 0), trace.line()))
        return process

    def started(process, _result, _error):
        popen = process._popen
        how = trace.COPIED if getattr(popen, "copied", False) else 0
        trace.record(trace.START_END, 0, trace.pack(getattr(popen, "pid", None) or 0, how))

    def joining(process, timeout=None):
        pid = getattr(process._popen, "pid", None)
        return process, trace.Wait(trace.PROCESS_JOIN, 0, pid | trace.bound(timeout)) if pid else None

    def joined(token, _result, error):
        process, wait = token
        if wait is not None:
            wait.end(error is None and process._popen is not None and process._popen.returncode is not None)

    def bootstrapping(process, *_args, **_kwargs):
        trace.name_process(process.name)
        trace.phase(trace.RUN)

    base.start = around(base.start, starting, started)
    base.join = around(base.join, joining, joined)
    base._bootstrap = around(base._bootstrap, bootstrapping, lambda *_: _exit())


def _watch_traceback(module):
    """The exception that ends a process is known only where its traceback is printed."""

    def printing(*_args, **_kwargs):
        if sys._getframe(1).f_code.co_name == "_bootstrap":
            raised(sys.exc_info()[1])

    module.print_exc = around(module.print_exc, printing)


def _watch_spawn(module):
    def preparing(data):
        if "name" in data:
            trace.name_process(data["name"])
        trace.phase(trace.IMPORT)

    module.prepare = around(module.prepare, preparing, lambda *_: trace.phase(trace.UNPICKLE))


def _watch_popen(module):
    """A process is reaped when its parent learns the exit code: in `poll`, whoever calls it."""
    popen = getattr(module, "InterpretersPopen", module.Popen)

    def reaping(process, flag=os.WNOHANG):
        known = process.returncode
        return process, known, _charged(process.pid, flag) if known is None else 0

    def reaped(token, _result, _error):
        process, known, charged = token
        if known is None and process.returncode is not None:
            trace.record(trace.REAPED, charged, trace.pack(process.pid, process.returncode))

    if "poll" in vars(popen):
        popen.poll = around(popen.poll, reaping, reaped)


def _charged(pid, flag):
    """Microseconds that the kernel charged a child that has ended, 0 when it cannot be told: it can until the child is waited for."""
    try:
        if flag == 0:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        # The clock of a process has its number, see `backend/trace/src/charged.rs`.
        return min(time.clock_gettime_ns(~pid << 3 | 2) // 1000, 0xFFFFFFFF)
    except OSError:
        return 0
