"""Lock, RLock, Semaphore, BoundedSemaphore."""

import os
import signal
import sys
import threading
import unittest

from base import ENGINE, Case, engine_only, not_fork


def add_often(lock, value, times):
    for _ in range(times):
        with lock:
            value.value += 1


def take(lock, taken):
    lock.acquire()
    taken.set()


def take_and_die(lock, taken):
    lock.acquire()
    taken.set()
    os.kill(os.getpid(), signal.SIGKILL)


def release(lock):
    lock.release()


def text(lock, answers):
    answers.put(repr(lock))


class Locks(Case):
    def test_two_processes_exclude_each_other(self):
        lock, value = self.mp.Lock(), self.mp.RawValue("i")
        workers = [self.start(add_often, lock, value, 2000) for _ in range(2)]
        for worker in workers:
            worker.join()
        self.assertEqual(value.value, 4000)

    def test_a_taken_lock_is_refused_and_times_out(self):
        lock = self.mp.Lock()
        self.assertTrue(lock.acquire())
        self.assertFalse(lock.acquire(False))
        self.assertFalse(lock.acquire(block=False))
        self.assertFalse(lock.acquire(True, 0.01))
        self.assertFalse(lock.acquire(timeout=-1))
        lock.release()
        self.assertTrue(lock.acquire(timeout=0))

    def test_releasing_a_free_lock_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "semaphore or lock released too many times"):
            self.mp.Lock().release()

    def test_another_process_may_release_a_lock(self):
        lock = self.mp.Lock()
        lock.acquire()
        self.assertEqual(self.run_to_end(release, lock), 0)
        self.assertTrue(lock.acquire(timeout=10))

    def test_another_thread_may_release_a_lock(self):
        lock = self.mp.Lock()
        lock.acquire()
        thread = threading.Thread(target=lock.release)
        thread.start()
        thread.join()
        self.assertTrue(lock.acquire(False))

    def test_only_its_holder_may_release_a_recursive_lock(self):
        lock = self.mp.RLock()
        with self.assertRaisesRegex(AssertionError, "attempt to release recursive lock not owned by thread"):
            lock.release()
        with lock, lock:
            self.assertTrue(lock.acquire())
            lock.release()

    def test_texts_tell_the_owner(self):
        lock, recursive, answers = self.mp.Lock(), self.mp.RLock(), self.mp.SimpleQueue()
        self.assertEqual(repr(lock), "<Lock(owner=None)>")
        self.assertEqual(repr(recursive), "<RLock(None, 0)>")
        with lock, recursive:
            self.assertEqual(repr(lock), "<Lock(owner=MainProcess)>")
            self.assertEqual(repr(recursive), "<RLock(MainProcess, 1)>")
            self.start(text, lock, answers)
            self.assertEqual(answers.get(), "<Lock(owner=SomeOtherProcess)>")

    def test_sharing_without_inheritance_is_refused(self):
        import pickle

        for made in (self.mp.Lock(), self.mp.Semaphore(), self.mp.Queue()):
            expected = f"{type(made).__name__} objects should only be shared between processes through inheritance"
            with self.assertRaisesRegex(RuntimeError, expected):
                pickle.dumps(made)

    @not_fork
    @unittest.skipIf(ENGINE == "stdlib" and sys.version_info < (3, 11, 5), "CPython refuses it from 3.11.5 on")
    def test_a_lock_of_a_fork_context_is_refused(self):
        import multiprocessing

        lock = multiprocessing.get_context("fork").Lock()
        with self.assertRaisesRegex(RuntimeError, "created in a fork context"):
            self.mp.Process(target=release, args=(lock,)).start()

    @engine_only
    def test_the_holders_death_is_told_instead_of_hanging(self):
        from multiprocessing.synchronize import OwnerDied

        lock, taken = self.mp.Lock(), self.mp.Event()
        process = self.start(take_and_die, lock, taken)
        self.assertTrue(taken.wait(30))
        with self.assertRaisesRegex(OwnerDied, f"process {process.pid} died while it held the lock"):
            lock.acquire()


class Semaphores(Case):
    def test_permits_are_counted(self):
        semaphore = self.mp.Semaphore(2)
        self.assertTrue(semaphore.acquire(False))
        self.assertTrue(semaphore.acquire(False))
        self.assertFalse(semaphore.acquire(False))
        semaphore.release()
        self.assertEqual(semaphore.get_value(), 1)
        self.assertEqual(repr(semaphore), "<Semaphore(value=1)>")

    def test_a_bounded_semaphore_keeps_its_bound(self):
        semaphore = self.mp.BoundedSemaphore(2)
        with self.assertRaisesRegex(ValueError, "semaphore or lock released too many times"):
            semaphore.release()
        with semaphore:
            self.assertEqual(repr(semaphore), "<BoundedSemaphore(value=1, maxvalue=2)>")

    def test_a_release_elsewhere_ends_a_wait(self):
        semaphore = self.mp.Semaphore(0)
        self.start(release, semaphore)
        self.assertTrue(semaphore.acquire(timeout=240))


if __name__ == "__main__":
    unittest.main()
