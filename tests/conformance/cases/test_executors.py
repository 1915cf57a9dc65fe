"""ProcessPoolExecutor: whoever waits hands the results out, and everybody gets theirs."""

import asyncio
import os
import pickle
import signal
import tempfile
import threading
import time
import unittest
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

from base import Case, engine_only, not_fork

#: Seconds for which a test waits at most for what should come at once: far more than that takes.
LONG = 240


def square(x):
    return x * x


def pid():
    return os.getpid()


def when(path):
    """Waits until there is a file."""
    while not os.path.exists(path):
        time.sleep(0.002)
    return path


def when_or_die(path):
    when(path)
    os.kill(os.getpid(), signal.SIGKILL)


def forbidden():
    raise LookupError("no")


def whatever(_):
    return lambda: None  # cannot be pickled


class Opened:
    """Remembers in which thread it was unpickled."""

    def __setstate__(self, _):
        self.thread = threading.get_ident()

    def __getstate__(self):
        return 1


class NeverOpened:
    def __reduce__(self):
        return forbidden, ()


class NeverPacked:
    def __reduce__(self):
        raise pickle.PicklingError("not me")


def opened():
    return Opened()


def never_opened():
    return NeverOpened()


class Executors(Case):
    def executor(self, workers=2, **options):
        made = ProcessPoolExecutor(workers, mp_context=self.mp, **options)
        self.addCleanup(made.shutdown)
        return made

    def gate(self):
        """A path that is no file yet, and what makes it one."""
        place = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(place, "open")
        opens = lambda: open(path, "x").close()  # noqa: E731
        self.addCleanup(lambda: os.path.exists(path) or opens())
        return path, opens

    def test_many_threads_wait_at_once(self):
        executor = self.executor()
        got = []

        def ask(first):
            for x in range(first, first + 20):
                got.append(executor.submit(square, x).result(LONG) == x * x)

        threads = [threading.Thread(target=ask, args=(100 * number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(got, [True] * 160)

    def test_who_follows_goes_on_when_the_first_has_what_it_waits_for(self):
        path, opens = self.gate()
        executor = self.executor()
        late = executor.submit(when, path)
        first = executor.submit(square, 3)
        got = []
        thread = threading.Thread(target=lambda: got.append(late.result(LONG)))
        thread.start()
        self.assertEqual(first.result(LONG), 9)
        opens()
        thread.join()
        self.assertEqual(got, [path])

    def test_results_come_though_nobody_waits(self):
        executor = self.executor()
        self.assertEqual(executor.submit(square, 2).result(LONG), 4)
        many = [executor.submit(square, x) for x in range(50)]
        while not all(future.done() for future in many):
            time.sleep(0.002)
        self.assertEqual([future.result(0) for future in many], [x * x for x in range(50)])

    def test_callbacks_are_not_called_by_who_waits(self):
        path, opens = self.gate()
        executor = self.executor()
        called, seen = threading.Event(), []
        future = executor.submit(when, path)
        future.add_done_callback(lambda done: (seen.append((threading.get_ident(), done.result(0))), called.set()))
        threading.Timer(0.05, opens).start()
        future.result(LONG)
        self.assertTrue(called.wait(LONG))
        [(thread, result)] = seen
        self.assertNotEqual(thread, threading.get_ident())
        self.assertEqual(result, path)

    def test_a_callback_may_submit_and_one_that_fails_harms_nobody(self):
        executor = self.executor()
        more, told = [], threading.Event()

        def go_on(future):
            if future.result() < 5:
                more.append(executor.submit(int, future.result() + 1))
                more[-1].add_done_callback(go_on)
            else:
                told.set()

        first = executor.submit(int, 0)
        with self.assertLogs("concurrent.futures", "ERROR"):
            first.add_done_callback(lambda _: forbidden())
            first.add_done_callback(go_on)
            self.assertTrue(told.wait(LONG))
        self.assertEqual([future.result(LONG) for future in more], [1, 2, 3, 4, 5])

    def test_waiting_for_several(self):
        path, opens = self.gate()
        executor = self.executor()
        late, soon = executor.submit(when, path), executor.submit(square, 2)
        done, not_done = futures.wait([late, soon], LONG, futures.FIRST_COMPLETED)
        self.assertEqual((done, not_done), ({soon}, {late}))
        self.assertEqual(futures.wait([late], 0.05), (set(), {late}))
        opens()
        self.assertEqual(futures.wait([late, soon], LONG).not_done, set())
        many = [executor.submit(square, x) for x in range(20)]
        self.assertEqual({future.result(0) for future in futures.as_completed(many, LONG)}, {x * x for x in range(20)})

    def test_waiting_for_futures_of_several_executors(self):
        path, opens = self.gate()
        one, other = self.executor(1), self.executor(1)
        with futures.ThreadPoolExecutor(1) as threads:
            mixed = [one.submit(when, path), other.submit(square, 2), threads.submit(square, 3)]
            order = []
            for future in futures.as_completed(mixed, LONG):
                order.append(future)
                if len(order) == 2:
                    opens()
        self.assertIs(order[-1], mixed[0])

    def test_a_time_out_and_then_the_result(self):
        path, opens = self.gate()
        executor = self.executor()
        future = executor.submit(when, path)
        with self.assertRaises(TimeoutError):
            future.result(0.02)
        with self.assertRaises(TimeoutError):
            future.exception(0)
        opens()
        self.assertEqual(future.result(LONG), path)
        with self.assertRaises(TimeoutError):
            list(executor.map(time.sleep, [0, 0.5], timeout=0.05))

    def test_a_cancelled_future_wakes_who_waits_for_it(self):
        path, opens = self.gate()
        executor = self.executor(1)
        running = [executor.submit(when, path) for _ in range(5)]
        future = executor.submit(square, 3)
        got = []

        def wait_for_it():
            try:
                future.result(LONG)
            except futures.CancelledError:
                got.append("cancelled")

        thread = threading.Thread(target=wait_for_it)
        thread.start()
        time.sleep(0.05)  # by then it waits, most probably; nobody can tell
        self.assertTrue(future.cancel())
        thread.join(LONG)
        self.assertEqual(got, ["cancelled"])
        opens()
        self.assertEqual([future.result(LONG) for future in running], [path] * 5)

    def test_the_end_cancels_what_has_not_begun(self):
        path, opens = self.gate()
        executor = self.executor(1)
        all = [executor.submit(when, path) for _ in range(10)]
        while not all[0].running():
            time.sleep(0.001)
        executor.shutdown(wait=False, cancel_futures=True)
        opens()
        outcomes = []
        for future in all:
            try:
                outcomes.append(future.result(LONG))
            except futures.CancelledError:
                outcomes.append(None)
        self.assertIn(path, outcomes)
        self.assertIn(None, outcomes)

    def test_the_end_waits_for_all(self):
        executor = self.executor()
        all = [executor.submit(square, x) for x in range(30)]
        executor.shutdown()
        self.assertEqual([future.result(0) for future in all], [x * x for x in range(30)])
        with self.assertRaisesRegex(RuntimeError, "shutdown"):
            executor.submit(square, 1)

    def test_what_cannot_be_sent_fails_alone(self):
        executor = self.executor()
        bad = executor.submit(square, NeverPacked())
        worse = executor.submit(whatever, 1)
        good = [executor.submit(square, x) for x in range(5)]
        self.assertIsInstance(bad.exception(LONG), pickle.PicklingError)
        self.assertIsInstance(worse.exception(LONG), (pickle.PicklingError, AttributeError))
        self.assertEqual([future.result(LONG) for future in good], [0, 1, 4, 9, 16])

    def test_what_cannot_be_opened_breaks_the_executor(self):
        executor = self.executor()
        self.assertEqual(executor.submit(square, 3).result(LONG), 9)
        with self.assertRaises(BrokenProcessPool):
            executor.submit(never_opened).result(LONG)
        with self.assertRaises(BrokenProcessPool):
            executor.submit(square, 3)

    def test_a_death_is_told_to_all_who_wait_and_takes_no_result_back(self):
        path, opens = self.gate()
        executor = self.executor()
        done = executor.submit(square, 3)
        self.assertEqual(done.result(LONG), 9)
        doomed = [executor.submit(when_or_die, path) for _ in range(6)]
        told = []
        threads = [threading.Thread(target=lambda each=each: told.append(type(each.exception(LONG)))) for each in doomed]
        for thread in threads:
            thread.start()
        opens()
        for thread in threads:
            thread.join()
        self.assertEqual(told, [BrokenProcessPool] * 6)
        self.assertEqual(done.result(0), 9)

    def test_an_event_loop_gets_results(self):
        executor = self.executor()

        async def ask():
            loop = asyncio.get_running_loop()
            return await asyncio.gather(*(loop.run_in_executor(executor, square, x) for x in range(30)))

        for _ in range(3):
            self.assertEqual(asyncio.run(ask()), [x * x for x in range(30)])

    def test_ctrl_c_ends_the_wait_and_not_the_future(self):
        path, opens = self.gate()
        executor = self.executor()
        future = executor.submit(when, path)
        previous = signal.signal(signal.SIGUSR1, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)
        threading.Timer(0.1, lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)).start()
        with self.assertRaises(KeyboardInterrupt):
            future.result(LONG)
        opens()
        self.assertEqual(future.result(LONG), path)

    @engine_only
    def test_whatever_is_interrupted_no_result_is_lost(self):
        executor = self.executor()
        executor.submit(square, 1).result(LONG)
        interrupted = []

        class Interrupted(BaseException):
            pass

        # The interpreter's own frames could be left with a lock, on CPython's module too.
        def interrupt(_number, frame):
            if frame is not None and os.path.basename(frame.f_code.co_filename) == "lead.py":
                interrupted.append(frame.f_code.co_name)
                raise Interrupted

        self.addCleanup(signal.signal, signal.SIGALRM, signal.signal(signal.SIGALRM, interrupt))
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
        for x in range(2000):
            future = executor.submit(square, x)
            while True:
                try:
                    self.assertEqual(future.result(LONG), x * x)
                    break
                except Interrupted:
                    pass
        self.assertNotEqual(interrupted, [])

    def test_a_signals_handler_may_wait_in_the_middle_of_a_wait(self):
        path, opens = self.gate()
        executor = self.executor()
        future, got = executor.submit(when, path), []

        def ask(_number, _frame):
            got.append(executor.submit(square, 3).result(LONG))
            opens()
            got.append(future.result(LONG))

        self.addCleanup(signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, ask))
        threading.Timer(0.05, lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)).start()
        self.assertEqual(future.result(LONG), path)
        self.assertEqual(got, [9, path])

    @engine_only
    def test_who_waits_opens_the_result(self):
        executor = self.executor()
        executor.submit(square, 1).result(LONG)
        # The first after the manager was idle may still be the manager's.
        threads = {executor.submit(opened).result(LONG).thread for _ in range(50)}
        self.assertIn(threading.get_ident(), threads)

    @not_fork
    def test_workers_are_replaced_after_their_tasks(self):
        executor = self.executor(2, max_tasks_per_child=3)
        pids = [executor.submit(pid).result(LONG) for _ in range(12)]
        self.assertGreaterEqual(len(set(pids)), 4)
        self.assertTrue(all(pids.count(each) <= 3 for each in pids))

    @not_fork
    def test_an_idle_worker_is_used_again(self):
        executor = self.executor(4)
        for x in range(10):
            self.assertEqual(executor.submit(square, x).result(LONG), x * x)
        self.assertLessEqual(len(executor._processes), 2)

    def test_an_executor_that_is_forgotten_ends(self):
        executor = self.executor()
        self._cleanups.pop()  # which has it
        future = executor.submit(square, 3)
        manager, processes = executor._executor_manager_thread, list(executor._processes.values())
        del executor
        self.assertEqual(future.result(LONG), 9)
        manager.join(LONG)
        self.assertFalse(manager.is_alive())
        self.assertEqual([process.exitcode for process in processes], [0] * len(processes))


if __name__ == "__main__":
    unittest.main()
