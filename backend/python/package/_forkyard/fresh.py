"""Processes that are copied from a waiting interpreter, a zygote or the fork server: the new process's side.

`serve` puts itself around `multiprocessing.spawn.spawn_main`, which is where a booted interpreter begins with what is its
own. There the first one leaves a zygote, and there each copy of the zygote goes on. A copy ends as an interpreter does
for the program's own modules, and leaves out taking the interpreter apart.
"""

import gc
import os
import struct
import sys
import weakref

from . import _engine, main_module

#: What a booted process reads before its work: its end of the zygote's control, or -1, its starter's pid, and how long the
#: path is that follows. For an unpickler that expects no such thing: two numbers and a text, pushed and dropped.
_HEADER = struct.Struct("<ci2si2si")

_is_copy = False
#: The modules of a fresh interpreter, and how many libraries it has.
_modules = {}
_libraries = 0


def serve(spawn):
    """Called with the module when it is loaded."""
    spawn.spawn_main = _engine.Entry(_enter, spawn.spawn_main, _leave)


def header(control, main_path):
    """What the first process reads. `main_path`: the file from which it will run the main module, or empty."""
    path = main_path.encode(errors="surrogatepass")
    return _HEADER.pack(b"J", control, b"0J", os.getpid(), b"0X", len(path)) + path + b"0"


def _enter(**arguments):
    """The arguments that this process's `spawn_main` gets: its own, or, in a copy, those that its starter has sent."""
    global _is_copy
    begin = _read(arguments["pipe_handle"], _HEADER.size)
    if len(begin) < _HEADER.size:
        return arguments  # the starter is gone, and `spawn_main` will find that out
    _, control, _, starter, _, length = _HEADER.unpack(begin)
    path = _read(arguments["pipe_handle"], length + 1)[:-1].decode(errors="surrogatepass")
    if control < 0:
        return arguments
    import_ahead(path)
    sent = _bear(control, starter, path)
    if sent is None:
        return arguments
    _is_copy = True
    first, second, *command = map(os.fsdecode, sent.split(b"\0"))
    sys.orig_argv[:] = command
    for finder in sys.path_importer_cache.values():
        if hasattr(finder, "invalidate_caches") and not finder.path.startswith(sys.base_prefix):
            finder.invalidate_caches()
    return {**arguments, "tracker_fd": int(first), "pipe_handle": int(second)}


def _read(pipe, length):
    """So many bytes, or fewer at the end."""
    got = b""
    while len(got) < length and (more := os.read(pipe, length - len(got))):
        got += more
    return got


def import_ahead(main_path):
    """What this process and each copy will import before the program's first line is run."""
    import runpy
    from multiprocessing import popen_spawn_posix, resource_tracker  # noqa: F401

    from . import passing  # noqa: F401

    if main_path and "pkgutil" in runpy.run_path.__code__.co_names:
        import pkgutil  # noqa: F401


def _bear(control, starter, main_path):
    """What the starter has sent, in a copy of the zygote that this process leaves; None in this process."""
    watch = sys.modules.get("_forkyard.watch")
    if watch is None:
        return _engine.bear_zygote(control, starter, lambda: _settled(main_path))
    watch.makes(watch.ZYGOTE)
    sent = _engine.bear_zygote(control, starter, lambda: _settled(main_path))
    if sent is None:
        watch.makes(None)
    else:
        watch.is_wanted("spawn")
    return sent


def _settled(main_path):
    """In the zygote, before it is copied: what is here now is no garbage, and need not be looked at in each copy again."""
    global _libraries
    main_module.compile_ahead(main_path)
    _modules.update(sys.modules)
    _libraries = _engine.libraries()
    gc.freeze()


def _leave(code):
    """The end of a copy whose `spawn_main` has raised SystemExit; any other process ends as the interpreter has it."""
    if not _is_copy or not isinstance(code, int) or len(sys._current_frames()) > 1:
        return
    import atexit

    atexit._run_exitfuncs()
    printed = _flush()
    _forget_modules()
    # What is no C number ends an interpreter with -1.
    code = (code & 0xFF if -(2**63) <= code < 2**63 else 0xFF) if _flush() and printed else 120
    _collect_quietly()
    _engine.let_go()
    _engine.exit_process(code, _libraries)


def _forget_modules():
    """What the program has made is given up as at an interpreter's end, so that its last words are said.

    First what is garbage goes, which also brings what is left into the order in which it will go: a file before its buffer. Then
    nobody finds the modules any more, and what goes with them finds everything that its last words need. At last those that
    somebody still holds lose their names.
    """
    from multiprocessing import process, spawn

    if gc.isenabled():
        gc.collect()
    process._current_process = None
    spawn.old_main_modules.clear()
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    modules = [weakref.ref(module) for module in map(sys.modules.pop, _engine.changed(sys.modules, _modules)) if _is_module(module)]
    gc.collect()
    for module in (held for ask in reversed(modules) if (held := ask()) is not None):
        for names in _name_spaces(module):
            for name in [name for name in names if name != "__builtins__"]:
                names[name] = None


def _collect_quietly():
    """What goes last has nothing left with which to print, not even its errors."""
    sys.stdout = sys.stderr = None
    gc.collect()


def _name_spaces(module):
    """The names of a module, and those that its functions see: a main module that was run from a file has two sets."""
    names = module.__dict__
    seen = [value.__globals__ for value in names.values() if type(value) is type(serve)]
    others = {id(each): each for each in seen if each is not names and each.get("__name__") == names.get("__name__")}
    return [*others.values(), names]


def _is_module(value):
    """What is none and was put among the modules all the same, an interpreter leaves alone."""
    return isinstance(value, type(sys))


def _flush():
    """Whether all that was printed could be written, as CPython asks at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception:
            if stream is sys.stdout:
                return False
    return True
