"""Shared memory with a name: nothing of it is left, however the program ends that made it."""

import contextlib
import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from multiprocessing import resource_tracker, shared_memory

from base import METHOD, Case, engine_only

#: Segments in two processes, which wait to be killed.
TREE = """
import multiprocessing as mp, time
from multiprocessing import shared_memory
def wait(name, names):
    block, own = shared_memory.SharedMemory(name), shared_memory.SharedMemory(create=True, size=20)
    names.put(own.name)
    time.sleep(600)
if __name__ == "__main__":
    mp.set_start_method({method!r}, force=True)
    block, names = shared_memory.SharedMemory(create=True, size=100), mp.SimpleQueue()
    processes = [mp.Process(target=wait, args=(block.name, names)) for _ in range(2)]
    for process in processes:
        process.start()
    print(block.name, names.get(), names.get(), flush=True)
    time.sleep(600)
"""
#: One segment, and an end.
ENDING = """
import os, sys
from multiprocessing import shared_memory
block = shared_memory.SharedMemory(create=True, size=10)
print(block.name, flush=True)
{end}
"""
#: Makes and unlinks without a pause.
RESTLESS = """
import os
from itertools import count
from multiprocessing import shared_memory
print(os.getpid(), flush=True)
for number in count():
    block = shared_memory.SharedMemory(f"restless-{os.getpid()}-{number}", create=True, size=10)
    block.close()
    block.unlink()
"""
#: A second segment, once it is told to.
TWO = """
import sys
from multiprocessing import shared_memory
first = shared_memory.SharedMemory(create=True, size=10)
print(first.name, flush=True)
sys.stdin.readline()
second = shared_memory.SharedMemory(create=True, size=10)
print(second.name, flush=True)
sys.stdin.readline()
"""


def processes_below(pid):
    """All that descend from a process, by what the kernel says of parents."""
    children = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, task.read_text().split())
    return children + [each for child in children for each in processes_below(child)]


def left(names):
    return [name for name in names if os.path.exists(f"/dev/shm/{name}")]


class Named(Case):
    def begin(self, text):
        """A program in a session of its own, and the first line that it prints."""
        place = self.enterContext(tempfile.TemporaryDirectory())
        path = pathlib.Path(place) / "program.py"
        path.write_text(text)
        program = subprocess.Popen(
            [sys.executable, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        self.addCleanup(program.wait)
        for stream in (program.stdin, program.stdout, program.stderr):
            self.addCleanup(stream.close)
        return program, program.stdout.readline().split()

    def end_of(self, program):
        """Waits for the end of everything that has the program's standard error; what was written there."""
        said = program.stderr.read()
        program.wait()
        return said

    @engine_only
    def test_killing_everything_at_once_leaves_nothing(self):
        program, names = self.begin(TREE.format(method=METHOD))
        self.assertEqual(left(names), names)
        tree = processes_below(program.pid)
        self.assertGreaterEqual(len(tree), 2)
        for pid in (program.pid, *tree):
            os.kill(pid, signal.SIGSTOP)  # so that nobody sees the others die, as with a kill of a whole group
        for pid in (program.pid, *tree):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        self.assertIn("3 leaked shared_memory objects", self.end_of(program))
        self.assertEqual(left(names), [])

    @engine_only
    def test_a_kill_at_any_moment_leaves_nothing(self):
        dice = random.Random(7)
        for _ in range(10):
            program, (pid,) = self.begin(RESTLESS)
            time.sleep(dice.random() / 50)
            os.killpg(program.pid, signal.SIGKILL)
            self.end_of(program)
            self.assertEqual([name for name in os.listdir("/dev/shm") if name.startswith(f"restless-{pid}-")], [])

    @engine_only
    def test_a_guard_that_was_killed_is_replaced(self):
        program, names = self.begin(TWO)
        for guard in self.holders_of(program.stderr) - {program.pid}:
            end = os.pidfd_open(guard)
            os.kill(guard, signal.SIGKILL)
            select.select([end], [], [])
            os.close(end)
        program.stdin.write("\n")
        program.stdin.flush()
        names += program.stdout.readline().split()
        self.assertEqual(len(self.holders_of(program.stderr) - {program.pid}), 1)
        program.kill()
        self.assertIn("2 leaked shared_memory objects", self.end_of(program))
        self.assertEqual(left(names), [])

    def holders_of(self, stream):
        """The processes that write to a pipe which we read."""
        pipe, found = os.readlink(f"/proc/self/fd/{stream.fileno()}"), set()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(process / "fd" / "2") == pipe:
                    found.add(int(process.name))
        return found

    def test_every_end_leaves_nothing_and_says_so(self):
        ends = {"pass": 0, "raise ValueError(1)": 1, "sys.exit(3)": 3, "os._exit(4)": 4, "os.kill(os.getpid(), 9)": -9}
        for end, code in ends.items():
            with self.subTest(end):
                program, names = self.begin(ENDING.format(end=end))
                said = self.end_of(program)
                self.assertIn("resource_tracker: There appear to be 1 leaked shared_memory objects to clean up at shutdown", said)
                self.assertEqual((program.returncode, left(names)), (code, []))

    def test_what_is_unlinked_is_not_spoken_of(self):
        program, names = self.begin(ENDING.format(end="block.close(); block.unlink()"))
        self.assertEqual((self.end_of(program), left(names)), ("", []))

    def test_what_others_have_unlinked_is(self):
        program, names = self.begin(ENDING.format(end="sys.stdin.readline()"))
        os.unlink(f"/dev/shm/{names[0]}")
        program.kill()
        self.assertIn(f"resource_tracker: '/{names[0]}': [Errno 2] No such file or directory: '/{names[0]}'", self.end_of(program))

    def test_a_program_that_forgets_its_names_leaves_them(self):
        ends = ["resource_tracker.unregister(block._name, 'shared_memory')"]
        if sys.version_info >= (3, 13):
            ends.append("block.unlink(); shared_memory.SharedMemory(block.name, True, 10, track=False)")
        for end in ends:
            with self.subTest(end):
                program, names = self.begin(ENDING.format(end=f"from multiprocessing import resource_tracker; {end}"))
                self.assertEqual(self.end_of(program), "")
                self.assertEqual(left(names), names)
                os.unlink(f"/dev/shm/{names[0]}")

    def test_a_program_may_put_another_function_in_the_place_of_register(self):
        text = "from multiprocessing import resource_tracker\nresource_tracker.register = lambda *_: None\n"
        program, names = self.begin(text + ENDING.format(end="os._exit(0)"))
        self.assertEqual((self.end_of(program), left(names)), ("", names))
        os.unlink(f"/dev/shm/{names[0]}")

    def test_a_view_keeps_it_from_being_closed(self):
        block = shared_memory.SharedMemory(create=True, size=10)
        part = block.buf[2:4]
        with self.assertRaisesRegex(BufferError, "cannot close exported pointers exist"):
            block.close()
        part.release()
        block.close()
        block.unlink()

    def test_its_size_and_permissions_are_those_of_its_file(self):
        block = shared_memory.SharedMemory(create=True, size=5000)
        file = os.stat(f"/dev/shm/{block.name}")
        self.assertEqual((file.st_size, file.st_mode & 0o777), (5000, 0o600))
        other = shared_memory.SharedMemory(block.name, size=1)
        self.assertEqual((other.size, len(other.buf), bytes(other.buf[-1:])), (5000, 5000, b"\0"))
        other.close()
        block.close()
        self.assertIsNone(block.buf)
        block.unlink()

    def test_nothing_is_made_where_there_is_no_room(self):
        name = f"too-large-{os.getpid()}"
        with self.assertRaises((OSError, OverflowError)):
            shared_memory.SharedMemory(name, create=True, size=1 << 62)
        self.assertEqual(left([name]), [])

    def test_a_name_is_tracked_by_hand(self):
        resource_tracker.register("/no-such-segment", "shared_memory")
        resource_tracker.unregister("/no-such-segment", "shared_memory")
        with self.assertRaises(ValueError):
            resource_tracker.register("/" + "x" * 500, "shared_memory")


if __name__ == "__main__":
    unittest.main()
