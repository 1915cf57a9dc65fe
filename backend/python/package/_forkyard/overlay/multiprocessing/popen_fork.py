"""A child by fork. Its end is known from its pidfd, which grandchildren cannot hold open as they can a pipe."""

import atexit
import os
import signal
import sys

from _forkyard import _engine, birth, printed
from _forkyard.orphans import bootstrap

from . import util

__all__ = ["Popen"]

#: Whether a child does at its end what was asked of `atexit` in it.
ENDS_BY_ATEXIT = sys.version_info >= (3, 13)

#: The ends by which this process's children know that it lives. A later child must not hold them open after its death.
_life_lines = set()


def _hang_up(sentinel, life_line):
    _life_lines.discard(life_line)
    util.close_fds(sentinel, life_line)


class Popen:
    """A started process."""

    method = "fork"

    def __init__(self, process_obj):
        util._flush_std_streams()
        self.returncode = None
        self.finalizer = None
        self._launch(process_obj)

    def duplicate_for_child(self, fd):
        return fd

    def poll(self, flag=os.WNOHANG):
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, flag)
            except OSError:
                self.returncode = self._code_of_the_gone()  # somebody else reaped it, or it was never ours
                return self.returncode
            if pid == self.pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def _code_of_the_gone(self):
        """The exit code of a process that cannot be waited for; None where CPython's module does not know it either."""
        return None

    def wait(self, timeout=None):
        if self.returncode is None:
            if timeout is not None:
                from .connection import wait

                if not wait([self.sentinel], timeout):
                    return None
            return self.poll(os.WNOHANG if timeout == 0.0 else 0)
        return self.returncode

    def _send_signal(self, sig):
        if self.returncode is None:
            try:
                os.kill(self.pid, sig)
            except ProcessLookupError:
                pass
            except OSError:
                if self.wait(timeout=0.1) is None:
                    raise

    def terminate(self):
        self._send_signal(signal.SIGTERM)

    def kill(self):
        self._send_signal(signal.SIGKILL)

    def interrupt(self):
        self._send_signal(signal.SIGINT)

    def close(self):
        if self.finalizer is not None:
            self.finalizer()

    def _launch(self, process_obj):
        if not bootstrap.is_prepared:
            _engine.arena_fd()  # made before the fork, or parent and child would each make one of their own
            birth.prepare(process_obj)
        alive_r, alive_w = os.pipe()  # the child's view of its parent: its end of file is the parent's death
        # Ctrl-C that strikes in the hooks of a fork is told there and forgotten: it waits until the child is known, or is at work.
        interrupt = _engine.HeldInterrupt()
        try:
            # Once more: what another thread has printed meanwhile would be printed by the child as well.
            util._flush_std_streams()
            self.pid = printed.fork()
            if self.pid == 0:
                code = 1
                try:
                    _engine.hang_up(alive_w, _life_lines)
                    if ENDS_BY_ATEXIT:
                        atexit._clear()
                        atexit.register(util._exit_function)
                    interrupt.strike()
                    code = process_obj._bootstrap(parent_sentinel=alive_r)
                finally:
                    if ENDS_BY_ATEXIT:
                        atexit._run_exitfuncs()
                    _engine.let_go()
                    os._exit(code)
            _engine.born(self.pid)
            os.close(alive_r)
            self._watch(alive_w)
        finally:
            interrupt.strike()

    def _watch(self, life_line):
        """From now on the sentinel tells the child's end, and the life line this process's."""
        self.sentinel = os.pidfd_open(self.pid)
        self.finalizer = util.Finalize(self, _hang_up, (self.sentinel, life_line))
        _life_lines.add(life_line)
