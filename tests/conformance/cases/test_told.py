"""What CPython's own module tells in rare cases, in its words; each of these also runs on it."""

import contextlib
import multiprocessing
import os
import pickle
import signal
import unittest
from multiprocessing import shared_memory
from multiprocessing.connection import wait
from multiprocessing.pool import MaybeEncodingError

from base import ENGINE, METHOD, Case

#: Whether the exit code of a process can be known that somebody else has reaped: CPython's server knows, and Linux since 6.15.
IS_KNOWN = ENGINE == "stdlib" or [*map(int, os.uname().release.split(".")[:2])] >= [6, 15]

NAN = float("nan")


def lambda_of(_):
    return lambda: None


def lambdas_of(*_):
    return lambda: None


class NoTime(Case):
    """NaN as a time-out: whoever waits on a semaphore is told what the kernel says, whoever polls a pipe what the interpreter does."""

    def refused(self, call, *args, **options):
        with self.assertRaises(OSError) as caught:
            call(*args, **options)
        self.assertEqual(caught.exception.args, (22, "Invalid argument"))

    def no_integer(self, call, *args, **options):
        with self.assertRaises(ValueError) as caught:
            call(*args, **options)
        self.assertEqual(caught.exception.args, ("cannot convert float NaN to integer",))

    def test_locks_and_semaphores(self):
        for lock in (self.mp.Lock(), self.mp.Semaphore(1), self.mp.BoundedSemaphore(1)):
            self.assertTrue(lock.acquire(True, NAN))
            self.assertFalse(lock.acquire(False, NAN))
            self.refused(lock.acquire, True, NAN)
            self.refused(lock.acquire, timeout=NAN)

    def test_events_conditions_and_barriers(self):
        event, condition, barrier = self.mp.Event(), self.mp.Condition(), self.mp.Barrier(2)
        self.refused(event.wait, NAN)
        event.set()
        self.assertTrue(event.wait(NAN))
        with condition:
            self.refused(condition.wait, NAN)
            self.refused(condition.wait_for, lambda: False, NAN)
            self.assertTrue(condition.wait_for(lambda: True, NAN))
        self.refused(barrier.wait, NAN)
        self.assertEqual((barrier.broken, barrier.n_waiting), (False, 0))

    def test_queues(self):
        for queue in (self.mp.Queue(1), self.mp.JoinableQueue(1)):
            queue.put(1, True, NAN)
            self.refused(queue.put, 2, True, NAN)
            self.no_integer(queue.get, True, NAN)
            self.assertEqual(queue.get(), 1)
            self.no_integer(queue.get, timeout=NAN)

    def test_connections(self):
        reader, writer = self.mp.Pipe(False)
        self.no_integer(reader.poll, NAN)
        self.no_integer(wait, [reader], NAN)
        writer.send(1)
        self.no_integer(reader.poll, NAN)

    def test_processes(self):
        go_on = self.mp.Event()
        process = self.start(go_on.wait)
        self.no_integer(process.join, NAN)
        go_on.set()
        process.join()
        process.join(NAN)

    def test_results(self):
        """These are waited for as the interpreter's threads wait: NaN is no time at all."""
        with self.mp.Pool(1) as pool:
            result = pool.apply_async(len, ("ab",))
            self.assertEqual((result.get(), result.get(NAN)), (2, 2))
            for call in (pool.apply_async(signal.pause).get, pool.map_async(abs, [1]).get, pool.imap(abs, [1]).next):
                self.assertRaises(multiprocessing.TimeoutError, call, NAN)


class Failures(Case):
    """How what went wrong in a worker looks."""

    def test_what_is_no_python_code_has_the_headline_of_a_traceback(self):
        with self.mp.Pool(1) as pool:
            for ask in (lambda: pool.map(int, ["x"]), lambda: pool.apply(int, ("x",)), lambda: list(pool.imap(int, ["x"]))):
                with self.assertRaisesRegex(ValueError, "invalid literal for int") as caught:
                    ask()
                text = str(caught.exception.__cause__)
                self.assertTrue(text.startswith('\n"""\nTraceback (most recent call last):\n'), text)
                self.assertTrue(text.endswith("\nValueError: invalid literal for int() with base 10: 'x'\n\"\"\""), text)

    def test_what_cannot_be_sent_is_shown_as_it_would_have_been_sent(self):
        item, chunk = r"<function lambdas?_of.<locals>.<lambda> at 0x\w+>", "[{}]"
        with self.mp.Pool(1) as pool:
            for ask, shown in (
                (lambda: pool.map(lambda_of, [1]), chunk),
                (lambda: pool.map(lambda_of, [1], chunksize=1), chunk),
                (lambda: pool.map(lambda_of, [1, 2], chunksize=2), "[{0}, {0}]"),
                (lambda: pool.starmap(lambdas_of, [(1, 2)]), chunk),
                (lambda: pool.apply(lambda_of, (1,)), "{}"),
                (lambda: list(pool.imap(lambda_of, [1])), "{}"),
            ):
                with self.assertRaises(MaybeEncodingError) as caught:
                    ask()
                error = caught.exception
                value = shown.replace("[", r"\[").replace("]", r"\]").format(item)
                self.assertRegex(error.value, f"^{value}$")
                self.assertRegex(str(error), f"^Error sending result: '{value}'. Reason: '.*'$")
                self.assertEqual(error.args, (repr(error.exc), repr(error.value)))
                self.assertEqual(str(pickle.loads(pickle.dumps(error))), str(error))

    def test_a_wrong_call_names_the_class_that_programs_know(self):
        reader, writer = self.mp.Pipe(False)
        for call, name in (
            (self.mp.Queue().put, "Queue.put"),
            (self.mp.JoinableQueue().put, "JoinableQueue.put"),
            (writer.send, "_ConnectionBase.send"),
        ):
            with self.assertRaises(TypeError) as caught:
                call()
            self.assertEqual(str(caught.exception), f"{name}() missing 1 required positional argument: 'obj'")
        with self.assertRaisesRegex(TypeError, r"^Queue\.get\(\) got an unexpected keyword argument 'foo'$"):
            self.mp.JoinableQueue().get(foo=1)

    def test_memory_that_is_not_to_be_had_has_no_file_name(self):
        with self.assertRaises(OSError) as caught:
            shared_memory.SharedMemory(create=True, size=1 << 62)
        self.assertIsNone(caught.exception.filename)
        self.assertEqual(len(caught.exception.args), 2)
        with self.assertRaises(FileNotFoundError) as caught:
            shared_memory.SharedMemory("there_is_none")
        self.assertEqual(caught.exception.filename, "/there_is_none")


class Semaphores(Case):
    """What libraries read beneath a lock."""

    def test_what_a_lock_is_made_of(self):
        most = self.mp.Semaphore()._semlock.SEM_VALUE_MAX
        for made, kind, maximum in (
            (self.mp.Lock(), 1, 1),
            (self.mp.RLock(), 0, 1),
            (self.mp.Semaphore(3), 1, most),
            (self.mp.BoundedSemaphore(3), 1, 3),
        ):
            self.assertEqual((made._semlock.kind, made._semlock.maxvalue), (kind, maximum))
            self.assertIn(type(made._semlock.name), (str, type(None)))

    def test_a_lock_may_be_given_any_attribute(self):
        for made in (self.mp.Lock(), self.mp.BoundedSemaphore(2)):
            made.name, made.kind, made.maxvalue = "mine", "of mine", 7
            self.assertEqual((made.name, made.kind, made.maxvalue), ("mine", "of mine", 7))
            with made:
                pass


@unittest.skipUnless(METHOD == "forkserver", "others are reaped by the program alone")
@unittest.skipUnless(IS_KNOWN, "the kernel is older than 6.15")
class Reaped(Case):
    """A process whose exit code the program did not leave for `join`."""

    @contextlib.contextmanager
    def children_ignored(self):
        before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.signal(signal.SIGCHLD, before)

    def test_children_are_ignored(self):
        with self.children_ignored():
            for _ in range(20):
                process = self.start(os._exit, 5)
                process.join()
                self.assertEqual((process.exitcode, process.is_alive()), (5, False))
            process = self.start(signal.pause)
            self.assertTrue(process.is_alive())
            process.kill()
            process.join()
            self.assertEqual((process.exitcode, process.is_alive()), (-9, False))

    def test_the_program_waits_for_it_itself(self):
        process = self.start(os._exit, 5)
        wait([process.sentinel])
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process.pid, 0)
        process.join()
        self.assertEqual((process.exitcode, process.is_alive()), (5, False))


if __name__ == "__main__":
    unittest.main()
