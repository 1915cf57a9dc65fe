"""The meta-path finder: who answers for `multiprocessing`, and who is told when a module has been loaded.

The answer for `multiprocessing` is the interpreter's own package with our directory in front of its own, so that our
submodules win and everything else stays the running version's. With workers=threads one more directory goes before it.
"""

import sys

_PACKAGE = __file__.rpartition("/")[0]

#: Functions to call with a module right after it was loaded, by its name.
_after_load = {}
_settings = {}


class _Notifying:
    """A loader that hands over to the real one, then calls what was registered for the module."""

    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        for call in _after_load.pop(module.__name__, ()):
            call(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)


class Finder:
    """Stands first in `sys.meta_path`."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """The spec for the few names we care about, None for all others."""
        if name == "multiprocessing" and _settings["engine"] != "stdlib":
            spec = _multiprocessing(path, target)
        elif name == "concurrent.futures.process" and _settings["workers"] == "threads":
            from importlib.util import spec_from_file_location

            spec = spec_from_file_location(name, f"{_PACKAGE}/threads/process_executor.py")
        elif name in _after_load:
            spec = _others(name, path, target)
        else:
            return None
        if spec is not None and name in _after_load:
            spec.loader = _Notifying(spec.loader)
        return spec


def install(engine, workers, start_method):
    """Put the finder in. `engine` is "forkyard" or "stdlib", `workers` "processes" or "threads"."""
    _settings.update(engine=engine, workers=workers)
    if start_method:
        after_load("multiprocessing.context", lambda module: _prefer(module, start_method))
    if engine != "stdlib" and workers == "processes":
        after_load("multiprocessing.spawn", _pass_arena)
        after_load("multiprocessing.process", _end_with_parents)
        after_load("multiprocessing.process", _print_once)
        after_load("concurrent.futures.process", _lead_executors)
        if "--multiprocessing-fork" in sys.orig_argv:
            after_load("multiprocessing.spawn", _serve)
    sys.meta_path.insert(0, Finder)


def after_load(name, call):
    """Have `call(module)` run once, when the module is loaded; at once if it already is."""
    if name in sys.modules:
        call(sys.modules[name])
    else:
        _after_load.setdefault(name, []).append(call)


def _prefer(context, method):
    """Another default start method, which the program may still change once, as if it were the interpreter's own."""
    default = getattr(context, "_default_context", None)
    concrete = getattr(context, "_concrete_contexts", {}).get(method)
    if default is not None and concrete is not None:
        default._default_context = concrete


def _end_with_parents(process):
    from . import orphans

    orphans.watch(process)


def _print_once(process):
    from . import printed  # noqa: F401 - before the program can have hooks of its own for its forks


def _lead_executors(process):
    from . import executor

    executor.install(process)


def _pass_arena(spawn):
    """Interpreters started by any method but fork get the arena with their preparation."""
    original = spawn.get_preparation_data

    def get_preparation_data(name):
        from .passing import prepared

        return prepared(original(name))

    spawn.get_preparation_data = get_preparation_data


def _serve(spawn):
    from . import fresh

    fresh.serve(spawn)


def _multiprocessing(path, target):
    spec = _others("multiprocessing", path, target)
    if spec is not None:
        import atexit

        from . import _engine  # without the extension the overlay must not answer

        # Registered before multiprocessing's own, hence run after it: nobody waits for a daemon thread any more.
        atexit.register(_engine.finalizing)
        ours = [f"{_PACKAGE}/overlay/multiprocessing"]
        if _settings["workers"] == "threads":
            ours.insert(0, f"{_PACKAGE}/threads/multiprocessing")
        spec.submodule_search_locations[:0] = ours
    return spec


def _others(name, path, target):
    for finder in sys.meta_path:
        if finder is not Finder and hasattr(finder, "find_spec"):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None
