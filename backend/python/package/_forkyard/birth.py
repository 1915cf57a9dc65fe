"""The beginning of a forked process, made by its parent.

What `BaseProcess._bootstrap` does before the program's own code (variables of modules, another standard input, a thread's id) is Python
code, and in a forked process each page of memory that it touches is copied. So its parent makes what is wanted before the
fork, once for all, and the process puts it in place without Python code. From the program's code on the interpreter's own text is
run, line by line where it stands, so that tracebacks and frames are as ever. Where that text begins otherwise than is known here,
or the program has put something of its own in place of what it calls, all of it is run.
"""

import functools
import io
import itertools
import os
import sys
import threading

from multiprocessing import context, process, util

from . import _engine, orphans

#: The beginning of the text of `_bootstrap`: so many lines, with this checksum, which is the text as a number by a prime. The
#: first ones declare what the others use.
_LINES, _CHECKSUM, _DECLARED, _FIRST = 23, 0x1C4420E0DBFC7739, 4, 5
_PRIME = 2**61 - 1

#: What the beginning calls.
_CALLED = (
    (context, "_force_start_method"),
    (process.BaseProcess, "_after_fork"),
    (process._ParentProcess, "__init__"),
    (util, "_close_stdin"),
    (util, "_run_after_forkers"),
    (util, "info"),
    (util, "_exit_function"),
    (util, "_flush_std_streams"),
    (threading, "_shutdown"),
    (threading.Thread, "_set_native_id"),
)

#: What it asks of a process.
_ASKED = ("_after_fork", "_bootstrap", "_parent_name", "_parent_pid", "_start_method", "run")
_ending = _engine.Ending(*map(vars, (process, util, threading, sys)))

#: Whose starts are counted, and how many there were.
_counted = None, 0


def prepare(started):
    """Before a fork: what the process that comes of it, and those that come of later ones, will find. Not for a single one."""
    global _counted
    who, starts = _counted
    _counted = os.getpid(), starts + 1 if who == os.getpid() else 1
    if _counted[1] < 2 or type(sys.stdin) is not io.TextIOWrapper or not all(map(_is_interpreters, _CALLED)):
        return
    if (short := _without_beginning()) is None:
        return
    try:
        close = _closing(sys.stdin)
        with open(os.devnull, "rb", buffering=0) as null:
            stdin = open(null.fileno(), encoding="utf-8", closefd=False)
    except (OSError, ValueError):
        return  # nothing can be opened, or there is nothing behind the program's
    own = [(vars(owner), name, getattr(owner, name)) for owner, name in _CALLED if owner in (context, util)]
    parent = process._ParentProcess("", 0, None)
    ahead = {
        "short": short,
        **{module.__name__.rpartition(".")[2]: vars(module) for module in (process, context, util, threading, sys)},
        "own": [*own, (vars(util), "_logger", None)],
        "after_fork": process.BaseProcess._after_fork,
        "names": {"_process_counter": itertools.count(1), "_children": set(), "_parent_process": parent},
        "parent": vars(parent),
        "default": vars(context._default_context),
        "before": sys.stdin,
        "close": close,
        "stdin": stdin,
        "take": stdin.buffer.raw.__init__,
    }
    orphans.bootstrap.prepare(ahead)
    # Where a class has an attribute is written down when it is first asked for.
    for each, names in ((started, _ASKED), (_ending, ("_exit_function", "_flush_std_streams", "_shutdown", "info"))):
        for name in names:
            getattr(each, name)


def _is_interpreters(called):
    """Whether a function is the one of the interpreter's own file."""
    owner, name = called
    home = sys.modules[getattr(owner, "__module__", owner.__name__)]
    return getattr(getattr(owner, name), "__code__", prepare.__code__).co_filename == home.__file__


def _closing(stream):
    """What closes a stream. Those that stand on a file are closed when it is, and then have neither a buffer to free nor a lock to take."""
    buffer = stream.buffer
    on_file = type(buffer) is io.BufferedReader and type(buffer.raw) is io.FileIO
    return buffer.raw.close if on_file else stream.close


@functools.cache
def _without_beginning():
    """`_bootstrap` as a function that calls its beginning; None where that is another than the one known."""
    code = orphans.bootstrap.original.__code__
    try:
        with io.open_code(code.co_filename) as file:
            text = file.read().decode().splitlines()
    except (OSError, ValueError):
        return None
    before = code.co_firstlineno - 1
    lines = text[before : max(line for *_, line in code.co_lines() if line)]
    if int.from_bytes("\n".join(lines[:_LINES]).encode(), "big") % _PRIME != _CHECKSUM:
        return None
    indent = lines[_FIRST][: -len(lines[_FIRST].lstrip())]
    lines[1:_DECLARED] = [""] * (_DECLARED - 1)
    lines[_FIRST:_LINES] = [indent + "begin()"] + [""] * (_LINES - _FIRST - 1)
    # A function within a function, as the method stands in its class.
    text = "\n" * (before - 1) + "def make(util, threading, begin):\n" + "\n".join(lines) + "\n    return _bootstrap\n"
    made = {}
    exec(compile(text, code.co_filename, "exec", dont_inherit=True), vars(process), made)
    short = made["make"](_ending, _ending, orphans.bootstrap.begin)
    short.__code__ = short.__code__.replace(co_qualname=code.co_qualname)
    return short
