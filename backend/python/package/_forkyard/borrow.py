"""Takes over a module of the interpreter's own `multiprocessing` as the ground for one of the overlay.

The interpreter's file is run in the overlay module's name space, so that all that stays (Listener, Client,
authentication) keeps its names, its module and its version's behaviour; the overlay then replaces what is the engine's.
"""

import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location


def interpreters_own(module_name):
    """Run the interpreter's own file of the module that calls this, in that module."""
    _run(module_name, sys.modules["multiprocessing"].__path__[-1])


def beside(module_name):
    """The interpreter's own file of an overlay's module as a module of its own, which nobody else can import."""
    home = sys.modules["multiprocessing"].__path__[-1]
    spec = spec_from_file_location(module_name, os.path.join(home, f"{module_name.rpartition('.')[2]}.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def overlays_own(module_name):
    """Run the overlay's file of the module that calls this, in that module: for workers=threads."""
    _run(module_name, sys.modules["multiprocessing"].__path__[-2])


def _run(module_name, home):
    module = sys.modules[module_name]
    own, file = module.__spec__, module.__file__
    SourceFileLoader(module_name, os.path.join(home, f"{module_name.rpartition('.')[2]}.py")).exec_module(module)
    module.__spec__, module.__file__ = own, file
