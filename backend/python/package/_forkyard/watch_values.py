"""Recorded runs only: each read and write of a shared value or an array's element, so that lost updates can be found.

A value is read and written under its own lock, and it is recorded there too: then the records are in the order of what
they tell. The engine records what it does by itself; this is for what it leaves to ctypes. What goes round the lock is in `watch_raw`.
"""

from . import trace, watch_raw


def install(sharedctypes):
    """Replace the accessors of `multiprocessing.sharedctypes`. Called once, when it is loaded."""
    sharedctypes.Synchronized._slow_value, sharedctypes.Synchronized._set_slow_value = _value, _set_value
    sharedctypes.SynchronizedArray._slow_item, sharedctypes.SynchronizedArray._set_slow_item = _getitem, _setitem


def _value(self):
    self.acquire()
    try:
        value = self._obj.value
        _record(trace.CELL_READ, self, 0)
        return value
    finally:
        self.release()


def _set_value(self, value):
    self.acquire()
    try:
        _record(trace.CELL_WRITE, self, 0)
        self._obj.value = value
    finally:
        self.release()


def _getitem(self, i):
    self.acquire()
    try:
        value = self._obj[i]
        _record(trace.CELL_READ, self, i)
        return value
    finally:
        self.release()


def _setitem(self, i, value):
    self.acquire()
    try:
        _record(trace.CELL_WRITE, self, i)
        self._obj[i] = value
    finally:
        self.release()


def _record(kind, shared, index):
    """Records what is done to an element, or to each of a few."""
    number = getattr(shared._lock, "_object", 0)
    if number:
        length = len(shared._obj) if hasattr(shared._obj, "__len__") else 1
        for element in watch_raw.elements(index, length):
            trace.record(kind, number, trace.pack(element, trace.line()))
