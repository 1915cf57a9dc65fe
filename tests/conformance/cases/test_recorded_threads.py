"""What a recording shows of threads: waits and who ended them, holds, messages and tasks; and that it changes nothing."""

import unittest

from base import fork_only
from recording import Recorded

LOCKS = """
import threading, time
lock, rlock, sem, bounded = threading.Lock(), threading.RLock(), threading.Semaphore(1), threading.BoundedSemaphore(1)
taken, wanted = ([threading.Event() for _ in range(4)] for _ in range(2))
def holder():
    with lock: stay(0)
    with rlock:
        with rlock: stay(1)
    with sem: stay(2)
    with bounded: stay(3)
def stay(which): taken[which].set(); wanted[which].wait(); time.sleep(0.3)
thread = threading.Thread(target=holder, name="Holder")
thread.start()
for which, what in enumerate((lock, rlock, sem, bounded)):
    taken[which].wait(); wanted[which].set()
    with what: pass
thread.join()
assert not lock.acquire(timeout=0) or not lock.acquire(timeout=0.3)
try: rlock.release()
except RuntimeError: pass
"""

SIGNALS = """
import threading, time
here, event, cond, barrier = threading.Event(), threading.Event(), threading.Condition(), threading.Barrier(2)
inner = threading.RLock()
outer = threading.Condition(inner)
def waiter():
    here.set(); event.wait()
    with cond: here.set(); cond.wait()
    with outer:
        with outer: here.set(); outer.wait()
    here.set(); barrier.wait()
thread = threading.Thread(target=waiter, name="Waiter")
thread.start()
def let_it_wait(): here.wait(); here.clear(); time.sleep(0.3)
let_it_wait(); event.set()
let_it_wait()
with cond: cond.notify()
let_it_wait()
with outer: outer.notify_all()
let_it_wait(); barrier.wait()
thread.join()
"""

QUEUES = """
import queue, threading, time
plain, last, first, simple = queue.Queue(1), queue.LifoQueue(), queue.PriorityQueue(), queue.SimpleQueue()
def taker():
    for _ in range(3): plain.get(); plain.task_done()
    print(last.get(), last.get(), first.get(), first.get(), simple.get())
thread = threading.Thread(target=taker, name="Taker")
thread.start()
time.sleep(0.3)
for number in range(3): plain.put(number)
plain.join()
for text in "ab": last.put(text) if text == "a" else None
time.sleep(0.3); last.put("b")
time.sleep(0.3); first.put(2)
time.sleep(0.3); first.put(1)
time.sleep(0.3); simple.put("s")
thread.join()
last.put("c"); last.put("d"); print(last.get(), last.get())
first.put(2); first.put(1); print(first.get(), first.get())
"""

FUTURES = """
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
def square(x):
    time.sleep(0.2)
    return x * x
def fail():
    raise ValueError("on purpose")
with ThreadPoolExecutor(2) as pool:
    print(list(pool.map(square, range(4))))
    wait([pool.submit(square, 4)])
    for future in as_completed([pool.submit(square, 5)]): print(future.result())
    try: pool.submit(fail).result()
    except ValueError as error:
        frames = []
        trace = error.__traceback__
        while trace: frames.append(trace.tb_frame.f_code.co_filename); trace = trace.tb_next
        print(any("_forkyard" in frame for frame in frames))
"""

SAME = """
import _thread, contextlib, pickle, queue, threading
from queue import SimpleQueue
class Own(threading.Event): pass
class Line(queue.SimpleQueue): pass
class Mine(queue.Queue): pass
print(isinstance(threading.Event(), threading.Event), isinstance(threading.Lock(), _thread.LockType), isinstance(Own(), Own))
print(isinstance(queue.SimpleQueue(), SimpleQueue), isinstance(Line(), SimpleQueue), isinstance(queue.LifoQueue(), queue.Queue))
print(threading.Lock().locked(), repr(threading.Event())[:20], type(threading.Semaphore()).__name__, SimpleQueue | None is not None)
line, mine = Line(), Mine(3); line.put(1); mine.put(2); print(line.get(), mine.get())
print(pickle.loads(pickle.dumps(threading.Lock))().locked())
lock = threading.Lock()
for act in (lock.release, lambda: lock.acquire(False, 3), threading.BoundedSemaphore().release, queue.Queue().get_nowait,
            lambda: queue.SimpleQueue().get(timeout=0.01), lambda: threading.Semaphore().acquire(False, 1)):
    try: act()
    except Exception as error: print(type(error).__name__, error)
print(threading.Event().wait(0.01), threading.Semaphore(0).acquire(timeout=0.01), lock.acquire(), lock.acquire(timeout=0.01))
"""


@fork_only
class Threads(Recorded):
    """Threads are the same under every start method."""

    def recorded(self, text, *options):
        ended, timeline = self.record(text, *options)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout, timeline

    def waits(self, timeline, name, object):
        """(waiter's line, who held, who released) of the waits of an object that lasted."""
        waits = [wait["args"] for wait in timeline.segments(name) if wait["args"]["object"] == object and wait["dur"] > 100_000]
        return [(wait["line"], wait["held_by"], wait["released_by"]) for wait in waits]

    def test_locks_and_semaphores_name_who_had_them(self):
        _, timeline = self.recorded(LOCKS)
        self.assertEqual(self.waits(timeline, "Lock.acquire", "lock"), [(16, "Holder", "Holder"), (18, None, None)])
        self.assertEqual(self.waits(timeline, "Lock.acquire", "rlock"), [(16, "Holder", "Holder")])
        for name in ("sem", "bounded"):
            [(line, _, released_by)] = self.waits(timeline, "Semaphore.acquire", name)
            self.assertEqual((line, released_by), (16, "Holder"))
        holds = [(hold["args"]["object"], hold["args"]["line"]) for hold in timeline.segments("hold")]
        self.assertEqual(sorted(holds), [("lock", 6), ("lock", 16), ("lock", 18), ("rlock", 7), ("rlock", 16)])

    def test_events_conditions_and_barriers_name_who_woke_them(self):
        _, timeline = self.recorded(SIGNALS)
        for name, object, line in (("Event.wait", "event", 7), ("Condition.wait", "cond", 8), ("Barrier.wait", "barrier", 11)):
            self.assertEqual(self.waits(timeline, name, object), [(line, None, "MainProcess")], name)
        self.assertEqual(self.waits(timeline, "Condition.wait", "outer"), [(10, None, "MainProcess")])
        # While a condition is waited for its lock is not held.
        held = sum(hold["dur"] for hold in timeline.segments("hold") if hold["args"]["object"] in ("cond", "inner"))
        self.assertLess(held, sum(wait["dur"] for wait in timeline.segments("Condition.wait")))

    def test_every_message_of_a_queue_has_its_arrow(self):
        printed, timeline = self.recorded(QUEUES)
        self.assertEqual(printed, "a b 2 1 s\nd c\n1 2\n")
        arrows = [arrow["args"]["object"] for arrow in timeline.of_category("message") if arrow["ph"] == "s"]
        self.assertEqual(sorted(arrows), ["first"] * 4 + ["last"] * 4 + ["plain"] * 3 + ["simple"])
        for object, count in (("plain", 1), ("last", 1), ("first", 2), ("simple", 1)):
            waits = self.waits(timeline, "Queue.get", object)
            self.assertEqual([released_by for _, _, released_by in waits], ["MainProcess"] * count, object)

    def test_an_executors_tasks_have_function_index_and_line(self):
        printed, timeline = self.recorded(FUTURES)
        self.assertEqual(printed, "[0, 1, 4, 9]\n25\nFalse\n")
        tasks = sorted((task["args"]["index"], task["args"]["function"], task["args"]["line"]) for task in timeline.of_category("task"))
        self.assertEqual(tasks, [*((index, "square", 4) for index in range(6)), (6, "fail", 7)])
        lines = {wait["args"]["line"] for wait in timeline.segments("AsyncResult.get")}
        self.assertLessEqual({10, 11, 12}, lines)
        ended_by = {wait["args"]["released_by"] for wait in timeline.segments("AsyncResult.get")}
        self.assertTrue(all("ThreadPoolExecutor" in (lane or "") for lane in ended_by), ended_by)

    def test_what_is_recorded_behaves_as_ever(self):
        printed, _ = self.recorded(SAME)
        self.assertEqual(printed, unrecorded(SAME))


def unrecorded(text):
    """What a program prints by itself."""
    import subprocess
    import sys

    return subprocess.run([sys._base_executable, "-c", text], capture_output=True, text=True, timeout=240, check=True).stdout


if __name__ == "__main__":
    unittest.main()
