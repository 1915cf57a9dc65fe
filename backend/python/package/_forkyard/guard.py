"""The guard of named shared memory: what CPython's resource tracker is to it, in a process that no end of the program reaches.

The program's side starts it with the first segment that is to be looked after. Its own side waits until the last process of the program is
gone, removes the segments that are still noted, and says so in the resource tracker's words: programs and people know them.
"""

import os
import sys

from . import _engine

#: What a guard's interpreter must not get: it is no part of the run, and is not recorded.
_NOT_ITS_BUSINESS = ("FORKYARD_", "LD_PRELOAD", "PYTHONINSPECT", "PYTHONSTARTUP")


def start():
    """See to it that there is one."""
    from multiprocessing import spawn, util

    place = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = f"import sys; sys.path.append({place!r}); from _forkyard.guard import main; main()"
    flags = [*util._args_from_interpreter_flags(), "-S", "-P"]
    variables = [each for each in os.environ.items() if not each[0].startswith(_NOT_ITS_BUSINESS)]
    _engine.start_guard([os.fsdecode(spawn.get_executable()), *flags, "-c", code], variables)


def main():
    """The guard's life."""
    left = _engine.watch_over(int(sys.argv[-1]))
    if left:
        import warnings

        names = {name for name, _ in left}
        counted = f"There appear to be {len(left)} leaked shared_memory objects to clean up at shutdown: {names}"
        _say(warnings, counted)
        for name, number in left:
            if number is not None:
                _say(warnings, f"{name!r}: {OSError(number, os.strerror(number), name)}")


def _say(warnings, text):
    try:
        warnings.warn(f"resource_tracker: {text}")
    except UserWarning:
        pass  # the program's flags make errors of warnings, and nobody is left to whom one could be raised
