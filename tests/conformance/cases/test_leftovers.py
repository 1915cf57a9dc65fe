"""A program that is killed leaves nothing: no process, no name in /dev/shm."""

import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

from base import METHOD, Case, engine_only

#: Everything that lies in shared memory, in use by processes that wait for ever.
TREE = """
import multiprocessing as mp, time
def wait(things):
    things[0].get()
if __name__ == "__main__":
    mp.set_start_method({method!r}, force=True)
    things = [mp.Queue(), mp.Lock(), mp.Value("d"), mp.Array("i", 1000), mp.Event(), mp.Condition(), mp.Barrier(2), mp.Semaphore()]
    processes = [mp.Process(target=wait, args=(things,)) for _ in range(2)]
    for process in processes:
        process.start()
    pool = mp.Pool(2)
    pool.apply(abs, (1,))
    print(*(process.pid for process in mp.active_children()), flush=True)
    time.sleep(600)
"""
NAMED = """
import multiprocessing as mp, time
from multiprocessing import shared_memory
if __name__ == "__main__":
    block, values = shared_memory.SharedMemory(create=True, size=100), shared_memory.ShareableList([1])
    print(block.name, values.shm.name, flush=True)
    time.sleep(600)
"""


def opened_by(pid):
    """What a process's descriptors are of. One that is still starting may close some meanwhile."""
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            yield os.readlink(link)
        except FileNotFoundError:
            pass


class Leftovers(Case):
    def begin(self, text):
        """A program in a session of its own, and the first line that it prints."""
        place = self.enterContext(tempfile.TemporaryDirectory())
        path = pathlib.Path(place) / "program.py"
        path.write_text(text)
        program = subprocess.Popen(
            [sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.stderr.close)
        return program, program.stdout.readline().split()

    def end_of(self, program):
        """Waits for the end of everything that has the program's standard error; what was written there."""
        return program.stderr.read()

    def watched(self, pids):
        """Descriptors that tell the end of each."""
        ends = [os.pidfd_open(int(pid)) for pid in pids]
        for end in ends:
            self.addCleanup(os.close, end)
        return ends

    def wait_for(self, ends):
        """Waits for the end of all, or for the watchdog."""
        for end in ends:
            select.select([end], [], [])

    @engine_only
    def test_killing_the_whole_tree_at_once_leaves_no_name(self):
        program, pids = self.begin(TREE.format(method=METHOD))
        self.assertEqual(len(pids), 4)
        for pid in (program.pid, *pids):
            # What has no name while they live cannot leave one.
            self.assertNotIn("/dev/shm/", pathlib.Path(f"/proc/{pid}/maps").read_text())
            self.assertFalse([opened for opened in opened_by(pid) if opened.startswith("/dev/shm/")])
        ends = self.watched(pids)
        os.killpg(program.pid, signal.SIGKILL)
        self.assertEqual(self.end_of(program), "")
        self.wait_for(ends)

    @engine_only
    def test_killing_the_first_process_ends_the_others(self):
        program, pids = self.begin(TREE.format(method=METHOD))
        ends = self.watched(pids)
        program.kill()
        self.wait_for(ends)
        self.end_of(program)

    def test_shared_memory_with_a_name_goes_after_the_program_that_made_it(self):
        program, names = self.begin(NAMED)
        self.assertTrue(all(os.path.exists(f"/dev/shm/{name}") for name in names))
        program.kill()
        self.assertIn("2 leaked shared_memory objects", self.end_of(program))
        self.assertFalse(any(os.path.exists(f"/dev/shm/{name}") for name in names))
