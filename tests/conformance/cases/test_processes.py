"""Process: life, exit codes, names, what may be given to it."""

import multiprocessing
import os
import signal
import sys
import time
import unittest

from base import Case, METHOD, engine_only, fork_only, not_fork


def nothing():
    pass


def leave(code):
    sys.exit(code)


def fail():
    sys.stderr = open(os.devnull, "w")
    raise ValueError("on purpose")


def sleep_long(ready):
    ready.set()
    time.sleep(600)


def about(answers):
    me, parent = multiprocessing.current_process(), multiprocessing.parent_process()
    answers.put((me.name, me.pid, parent.name, parent.pid, me.daemon, parent.is_alive()))


def nested(answers):
    child = multiprocessing.get_context(METHOD).Process(target=about, args=(answers,))
    child.start()
    child.join()


def daemon_child(answers):
    try:
        multiprocessing.get_context(METHOD).Process(target=nothing).start()
    except AssertionError as error:
        answers.put(str(error))


def use_all(lock, semaphore, event, condition, barrier, queue, connection, value, array):
    with lock, semaphore, condition:
        event.set()
        queue.put("queue")
        connection.send("pipe")
        value.value, array[0] = 5, 6
    barrier.wait(30)


class Named(multiprocessing.get_context(METHOD).Process):
    def __init__(self, answers):
        super().__init__(name="chosen")
        self.answers = answers

    def run(self):
        self.answers.put(self.name)


class Lives(Case):
    def test_exit_codes(self):
        self.assertEqual(self.run_to_end(nothing), 0)
        self.assertEqual(self.run_to_end(leave, 3), 3)
        self.assertEqual(self.run_to_end(fail), 1)

    def test_a_signal_is_a_negative_exit_code(self):
        ready = self.mp.Event()
        for end, code in (("terminate", -signal.SIGTERM), ("kill", -signal.SIGKILL)):
            ready.clear()
            process = self.start(sleep_long, ready)
            self.assertTrue(ready.wait(30))
            self.assertIsNone(process.exitcode)
            self.assertTrue(process.is_alive())
            getattr(process, end)()
            process.join()
            self.assertEqual(process.exitcode, code)
            self.assertFalse(process.is_alive())

    def test_join_times_out(self):
        ready = self.mp.Event()
        process = self.start(sleep_long, ready)
        process.join(0.01)
        self.assertIsNone(process.exitcode)
        self.assertIn(process, multiprocessing.active_children())

    def test_the_sentinel_tells_the_end(self):
        process = self.start(nothing)
        self.assertEqual(multiprocessing.connection.wait([process.sentinel], 30), [process.sentinel])
        process.join()
        process.close()
        with self.assertRaisesRegex(ValueError, "process object is closed"):
            process.exitcode

    def test_who_is_who(self):
        answers = self.mp.SimpleQueue()
        process = self.start(about, answers, name="somebody", daemon=True)
        expected = ("somebody", process.pid, "MainProcess", os.getpid(), True, True)
        self.assertEqual(answers.get(), expected)

    def test_names_count_within_their_parent(self):
        answers = self.mp.SimpleQueue()
        process = self.start(nested, answers)
        name, _, parent, pid, *_ = answers.get()
        self.assertEqual((parent, pid), (process.name, process.pid))
        self.assertRegex(name, r"Process-[\d:]+:1$")

    def test_subclasses(self):
        answers = self.mp.SimpleQueue()
        process = Named(answers)
        process.start()
        self.assertEqual(answers.get(), "chosen")
        process.join()

    def test_misuse(self):
        process = self.mp.Process(target=nothing)
        with self.assertRaisesRegex(AssertionError, "can only join a started process"):
            process.join()
        process.start()
        with self.assertRaisesRegex(AssertionError, "cannot start a process twice"):
            process.start()
        process.join()
        answers = self.mp.SimpleQueue()
        self.start(daemon_child, answers, daemon=True)
        self.assertEqual(answers.get(), "daemonic processes are not allowed to have children")

    @fork_only
    def test_a_lambda_is_forked(self):
        answers = self.mp.SimpleQueue()
        self.start(lambda: answers.put("from a lambda"))
        self.assertEqual(answers.get(), "from a lambda")

    @not_fork
    def test_a_lambda_is_refused(self):
        with self.assertRaisesRegex(Exception, "(?i)can't (pickle|get local object)"):
            self.mp.Process(target=lambda: None).start()

    def test_everything_can_be_given_to_a_process(self):
        connection, other = self.mp.Pipe()
        event, barrier, queue = self.mp.Event(), self.mp.Barrier(2), self.mp.Queue()
        value, array = self.mp.Value("i"), self.mp.Array("i", 1)
        things = (self.mp.Lock(), self.mp.Semaphore(1), event, self.mp.Condition(), barrier, queue, other, value, array)
        process = self.start(use_all, *things)
        barrier.wait(30)
        self.assertTrue(event.is_set())
        self.assertEqual((queue.get(timeout=240), connection.recv(), value.value, array[0]), ("queue", "pipe", 5, 6))
        process.join()
        self.assertEqual(process.exitcode, 0)


INTERRUPTED = """
import multiprocessing, signal, sys, threading, os
def wait(kind):
    mp = multiprocessing.get_context({method!r})
    if kind == "lock":
        lock = mp.Lock(); lock.acquire(); go(); lock.acquire()
    elif kind == "queue":
        queue = mp.Queue(); go(); queue.get()
    elif kind == "pipe":
        one, two = mp.Pipe(); go(); one.recv()
    elif kind == "event":
        event = mp.Event(); go(); event.wait()
    elif kind == "condition":
        condition = mp.Condition(); condition.acquire(); go(); condition.wait()
def go():
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
if __name__ == "__main__":
    for kind in ("lock", "queue", "pipe", "event", "condition"):
        try:
            wait(kind)
        except KeyboardInterrupt:
            print(kind, flush=True)
"""

POOL_INTERRUPTED = """
import multiprocessing, os, signal, threading, time
def slow(x):
    time.sleep(600)
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with multiprocessing.get_context({method!r}).Pool(2) as pool:
            threading.Timer(1.5, os.killpg, (0, signal.SIGINT)).start()
            pool.map(slow, range(4))
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


DAEMONS = """
import multiprocessing, queue, threading
def poll(channel):
    while True:
        try:
            channel.get(timeout=0.0001)
        except queue.Empty:
            pass
if __name__ == "__main__":
    channel = multiprocessing.get_context({method!r}).Queue()
    for _ in range(3):
        threading.Thread(target=poll, args=(channel,), daemon=True).start()
    print("the end")
"""


class Programs(Case):
    def run_program(self, text):
        import subprocess
        import tempfile

        with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
            program.write(text.format(method=METHOD))
            program.flush()
            options = dict(capture_output=True, text=True, timeout=240, start_new_session=True)
            ended = subprocess.run([sys.executable, program.name], **options)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            return ended.stdout.split()

    def test_daemon_threads_in_a_wait_do_not_disturb_the_end(self):
        for _ in range(5):
            self.assertEqual(self.run_program(DAEMONS), ["the", "end"])

    def test_ctrl_c_ends_every_wait(self):
        self.assertEqual(self.run_program(INTERRUPTED), ["lock", "queue", "pipe", "event", "condition"])

    @engine_only
    def test_ctrl_c_ends_a_map(self):
        self.assertEqual(self.run_program(POOL_INTERRUPTED), ["interrupted"])


if __name__ == "__main__":
    unittest.main()
