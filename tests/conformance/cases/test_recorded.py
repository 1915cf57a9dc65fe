"""What a recording shows of a program, and that it does not change it."""

import unittest
import unittest.mock

from base import Case, engine_only, fork_only
from recording import Recorded

UNHANDLED = """
import os, signal
os.kill(os.getpid(), signal.SIGINT)
"""
POOL = """
import multiprocessing, time
def nap(seconds):
    time.sleep(seconds)
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        pool.apply(nap, (0.01,))
        time.sleep(1.2)
        pool.map(nap, [0.01, 0.01], chunksize=1)
        pool.apply(abs, (-1,))
        pool.close()
        pool.join()
"""
EXECUTOR = """
import concurrent.futures
def add(one, other):
    return one + other
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as executor:
        print(list(executor.map(add, range(5), range(5), chunksize=2)))
"""
#: Who waits longest is let go by the other executor, not by the task that waits for its lock.
TWO = """
import multiprocessing, time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
door = multiprocessing.Lock()
def enter():
    with door: pass
if __name__ == "__main__":
    with ProcessPoolExecutor(1) as stuck, ProcessPoolExecutor(1) as free, door:
        enters, naps = stuck.submit(enter), free.submit(time.sleep, 1.5)
        # Here it waits.
        print(wait([enters, naps], return_when=FIRST_COMPLETED).done == {naps})
"""

LINES = """
import multiprocessing, threading
lock, value = multiprocessing.Lock(), multiprocessing.Value("i", 0)
elsewhere = {"lock": lock}
exec(compile("def take(deep): take(deep - 1) if deep else lock.acquire() and lock.release()", "elsewhere.py", "exec"), elsewhere)
for _ in range(3):
    with lock:
        value.value += 1
elsewhere["take"](3)
thread = threading.Thread(target=elsewhere["take"], args=(3,), daemon=True)
thread.start()
thread.join()
"""


def overlap(one, other):
    """Whether two segments have a time in common."""
    return one["ts"] < other["ts"] + other["dur"] and other["ts"] < one["ts"] + one["dur"]


class Around(Case):
    """What is done before and after a call that is recorded."""

    @staticmethod
    def fail(error):
        def failing(*_args):
            raise error

        return failing

    @engine_only
    def test_an_interrupt_of_the_recording_is_the_programs(self):
        from _forkyard._engine import Around

        nothing, calls = (lambda *_: None), []
        with self.assertRaises(KeyboardInterrupt):
            Around(calls.append, self.fail(KeyboardInterrupt()), nothing)(1)
        self.assertEqual(calls, [])
        with self.assertRaises(KeyboardInterrupt):
            Around(calls.append, nothing, self.fail(KeyboardInterrupt()))(2)
        self.assertEqual(calls, [2])
        with self.assertRaises(KeyboardInterrupt) as raised:
            Around(self.fail(OSError("its own")), nothing, self.fail(KeyboardInterrupt()))()
        self.assertEqual(str(raised.exception.__context__), "its own")

    @engine_only
    def test_a_failure_of_the_recording_is_not(self):
        from _forkyard._engine import Around

        with unittest.mock.patch("sys.unraisablehook") as told:
            self.assertEqual(Around(abs, self.fail(ValueError("before")), self.fail(ValueError("after")))(-1), 1)
        self.assertEqual(told.call_count, 2)


class Interrupts(Recorded):
    def test_an_unhandled_ctrl_c_is_the_exit_code(self):
        ended, _ = self.record(UNHANDLED)
        self.assertEqual(ended.returncode, 130, ended.stderr)


@engine_only
class Lines(Recorded):
    def test_it_is_the_programs_own_line_that_counts(self):
        ended, timeline = self.record(LINES)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        held = [hold["args"]["line"] for hold in timeline.of_category("hold") if hold["args"]["object"] == "lock"]
        self.assertEqual(held[:4], [7, 7, 7, 9])
        self.assertEqual(len(held), 5)


@engine_only
class Pools(Recorded):
    def test_a_task_knows_the_line_of_its_function(self):
        ended, timeline = self.record(POOL)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        told = [(task["args"]["function"], task["args"]["line"]) for task in timeline.of_category("task")]
        self.assertEqual(sorted(told, key=str), [("abs", None), *[("nap", 3)] * 3])

    def test_a_chunk_of_an_executor_is_as_many_tasks(self):
        ended, timeline = self.record(EXECUTOR)
        self.assertEqual(ended.stdout, "[0, 2, 4, 6, 8]\n", ended.stderr)
        told = sorted((task["args"]["index"], task["args"]["function"], task["args"]["line"]) for task in timeline.of_category("task"))
        self.assertEqual(told, [(index, "add", 3) for index in range(5)])

    @engine_only
    def test_a_result_is_waited_for_from_its_executor(self):
        for options in ((), ("--workers", "threads")):
            with self.subTest(options):
                ended, timeline = self.record(EXECUTOR, *options)
                self.assertEqual(ended.stdout, "[0, 2, 4, 6, 8]\n", ended.stderr)
                self.assertEqual({wait["args"]["object"] for wait in timeline.segments("AsyncResult.get")}, {"executor"})
                main = timeline.lanes("MainProcess")
                self.assertEqual([wait for wait in timeline.segments("Queue.get") if (wait["pid"], wait["tid"]) in main], [])

    @fork_only
    def test_who_waits_for_two_executors_waits_for_neither(self):
        ended, timeline = self.record(TWO)
        self.assertEqual((ended.returncode, ended.stdout), (0, "True\n"), ended.stderr)
        self.assertEqual(timeline.deadlocks, [])
        # Later it waits for each of them, as it leaves them.
        [wait] = [wait for wait in timeline.segments("AsyncResult.get") if wait["args"]["line"] == 11]
        self.assertIsNone(wait["args"]["object"])

    def test_an_idle_worker_waits_for_its_pool(self):
        for options in ((), ("--workers", "threads")):
            with self.subTest(options):
                ended, timeline = self.record(POOL, *options)
                self.assertEqual(ended.returncode, 0, ended.stderr)
                [idle] = [sleep for sleep in timeline.segments("sleep") if sleep["args"]["line"] == 8]
                waits = [wait for wait in timeline.segments("Queue.get") if overlap(wait, idle)]
                self.assertEqual(len(waits), 1, waits)
                self.assertEqual((waits[0]["args"]["object"], waits[0]["args"]["line"]), ("pool", None))
                self.assertEqual(timeline.of_category("message"), [])


if __name__ == "__main__":
    unittest.main()
