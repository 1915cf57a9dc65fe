"""A fork by a thread, while other threads print.

Whoever starts a process first writes out what the standard streams have in their buffers. What another thread prints between that and
the fork is in the buffers of both processes, and would be printed by both; and where that thread is just writing, the new process
would wait for ever for the buffer's lock. It is the starter's to print: the new process forgets it. Where the main thread starts a
process all is as on CPython's own module.
"""

import io
import os
import sys
import threading

#: The threads that are about to fork, by their numbers, which they keep in the new process.
_forking = set()


def fork():
    """`os.fork`, by which the new process gets nothing that another thread has printed."""
    thread = threading.get_ident()
    if thread == threading.main_thread().ident:
        return os.fork()
    _forking.add(thread)
    try:
        return os.fork()
    finally:
        _forking.discard(thread)


def _forget():
    """Before the program's own hooks in the new process, which may print."""
    if threading.get_ident() in _forking:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper) and not stream.closed and isinstance(stream.buffer, io.BufferedWriter):
                _empty(stream, stream.buffer, stream.buffer.raw)


def _empty(stream, buffer, raw):
    """Made again, a buffer is empty, and its lock a new one. What the text's layer has goes to where nothing is kept."""
    io.BufferedWriter.__init__(buffer, _Nowhere())
    try:
        io.TextIOWrapper.flush(stream)
    finally:
        io.BufferedWriter.__init__(buffer, raw)


class _Nowhere(io.RawIOBase):
    """Takes everything."""

    def writable(self):
        return True

    def write(self, data):
        return len(data)


os.register_at_fork(after_in_child=_forget)
