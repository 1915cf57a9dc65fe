"""Who hands out the results of an executor: one thread of the process at a time, the leader.

Whoever waits for a future leads if nobody does, so that a result wakes the thread that wants it and no other. Who waits while
another one leads follows, and is passed the lead when that one has what it waited for. What no waiting thread should do (broken
pools, workers that end, callbacks) the leader leaves to the executor's manager, who otherwise rests while somebody leads.
"""

import collections
import contextlib
import threading
import time

from . import _engine, trace
from .pickles import loads

#: Seconds after the last leader after which the manager hands out what comes.
GRACE = 0.01


class Lead:
    """The right to hand out what comes from a queue of results."""

    def __init__(self, ring, object, settle, call_manager):
        """`object` is the executor in the recording. `settle(result)` hands one out, and is false for what only the manager may;
        `call_manager()` wakes that."""
        self.object = object
        self._ring, self._settle, self._call_manager = ring, settle, call_manager
        #: Who leads, and how many have.
        self._turn, self._turns = _engine.Turn(), 0
        #: Turns that the manager has seen, and whether it is to be called when the present one ends.
        self._seen, self._calls_at_end = 0, False
        #: How many ask the leader to leave, and what tells them that one has left.
        self._stops, self._left = 0, threading.Event()
        #: Those who follow, by the events that wake them.
        self._followers = collections.deque()
        #: Results that were taken and not handed out yet, as pickles or objects.
        self._inbox = collections.deque()
        #: Futures that are done and whose callbacks the manager is to call.
        self._to_call = collections.deque()

    # For who waits.

    def wait(self, awaited, timeout):
        """Until it `has_come()`, handing out results meanwhile if nobody else does; whether it has. It comes from `awaited.object`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        turn = None
        with trace.Wait(trace.RESULT_GET, awaited.object, trace.bound(timeout)) as wait:
            try:
                while not awaited.has_come() and _seconds_until(deadline) != 0:
                    if not self._lead(awaited, deadline):
                        turn = turn or threading.Event()
                        self._follow(awaited, turn, deadline)
            finally:
                if turn is not None and turn.is_set():
                    self._pass_on()  # what may have been passed on to here
                wait.got = awaited.has_come()
        return wait.got

    def nudge(self):
        """What somebody waits for has come by another way than through the leader, who is to look."""
        if self._turn.is_taken() and not self._turn.is_mine():
            self._ring.put(None)

    def leaves_to_manager(self, future):
        """Whether this thread leads, and so has left the future's callbacks to the manager: they may take long, or wait for locks."""
        if not self._turn.is_mine():
            return False
        self._to_call.append(future)
        self._call_manager()
        return True

    def want(self):
        """Somebody relies on the manager, who may be resting."""
        if self._seen != self._turns:
            self._seen = self._turns
            self._call_manager()

    # For the manager.

    def rest(self):
        """Seconds for which results are none of the manager's business: 0 for none, None until it is called."""
        seen, self._seen = self._seen, self._turns
        if seen != self._seen:
            return GRACE
        if not self._turn.is_taken():
            return 0
        self._calls_at_end = True
        return None if self._turn.is_taken() else GRACE

    def take(self):
        """A result that nobody hands out, as it is in the inbox; None if there is none, or somebody leads."""
        with self._turn as free:
            result = self.taken() if free else None
        if free:
            self._pass_on()
        return result

    @contextlib.contextmanager
    def stopped(self):
        """Nobody leads meanwhile."""
        self._stops += 1
        free = False
        try:
            while not free:
                with self._turn as free:
                    if free:
                        yield
                if not free:
                    self.nudge()
                    self._left.wait(GRACE)
                    self._left.clear()
        finally:
            self._stops -= 1
            self._pass_on()

    def taken(self):
        """What `take` gives, while nobody leads."""
        if not self._inbox:
            self._ring.get_into(self._inbox, 0)
        return self._inbox.popleft() if self._inbox else None

    def to_call(self):
        """The futures whose callbacks are to be called."""
        while self._to_call:
            yield self._to_call.popleft()

    # Within.

    def _lead(self, awaited, deadline):
        """Leads until it has come or the time is over; false if that cannot be now."""
        if self._turn.is_mine():
            # A signal's handler waits in the middle of another wait, which is to look again.
            came = self._serve(awaited, deadline)
            self._ring.put(None)
            return came
        if self._stops:
            return False
        free = False
        try:
            with self._turn as free:
                return free and self._serve(awaited, deadline)
        finally:
            if free:
                self._has_left()

    def _serve(self, awaited, deadline):
        self._turns += 1
        while not (self._stops or awaited.has_come()):
            if not self._inbox and not self._ring.get_into(self._inbox, _seconds_until(deadline)):
                return True
            if not self._hand_out():
                return False
        return True

    def _has_left(self):
        if self._calls_at_end or self._inbox:
            self._calls_at_end = False
            self._call_manager()
        if self._stops:
            self._left.set()
        self._pass_on()

    def _hand_out(self):
        """Hands the first result of the inbox out, and only then takes it from there: a signal's handler may come at any moment, and
        raise something (then the manager goes on here) or wait for a result itself. False if it is left to the manager."""
        result = first = self._inbox[0]
        if type(first) is bytes:
            try:
                result = loads(first)
            except KeyboardInterrupt:
                raise
            except BaseException:
                return False
            if self._is_first(first):
                self._inbox[0] = result
        if not self._settle(result):
            return False
        if self._is_first(result):
            self._inbox.popleft()
        return True

    def _is_first(self, result):
        return bool(self._inbox) and self._inbox[0] is result

    def _follow(self, awaited, turn, deadline):
        """Waits until it has come, or the lead is passed on to here."""
        turn.clear()
        self._followers.append(turn)
        awaited.followers.append(turn)
        try:
            # Both may have happened before the two lines above.
            if not awaited.has_come() and (self._turn.is_taken() or self._stops or self._inbox):
                turn.wait(_seconds_until(deadline))
        finally:
            awaited.followers.remove(turn)
            if turn in self._followers:
                self._followers.remove(turn)

    def _pass_on(self):
        if self._followers:
            with contextlib.suppress(IndexError):
                self._followers.popleft().set()


def _seconds_until(deadline):
    return None if deadline is None else max(0, deadline - time.monotonic())
