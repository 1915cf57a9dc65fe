"""Misuse is told with CPython's own exception and text; each of these also runs on CPython's own module."""

import pickle
import queue
import unittest

from base import Case


class Misuse(Case):
    def told(self, error, text, call, *args, **options):
        with self.assertRaisesRegex(error, text):
            call(*args, **options)

    def test_a_closed_queue(self):
        closed = self.mp.Queue()
        closed.close()
        self.told(ValueError, "Queue <multiprocessing.queues.Queue object at .*> is closed", closed.put, 1)
        self.told(ValueError, "is closed", closed.get)
        self.told(AssertionError, "Queue <.*> not closed", self.mp.Queue().join_thread)

    def test_no_time_to_wait_is_none_at_all(self):
        full = self.mp.Queue(1)
        full.put(1)
        for seconds in (-1, 0, 0.01):
            self.told(queue.Full, "^$", full.put, 2, timeout=seconds)
        self.assertEqual(full.get(), 1)
        for seconds in (-1, 0, 0.01):
            self.told(queue.Empty, "^$", full.get, timeout=seconds)
        lock = self.mp.Lock()
        self.assertTrue(lock.acquire(timeout=-1))
        self.assertFalse(lock.acquire(timeout=-1))

    def test_more_done_than_was_to_do(self):
        self.told(ValueError, "task_done\\(\\) called too many times", self.mp.JoinableQueue().task_done)
        self.told(ValueError, "semaphore or lock released too many times", self.mp.Lock().release)
        self.told(AssertionError, "attempt to release recursive lock not owned by thread", self.mp.RLock().release)
        self.told(ValueError, "semaphore or lock released too many times", self.mp.BoundedSemaphore(1).release)

    def test_shared_outside_of_inheritance(self):
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Queue", "SimpleQueue", "JoinableQueue"):
            with self.subTest(name):
                made = getattr(self.mp, name)()
                text = f"{type(made).__name__} objects should only be shared between processes through inheritance"
                self.told(RuntimeError, text, pickle.dumps, made)
        for made in (self.mp.Value("i"), self.mp.Array("i", 2)):
            self.told(RuntimeError, "objects should only be shared between processes through inheritance", pickle.dumps, made)

    def test_a_connection_after_its_end(self):
        ours, theirs = self.mp.Pipe()
        theirs.close()
        self.told(EOFError, "^$", ours.recv)
        self.told(EOFError, "^$", ours.recv_bytes)
        self.told(BrokenPipeError, "Broken pipe", ours.send, 1)
        self.told(OSError, "handle is closed", theirs.recv)
        self.told(OSError, "handle is closed", theirs.fileno)
        reader, writer = self.mp.Pipe(False)
        self.told(OSError, "connection is write-only", writer.recv)
        self.told(OSError, "connection is read-only", reader.send, 1)
        self.told(ValueError, "negative maxlength", reader.recv_bytes, -1)
        self.told(ValueError, "buffer length < offset", writer.send_bytes, b"12", 5)


if __name__ == "__main__":
    unittest.main()
