"""Standard output and error over datagram sockets.

A recorded run gives the program two datagram sockets: the kernel then keeps the order across processes and both streams
and says who wrote. A datagram has a greatest size, so writes are cut, and never inside a character.
"""

import io
import os
import stat
import sys

#: Bytes in one datagram at most.
PIECE = 32 * 1024


class _Pieces(io.FileIO):
    """A raw stream that takes at most one piece at a time; the buffer above it brings the rest again."""

    def write(self, data):
        view = memoryview(data).cast("B")
        if not view:
            return 0
        return super().write(view[: _cut(view)])


def _cut(view):
    """Where to cut: at PIECE, or up to three bytes before it where a UTF-8 character begins."""
    if len(view) <= PIECE:
        return len(view)
    for end in range(PIECE, PIECE - 4, -1):
        if view[end] & 0xC0 != 0x80:
            return end
    return PIECE


def _is_datagram_socket(fd):
    if not stat.S_ISSOCK(os.fstat(fd).st_mode):
        return False
    import _socket

    probe = _socket.socket(fileno=os.dup(fd))
    try:
        return probe.family == _socket.AF_UNIX and probe.type == _socket.SOCK_DGRAM
    finally:
        probe.close()


def install():
    """Replace those of `sys.stdout` and `sys.stderr` whose descriptor is a UNIX datagram socket."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        old = getattr(sys, name)
        if old is None or not _is_datagram_socket(fd):
            continue
        raw = _Pieces(fd, "wb", closefd=False)
        raw.name = f"<{name}>"
        new = io.TextIOWrapper(
            io.BufferedWriter(raw, PIECE), encoding=old.encoding, errors=old.errors, newline="\n", line_buffering=True
        )
        new.mode = "w"
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
