"""Pool, ThreadPool, ProcessPoolExecutor."""

import collections
import enum
import multiprocessing
import os
import pickle
import signal
import time
import unittest
from concurrent.futures import ProcessPoolExecutor

from base import Case, engine_only


def square(x):
    return x * x


def add(x, y=1):
    return x + y


def fail(x):
    raise ValueError(f"no {x}")


def pid_of(_):
    return os.getpid()


def slow(seconds):
    time.sleep(seconds)
    return seconds


def unpicklable(_):
    return lambda: None


def nested():
    try:
        multiprocessing.Pool(1)
    except AssertionError as error:
        return str(error)


def kill_itself(x):
    if x == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def leave(x):
    os._exit(4)


class Unloadable(Exception):
    def __init__(self, one, two):
        super().__init__(one)


def raise_unloadable(_):
    raise Unloadable(1, 2)


start = None


def initialize(value):
    global start
    start = value


def started(_):
    return start


def generated(count):
    yield from range(count)
    raise KeyError("generated")


def renamed(x):
    return -x


def told(*args):
    return [(type(arg).__name__, repr(arg)) for arg in args]


class Stairs(list):
    """Is pickled in a way of its own."""

    def __reduce__(self):
        return Stairs, ([*self, len(self)],)


class Colour(enum.IntEnum):
    RED = 1


class Pools(Case):
    def test_arguments_come_as_what_they_are(self):
        endless = [1]
        endless.append(endless)
        plain = ((), (1, -(2**70), 2.5, "a", b"b", None, True), ([1, [(2,)]], {"k": {3: [4]}}), (list(range(100)),), (endless,))
        others = ((Stairs([7]),), ([{"s": Stairs()}], Colour.RED), (collections.OrderedDict(a=1), {5}, bytearray(b"c"), range(3)))
        with self.mp.Pool(1) as pool:
            for args in plain + others:
                with self.subTest(args):
                    self.assertEqual(pool.apply(told, args), told(*pickle.loads(pickle.dumps(args))))
            twice = [1]
            self.assertEqual(pool.apply(told, (twice, twice)), told(twice, twice))

    def test_what_has_a_name_that_means_another_by_now_is_refused(self):
        before = renamed
        with self.mp.Pool(1) as pool:
            self.assertEqual(pool.apply(renamed, (1,)), -1)
            globals()["renamed"] = square
            self.addCleanup(globals().__setitem__, "renamed", before)
            with self.assertRaises(pickle.PicklingError):
                pool.apply(before, (1,))
            self.assertEqual(pool.apply(renamed, (3,)), 9)

    def test_classes_and_functions_of_c_can_be_tasks(self):
        with self.mp.Pool(1) as pool:
            self.assertEqual(pool.apply(len, ("four",)), 4)
            self.assertEqual(pool.apply(Stairs, ([1],)), [1, 1])
            self.assertEqual(pool.apply("-".join, (["a", "b"],)), "a-b")
            self.assertEqual(pool.apply(Colour, (1,)), Colour.RED)

    def test_every_way_of_asking(self):
        with self.mp.Pool(2) as pool:
            self.assertEqual(pool.apply(add, (1,), {"y": 4}), 5)
            self.assertEqual(pool.apply(add, [1], {"y": 4}), 5)
            self.assertEqual(pool.map(square, range(20)), [x * x for x in range(20)])
            self.assertEqual(pool.map(square, []), [])
            self.assertEqual(pool.map(square, iter(range(7)), chunksize=3), [x * x for x in range(7)])
            self.assertEqual(pool.starmap(add, [(1, 2), (3, 4)]), [3, 7])
            self.assertEqual(list(pool.imap(square, range(10))), [x * x for x in range(10)])
            self.assertEqual(list(pool.imap(square, range(10), 4)), [x * x for x in range(10)])
            self.assertEqual(sorted(pool.imap_unordered(square, range(10), 3)), [x * x for x in range(10)])
            self.assertEqual(pool.map_async(square, [3]).get(240), [9])
            self.assertEqual(pool.starmap_async(add, [(3,)]).get(240), [4])

    def test_callbacks(self):
        good, bad = [], []
        with self.mp.Pool(1) as pool:
            pool.apply_async(square, (3,), callback=good.append).get(240)
            with self.assertRaises(ValueError):
                pool.apply_async(fail, (3,), error_callback=bad.append).get(240)
            pool.map_async(square, range(3), callback=good.append).get(240)
        self.assertEqual(good, [9, [0, 1, 4]])
        self.assertEqual(str(bad[0]), "no 3")

    def test_a_failure_comes_with_its_remote_traceback(self):
        with self.mp.Pool(2) as pool:
            with self.assertRaisesRegex(ValueError, "no 1") as raised:
                pool.map(fail, [1])
            self.assertIn('raise ValueError(f"no {x}")', str(raised.exception.__cause__))
            results = pool.imap(fail, [1])
            with self.assertRaises(ValueError):
                next(results)
            with self.assertRaises(StopIteration):
                next(results)

    def test_a_failing_iterable(self):
        with self.mp.Pool(2) as pool:
            results = pool.imap(square, generated(3))
            self.assertEqual([next(results) for _ in range(3)], [0, 1, 4])
            with self.assertRaises(KeyError):
                next(results)

    def test_what_cannot_be_pickled(self):
        with self.mp.Pool(1) as pool:
            with self.assertRaises(Exception):
                pool.apply(lambda: None)
            with self.assertRaisesRegex(multiprocessing.pool.MaybeEncodingError, "Error sending result"):
                pool.apply(unpicklable, (1,))
            self.assertEqual(pool.apply(square, (2,)), 4)

    def test_time_outs(self):
        with self.mp.Pool(1) as pool:
            result = pool.apply_async(slow, (600,))
            self.assertFalse(result.ready())
            with self.assertRaisesRegex(ValueError, "not ready"):
                result.successful()
            for seconds in (0.01, 0, -1):
                with self.assertRaises(multiprocessing.TimeoutError):
                    result.get(seconds)

    def test_initializer(self):
        with self.mp.Pool(2, initialize, ("here",)) as pool:
            self.assertEqual(pool.map(started, range(4)), ["here"] * 4)

    def test_workers_are_replaced_after_their_tasks(self):
        with self.mp.Pool(1, maxtasksperchild=2) as pool:
            pids = [pool.apply(pid_of, (0,)) for _ in range(6)]
        self.assertEqual([len(set(pids[i : i + 2])) for i in (0, 2, 4)], [1, 1, 1])
        self.assertEqual(len(set(pids)), 3)

    def test_close_and_join(self):
        pool = self.mp.Pool(2)
        results = pool.map_async(square, range(10))
        pool.close()
        with self.assertRaisesRegex(ValueError, "Pool not running"):
            pool.apply(square, (1,))
        pool.join()
        self.assertEqual(results.get(0), [x * x for x in range(10)])

    def test_terminate_does_not_wait_for_tasks(self):
        pool = self.mp.Pool(2)
        pool.map_async(slow, [600] * 8)
        with self.assertRaisesRegex(ValueError, "Pool is still running"):
            pool.join()
        pool.terminate()
        pool.join()

    def test_misuse(self):
        with self.assertRaisesRegex(ValueError, "Number of processes must be at least 1"):
            self.mp.Pool(0)
        with self.assertRaisesRegex(TypeError, "initializer must be a callable"):
            self.mp.Pool(1, initializer="x")
        with self.assertRaisesRegex(ValueError, "maxtasksperchild must be a positive int or None"):
            self.mp.Pool(1, maxtasksperchild=0)
        with self.mp.Pool(1) as pool:
            with self.assertRaisesRegex(NotImplementedError, "pool objects cannot be passed between processes or pickled"):
                pickle.dumps(pool)
            with self.assertRaisesRegex(ValueError, "Chunksize must be 1"):
                pool.imap(square, [1], 0)
            with self.assertRaisesRegex(TypeError, "'int' object is not iterable"):
                next(pool.imap(square, 5))
            with self.assertRaisesRegex(TypeError, "argument after \\* must be an iterable, not int"):
                pool.apply(square, 5)
            with self.assertRaisesRegex(TypeError, "argument after \\*\\* must be a mapping, not int"):
                pool.apply(square, (5,), 5)
            self.assertEqual(pool.apply(nested), "daemonic processes are not allowed to have children")
        with self.assertRaisesRegex(ValueError, "Pool not running"):
            pool.map(square, [1])

    def test_misuse_after_close(self):
        pool = self.mp.Pool(1)
        pool.close()
        asked = [pool.apply, pool.apply_async, pool.map, pool.map_async, pool.starmap, pool.imap, pool.imap_unordered]
        for ask in asked:
            with self.assertRaisesRegex(ValueError, "Pool not running"):
                ask(square, [1])
        with self.assertRaisesRegex(ValueError, "Pool not running"), pool:
            pass
        pool.join()

    def test_threads(self):
        with multiprocessing.pool.ThreadPool(2) as pool:
            self.assertEqual(pool.map(lambda x: x + 1, range(5)), [1, 2, 3, 4, 5])
            self.assertEqual(pool.apply(pid_of, (0,)), os.getpid())


class Deaths(Case):
    @engine_only
    def test_a_killed_worker_fails_its_task_and_no_other(self):
        with self.mp.Pool(2) as pool:
            results = [pool.apply_async(kill_itself, (x,)) for x in range(8)]
            for x, result in enumerate(results):
                if x == 2:
                    with self.assertRaisesRegex(multiprocessing.pool.WorkerLost, r"died \(signal 9\) while it ran kill_itself"):
                        result.get(240)
                else:
                    self.assertEqual(result.get(240), x)

    @engine_only
    def test_a_worker_that_leaves_fails_the_map(self):
        with self.mp.Pool(2) as pool:
            with self.assertRaisesRegex(multiprocessing.pool.WorkerLost, "exit code 4"):
                pool.map(leave, range(2))
            self.assertEqual(pool.map(square, range(3)), [0, 1, 4])

    @engine_only
    def test_an_exception_that_cannot_be_loaded(self):
        with self.mp.Pool(1) as pool:
            with self.assertRaises(Exception):
                pool.apply_async(raise_unloadable, (1,)).get(240)
            self.assertEqual(pool.apply_async(square, (2,)).get(240), 4)


    @engine_only
    def test_a_map_that_was_refused_leaves_no_job_to_wait_for(self):
        pool = self.mp.Pool(1)
        with self.assertRaisesRegex(TypeError, "'<=' not supported between instances of 'str' and 'int'"):
            pool.map(square, range(3), "x")
        pool.close()
        pool.join()


class Executors(Case):
    def test_submit_and_map(self):
        with ProcessPoolExecutor(2, mp_context=self.mp) as executor:
            self.assertEqual(executor.submit(add, 1, y=2).result(240), 3)
            self.assertEqual(list(executor.map(square, range(10), chunksize=3)), [x * x for x in range(10)])
            with self.assertRaisesRegex(ValueError, "no 5"):
                executor.submit(fail, 5).result(240)

    def test_a_death_is_told(self):
        from concurrent.futures.process import BrokenProcessPool

        with ProcessPoolExecutor(1, mp_context=self.mp) as executor:
            with self.assertRaises(BrokenProcessPool):
                executor.submit(leave, 1).result(240)


if __name__ == "__main__":
    unittest.main()
