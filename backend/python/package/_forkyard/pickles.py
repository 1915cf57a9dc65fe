"""Pickling as `multiprocessing` does it, for the engine's channels."""

import io
import pickle

from multiprocessing.context import reduction

_Pickler = reduction.ForkingPickler

loads = pickle.loads


def dumps(obj):
    """The pickle of an object as bytes, by the program's own reducers."""
    buffer = io.BytesIO()
    _Pickler(buffer).dump(obj)
    return buffer.getvalue()
