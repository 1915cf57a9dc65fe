"""What objects are called; and what a recording puts in place of a name keeps its name, so that it can be pickled."""

import unittest

from base import ENGINE
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

#: Each of these uses one object, which the recording calls as the comment says.
NAMED = """
from multiprocessing import Lock, Queue
class Counter:
    def __init__(self):
        self.lock = Lock()
        self.parts = [Lock() for part in range(2)]
def make():
    return Lock()
def both():
    doors = [Lock() for number in range(2)]
    use(doors[1])  # doors[1]
def use(lock):
    with lock:
        pass
def use_all(locks):
    for lock in locks:
        use(lock)
if __name__ == "__main__":
    counter = Counter()
    use(counter.lock)  # self.lock
    use_all(counter.parts)  # self.parts[0] self.parts[1]
    forks = [Lock() for _ in range(3)]
    use_all(forks)  # forks[0] forks[1] forks[2]
    by_name = {name: Lock() for name in ("ann", "bob")}
    use_all(by_name.values())  # by_name['ann'] by_name['bob']
    pair = Lock(), Lock()
    use(pair[1])  # pair[1]
    known = {"left": Lock()}
    use(known["left"])  # known['left']
    for seat in range(2):
        known[seat] = Lock()
    use(known[1])  # known[1]
    grown = []
    for _ in range(2):
        grown.append(Lock())
    use_all(grown)  # grown[0] grown[1]
    odd = [Lock() for each in "ab" if each]
    use_all(odd)  # odd 1 odd 2
    first = make()
    second = make()
    use(second)  # second
    use(first)  # first
    both()
    both()  # doors[1]
    chosen = Lock() if odd else None
    use(chosen)  # chosen
    use(Lock())  # Lock 1
"""


class Names(Recorded):
    @unittest.skipIf(ENGINE == "stdlib", "its locks are not recorded")
    def test_a_lock_is_called_what_it_is_assigned_to_and_an_element_by_its_key(self):
        ended, timeline = self.record(NAMED)
        self.assertEqual(ended.stderr.count("Traceback"), 0, ended.stderr)
        holds = sorted(timeline.of_category("hold"), key=lambda hold: hold["ts"])
        said = " ".join(line.partition("  # ")[2] for line in NAMED.splitlines()).split()
        told = " ".join(hold["args"]["object"] for hold in holds).split()
        # The function's line is once in the source, and runs twice.
        said.remove("doors[1]")
        self.assertEqual([name for name in told if name != "doors[1]"], [name for name in said if name != "doors[1]"])
        self.assertEqual(told.count("doors[1]"), 2)

    def test_a_manager_and_a_pool_under_spawn_take_what_is_watched(self):
        ended, _ = self.record(PROGRAM)
        self.assertEqual(ended.stdout, "[None]\ndone\n", ended.stderr)
