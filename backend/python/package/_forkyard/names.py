"""Lines and names of the program's own source, for the recording.

A lock is known to its author by the variable it was assigned to. The line that makes an object is parsed once, and the
very call (its columns are in the code object) is looked up in the tree: what it is assigned to is the object's name.
"""

import os
import sys
from itertools import islice

_main = None
_is_main = {}
_calls = None
_unnamed = {}
#: By code and instruction: what the object made there is assigned to, and the code.
_names = {}


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
    here = frame()
    name = None
    if here is not None:
        # Looked up once for each place: a program may make many objects there. Code is known by its address, as its hash is that of
        # all it contains, and is kept so that the address stays its own.
        place = id(here.f_code), here.f_lasti
        if place not in _names:
            _names[place] = _name_at(here), here.f_code
        name, _ = _names[place]
    if name is None:
        number = _unnamed[kind] = _unnamed.get(kind, 0) + 1
        name = f"{kind} {number}"
    return name, (0 if here is None else here.f_lineno or 0)


def _name_at(here):
    """The same, if it can be found."""
    try:
        return _assigned(here)
    except (OSError, SyntaxError, ValueError):
        return None


def _assigned(here):
    """What the call that `here` is executing is assigned to, as source text."""
    place = next(islice(here.f_code.co_positions(), here.f_lasti // 2, None), None)
    if place is None or None in place:
        return None
    return _targets().get((place[0], place[2], place[1], place[3]))


def _targets():
    """From a call's place (line, column, end line, end column) to the text of its target: `here, there` for the ends of a pipe."""
    global _calls
    if _calls is None:
        import ast

        with open(main_file(), "rb") as source:
            tree = ast.parse(source.read())
        _calls = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                _pair(ast, node.targets[-1], node.value)
            elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                _pair(ast, node.target, node.value)
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                _pair(ast, node.optional_vars, node.context_expr)
    return _calls


def _pair(ast, target, value):
    many = isinstance(target, (ast.Tuple, ast.List))
    if many and isinstance(value, (ast.Tuple, ast.List)) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts):
            _pair(ast, one, its)
    elif isinstance(value, ast.Call):
        place = (value.lineno, value.col_offset, value.end_lineno, value.end_col_offset)
        _calls[place] = ", ".join(map(ast.unparse, target.elts)) if many else ast.unparse(target)
