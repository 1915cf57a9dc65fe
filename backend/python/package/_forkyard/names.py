"""Lines and names of the program's own source, for the recording.

A lock is known to its author by the variable it was assigned to. The line that makes an object is parsed once, and the
very call (its columns are in the code object) is looked up in the tree: what it is assigned to is the object's name (see `targets.py`).
"""

import os
import sys
from itertools import islice

_main = None
_is_main = {}
_calls = None
_unnamed = {}
#: By code and instruction: what the object made there is assigned to (a text, an element of something, or `RETURNED`), and the code.
_names = {}

#: A function returns it to its caller, who may assign it.
RETURNED = object()


def main_file():
    """The absolute path of the program's main file; None if it has none."""
    global _main
    if _main is None:
        path = os.environ.get("FORKYARD_MAIN") or getattr(sys.modules.get("__main__"), "__file__", None)
        if path is None:
            return None
        _main = os.path.abspath(path)
    return _main


def is_main(file):
    """Whether a code object's file name is the main file's."""
    known = _is_main.get(file)
    if known is None:
        main = main_file()
        known = main is not None and os.path.abspath(file) == main
        if main is not None:
            _is_main[file] = known
    return known


def frame():
    """The innermost calling frame that runs the program's main file, or None."""
    here = sys._getframe(1)
    while here is not None and not is_main(here.f_code.co_filename):
        here = here.f_back
    return here


def of_new(kind):
    """(name, line) for an object that the program is making."""
    here = at = frame()
    name = None
    while at is not None:
        # Looked up once for each place: a program may make many objects there. Code is known by its address, as its hash is that of
        # all it contains, and is kept so that the address stays its own.
        place = id(at.f_code), at.f_lasti
        if place not in _names:
            _names[place] = _name_at(at), at.f_code
        name, _ = _names[place]
        if name is not RETURNED:
            break
        # Its caller names it.
        name, at = None, at.f_back
        if at is not None and not is_main(at.f_code.co_filename):
            break
    if name is not None and not isinstance(name, str):
        name = name.text(at) or _numbered(name.collection)
    return name or _numbered(kind), (0 if here is None else here.f_lineno or 0)


def _numbered(what):
    number = _unnamed[what] = _unnamed.get(what, 0) + 1
    return f"{what} {number}"


def _name_at(here):
    """The same, if it can be found."""
    try:
        return _assigned(here)
    except (OSError, SyntaxError, ValueError):
        return None


def _assigned(here):
    """What the call that `here` is executing is assigned to, as `targets.of_calls` has it."""
    place = next(islice(here.f_code.co_positions(), here.f_lasti // 2, None), None)
    if place is None or None in place:
        return None
    return _targets().get((place[0], place[2], place[1], place[3]))


def _targets():
    """From a call's place (line, column, end line, end column) to its target."""
    global _calls
    if _calls is None:
        from .targets import of_calls

        with open(main_file(), "rb") as source:
            _calls = of_calls(source.read())
    return _calls
