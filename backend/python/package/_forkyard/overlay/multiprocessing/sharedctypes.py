"""Value and Array: real ctypes objects that lie in shared memory, with or without a lock around them."""

import ctypes
import weakref

from _forkyard import _engine

from . import get_context, heap
from .context import assert_spawning, reduction
from .synchronize import Lock, RLock

__all__ = ["RawValue", "RawArray", "Value", "Array", "copy", "synchronized"]

_ForkingPickler = reduction.ForkingPickler

typecode_to_type = {
    "c": ctypes.c_char,
    "u": ctypes.c_wchar,
    "b": ctypes.c_byte,
    "B": ctypes.c_ubyte,
    "h": ctypes.c_short,
    "H": ctypes.c_ushort,
    "i": ctypes.c_int,
    "I": ctypes.c_uint,
    "l": ctypes.c_long,
    "L": ctypes.c_ulong,
    "q": ctypes.c_longlong,
    "Q": ctypes.c_ulonglong,
    "f": ctypes.c_float,
    "d": ctypes.c_double,
}


_numbers = frozenset(typecode_to_type[code] for code in "bBhHiIlLqQfd")


def _type_of(typecode_or_type):
    return typecode_to_type.get(typecode_or_type, typecode_or_type)


def _new_value(type_):
    return rebuild_ctype(type_, heap.BufferWrapper(ctypes.sizeof(type_)), None)


def RawValue(typecode_or_type, *args):
    """A ctypes object in shared memory, without a lock."""
    obj = _new_value(_type_of(typecode_or_type))
    obj.__init__(*args)
    return obj


def RawArray(typecode_or_type, size_or_initializer):
    """A ctypes array in shared memory, without a lock."""
    type_ = _type_of(typecode_or_type)
    if isinstance(size_or_initializer, int):
        return _new_value(type_ * size_or_initializer)
    obj = _new_value(type_ * len(size_or_initializer))
    obj.__init__(*size_or_initializer)
    return obj


def Value(typecode_or_type, *args, lock=True, ctx=None):
    """A ctypes object in shared memory, with its lock."""
    return _with_lock(RawValue(typecode_or_type, *args), lock, ctx)


def Array(typecode_or_type, size_or_initializer, *, lock=True, ctx=None):
    """A ctypes array in shared memory, with its lock."""
    return _with_lock(RawArray(typecode_or_type, size_or_initializer), lock, ctx)


def _with_lock(obj, lock, ctx):
    if lock is False:
        return obj
    if lock in (True, None):
        ctx = ctx or get_context()
        lock = ctx.RLock()
    if not hasattr(lock, "acquire"):
        raise AttributeError(f"{lock!r} has no method 'acquire'")
    return synchronized(obj, lock, ctx=ctx)


def copy(obj):
    """Another shared object with the same contents."""
    new = _new_value(type(obj))
    ctypes.pointer(new)[0] = obj
    return new


def synchronized(obj, lock=None, ctx=None):
    """The wrapper that takes a lock around each access of `obj`."""
    assert not isinstance(obj, SynchronizedBase), "object already synchronized"
    ctx = ctx or get_context()
    if isinstance(obj, ctypes._SimpleCData):
        return Synchronized(obj, lock, ctx)
    if isinstance(obj, ctypes.Array):
        kind = SynchronizedString if obj._type_ is ctypes.c_char else SynchronizedArray
        return kind(obj, lock, ctx)
    cls = type(obj)
    wrapper = class_cache.get(cls)
    if wrapper is None:
        fields = {name: make_property(name) for name, *_ in cls._fields_}
        wrapper = class_cache[cls] = type("Synchronized" + cls.__name__, (SynchronizedBase,), fields)
    return wrapper(obj, lock, ctx)


class_cache = weakref.WeakKeyDictionary()


def reduce_ctype(obj):
    assert_spawning(obj)
    if isinstance(obj, ctypes.Array):
        return rebuild_ctype, (obj._type_, obj._wrapper, obj._length_)
    return rebuild_ctype, (type(obj), obj._wrapper, None)


def rebuild_ctype(type_, wrapper, length):
    if length is not None:
        type_ = type_ * length
    _ForkingPickler.register(type_, reduce_ctype)
    obj = type_.from_buffer(wrapper.create_memoryview())
    obj._wrapper = wrapper
    return obj


def make_property(name):
    """An attribute of the inner object, read and written under the lock."""

    def get(self):
        self.acquire()
        try:
            return getattr(self._obj, name)
        finally:
            self.release()

    def set(self, value):
        self.acquire()
        try:
            setattr(self._obj, name, value)
        finally:
            self.release()

    return property(get, set)


class SynchronizedBase:
    """A ctypes object and its lock."""

    def __init__(self, obj, lock=None, ctx=None):
        self._obj = obj
        self._lock = lock or (ctx or get_context(force=True)).RLock()
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def __reduce__(self):
        assert_spawning(self)
        return synchronized, (self._obj, self._lock)

    def get_obj(self):
        return self._obj

    def get_lock(self):
        return self._lock

    def __repr__(self):
        return f"<{type(self).__name__} wrapper for {self._obj}>"


#: What each object has, outside of its dictionary: the interpreter finds methods quicker on objects whose dictionary was never needed.
_SLOTS = ("_obj", "_lock", "acquire", "release", "__dict__", "__weakref__")


def _block_of(obj, lock):
    """The block that holds a ctypes object of ours, if the engine's own lock guards it; else None."""
    wrapper = getattr(obj, "_wrapper", None)
    return wrapper._block if type(lock) in (Lock, RLock) and type(wrapper) is heap.BufferWrapper else None


class Synchronized(_engine.SharedNumber, SynchronizedBase):
    """One number with its lock. Its `value` is the engine's."""

    __slots__ = _SLOTS

    def __init__(self, obj, lock=None, ctx=None):
        SynchronizedBase.__init__(self, obj, lock, ctx)
        block = _block_of(obj, self._lock)
        if block is not None and type(obj) in _numbers:
            self._lies_in(block, obj._type_, self._lock)

    def _slow_value(self):
        self.acquire()
        try:
            return self._obj.value
        finally:
            self.release()

    def _set_slow_value(self, value):
        self.acquire()
        try:
            self._obj.value = value
        finally:
            self.release()


class SynchronizedArray(_engine.SharedNumbers, SynchronizedBase):
    """Numbers in a row with their lock. Reading and writing them is the engine's."""

    __slots__ = _SLOTS

    def __init__(self, obj, lock=None, ctx=None):
        SynchronizedBase.__init__(self, obj, lock, ctx)
        block = _block_of(obj, self._lock)
        if block is not None and obj._type_ in _numbers:
            self._lies_in(block, obj._type_._type_, len(obj), self._lock)

    def __len__(self):
        return len(self._obj)

    def _slow_item(self, i):
        self.acquire()
        try:
            return self._obj[i]
        finally:
            self.release()

    def _set_slow_item(self, i, value):
        self.acquire()
        try:
            self._obj[i] = value
        finally:
            self.release()


class SynchronizedString(SynchronizedArray):
    """Characters in a row with their lock."""

    value = make_property("value")
    raw = make_property("raw")
