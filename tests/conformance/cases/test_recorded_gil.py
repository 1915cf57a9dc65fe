"""What a recording shows of the interpreter's lock, on every interpreter and under every start method."""

import os
import unittest
import unittest.mock

from base import fork_only
from recording import Recorded

SPIN = """
import multiprocessing, os, subprocess, threading, time
def spin():
    end = time.thread_time() + 0.15
    while time.thread_time() < end: pass
def two():
    threads = [threading.Thread(target=spin, name=name) for name in ("One", "Two")]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
if __name__ == "__main__":
    print(os.environ.get("LD_PRELOAD"))
    print(subprocess.run(["sh", "-c", "echo child"], capture_output=True, text=True))
    two()
"""

CHILD = SPIN[: SPIN.index("    print(os")] + """
    process = multiprocessing.Process(target=two)
    process.start()
    process.join()
"""


class Gil(Recorded):
    def gil_of(self, timeline, thread):
        """The waits of the threads of this name."""
        lanes = timeline.lanes(thread)
        return [wait for wait in timeline.segments("gil") if (wait["pid"], wait["tid"]) in lanes]

    def test_two_threads_that_compute_take_turns(self):
        ended, timeline = self.record(SPIN)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for me, other in (("One", "Two"), ("Two", "One")):
            waits = self.gil_of(timeline, me)
            # They compute 0.3 s, in turns of 5 ms; a busy machine makes them longer, hence fewer.
            self.assertGreater(len(waits), 3, me)
            held = [wait["dur"] for wait in waits if wait["args"]["held_by"] == other]
            self.assertGreater(len(held), 3, me)
            # For the rest nobody has it: who is to take it, maybe oneself, is not on a core yet.
            lanes = timeline.lanes(f"ready: MainProcess {me}") | timeline.lanes(f"ready: MainProcess {other}")
            ready = sum(row["dur"] for row in timeline.segments("ready") if (row["pid"], row["tid"]) in lanes)
            self.assertGreater(sum(held), 0.6 * (sum(wait["dur"] for wait in waits) - ready), me)
            released = [wait for wait in waits if wait["args"]["released_by"] == other]
            self.assertGreater(len(released), len(waits) / 2, me)

    @fork_only
    def test_computing_threads_compute_wait_for_the_lock_or_wait_for_a_core(self):
        ended, timeline = self.record(SPIN)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for name in ("One", "Two"):
            life = sum(run["dur"] for run in timeline.segments("run") if (run["pid"], run["tid"]) in timeline.lanes(name))
            waits = sum(wait["dur"] for wait in self.gil_of(timeline, name))
            cores = [stay for stay in timeline.of_category("core") if stay["args"].get("thread") == name]
            told = waits + sum(stay["dur"] for stay in cores)
            self.assertLess(told, 1.1 * life, name)
            ready = timeline.lanes(f"ready: MainProcess {name}")
            if ready:  # what is known only where cores are measured exactly
                told += sum(row["dur"] for row in timeline.segments("ready") if (row["pid"], row["tid"]) in ready)
                self.assertGreater(told, 0.9 * life, name)

    def test_a_child_is_watched_too(self):
        ended, timeline = self.record(CHILD)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for name in ("One", "Two"):
            self.assertGreater(len(self.gil_of(timeline, name)), 3, name)

    @fork_only
    def test_the_program_does_not_see_what_was_loaded_before_it(self):
        ended, _ = self.record(SPIN)
        self.assertEqual(ended.stdout.splitlines()[0], "None")
        self.assertIn("stdout='child\\n', stderr=''", ended.stdout)

    @fork_only
    def test_what_the_user_loads_before_a_program_stays(self):
        with unittest.mock.patch.dict(os.environ, {"LD_PRELOAD": "libc.so.6"}):
            ended, timeline = self.record(SPIN)
        self.assertEqual(ended.stdout.splitlines()[0], "libc.so.6")
        self.assertGreater(len(timeline.segments("gil")), 3)


if __name__ == "__main__":
    unittest.main()
