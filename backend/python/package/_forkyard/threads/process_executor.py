"""workers=threads: `concurrent.futures.ProcessPoolExecutor` over threads."""

import os
from concurrent.futures._base import BrokenExecutor
from concurrent.futures.thread import ThreadPoolExecutor

from _forkyard import trace


class BrokenProcessPool(BrokenExecutor):
    """Never raised here: a thread cannot die by itself."""


class ProcessPoolExecutor(ThreadPoolExecutor):
    """Threads with a process executor's signature."""

    def __init__(self, max_workers=None, mp_context=None, initializer=None, initargs=(), *, max_tasks_per_child=None):
        super().__init__(max_workers or os.cpu_count() or 1, "Process", initializer, initargs)
        if trace.is_on():
            from _forkyard.watch_futures import work

            self._work_queue = work("ProcessPoolExecutor")
