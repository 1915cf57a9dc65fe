"""What every case stands on: the start method under test, and a watchdog."""

import faulthandler
import multiprocessing
import os
import unittest

ENGINE = os.environ["CONFORMANCE_ENGINE"]
METHOD = os.environ["CONFORMANCE_START_METHOD"]

#: Seconds after which a hanging case is ended with the stacks of its threads.
WATCHDOG = 300

engine_only = unittest.skipIf(ENGINE == "stdlib", "hangs or fails on CPython's own module")
fork_only = unittest.skipUnless(METHOD == "fork", "only what is forked need not be pickled")
not_fork = unittest.skipIf(METHOD == "fork", "what is forked is not pickled")


class Case(unittest.TestCase):
    """A case with `self.mp`, the context under test."""

    mp = multiprocessing.get_context(METHOD)

    def setUp(self):
        faulthandler.dump_traceback_later(WATCHDOG, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)

    def start(self, target, *args, **options):
        """A started process, ended at the latest with the case."""
        process = self.mp.Process(target=target, args=args, **options)
        process.start()
        self.addCleanup(_end, process)
        return process

    def run_to_end(self, target, *args):
        """Runs a process to its end; its exit code."""
        process = self.start(target, *args)
        process.join()
        return process.exitcode


def _end(process):
    try:
        process.kill()
        process.join()
    except ValueError:
        pass  # closed by the case
