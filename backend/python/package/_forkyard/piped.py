"""A child that was not forked: it learns over a pipe what it has to do, and gets what its objects need as descriptors."""

import io
import os

from multiprocessing import popen_fork, spawn
from multiprocessing.context import reduction, set_spawning_popen


class Popen(popen_fork.Popen):
    """A started process, by a method that has yet to say how."""

    def __init__(self, process_obj):
        self._fds = []
        super().__init__(process_obj)

    def _tell(self, process_obj, start):
        """Whether there is a process. `start` gets the end that it is to read, sets the pid and answers what it reads first, or None."""
        told = self._pickled(process_obj)
        read, write = os.pipe()
        try:
            header = start(read)
            if header is None:
                os.close(write)
                return False
            self._watch(write)
        except BaseException:
            os.close(write)
            raise
        finally:
            os.close(read)
        # The write end stays open: its end of file tells the child that its parent is gone.
        with open(write, "wb", closefd=False) as pipe:
            pipe.write(header)
            pipe.write(told)
        return True

    def _pickled(self, process_obj):
        buffer = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump(spawn.get_preparation_data(process_obj._name), buffer)
            reduction.dump(process_obj, buffer)
        finally:
            set_spawning_popen(None)
        return buffer.getbuffer()
