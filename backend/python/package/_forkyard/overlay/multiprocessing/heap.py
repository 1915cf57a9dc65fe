"""Shared memory for ctypes objects: blocks of the engine's arena."""

import ctypes
import sys

from _forkyard import _engine
from _forkyard.passing import arena

from .context import assert_spawning

__all__ = ["BufferWrapper"]

#: Enough for every number and pointer of C.
_ALIGNMENT = 16


class Heap:
    """Where blocks come from: the engine's arena, which is one for all heaps."""

    def malloc(self, size):
        """A block of so many bytes, given back when the last process lets go of it."""
        if size < 0:
            raise ValueError(f"Size {size:n} out of range")
        if sys.maxsize <= size:
            raise OverflowError(f"Size {size:n} too large")
        return _engine.Block(max(size, 1), _ALIGNMENT)


class _Byte(ctypes.c_ubyte):
    """A kind of its own, as ctypes names an array's type after the module that wants one of that size first."""


class BufferWrapper:
    """So many shared bytes."""

    _heap = Heap()

    def __init__(self, size):
        self._block = self._heap.malloc(size)
        self._size = size

    def __getstate__(self):
        assert_spawning(self)
        return arena(self), self._size, self._block.handle

    def __setstate__(self, state):
        _, self._size, handle = state
        self._block = _engine.Block.open(bytes(handle))

    def create_memoryview(self):
        """A writable view of the bytes, which keeps them."""
        raw = (_Byte * self._size).from_address(self._block.address)
        raw._block = self._block
        return memoryview(raw).cast("B")
