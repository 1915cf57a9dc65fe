"""Queue, JoinableQueue, SimpleQueue."""

import os
import queue
import signal
import threading
import unittest
from unittest import mock

from base import Case, engine_only

ODD = [None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**63, 1.5, float("inf"), "", "é\U0001f40d", "\udc80", b"", b"\x00x"]


def put_all(channel, items):
    for item in items:
        channel.put(item)


def echo(source, target):
    for item in iter(source.get, None):
        target.put(item)


def do_tasks(channel):
    while True:
        channel.get()
        channel.task_done()


def wait_to_get(channel, ready):
    ready.set()
    channel.get()


def numbers(channel, first, count):
    for number in range(first, first + count):
        channel.put(number)


class Queues(Case):
    def test_items_keep_value_type_and_order(self):
        channel = self.mp.Queue()
        items = [*ODD, {"a": (1, [2])}, int, "x" * 100_000]
        self.start(put_all, channel, items)
        for item in items:
            got = channel.get(timeout=240)
            self.assertEqual(got, item)
            self.assertIs(type(got), type(item))

    def test_there_and_back(self):
        there, back = self.mp.Queue(), self.mp.Queue()
        process = self.start(echo, there, back)
        for number in range(200):
            there.put((number, "x" * number))
        there.put(None)
        self.assertEqual([back.get(timeout=240)[0] for _ in range(200)], list(range(200)))
        process.join()
        self.assertEqual(process.exitcode, 0)

    def test_many_producers_lose_nothing(self):
        channel = self.mp.Queue()
        for part in range(3):
            self.start(numbers, channel, part * 500, 500)
        self.assertEqual(sorted(channel.get(timeout=240) for _ in range(1500)), list(range(1500)))

    def test_empty_and_full(self):
        channel = self.mp.Queue(2)
        with self.assertRaises(queue.Empty):
            channel.get(False)
        with self.assertRaises(queue.Empty):
            channel.get(timeout=0.01)
        channel.put(1)
        channel.put(2)
        with self.assertRaises(queue.Full):
            channel.put(3, block=False)
        with self.assertRaises(queue.Full):
            channel.put(3, True, 0.01)
        self.assertTrue(channel.full())
        self.assertEqual(channel.qsize(), 2)
        self.assertEqual(channel.get(timeout=240), 1)
        channel.put_nowait(3)
        self.assertEqual([channel.get(timeout=240), channel.get(timeout=240)], [2, 3])

    def test_a_closed_queue_says_so(self):
        channel = self.mp.Queue()
        channel.close()
        channel.join_thread()
        with self.assertRaisesRegex(ValueError, "is closed"):
            channel.put(1)
        with self.assertRaisesRegex(ValueError, "is closed"):
            channel.get()

    def test_what_cannot_be_pickled_takes_no_place(self):
        channel = self.mp.Queue(1)
        with mock.patch("sys.stderr"):
            channel.put(lambda: None)
            channel.put("after", timeout=240)
            self.assertEqual(channel.get(timeout=240), "after")

    @engine_only
    def test_a_producer_can_be_joined_before_its_item_is_taken(self):
        channel = self.mp.Queue()
        self.assertEqual(self.run_to_end(put_all, channel, ["x" * 2**20]), 0)
        self.assertEqual(len(channel.get()), 2**20)

    @engine_only
    def test_a_consumer_killed_while_waiting_takes_nothing_along(self):
        channel, ready = self.mp.Queue(), self.mp.Event()
        process = self.start(wait_to_get, channel, ready)
        self.assertTrue(ready.wait(30))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        channel.put("still here")
        self.assertEqual(channel.get(timeout=240), "still here")


class JoinableQueues(Case):
    def test_join_waits_for_every_task(self):
        channel = self.mp.JoinableQueue()
        self.start(do_tasks, channel, daemon=True)
        for number in range(50):
            channel.put(number)
        channel.join()
        self.assertTrue(channel.empty())

    def test_too_many_task_done(self):
        channel = self.mp.JoinableQueue()
        with self.assertRaisesRegex(ValueError, "task_done\\(\\) called too many times"):
            channel.task_done()


class Signals(Case):
    @engine_only
    def test_a_signal_that_another_thread_takes_is_handled_while_a_queue_is_waited_for(self):
        channel = self.mp.Queue()
        self.addCleanup(signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, lambda *_: channel.put("handled")))
        threading.Timer(0.1, signal.raise_signal, (signal.SIGUSR1,)).start()
        self.assertEqual(channel.get(timeout=240), "handled")


class SimpleQueues(Case):
    def test_items_go_through(self):
        channel = self.mp.SimpleQueue()
        self.assertTrue(channel.empty())
        self.start(put_all, channel, ODD)
        self.assertEqual([channel.get() for _ in ODD], ODD)

    def test_its_reader_can_be_waited_for(self):
        from multiprocessing.connection import wait

        channel = self.mp.SimpleQueue()
        self.assertEqual(wait([channel._reader], 0), [])
        self.start(put_all, channel, ["x"])
        self.assertEqual(wait([channel._reader], 30), [channel._reader])
        self.assertEqual(channel._reader.recv(), "x")
        self.assertEqual(wait([channel._reader], 0), [])


if __name__ == "__main__":
    unittest.main()
