"""Spawned processes that are copied from a waiting interpreter instead of booted one each: the starting side.

The first process that a program spawns boots as ever. Before it takes its work it leaves a copy of itself: the zygote, an
interpreter as fresh as any that has just booted. Later processes are copies of that, and children of the program's own.
One copy always waits, made before it is wanted. What the program has changed since (environment, directory, flags,
limits: all that a process inherits) makes the zygote stale: the next process boots again and leaves a new one.
FORKYARD_ZYGOTE=off leaves everything to booting.

The new process's side is `fresh`.
"""

import atexit
import functools
import os
import sys
import threading

from multiprocessing import spawn, util

from . import _engine
from .descriptors import is_open
from .fresh import header
from .main_module import main_path

#: Zygotes that came to nothing before no more are asked for. A process that is ended before it could leave one counts too.
_PATIENCE = 100
#: Seconds that one may take to answer. It may have its interpreter to load first.
_ANSWERS_WITHIN = 10.0

#: Descriptors that every process started here gets besides, if they are open: those of a recording.
also = []

_lock = threading.Lock()
_current = None
_failures = 0


def launch(fds, **handles):
    """Start an interpreter that inherits `fds` and gets `handles` for its `spawn_main`: its pid, and what it reads first."""
    global _current
    with _lock:
        now = _Kind()
        command = spawn.get_command_line(**handles)
        if _current is not None and _current.kind == now:
            try:
                pid = _current.copy([*handles.values()], command, fds)
            except BaseException:
                _retire()  # it may answer yet, and that would be taken for the next answer
                raise
            if pid is not None:
                return pid, b""
            _failed()
        _retire()
        if not now.can_be_copied() or _failures >= _PATIENCE:
            return util.spawnv_passfds(spawn.get_executable(), command, fds), header(-1, "")
        _follow()
        wanted = _Zygote(now)
        theirs = wanted.engine.theirs()
        pid = util.spawnv_passfds(spawn.get_executable(), command, [*fds, theirs])
        wanted.engine.handed_on()
        _current = wanted
        return pid, header(theirs, main_path())


class _Kind:
    """What decides how a process begins that is started now."""

    def __init__(self):
        self._command = [main_path(), *spawn.get_command_line()]
        self._surroundings = _engine.Surroundings()

    def __eq__(self, other):
        return self._command == other._command and self._surroundings.equals(other._surroundings)

    def can_be_copied(self):
        environ = os.environ
        own = os.fsdecode(self._command[1]) == sys.executable and not getattr(sys, "frozen", False)
        return (
            own
            and environ.get("FORKYARD_ZYGOTE") != "off"
            and environ.get("FORKYARD_ENGINE") != "stdlib"
            and not environ.get("PYTHONINSPECT")
            and self._surroundings.equals(self._surroundings)
        )


class _Zygote:
    """One that was asked for. Its pid is known once it has been born."""

    def __init__(self, kind):
        self.kind = kind
        self.engine = _engine.Zygote(_ANSWERS_WITHIN)
        self.pid = None

    def is_born(self):
        """Whether there is one; waits until that is known."""
        if self.pid is None:
            self.pid = self.engine.born()
        return self.pid is not None

    def copy(self, numbers, command, fds):
        """The pid of a copy; None when there is no zygote any more, or never was."""
        if not self.is_born():
            return None
        standard = filter(is_open, range(3))
        parts = [*map(str, numbers), *command]
        return self.engine.start([*standard, *dict.fromkeys([*fds, *filter(is_open, also)])], b"\0".join(map(os.fsencode, parts)))


def _failed():
    global _failures
    _failures += _current.pid is None


def _retire():
    """Ends the zygote, and the copy of it that waits."""
    global _current
    retired, _current = _current, None
    if retired is not None and retired.is_born():
        retired.engine.end(retired.pid)
        try:
            os.waitpid(retired.pid, 0)
        except ChildProcessError:
            pass  # reaped by the program, which waits for any child


def _end():
    """With the program; were it only to notice that, it would be left for a moment, and as a zombie for somebody else."""
    with _lock:
        _retire()


def _forget():
    """A forked process starts its own."""
    global _current, _lock
    _lock = threading.Lock()
    _current = None


@functools.cache
def _follow():
    """From the first process on that this one starts: its own end, and its forks."""
    atexit.register(_end)
    os.register_at_fork(after_in_child=_forget)
