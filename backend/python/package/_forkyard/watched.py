"""Recorded runs only: how objects that the program's main file makes are told from all others, which stay as they are."""

from . import trace
from ._engine import made_by_main


def watch_class(cls, watched, kind):
    """From now on the main file's objects of class `cls` are of class `watched`, a subclass without further state."""
    original = cls.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if type(self) is cls and made_by_main():
            self._forkyard = trace.made(kind)
            self.__class__ = watched

    trace.named_like(__init__, original)
    trace.named_like(watched, cls)
    cls.__init__ = __init__


class StandIn:
    """Stands at a `place`, `module.name`, for what cannot be changed: the main file gets what `watched` makes, all others the real."""

    def __init__(self, place, real, watched):
        self._real, self._watched = real, watched
        self.__module__, _, name = place.rpartition(".")
        self.__name__ = self.__qualname__ = name
        self.__doc__ = real.__doc__
        self.__wrapped__ = real

    def __call__(self, *args, **kwargs):
        return (self._watched if made_by_main() else self._real)(*args, **kwargs)

    def __reduce__(self):
        return self.__qualname__

    def __mro_entries__(self, bases):
        return (self._real,)

    def __instancecheck__(self, object):
        return isinstance(object, self._real)

    def __subclasscheck__(self, cls):
        return issubclass(cls, self._real)

    def __or__(self, other):
        return self._real | other

    def __ror__(self, other):
        return other | self._real

    def __getitem__(self, item):
        return self._real[item]

    def __getattr__(self, name):
        return getattr(self._real, name)

    def __repr__(self):
        return repr(self._real)
