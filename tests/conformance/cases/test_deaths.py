"""Somebody is killed: what hangs on CPython's own module, and must not here.

Each case is a program of `deaths/`, run by itself. On the engine it ends with the output that stands here. On CPython's own module the
claim is checked: the program says that the death has happened, and then does not end. There all programs run at once.
"""

import os
import select
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from base import ENGINE, METHOD, WATCHDOG

PROGRAMS = Path(__file__).parent / "deaths"

#: Seconds after the death in which a program does not end that hangs.
SEEN_TO_HANG = 4

#: The programs that hang on CPython's own module, and what they print on the engine.
HANGING = {
    "worker_in_map": ["WorkerLost", "[0, 1, 2]"],
    "worker_in_apply": ["WorkerLost", "[0, 1, 4, 9] 25"],
    "holder_of_lock": ["OwnerDied True"],
    "consumer_in_get": ["for the living"],
    "waiter_of_condition": ["notified"],
    "producer_joined_first": ["2000000"],
    "exception_that_cannot_be_loaded": ["TypeError", "1"],
    "result_that_cannot_be_loaded": ["ValueError refused", "1"],
    "interrupt_in_map": ["interrupted", "joined"],
}
if METHOD == "fork":  # nothing else runs the hooks
    HANGING["interrupt_in_fork"] = ["interrupted"]


class Deaths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.running = {name: cls.run_program(name) for name in HANGING} if ENGINE == "stdlib" else {}
        cls.said = {name: program.stdout.readline() for name, program in cls.running.items()}
        cls.patience_ends = time.monotonic() + SEEN_TO_HANG

    @classmethod
    def run_program(cls, name):
        """Starts a program in a session of its own, whose processes all end with the cases."""
        program = subprocess.Popen(
            [sys.executable, "-W", "ignore", PROGRAMS / f"{name}.py"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if ENGINE == "stdlib" else None,
            text=True,
            start_new_session=True,
        )
        cls.addClassCleanup(_end_session, program)
        return program

    def check(self, name):
        if ENGINE == "stdlib":
            self.assertEqual(self.said[name], "dead\n")
            with self.assertRaises(subprocess.TimeoutExpired, msg="it was said to hang on CPython's own module"):
                self.running[name].wait(max(0, self.patience_ends - time.monotonic()))
            return
        program = self.run_program(name)
        output, _ = program.communicate(timeout=WATCHDOG)
        self.assertEqual(output.splitlines(), ["dead", *HANGING[name]])
        self.assertEqual(program.returncode, 0)

    def test_a_worker_of_an_executor_breaks_no_more_than_it_must(self):
        output, _ = self.run_program("worker_of_executor").communicate(timeout=WATCHDOG)
        self.assertEqual(output.splitlines(), ["BrokenProcessPool", "True", "True", "9"])

    def test_the_parent_leaves_no_child(self):
        program = self.run_program("parent")
        pids = []
        while (line := program.stdout.readline()) not in ("dead\n", ""):
            pids.append(int(line))
        self.assertEqual(len(set(pids)), 4)
        self.assertEqual(program.wait(WATCHDOG), -signal.SIGKILL)
        # Every child holds the pipe open: its end is the end of the last of them.
        if ENGINE == "stdlib":
            with self.assertRaises(subprocess.TimeoutExpired, msg="they were said to stay on CPython's own module"):
                program.communicate(timeout=SEEN_TO_HANG)
            return
        self.assertEqual(program.communicate(timeout=WATCHDOG)[0], "")
        for pid in pids:
            self.assertTrue(_ends(pid), pid)


def _case(name):
    def test(self):
        self.check(name)

    test.__name__ = f"test_{name}"
    return test


for _name in HANGING:
    setattr(Deaths, f"test_{_name}", _case(_name))


def _ends(pid):
    """Whether this process has ended, or does so soon: its descriptors are closed a moment before."""
    try:
        end = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([end], [], [], WATCHDOG)[0])
    finally:
        os.close(end)


def _is_tracker(pid):
    """CPython's tracker of names takes away the names of semaphores when all others have ended, and then ends."""
    try:
        with open(f"/proc/{pid}/cmdline") as command:
            return "resource_tracker" in command.read()
    except OSError:
        return False


def _end_session(program):
    """Ends what is left of a program: everything in its session, whatever groups it made."""
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.getsid(int(entry)) == program.pid and not _is_tracker(entry):
                os.kill(int(entry), signal.SIGKILL)
        except ProcessLookupError:
            pass
    program.wait()
    program.stdout.close()


if __name__ == "__main__":
    unittest.main()
