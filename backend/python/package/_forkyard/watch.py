"""Recorded runs only: births, phases, joins, threads and sleeps, whichever engine serves.

The engine's primitives record their own waits; what belongs to the interpreter (processes as `multiprocessing` starts
them, threads, `time.sleep`, `queue`, `input`) is recorded by wrappers put in here, when the modules are loaded.
"""

import builtins
import os
import sys
import time

from . import finder, trace

_fork_began = 0
_hidden = False
_exit_recorded = False


def begin(fd, hello):
    """Attach to the trace memory behind `fd` and record this process from now on."""
    global _hidden
    code = " ".join(sys.orig_argv[1:])
    if hello is not None and _is_open(int(hello)):
        hello = int(hello)
    else:
        hello = None
    # The fork server is no process of the program's; only those it forks are.
    _hidden = "multiprocessing.forkserver" in code
    if not _is_open(fd):
        return  # a program's own subprocess: the descriptor was not handed on
    try:
        trace.attach(fd)
    except OSError:
        return
    if hello is not None:
        trace.attach_hello(hello)
    spawned = "--multiprocessing-fork" in sys.orig_argv
    if not _hidden:
        trace.record(trace.BORN, 0, trace.pack(os.getppid(), trace.METHODS["spawn"] if spawned else trace.MAIN))
        trace.phase(trace.BOOT)
    _install(fd, hello)
    if not spawned and not _hidden:
        trace.name_process("MainProcess")
        trace.phase(trace.RUN)


def _is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _install(fd, hello):
    import atexit

    atexit.register(_exit)
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
    time.sleep = _wrapped(time.sleep, _sleep(time.sleep))
    builtins.input = _wrapped(builtins.input, _input(builtins.input))
    passed = [each for each in (fd, hello) if each is not None]
    finder.after_load("multiprocessing.util", lambda util: _hand_on(util, passed))
    finder.after_load("multiprocessing.process", _watch_processes)
    finder.after_load("multiprocessing.spawn", _watch_spawn)
    finder.after_load("multiprocessing.popen_fork", _watch_popen)
    finder.after_load("multiprocessing.popen_forkserver", _watch_popen)
    finder.after_load("threading", _threads)
    finder.after_load("concurrent.futures._base", _watch_futures)
    finder.after_load("concurrent.futures.process", _watch_executor)


def _threads(module):
    from . import watch_threads

    watch_threads.install(module)


def _exit():
    global _exit_recorded
    if not _exit_recorded:
        _exit_recorded = True
        trace.phase(trace.EXIT)


def _before_fork():
    global _fork_began
    _fork_began = time.monotonic_ns()


def _after_fork():
    global _hidden, _exit_recorded
    served = _hidden
    _hidden = _exit_recorded = False
    trace.after_fork()
    method = trace.METHODS["forkserver" if served else "fork"]
    trace.record_at(_fork_began, trace.BORN, 0, trace.pack(os.getppid(), method))
    trace.record_at(_fork_began, trace.PHASE | trace.FORK, 0, 0)
    if not served:
        trace.phase(trace.RUN)


def _wrapped(original, wrapper):
    wrapper.__name__ = original.__name__
    wrapper.__qualname__ = getattr(original, "__qualname__", original.__name__)
    wrapper.__doc__ = original.__doc__
    wrapper.__module__ = original.__module__
    wrapper.__wrapped__ = original
    return wrapper


def _sleep(original):
    def sleep(seconds, /):
        with trace.Wait(trace.SLEEP, 0):
            return original(seconds)

    return sleep


def _input(original):
    def input(prompt="", /):
        with trace.Wait(trace.INPUT, 0):
            return original(prompt)

    return input


def _hand_on(util, passed):
    """Interpreters started by multiprocessing get the descriptors of the recording."""
    original = util.spawnv_passfds

    def spawnv_passfds(path, args, passfds):
        return original(path, args, [*passfds, *(fd for fd in passed if _is_open(fd))])

    util.spawnv_passfds = _wrapped(original, spawnv_passfds)


def _watch_processes(module):
    base = module.BaseProcess
    start, join, bootstrap = base.start, base.join, base._bootstrap

    def watched_start(self):
        method = getattr(self, "_start_method", None)
        if method is None:
            from multiprocessing import get_start_method

            method = get_start_method()
        trace.record(trace.START_BEGIN, 0, trace.pack(trace.METHODS.get(method, 0), trace.line()))
        try:
            return start(self)
        finally:
            pid = getattr(self._popen, "pid", None) if self._popen is not None else None
            trace.record(trace.START_END, 0, trace.pack(pid or 0, 0))

    def watched_join(self, timeout=None):
        if self._popen is None or not trace.is_on():
            return join(self, timeout)
        with trace.Wait(trace.PROCESS_JOIN, 0, getattr(self._popen, "pid", 0) or 0) as wait:
            join(self, timeout)
            wait.got = self._popen.returncode is not None

    def watched_bootstrap(self, *args, **kwargs):
        trace.name_process(self.name)
        trace.phase(trace.RUN)
        code = bootstrap(self, *args, **kwargs)
        _exit()
        return code

    base.start = _wrapped(start, watched_start)
    base.join = _wrapped(join, watched_join)
    base._bootstrap = _wrapped(bootstrap, watched_bootstrap)


def _watch_spawn(module):
    original = module.prepare

    def prepare(data):
        if "name" in data:
            trace.name_process(data["name"])
        trace.phase(trace.IMPORT)
        original(data)
        trace.phase(trace.UNPICKLE)

    module.prepare = _wrapped(original, prepare)


def _watch_popen(module):
    """A process is reaped when its parent learns the exit code: in `poll`, whoever calls it."""
    popen = module.Popen
    if "poll" not in vars(popen):
        return
    original = popen.poll

    def poll(self, *args, **kwargs):
        known = self.returncode
        code = original(self, *args, **kwargs)
        if known is None and self.returncode is not None:
            trace.record(trace.REAPED, 0, trace.pack(self.pid, self.returncode))
        return code

    popen.poll = _wrapped(original, poll)


def _watch_futures(module):
    future = module.Future
    original = future.result

    def result(self, timeout=None):
        if self.done():
            return original(self, timeout)
        with trace.Wait(trace.RESULT_GET, 0):
            return original(self, timeout)

    future.result = _wrapped(original, result)


def _watch_executor(module):
    """Tasks of a ProcessPoolExecutor, in its workers."""
    worker = getattr(module, "_process_worker", None)
    if worker is None:
        return

    def _process_worker(call_queue, result_queue, *rest):
        from .tasks import Watched

        return worker(Watched(call_queue), result_queue, *rest)

    _process_worker.__module__ = module.__name__
    module._process_worker = _wrapped(worker, _process_worker)
