"""A process whose parent is killed: it ends as well, unless it asks after its parent by itself."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import time

import base


def sleeper(connection, asks):
    if asks:
        multiprocessing.parent_process().is_alive()
    connection.send(os.getpid())
    time.sleep(600)


def parent_of_sleepers(connection):
    mine, told = multiprocessing.get_context(base.METHOD).Pipe(duplex=False)
    for asks in (False, True):
        multiprocessing.get_context(base.METHOD).Process(target=sleeper, args=(told, asks)).start()
        connection.send(mine.recv())
    time.sleep(600)


class Orphans(base.Case):
    """Under each start method."""

    @base.engine_only
    def test_a_process_ends_with_its_parent_unless_it_looks_after_it_itself(self):
        ours, theirs = self.mp.Pipe()
        parent = self.start(parent_of_sleepers, theirs)
        left, asking = (os.pidfd_open(ours.recv()) for _ in range(2))
        self.addCleanup(os.close, left)
        self.addCleanup(os.close, asking)
        self.addCleanup(signal.pidfd_send_signal, asking, signal.SIGKILL)
        parent.kill()
        parent.join()
        ready = multiprocessing.connection.wait([left, asking])
        self.assertEqual(ready, [left])
