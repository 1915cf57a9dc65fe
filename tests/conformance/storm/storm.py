"""A storm: processes are killed at random points, and nothing may hang, get lost, come twice or stay.

    storm.py SEED ...

Each seed is one storm over a queue, a pool and a lock, one after the other. Prints a line for each and the number of kills. Ends with a
traceback at the first thing that is not as it must be. Which delays and victims a seed means is fixed; what they strike is up to the machine.
"""

import faulthandler
import gc
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

METHOD = os.environ["CONFORMANCE_START_METHOD"]
mp = multiprocessing.get_context(METHOD)

#: Seconds after which one part of a storm is taken for hung.
WATCHDOG = 300
#: Items that one producer puts, unless it is killed before.
ITEMS = 400
#: Producers of one storm, those that take the place of killed ones included.
PRODUCERS = 12
CONSUMERS = 3
TASKS = 120


def main():
    for seed in sys.argv[1:]:
        chance = random.Random(int(seed))
        before = left_behind()
        kills = 0
        for part in (over_a_queue, over_a_pool, over_a_lock):
            faulthandler.dump_traceback_later(WATCHDOG, exit=True)
            kills += part(chance)
        faulthandler.cancel_dump_traceback_later()
        check_nothing_stays(before)
        print(f"seed {seed}: {kills} kills", flush=True)


# A queue: what was acknowledged comes once, but for what a killed consumer had in its hands.


def produce(queue, number, acknowledged, size):
    for item in range(ITEMS):
        queue.put((number, item, b"x" * size))
        acknowledged[number] = item + 1


def consume(queue, seen):
    while (got := queue.get()) is not None:
        number, item, _ = got
        seen[number * ITEMS + item] += 1


def over_a_queue(chance):
    queue = mp.Queue(chance.choice([0, 3, 50]))
    acknowledged = mp.RawArray("i", PRODUCERS)
    seen = mp.RawArray("b", PRODUCERS * ITEMS)
    size = chance.choice([0, 100, 5_000, 40_000])
    numbers = iter(range(PRODUCERS))

    def producer():
        return started(produce, queue, next(numbers), acknowledged, size)

    def consumer():
        return started(consume, queue, seen)

    producers, consumers = [producer() for _ in range(3)], [consumer() for _ in range(CONSUMERS)]
    killed_consumers, kills = 0, 0
    for number in range(3, PRODUCERS):
        time.sleep(chance.uniform(0, 0.01))
        if chance.random() < 0.5:
            victim = chance.randrange(3)
            producers[victim].kill()
            producers[victim].join()
            producers[victim] = producer()
        else:
            victim = chance.randrange(CONSUMERS)
            consumers[victim].kill()
            consumers[victim].join()
            consumers[victim] = consumer()
            killed_consumers += 1
        kills += 1
    for process in producers:
        process.join()
    for _ in consumers:
        queue.put(None)
    for process in consumers:
        process.join()
        assert process.exitcode == 0, process.exitcode
    assert queue.empty() and queue.qsize() == 0
    assert max(seen) <= 1, "an item came twice"
    lost = [
        (number, item) for number in range(PRODUCERS) for item in range(acknowledged[number]) if not seen[number * ITEMS + item]
    ]
    assert len(lost) <= killed_consumers, f"{lost} lost, {killed_consumers} consumers killed"
    queue.close()
    return kills


# A pool: each task has its result, or is lost with a worker; the pool goes on.


def slow_square(x):
    end = time.perf_counter() + x % 5 * 0.0005
    while time.perf_counter() < end:
        pass
    return x * x


def over_a_pool(chance):
    kills = 0
    with mp.Pool(3) as pool:
        asked = [pool.apply_async(slow_square, (x,)) for x in range(TASKS)]
        mapped = pool.map_async(slow_square, range(TASKS), chunksize=chance.choice([1, 1, 7]))
        in_turn = pool.imap(slow_square, range(TASKS), chunksize=1)
        for _ in range(6):
            time.sleep(chance.uniform(0, 0.02))
            worker = chance.choice([*pool._pool, None])  # for a moment there may be none
            if worker is not None:
                worker.kill()
                kills += 1
        lost = 0
        for x, result in enumerate(asked):
            lost += not is_right(result.get, x)
        try:
            assert mapped.get() == [x * x for x in range(TASKS)]
        except multiprocessing.pool.WorkerLost:
            pass
        for x in range(TASKS):
            lost += not is_right(in_turn.next, x)
        assert lost <= kills, f"{lost} tasks lost, {kills} workers killed"
        assert pool.map(slow_square, range(20), chunksize=1) == [x * x for x in range(20)]
        pool.close()
        pool.join()
    return kills


def is_right(get, x):
    try:
        assert get() == x * x
    except multiprocessing.pool.WorkerLost:
        return False
    return True


# A lock: its holder dies. All who want it learn of it, or had it before.


def take_turns(lock, counter):
    from _forkyard.errors import OwnerDied

    try:
        for _ in range(300):
            with lock:
                counter.value += 1
    except OwnerDied:
        sys.exit(3)


def over_a_lock(chance):
    lock, counter = mp.Lock(), mp.RawValue("i")
    turns = [started(take_turns, lock, counter) for _ in range(3)]
    time.sleep(chance.uniform(0, 0.01))
    turns[0].kill()
    for process in turns:
        process.join()
    assert turns[0].exitcode in (0, -signal.SIGKILL) and {turn.exitcode for turn in turns[1:]} <= {0, 3}
    return 1


def started(target, *args):
    process = mp.Process(target=target, args=args)
    process.start()
    return process


# What may be left: nothing.


def left_behind():
    gc.collect()
    return len(os.listdir("/proc/self/fd")), set(os.listdir("/dev/shm")), children(), threading.active_count()


def children():
    """Processes that this one has started, but for CPython's own two helpers and the engine's one."""
    with open(f"/proc/self/task/{os.getpid()}/children") as found:
        pids = found.read().split()
    helpers = ("multiprocessing.forkserver", "multiprocessing.resource_tracker", "forkyard-zygote")
    return [pid for pid in pids if not any(name in names(pid) for name in helpers)]


def names(pid):
    """What a process was started as, and what it calls itself."""
    try:
        return "".join(Path(f"/proc/{pid}/{file}").read_text() for file in ("cmdline", "comm"))
    except OSError:
        return ""


def check_nothing_stays(before):
    """What ends by itself is given the time to do so."""
    for _ in range(100):
        now = left_behind()
        # The first use of a fork server or of its helper opens descriptors that stay. What goes away is another program's.
        if now[0] <= before[0] + 4 and now[1] <= before[1] and now[2:] == before[2:]:
            return
        time.sleep(0.05)
    raise AssertionError(f"left behind: {before} before, {now} after")


if __name__ == "__main__":
    main()
