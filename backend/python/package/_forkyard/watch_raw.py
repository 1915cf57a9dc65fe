"""Recorded runs only: numbers in shared memory without a lock around them, so that lost updates can be found.

What the main file makes with `lock=False`, `RawValue` or `RawArray`, and what it has of `get_obj()`, stays the ctypes object that it is,
of a class that inherits from its own and records. A reading is told after it and a writing before it, so that nobody needs a lock to
tell their order: a writing of another's that was told between the two came after the value that was read.
"""

import ctypes
import functools
import sys
from multiprocessing.context import reduction

from . import names, trace

#: A slice of at most so many elements is recorded element by element.
FEW = 16
#: What ctypes calls the numbers.
_NUMBERS = frozenset("bBhHiIlLqQfd")

_element_of_array = ctypes.Array.__getitem__, ctypes.Array.__setitem__
_value = ctypes._SimpleCData.value


def install(sharedctypes):
    """Watch what is made from now on. Called once, when `multiprocessing.sharedctypes` is loaded."""
    for name in ("RawValue", "RawArray"):
        setattr(sharedctypes, name, _making(sharedctypes, name))
    for name in ("Value", "Array"):
        setattr(sharedctypes, name, _making_locked(sharedctypes, name))
    base, get_obj = sharedctypes.SynchronizedBase, sharedctypes.SynchronizedBase.get_obj
    base.get_obj = trace.named_like(lambda self: _unlocked(self, get_obj(self)), get_obj)


def _making(sharedctypes, name):
    original = getattr(sharedctypes, name)

    def make(typecode_or_type, *arguments):
        made = original(typecode_or_type, *arguments)
        # The module makes what it puts a lock around in the same way.
        own = sys._getframe(1).f_globals is vars(sharedctypes)
        return made if own or not _for_main() else _watched(made, name.removeprefix("Raw"))

    return trace.named_like(make, original)


def _making_locked(sharedctypes, name):
    original = getattr(sharedctypes, name)

    def make(*arguments, lock=True, ctx=None):
        made = original(*arguments, lock=lock, ctx=ctx)
        return made if lock is not False or not _for_main() else _watched(made, name)

    return trace.named_like(make, original)


def _for_main():
    """Whether the main file called the caller, perhaps by a method of a context."""
    frame = sys._getframe(2)
    return any(names.is_main(each.f_code.co_filename) for each in (frame, frame.f_back))


def _watched(made, kind):
    """The object, recording, if it is a number or several."""
    cls = _class_for(type(made))
    if cls is not None:
        made.__class__, made._forkyard = cls, trace.made(kind)
    return made


def _unlocked(locked, inner):
    """What `get_obj()` answers: one that records, under the number of the lock that it goes round."""
    number = getattr(locked._lock, "_object", 0)
    cls = _class_for(type(inner)) if number and hasattr(inner, "_wrapper") and _for_main() else None
    if cls is None:
        return inner
    own = vars(locked)
    if "_forkyard_unlocked" not in own:
        own["_forkyard_unlocked"] = _over(cls, inner._wrapper, number)
    return own["_forkyard_unlocked"]


def _over(cls, wrapper, number):
    made = cls.from_buffer(wrapper.create_memoryview())
    made._wrapper, made._forkyard = wrapper, number
    return made


@functools.cache
def _class_for(cls):
    """A class that inherits from this one of ctypes and records; None if it is not of numbers."""
    if issubclass(cls, ctypes._SimpleCData) and cls._type_ in _NUMBERS and "value" not in vars(cls):
        made = _number(cls)
    elif issubclass(cls, ctypes.Array) and getattr(cls._type_, "_type_", None) in _NUMBERS:
        made = _array(cls)
    else:
        return None
    trace.named_like(made, cls)
    reduction.ForkingPickler.register(made, _reduce)
    return made


def _number(cls):
    class Number(cls):
        _forkyard = 0

        @property
        def value(self):
            value = _value.__get__(self)
            _record(trace.CELL_READ, self, (0,))
            return value

        @value.setter
        def value(self, value):
            _record(trace.CELL_WRITE, self, (0,))
            _value.__set__(self, value)

        def __repr__(self):
            return f"{type(self).__name__}({_value.__get__(self)!r})"

    return Number


def _array(cls):
    get, put = _element_of_array

    class Array(cls):
        _forkyard = 0

        def __getitem__(self, index):
            value = get(self, index)
            _record(trace.CELL_READ, self, elements(index, len(self)))
            return value

        def __setitem__(self, index, value):
            _record(trace.CELL_WRITE, self, elements(index, len(self)))
            put(self, index, value)

    return Array


def elements(index, length):
    """The elements that an index of an array means; none if it is a long slice, or no index at all."""
    if isinstance(index, slice):
        meant = range(*index.indices(length))
        return meant if len(meant) <= FEW else ()
    index = index.__index__()
    return (index + length if index < 0 else index,)


def _record(kind, shared, elements):
    if shared._forkyard:
        for element in elements:
            trace.record(kind, shared._forkyard, trace.pack(element, trace.line()))


def _reduce(shared):
    """To a process that is being started, with the number that it is recorded under."""
    from multiprocessing import sharedctypes

    rebuild, (kind, wrapper, length) = sharedctypes.reduce_ctype(shared)
    return _rebuild, (rebuild, type(shared).__bases__[0] if length is None else kind, wrapper, length, shared._forkyard)


def _rebuild(rebuild, kind, wrapper, length, number):
    made = rebuild(kind, wrapper, length)
    cls = _class_for(type(made)) if trace.is_on() else None
    if cls is not None:
        made.__class__, made._forkyard = cls, number
    return made
