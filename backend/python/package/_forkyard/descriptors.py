"""Descriptors that may be gone: a recording's are closed by who closes all that it does not know."""

import os


def is_open(fd):
    """Whether a descriptor has this number."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
