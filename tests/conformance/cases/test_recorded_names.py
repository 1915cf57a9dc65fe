"""What a recording puts in the place of a name keeps its name, so that it can be pickled."""

from recording import Recorded

PROGRAM = """
import multiprocessing, queue, threading, time
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(time.sleep, [0.01]))
    with multiprocessing.get_context("spawn").Manager() as manager:
        tasks = manager.Queue()
        with manager.Lock():
            tasks.put("done")
        print(tasks.get())
"""


class Names(Recorded):
    def test_a_manager_and_a_pool_under_spawn_take_what_is_watched(self):
        ended, _ = self.record(PROGRAM)
        self.assertEqual(ended.stdout, "[None]\ndone\n", ended.stderr)
