"""What a recording shows of messages: how one is made into bytes, on its way, read again; and who waits for all of them to be done."""

import unittest

from base import ENGINE
from recording import Recorded

MESSAGES = """
import multiprocessing
def take(queue, connection):
    for _ in range(2):
        queue.get()
        connection.recv()
if __name__ == "__main__":
    queue = multiprocessing.Queue()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=take, args=(queue, theirs))
    process.start()
    for message in ([1, 2], list(range(100_000))):
        queue.put(message)
        ours.send(message)
    process.join()
"""
JOINED = """
import multiprocessing, time
def work(queue):
    queue.get()
    time.sleep(0.3)
    queue.task_done()
if __name__ == "__main__":
    parcels = multiprocessing.JoinableQueue()
    process = multiprocessing.Process(target=work, args=(parcels,))
    process.start()
    parcels.put("a parcel")
    parcels.join()
    process.join()
"""


@unittest.skipIf(ENGINE == "stdlib", "its queues and pipes are not the engine's, which are what is recorded")
class Messages(Recorded):
    def test_large_messages_are_told_with_their_pickling_and_unpickling(self):
        ended, timeline = self.record(MESSAGES)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for name in ("queue", "ours, theirs"):
            passed = [event["args"] for event in timeline.of_category("message") if event["ph"] == "s"]
            passed = [args for args in passed if args["object"] == name]
            small, large = sorted(passed, key=lambda args: args["bytes"])
            self.assertEqual([small.get(part) for part in ("pickling_us", "unpickling_us")], [None, None])
            for part in ("pickling_us", "unpickling_us"):
                # Whatever the machine: a hundred thousand numbers are not made or read within a microsecond.
                self.assertGreater(large[part], 1, part)

    def test_joining_a_queue_is_a_wait_for_whoever_does_the_last_task(self):
        for options in (), ("--workers", "threads"):
            ended, timeline = self.record(JOINED, *options)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            [wait] = [event["args"] for event in timeline.segments("Condition.wait")]
            self.assertEqual((wait["object"], wait["line"], wait["released_by"]), ("parcels", 12, "Process-1"))


if __name__ == "__main__":
    unittest.main()
