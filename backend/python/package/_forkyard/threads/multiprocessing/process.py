"""workers=threads: a `Process` is a thread of this interpreter.

It has a process's name, exit code and sentinel, and shares everything else with its starter; `pid` is the one process
that there is. Connections among its arguments are duplicated, as a fork duplicates them, so that either side may close
its own. `terminate` and `kill` ask: the thread ends at its next step of Python, not in the middle of a blocking call.
"""

from _forkyard.borrow import interpreters_own

interpreters_own(__name__)

import ctypes  # noqa: E402
import itertools  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402

_here = threading.local()
_main = _current_process  # noqa: F821 - the interpreter's own
_started = set()


class _Ended(SystemExit):
    """Raised in a thread that was terminated."""


def current_process():
    """The process that the calling thread stands for."""
    return getattr(_here, "process", _main)


def parent_process():
    """The process that started the calling one; None for the main process."""
    return getattr(current_process(), "_starter", None)


def active_children():
    """The processes that the calling one started and that are alive."""
    return [process for process in list(_started) if process._starter is current_process() and process.is_alive()]


class ThreadProcess(BaseProcess):  # noqa: F821 - the interpreter's own
    """A thread with a process's face."""

    _start_method = None

    def __init__(self, group=None, target=None, name=None, args=(), kwargs={}, *, daemon=None):
        assert group is None, "group argument must be None for now"
        self._starter = current_process()
        counter = self._starter.__dict__.setdefault("_forkyard_counter", itertools.count(1))
        self._identity = (*self._starter._identity, next(counter))
        self._config = dict(self._starter._config)
        self._parent_pid = os.getpid()
        self._parent_name = self._starter.name
        self._popen = None
        self._closed = False
        self._target, self._args, self._kwargs = target, tuple(args), dict(kwargs)
        self._name = name or f"{type(self).__name__}-{':'.join(map(str, self._identity))}"
        self._exitcode = None
        if daemon is not None:
            self.daemon = daemon

    def start(self):
        self._check_closed()
        assert self._popen is None, "cannot start a process twice"
        assert not self._starter._config.get("daemon"), "daemonic processes are not allowed to have children"
        self._args = tuple(map(_own, self._args))
        self._kwargs = {name: _own(value) for name, value in self._kwargs.items()}
        self._end = os.eventfd(0, os.EFD_CLOEXEC)
        self._popen = _Thread(self)
        _started.add(self)
        self._popen.start()

    def _bootstrap(self):
        _here.process = self
        code = 1
        try:
            try:
                self.run()
                code = 0
            except SystemExit as end:
                code = _code_of(end, self._exitcode)
            except BaseException:
                import traceback

                sys.stderr.write(f"Process {self._name}:\n")
                traceback.print_exc()
        finally:
            self._target = self._args = self._kwargs = None
            self._exitcode = code
            _started.discard(self)
            os.eventfd_write(self._end, 1)

    def join(self, timeout=None):
        self._check_closed()
        assert self._popen is not None, "can only join a started process"
        self._popen.join(timeout if timeout is None else max(timeout, 0))

    def is_alive(self):
        self._check_closed()
        return self._popen is not None and self._popen.is_alive()

    def terminate(self):
        self._ask(-signal.SIGTERM)

    def kill(self):
        self._ask(-signal.SIGKILL)

    def interrupt(self):
        self._ask(-signal.SIGINT)

    def _ask(self, code):
        self._check_closed()
        if self.is_alive():
            self._exitcode = code
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._popen.ident), ctypes.py_object(_Ended))

    def close(self):
        if self._popen is not None:
            if self._popen.is_alive():
                raise ValueError(
                    "Cannot close a process while it is still running. You should first call join() or terminate()."
                )
            os.close(self._end)
            self._popen = None
        self._closed = True

    @property
    def exitcode(self):
        self._check_closed()
        return None if self._popen is None or self._popen.is_alive() else self._exitcode

    @property
    def ident(self):
        self._check_closed()
        return None if self._popen is None else os.getpid()

    pid = ident

    @property
    def sentinel(self):
        self._check_closed()
        if self._popen is None:
            raise ValueError("process not started")
        return self._end

    def __repr__(self):
        words = [type(self).__name__, f"name={self._name!r}"]
        if self._closed:
            words.append("closed")
        elif self._popen is None:
            words.append("initial")
        elif self._popen.is_alive():
            words.append("started")
        else:
            words += ["stopped", f"exitcode={self._exitcode}"]
        if self.daemon:
            words.append("daemon")
        return f"<{' '.join(words)}>"


class _Thread(threading.Thread):
    """The thread under a process, with what the exit function of `multiprocessing.util` calls."""

    def __init__(self, process):
        super().__init__(target=process._bootstrap, name=process._name, daemon=process.daemon)
        self._process = process

    def terminate(self):
        """Asks the thread of a daemon to end when the interpreter does. It is not waited for: it may be in a blocking call."""
        self._process.terminate()
        _started.discard(self._process)


def _own(value):
    """A connection of one's own; anything else is shared."""
    if type(value).__module__ == "multiprocessing.connection" and hasattr(value, "_duplicate"):
        return value._duplicate()
    return value


def _code_of(end, asked):
    """The exit code of a thread that raised SystemExit; `asked` is what a terminator noted."""
    if isinstance(end, _Ended):
        return asked
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    sys.stderr.write(f"{end.code}\n")
    return 1
