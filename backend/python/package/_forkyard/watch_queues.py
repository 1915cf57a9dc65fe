"""Recorded runs only: the queues of `queue` that the main file makes: their waits and their messages, each with a number."""

import itertools

from . import trace
from .trace import Wait, bound
from .watched import StandIn, watch_class


def install(queue):
    """Wrap what `queue` offers. Called once, when it is loaded."""
    # Those that inherit from another first: each looks whether it is the very class.
    for cls, order in ((queue.PriorityQueue, _ByItem), (queue.LifoQueue, _Last), (queue.Queue, _First)):
        watch_class(cls, _queue(cls, order), "Queue")
    queue.SimpleQueue = StandIn("queue.SimpleQueue", queue.SimpleQueue, _simple(queue.SimpleQueue))


class _First:
    """Numbers of the messages of a queue from which the oldest is taken."""

    def __init__(self):
        self._sent = self._received = 0

    def put(self, _item):
        self._sent += 1
        return self._sent

    def get(self, _item):
        self._received += 1
        return self._received


class _Last(_First):
    """From which the newest is taken."""

    def __init__(self):
        super().__init__()
        self._numbers = []

    def put(self, item):
        self._numbers.append(super().put(item))
        return self._sent

    def get(self, _item):
        return self._numbers.pop()


class _ByItem(_First):
    """From which the smallest is taken: the very object that was put. One that was put twice is taken in that order."""

    def __init__(self):
        super().__init__()
        self._numbers = {}

    def put(self, item):
        self._numbers.setdefault(id(item), []).append(super().put(item))
        return self._sent

    def get(self, item):
        numbers = self._numbers[id(item)]
        number = numbers.pop(0)
        if not numbers:
            del self._numbers[id(item)]
        return number


def _queue(cls, order):
    class Queue(cls):
        def put(self, item, block=True, timeout=None):
            if not block or not 0 < self.maxsize <= self._qsize():
                return super().put(item, block, timeout)
            with Wait(trace.QUEUE_PUT, self._forkyard, bound(timeout)):
                return super().put(item, block, timeout)

        def get(self, block=True, timeout=None):
            if not block or self._qsize():
                return super().get(block, timeout)
            with Wait(trace.QUEUE_GET, self._forkyard, bound(timeout)):
                return super().get(block, timeout)

        def join(self):
            if not self.unfinished_tasks:
                return super().join()
            with Wait(trace.CONDITION_WAIT, self._forkyard):
                return super().join()

        def task_done(self):
            if self.unfinished_tasks == 1:
                trace.record(trace.WAKE, self._forkyard, 0)
            super().task_done()

        # These two run under the queue's own lock.
        def _put(self, item):
            numbers = self.__dict__.get("_forkyard_numbers")
            if numbers is None:
                numbers = self._forkyard_numbers = order()
            trace.record(trace.SENT, self._forkyard, trace.pack(numbers.put(item), 0))
            super()._put(item)

        def _get(self):
            item = super()._get()
            trace.record(trace.RECEIVED, self._forkyard, trace.pack(self._forkyard_numbers.get(item), 0))
            return item

    return Queue


def _simple(cls):
    class SimpleQueue(cls):
        def __init__(self):
            self._forkyard = trace.made("SimpleQueue")
            self._forkyard_numbers = itertools.count(1)

        def put(self, item, block=True, timeout=None):
            number = next(self._forkyard_numbers)
            trace.record(trace.SENT, self._forkyard, trace.pack(number, 0))
            super().put((number, item))

        def put_nowait(self, item):
            self.put(item)

        def get(self, block=True, timeout=None):
            if not block or self.qsize():
                number, item = super().get(block, timeout)
            else:
                with Wait(trace.QUEUE_GET, self._forkyard, bound(timeout)):
                    number, item = super().get(block, timeout)
            trace.record(trace.RECEIVED, self._forkyard, trace.pack(number, 0))
            return item

        def get_nowait(self):
            return self.get(False)

    trace.named_like(SimpleQueue, cls)
    return SimpleQueue
