"""A process ends with its parent, however that ended: nobody is left to join it, and nothing else would ever stop it.

The kernel's own signal for this comes when the starting thread ends, not the process, so it will not do. But each child has
the reading end of a pipe that only its parent can write to, and the kernel can be asked to signal the end of a pipe.

A process that asks after its parent (`parent_process().is_alive()`, `join`, `sentinel`) means to notice its end by itself, and lives on,
as it does on CPython's own module.
"""

import functools
import os

from . import _engine

#: What runs the life of a process.
bootstrap = None


def watch(module):
    """From now on processes end with their parents. Called when `multiprocessing.process` is loaded."""
    global bootstrap
    bootstrap = module.BaseProcess._bootstrap = _engine.Bootstrap(module.BaseProcess._bootstrap)
    parent = module._ParentProcess
    parent.is_alive = _asking(parent.is_alive)
    parent.join = _asking(parent.join)
    parent.sentinel = property(_asking(lambda self: self._sentinel))


def _asking(call):
    """The same call, by which the process says that it looks after itself."""

    @functools.wraps(call)
    def asking(self, *args, **options):
        # Not before: it is a library of its own, which every process would have to map.
        import fcntl

        flags = fcntl.fcntl(self._sentinel, fcntl.F_GETFL)
        fcntl.fcntl(self._sentinel, fcntl.F_SETFL, flags & ~os.O_ASYNC)
        return call(self, *args, **options)

    return asking
