"""What a recording finds of shared values whose updates were lost, with a lock around each access and without."""

import collections
import unittest

from base import engine_only
from recording import Recorded

# Both have read before either writes: of two updates one is lost, whoever is second.
LOST = """
import ctypes, multiprocessing
def successor(number):
    meeting.wait()
    return number + 1
def update(barrier, locked, free, raw, one, few, inner, held):
    global meeting
    meeting = barrier
    locked.value = successor(locked.value)
    free.value = successor(free.value)
    raw.value = successor(raw.value)
    one[-1] = successor(one[1])
    few[:2] = [successor(few[:2][0]), 7]
    inner.get_obj().value = successor(inner.get_obj().value)
    for _ in range(50):
        with held.get_lock():
            held.value += 1
if __name__ == "__main__":
    locked = multiprocessing.Value("i", 0)
    free = multiprocessing.Value("i", 0, lock=False)
    raw = multiprocessing.RawValue(ctypes.c_double, 0)
    one = multiprocessing.RawArray("i", 2)
    few = multiprocessing.Array("i", 2)
    inner = multiprocessing.Value("i", 0)
    held = multiprocessing.Value("i", 0)
    given = multiprocessing.Barrier(2), locked, free, raw, one, few, inner, held
    other = multiprocessing.Process(target=update, args=given)
    other.start()
    update(*given)
    other.join()
    print(locked.value, free, raw, one[:], few[:], inner.value, held.value, isinstance(free, ctypes.c_int))
"""


class Values(Recorded):
    def lost(self, *options):
        ended, timeline = self.record(LOST, *options)
        self.assertEqual((ended.returncode, ended.stderr.count("Error")), (0, 0), ended.stderr)
        self.assertEqual(ended.stdout, "1 c_int(1) c_double(1.0) [0, 1] [1, 7] 1 100 True\n")
        counts = collections.Counter()
        for lost in timeline.lost_updates:
            counts[lost["object"]] += lost["count"]
            self.assertEqual(lost["line"], lost["other_line"])
            self.assertNotEqual(lost["process"], lost["other_process"])
        return counts

    @engine_only
    def test_an_update_is_lost_whichever_way_the_value_is_had(self):
        self.assertEqual(self.lost(), {"locked": 1, "free": 1, "raw": 1, "one": 1, "few": 2, "inner": 1})

    @engine_only
    def test_and_so_it_is_between_threads(self):
        self.assertEqual(self.lost("--workers", "threads"), {"locked": 1, "free": 1, "raw": 1, "one": 1, "few": 2, "inner": 1})


if __name__ == "__main__":
    unittest.main()
