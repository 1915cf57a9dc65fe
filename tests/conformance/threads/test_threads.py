"""workers=threads: `multiprocessing`'s API served by threads of one interpreter."""

import contextlib
import faulthandler
import io
import multiprocessing
import os
import queue
import subprocess
import sys
import threading
import time
import unittest
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, shared_memory, sharedctypes  # noqa: F401 - all of them can be imported
from multiprocessing.pool import Pool, ThreadPool

seen = []


def add_often(lock, value, times):
    for _ in range(times):
        with lock:
            value.value += 1


def square(x):
    return x * x


def answer(end):
    with end:
        while True:
            try:
                end.send(end.recv() + 1)
            except EOFError:
                return


def fail():
    raise ValueError("on purpose")


def who(channel):
    me = multiprocessing.current_process()
    channel.put((me.name, me.pid, multiprocessing.parent_process().name, threading.current_thread().name))


DAEMON = """
import multiprocessing, time
if __name__ == "__main__":
    ready = multiprocessing.Event()
    def sleep():
        ready.set()
        time.sleep(600)
    multiprocessing.Process(target=sleep, daemon=True).start()
    ready.wait()
    print("the end")
"""


class Threads(unittest.TestCase):
    def setUp(self):
        faulthandler.dump_traceback_later(60, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)

    def test_a_process_is_a_thread_that_shares_everything(self):
        process = multiprocessing.Process(target=lambda: seen.append(os.getpid()))
        process.start()
        process.join()
        self.assertEqual(seen, [os.getpid()])
        self.assertEqual((process.exitcode, process.is_alive()), (0, False))

    def test_names_and_pids(self):
        channel = multiprocessing.Queue()
        process = multiprocessing.Process(target=who, args=(channel,))
        self.assertRegex(process.name, r"^Process-\d+$")
        self.assertIsNone(process.pid)
        process.start()
        self.assertEqual(channel.get(timeout=240), (process.name, os.getpid(), "MainProcess", process.name))
        process.join()
        self.assertEqual(multiprocessing.current_process().name, "MainProcess")

    def test_exit_codes(self):
        for target, args, code in ((sys.exit, (3,), 3), (sys.exit, (), 0), (fail, (), 1)):
            process = multiprocessing.Process(target=target, args=args)
            with contextlib.redirect_stderr(io.StringIO()) as told:
                process.start()
                process.join()
            self.assertEqual(process.exitcode, code)
        self.assertIn(f"Process {process.name}:\nTraceback", told.getvalue())
        self.assertIn("ValueError: on purpose", told.getvalue())

    def test_terminate_asks(self):
        def spin():
            while True:
                time.sleep(0.001)

        process = multiprocessing.Process(target=spin)
        process.start()
        self.assertIn(process, multiprocessing.active_children())
        process.terminate()
        process.join()
        self.assertEqual(process.exitcode, -15)
        self.assertNotIn(process, multiprocessing.active_children())

    def test_the_end_does_not_wait_for_daemons(self):
        ended = subprocess.run([sys.executable, "-c", DAEMON], capture_output=True, text=True, timeout=240)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "the end\n", ""))

    def test_every_start_method_is_accepted(self):
        for method in multiprocessing.get_all_start_methods():
            context = multiprocessing.get_context(method)
            process = context.Process(target=seen.append, args=(method,))
            process.start()
            process.join()
        self.assertEqual(seen[-1], method)
        multiprocessing.set_start_method("spawn", force=True)
        self.assertEqual(multiprocessing.get_start_method(), "spawn")

    def test_locks_and_values(self):
        lock, value = multiprocessing.Lock(), multiprocessing.Value("i", 0)
        team = [multiprocessing.Process(target=add_often, args=(lock, value, 500)) for _ in range(3)]
        for member in team:
            member.start()
        for member in team:
            member.join()
        self.assertEqual(value.value, 1500)
        with lock:
            self.assertFalse(lock.acquire(timeout=0.01))

    def test_queues(self):
        channel, tasks = multiprocessing.Queue(1), multiprocessing.JoinableQueue()
        channel.put(1)
        with self.assertRaises(queue.Full):
            channel.put(2, timeout=0.01)
        tasks.put("x")
        worker = multiprocessing.Process(target=lambda: (tasks.get(), tasks.task_done()))
        worker.start()
        tasks.join()
        worker.join()

    def test_each_side_closes_its_own_end_of_a_pipe(self):
        here, there = multiprocessing.Pipe()
        process = multiprocessing.Process(target=answer, args=(there,))
        process.start()
        there.close()
        here.send(1)
        self.assertEqual(here.recv(), 2)
        here.close()
        process.join()
        self.assertEqual(process.exitcode, 0)

    def test_the_sentinel(self):
        process = multiprocessing.Process(target=seen.append, args=(1,))
        process.start()
        self.assertEqual(connection.wait([process.sentinel], 30), [process.sentinel])

    def test_barriers_events_conditions(self):
        barrier, event = multiprocessing.Barrier(2), multiprocessing.Event()
        process = multiprocessing.Process(target=lambda: (barrier.wait(), event.set()))
        process.start()
        barrier.wait(30)
        self.assertTrue(event.wait(30))

    def test_pools(self):
        with multiprocessing.Pool(2) as pool:
            self.assertIsInstance(pool, Pool)
            self.assertIsInstance(pool, ThreadPool)
            self.assertEqual(pool.map(square, range(5)), [0, 1, 4, 9, 16])
            self.assertEqual(pool.apply(lambda: os.getpid()), os.getpid())
            with self.assertRaisesRegex(ValueError, "on purpose"):
                pool.apply(fail)
            names = set(pool.map(lambda _: multiprocessing.current_process().name, range(20)))
        self.assertTrue(all("PoolWorker-" in name for name in names), names)

    def test_executors(self):
        with ProcessPoolExecutor(2) as executor:
            self.assertEqual(list(executor.map(square, range(4), chunksize=2)), [0, 1, 4, 9])
            self.assertEqual(executor.submit(os.getpid).result(), os.getpid())

    def test_a_manager(self):
        manager = multiprocessing.Manager()
        shared = manager.dict()
        process = multiprocessing.Process(target=shared.update, args=({"x": 1},))
        process.start()
        process.join()
        self.assertEqual(dict(shared), {"x": 1})


if __name__ == "__main__":
    unittest.main()
