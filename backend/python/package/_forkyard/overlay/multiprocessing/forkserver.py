"""The fork server: an interpreter that has imported the program's preloads, and of which each new process is a copy.

Starting it, its end and its new start after its death are the interpreter's own. What is ours happens in the server, once it
has imported what it was told: it becomes a zygote (`_forkyard.zygote` tells what that is), whose copies are children of the
program. A server that cannot be one (there are threads in it, or its preloads have made something that is shared, or a library that is
not the interpreter's and may have asked to be told of forks) serves as the interpreter has it; so does the one of a program that calls
`connect_to_new_process`.
"""

import atexit
import gc
import os
import sys
import threading
from importlib.machinery import EXTENSION_SUFFIXES

from _forkyard import _engine, fresh, main_module
from _forkyard.borrow import interpreters_own

from . import util as _util
from .popen_fork import ENDS_BY_ATEXIT

interpreters_own(__name__)

#: The kernel passes some hundred descriptors at a time, and the zygote reads so many numbers.
_MOST_DESCRIPTORS = 10_000

_serve_as_interpreter = main
_inherited = ()


class _Util:
    """What the interpreter's part of this module sees as `util`."""

    def __getattr__(self, name):
        return getattr(_util, name)

    @staticmethod
    def spawnv_passfds(path, args, passfds):
        """How the server is started."""
        return _forkserver.launched(path, args, passfds)

    @staticmethod
    def _close_stdin():
        """What the server does once it has imported its preloads."""
        _util._close_stdin()
        _engine.arena_offer(None)
        _become_zygote()


class ForkServer(ForkServer):
    """The starting side."""

    def __init__(self):
        super().__init__()
        self._one_at_a_time = threading.Lock()
        self._zygote = None
        self._is_born = False
        self._is_plain = os.environ.get("FORKYARD_ZYGOTE") == "off"

    def launched(self, path, args, passfds):
        """Start the server, with this program's arena, its end of the control and the number of this process; its pid."""
        if self._zygote is not None:
            self._zygote.end(self._forkserver_pid or 0)
        self._zygote, self._is_born = None, False
        arena = _engine.arena_fd()
        args, passfds = [*args, str(arena)], [*passfds, arena]
        if self._is_plain:
            return _util.spawnv_passfds(path, args, passfds)
        zygote = _engine.Zygote(None)
        theirs = zygote.theirs()
        ours = [str(theirs), str(os.getpid()), main_module.main_path()]
        pid = _util.spawnv_passfds(path, [*args, *ours], [*passfds, theirs])
        zygote.handed_on()
        self._zygote = zygote
        return pid

    def start(self, fds):
        """The pid of a new process that gets these descriptors; None when the server serves as the interpreter has it."""
        if len(fds) > _MOST_DESCRIPTORS:
            raise ValueError("too many fds")
        with self._one_at_a_time:
            while self._has_zygote():
                pid = self._zygote.start(fds, b"")
                if pid is not None:
                    return pid
                self._stop()  # it has just died
        return None

    def makes_copies(self):
        """Whether `start` can be used; runs the server."""
        with self._one_at_a_time:
            return self._has_zygote()

    def _has_zygote(self):
        self.ensure_running()
        if self._zygote is not None and not self._is_born:
            self._is_born = self._zygote.born() is not None
            if not self._is_born:
                self._zygote = None
        return self._zygote is not None

    def connect_to_new_process(self, fds):
        if self._zygote is not None:
            self._stop()
            self._is_plain = True
        return super().connect_to_new_process(fds)

    def _stop_unlocked(self):
        if self._zygote is not None and self._forkserver_pid is not None:
            self._zygote.end(self._forkserver_pid)
        self._zygote = None
        super()._stop_unlocked()

    def forget(self):
        """A forked process has no server yet; its parent's makes its parent's children."""
        preload = self._preload_modules
        self.__init__()
        self._preload_modules = preload


def main(listener_fd, alive_r, preload, *args, **options):
    """Run the server."""
    global _inherited
    main_path = ""
    arena, *ours = sys.argv[1:]
    del sys.argv[1:], sys.orig_argv[-1 - len(ours) :]
    # What the preloads make is the program's: what lies in an arena of the server's own could not go with anything of the program's.
    _engine.arena_offer(int(arena))
    os.close(int(arena))
    if ours:
        control, starter, main_path = ours
        _inherited = (int(control), int(starter), main_path, listener_fd, alive_r)
        _forkserver.set_forkserver_preload(preload)  # for the servers of its copies
    from . import popen_forkserver  # noqa: F401

    fresh.import_ahead(main_path)
    gc.freeze()
    _serve_as_interpreter(listener_fd, alive_r, preload, *args, **options)


def _become_zygote():
    """Comes back when this process cannot be one."""
    if not _inherited:
        return
    control, starter, main_path, *unused = _inherited

    def settled():
        for fd in unused:
            os.close(fd)
        main_module.compile_ahead(main_path)
        gc.freeze()

    if not all(map(_is_interpreters, [*sys.modules.values()])):
        os.close(control)
        return
    watch = sys.modules.get("_forkyard.watch")
    if watch is not None:
        watch.makes(watch.COPY)
    sent = _engine.become_zygote(control, starter, settled)
    if sent is not None:
        _work(*sent)
    elif watch is not None:
        watch.makes(None)


def _is_interpreters(module):
    """Whether this is no library, or one of the interpreter's own or ours."""
    file = getattr(module, "__dict__", {}).get("__file__")  # one that imports lazily is not to be asked
    if not isinstance(file, str) or not file.endswith(tuple(EXTENSION_SUFFIXES)):
        return True
    return os.path.basename(os.path.dirname(file)) in ("lib-dynload", "_forkyard")


def _work(child_r, tracker, *fds):
    """The life of a copy."""
    code = 1
    try:
        watch = sys.modules.get("_forkyard.watch")
        if watch is not None:
            watch.is_wanted("forkserver")
        if ENDS_BY_ATEXIT:
            atexit._clear()
            atexit.register(_util._exit_function)
        code = _serve_one(child_r, [None, tracker, *fds], [], {})
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        if ENDS_BY_ATEXIT:
            atexit._run_exitfuncs()
        _engine.let_go()
        _engine.note_pages()
        os._exit(code)


util = _Util()
_forkserver = ForkServer()
ensure_running = _forkserver.ensure_running
get_inherited_fds = _forkserver.get_inherited_fds
connect_to_new_process = _forkserver.connect_to_new_process
set_forkserver_preload = _forkserver.set_forkserver_preload
os.register_at_fork(after_in_child=_forkserver.forget)
