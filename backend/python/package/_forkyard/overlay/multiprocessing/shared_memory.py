"""Shared memory with a name, which any process can attach to. `ShareableList` and the making of names are the interpreter's own.

A segment is noted for its end in the same call that makes it, before it exists: nobody can be killed in between.
"""

import os
import sys

import _posixshmem
from _forkyard import _engine, guard
from _forkyard.borrow import interpreters_own

from . import resource_tracker

interpreters_own(__name__)


def _make_filename():
    """A name that nobody has, most probably."""
    return _engine.named_new(_SHM_NAME_PREFIX)  # noqa: F821


class SharedMemory:
    """So many bytes that other processes find by their name.

    `close` ends this process's use of them, `unlink` their life; each process closes, and one of them unlinks. What is not
    unlinked when the program has ended is removed then, unless `track` is False.
    """

    # What `close` and `unlink` look at, also where `__init__` has failed.
    _name = None
    _fd = -1
    _mmap = None
    _buf = None
    _flags = os.O_RDWR
    _mode = 0o600
    _prepend_leading_slash = True
    _track = True

    if sys.version_info >= (3, 13):

        def __init__(self, name=None, create=False, size=0, *, track=True):
            self._begin(name, create, size, track)

    else:

        def __init__(self, name=None, create=False, size=0):
            self._begin(name, create, size, True)

    def _begin(self, name, create, size, track):
        if not size >= 0:
            raise ValueError("'size' must be a positive integer")
        if create:
            self._flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
            if size == 0:
                raise ValueError("'size' must be a positive number different from zero")
        elif name is None and not self._flags & os.O_EXCL:
            raise ValueError("'name' can only be None if create=True")
        self._track = track
        # Programs that want no tracking put another function in place of `register`.
        register = resource_tracker.register
        noted_at_once = track and register is resource_tracker.own_register
        if noted_at_once and not _engine.is_guarded():
            guard.start()
        if create:
            self._create(name, size)
            if not noted_at_once:
                _engine.named_forget(self._name)
        else:
            name = "/" + name
            self._fd, self._mmap = _engine.named_open(name, self._flags, self._mode)
            self._name = name
            if noted_at_once:
                _engine.named_remember(name)
        if track and not noted_at_once:
            register(self._name, "shared_memory")
        self._size = len(self._mmap)
        self._buf = memoryview(self._mmap)

    def _create(self, name, size):
        while True:
            given = _make_filename() if name is None else "/" + name
            try:
                self._fd, self._mmap = _engine.named_create(given, size, self._mode)
            except FileExistsError:
                if name is not None:
                    raise
            else:
                self._name = given
                return

    def __del__(self):
        try:
            self.close()
        except OSError:
            pass

    def __reduce__(self):
        return self.__class__, (self.name, False, self.size)

    def __repr__(self):
        return f"{self.__class__.__name__}({self.name!r}, size={self.size})"

    @property
    def buf(self):
        """The bytes, as a memoryview; None once closed."""
        return self._buf

    @property
    def name(self):
        """What other processes find it by."""
        name = self._name
        return name[1:] if self._prepend_leading_slash and name.startswith("/") else name

    @property
    def size(self):
        """Bytes."""
        return self._size

    def close(self):
        """End this object's use of the bytes. Views of them must be gone."""
        if self._buf is not None:
            self._buf.release()
            self._buf = None
        if self._mmap is not None:
            self._mmap.close()
            self._mmap = None
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def unlink(self):
        """Take the name away. The bytes go with the last process that uses them."""
        if self._name:
            _posixshmem.shm_unlink(self._name)
            if self._track:
                resource_tracker.unregister(self._name, "shared_memory")
