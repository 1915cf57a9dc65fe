"""`concurrent.futures.ProcessPoolExecutor` on the engine: the interpreter's own, but for who carries calls and results.

CPython's passes each call through the executor's manager thread, and each result through it again. Here `submit` gives the call to
the workers itself when there is room, and whoever waits for a future hands the results out (see `lead.py`). The manager stays for
the rest: what nobody waits for, callbacks, workers that end or die, the end of the executor.
"""

import contextlib
import functools
import queue
import threading
from concurrent.futures import _base
from multiprocessing.connection import wait
from multiprocessing.queues import SimpleQueue
from traceback import format_exception

from . import trace
from .lead import Lead
from .notifier import Notifier
from .pickles import loads
from .trace import named_like


def install(module):
    """Called once, when `concurrent.futures.process` is loaded."""
    # In the recording the queue of calls is the executor: it has its name, and its workers know its number.
    module._SafeQueue._recorded_as = "ProcessPoolExecutor"
    module._ExecutorManagerThread = _manager(module)
    module.ProcessPoolExecutor.submit = _submit(module)
    _base._create_and_install_waiters = _led_waiters(_base._create_and_install_waiters)


class _Awaited:
    """What threads wait for by leading."""

    def _await_by(self, lead, object):
        self._lead, self.object, self.followers = lead, object, []

    def _tell(self):
        for turn in list(self.followers):
            turn.set()
        self._lead.nudge()


class _Condition(_Awaited, threading.Condition):
    """A future's, who tells it once: when it is done."""

    _done = False

    def has_come(self):
        return self._done

    def notify_all(self):
        self._done = True
        super().notify_all()
        self._tell()
        self._lead = None  # which would keep the executor's queues for as long as the future

    def wait(self, timeout=None):
        lead = self._lead
        if lead is None:
            return True
        saved = self._release_save()
        try:
            return lead.wait(self, timeout)
        finally:
            self._acquire_restore(saved)


class _Event(_Awaited, threading.Event):
    """What `wait` and `as_completed` wait for."""

    def __init__(self, lead, object):
        super().__init__()
        self._await_by(lead, object)

    def has_come(self):
        return self.is_set()

    def set(self):
        super().set()
        self._tell()

    def wait(self, timeout=None):
        return self._lead.wait(self, timeout)


#: What makes a future, without the condition of the recording's: this one's takes its place.
_made = getattr(_base.Future.__init__, "_forkyard_unrecorded", _base.Future.__init__)


class Future(_base.Future):
    """One whose waiting threads hand results out. Callbacks are not for them to call."""

    def __init__(self, lead):
        _made(self)
        self._lead = lead
        self._condition.__class__ = _Condition
        self._condition._await_by(lead, lead.object)

    def add_done_callback(self, fn):
        super().add_done_callback(fn)
        lead = self._lead
        if lead is not None:
            lead.want()

    def _invoke_callbacks(self):
        lead, self._lead = self._lead, None
        if not self._done_callbacks or (lead is not None and lead.leaves_to_manager(self)):
            return
        callbacks, self._done_callbacks = self._done_callbacks, []
        for callback in callbacks:
            try:
                callback(self)
            except Exception:
                _base.LOGGER.exception("exception calling callback for %r", self)


named_like(Future, _base.Future)


def _led_waiters(original):
    def _create_and_install_waiters(fs, return_when):
        made = original(fs, return_when)
        lead = next((future._lead for future in fs if isinstance(future, Future) and future._lead is not None), None)
        if lead is not None:
            # Who waits for others' futures too waits for no one executor.
            is_only = all(getattr(future, "_lead", future) in (lead, None) for future in fs)
            made.event = _Event(lead, lead.object if is_only else 0)
        return made

    return named_like(_create_and_install_waiters, original)


def _is_ours(executor):
    return isinstance(executor._result_queue, SimpleQueue)


def _submit(module):
    original = module.ProcessPoolExecutor.submit

    def submit(self, fn, /, *args, **kwargs):
        with self._shutdown_lock:
            refused = self._broken or self._shutdown_thread or module._global_shutdown or not _is_ours(self)
            if not refused:
                manager = _started(self)
                future = Future(manager.lead)
                work_id, self._queue_count = self._queue_count, self._queue_count + 1
                self._pending_work_items[work_id] = module._WorkItem(future, fn, args, kwargs)
                self._work_ids.put(work_id)
        if refused:
            return original(self, fn, *args, **kwargs)
        manager.add_call_item_to_queue()
        return future

    return functools.wraps(original)(submit)


def _started(executor):
    """The manager of an executor, which has the workers that it needs."""
    if executor._executor_manager_thread is None and not hasattr(executor, "_forkyard_notifier"):
        executor._forkyard_notifier = Notifier()  # before there are workers: without it nobody would ever end them
    if executor._safe_to_dynamically_spawn_children:
        before = len(executor._processes)
        executor._adjust_process_count()
        if executor._executor_manager_thread is not None and len(executor._processes) != before:
            executor._executor_manager_thread.look_again()
    executor._start_executor_manager_thread()
    return executor._executor_manager_thread


def _manager(module):
    original = module._ExecutorManagerThread

    class _ExecutorManagerThread(original):
        def __new__(cls, executor):
            return super().__new__(cls) if _is_ours(executor) else original(executor)

        def __init__(self, executor):
            super().__init__(executor)
            self._notifier = executor._forkyard_notifier
            self._ring = self.result_queue._ring
            self._forkyard_object = trace.object_of(self.call_queue)
            self.lead = Lead(self._ring, self._forkyard_object, self._settle, self._notifier.put)
            # Reentrant, as pickling a call may call `submit`.
            self._giving = threading.RLock()
            self._counts_idle = executor._safe_to_dynamically_spawn_children
            self._ending = False

        def look_again(self):
            """There are more workers than there were."""
            self._notifier.put()

        # What waiting threads do.

        def add_call_item_to_queue(self):
            """Gives the workers calls while there is room."""
            with self._giving:
                while not (self._is_cancelling() or self.work_ids_queue.empty() or self.call_queue.full()):
                    try:
                        work_id = self.work_ids_queue.get(block=False)
                    except queue.Empty:
                        return
                    self._give(work_id, self.pending_work_items[work_id])

        def _is_cancelling(self):
            """Whether the manager is about to cancel what has not begun: from `shutdown` on nothing more must begin."""
            executor = self.executor_reference()
            return executor is not None and executor._cancel_pending_futures

        def _give(self, work_id, item):
            try:
                if item.future.set_running_or_notify_cancel():
                    self.call_queue.put(module._CallItem(work_id, item.fn, item.args, item.kwargs))
                else:
                    del self.pending_work_items[work_id]
            except BaseException as error:
                # Ctrl-C in the thread that gives it must not leave a future that is never done.
                if self.pending_work_items.pop(work_id, None) is not None and not item.future.done():
                    item.future.set_exception(error)
                raise

        def _settle(self, result):
            """A future gets its result. False for what ends a worker."""
            if result is not None:
                if type(result) is not module._ResultItem or result.exit_pid is not None:
                    return False
                if self._counts_idle:
                    executor = self.executor_reference()
                    if executor is not None:
                        executor._idle_worker_semaphore.release()
                    del executor
                self.process_result_item(result)
            self.add_call_item_to_queue()
            if self._ending and not self.pending_work_items:
                self._notifier.put()
            return True

        def process_result_item(self, result):
            if not isinstance(result, module._ResultItem):
                return super().process_result_item(result)
            item = self.pending_work_items.get(result.work_id)
            if item is None:
                return
            try:
                if result.exception:
                    item.future.set_exception(result.exception)
                else:
                    item.future.set_result(result.result)
            except _base.InvalidStateError:
                # It was interrupted before, here.
                item.future._invoke_callbacks()
            self.pending_work_items.pop(result.work_id, None)

        # What the manager does.

        def run(self):
            try:
                super().run()
            finally:
                del self.lead  # which knows this thread: that must be gone as soon as it is forgotten

        def wait_result_broken_or_wakeup(self):
            self._call_back()
            sentinels = [process.sentinel for process in list(self.processes.values())]
            awaited = [self.thread_wakeup._reader, self._notifier, *sentinels]
            rest = self.lead.rest()
            if rest == 0:
                awaited.append(self._ring.doorbell)
                rest = 0 if self._ring.before_poll() else None
            with self._resting(rest):
                ready = wait(awaited, rest)
            self._notifier.clear()
            self.thread_wakeup.clear()
            self._call_back()
            died = any(sentinel in ready for sentinel in sentinels)
            if died:
                with self.lead.stopped():
                    result = self.lead.taken()
            else:
                result = self.lead.take()
            if result is None:
                return None, died, None
            if type(result) is bytes:
                try:
                    result = loads(result)
                except BaseException as error:
                    return None, True, format_exception(type(error), error, error.__traceback__)
            return result, False, None

        def _resting(self, rest):
            """Recorded, so that in a deadlock nobody takes it for one who is at work."""
            if rest is None:
                return trace.Wait(trace.RESULT_GET, self._forkyard_object, line=0)
            return contextlib.nullcontext()

        def is_shutting_down(self):
            self._ending = bool(super().is_shutting_down())
            return self._ending

        def flag_executor_shutting_down(self):
            executor = self.executor_reference()
            if executor is None or not executor._cancel_pending_futures:
                return super().flag_executor_shutting_down()
            with self.lead.stopped(), self._giving:
                super().flag_executor_shutting_down()

        def terminate_broken(self, cause):
            with self.lead.stopped():
                super().terminate_broken(cause)

        def join_executor_internals(self):
            self._call_back()
            super().join_executor_internals()

        def _call_back(self):
            for future in self.lead.to_call():
                future._invoke_callbacks()

    return named_like(_ExecutorManagerThread, original)
