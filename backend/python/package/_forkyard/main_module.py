"""The main module of processes that are copied: compiled before they are.

A process that is spawned runs its starter's main module from its file. To compile even a short one takes a copy longer than
all else that it does before its work. The text it reads itself, for it may have changed; if that is the text that was
compiled for it, the code is there.
"""

import io
import os
import runpy
import sys
import warnings

from multiprocessing import process

from . import _engine


def main_path():
    """In a starter: the file from which what it starts runs the main module; empty if there is none."""
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    if not isinstance(path, str) or getattr(main.__spec__, "name", None) is not None:
        return ""
    return os.path.normpath(os.path.join(process.ORIGINAL_DIR or "", path))


def compile_ahead(path):
    """Before the copy. What cannot be compiled, or not without a warning, each copy shall say itself."""
    try:
        with io.open_code(path) as file:
            text = file.read()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            code = compile(text, path, "exec", dont_inherit=True)
    except Exception:
        return
    if not told:
        runpy.compile = _engine.Compiled(text, path, code)  # where the interpreter looks for it first
