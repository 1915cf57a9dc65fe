"""Uses pools, queues and spawned processes in turn for minutes, and looks whether anything grows.

    forkyard python soak.py [--minutes 10]

After each round it measures itself: private memory, shared memory that is in use, descriptors, processes below it, its names in
/dev/shm. The first fifth of the time is for warming up; after that the last quarter's median must not lie above the first's by
more than what is allowed. Pages of shared memory that is free may grow up to what the engine keeps for the next need. It fails
when something grew, and stops with the stacks of its threads when a round hangs.
"""

import argparse
import contextlib
import faulthandler
import multiprocessing
import os
import pathlib
import random
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor

#: Seconds after which a round hangs. One takes a second on an idle machine.
WATCHDOG = 120
#: Seconds between two lines about how far it is.
PROGRESS = 30
#: How much a quantity may grow and still count as flat.
ALLOWED = {"private KiB": 1024, "shared KiB in use": 64, "descriptors": 0, "processes": 0, "names": 0}
#: Up to how much shared memory may have pages, KiB: what the engine keeps of free blocks (its limit WARM_BYTES), and as much again as
#: a round uses at most.
KEPT = 96 << 10

#: Other programs' names, which are there already.
NAMES_BEFORE = frozenset(os.listdir("/dev/shm"))


def square(x):
    return x * x


def fail(x):
    raise ValueError(x)


def produce(queue, items):
    for item in items:
        queue.put(item)


def consume(queue, answers):
    total = 0
    while (item := queue.get()) is not None:
        total += len(item)
    answers.put(total)


def take_part(lock, value, event, connection, numbers):
    event.wait()
    for number in connection.recv():
        with lock:
            value.value += number
            numbers[number % len(numbers)] += 1
    connection.send("done")


def with_pool(context, rng):
    """Every way to hand a pool its tasks, failures and early ends among them."""
    with context.Pool(2, maxtasksperchild=rng.choice((None, 20))) as pool:
        assert pool.map(square, range(500)) == [x * x for x in range(500)]
        assert sum(pool.imap_unordered(square, range(200), chunksize=7)) == sum(x * x for x in range(200))
        assert len(pool.apply(bytes, (rng.randrange(500_000),))) >= 0
        failing = pool.map_async(fail, range(4))
        failing.wait()
        assert not failing.successful()
        if rng.random() < 0.5:
            pool.close()
            pool.join()
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert sum(executor.map(square, range(50))) == sum(x * x for x in range(50))


def with_queues(context, rng):
    """Producers and consumers of items of every size, up to what does not fit into the queue's memory at once."""
    queue, answers = context.Queue(), context.SimpleQueue()
    items = [[b"x" * size for size in (1, 100, rng.randrange(300_000))] * 20 for _ in range(2)]
    consumers = [context.Process(target=consume, args=(queue, answers)) for _ in range(2)]
    producers = [context.Process(target=produce, args=(queue, each)) for each in items]
    for process in consumers + producers:
        process.start()
    for process in producers:
        process.join()
    for _ in consumers:
        queue.put(None)
    assert sum(answers.get() for _ in consumers) == sum(len(item) for each in items for item in each)
    for process in consumers:
        process.join()
    bounded = context.Queue(3)
    producer = context.Process(target=produce, args=(bounded, range(30)))
    producer.start()
    assert [bounded.get() for _ in range(30)] == list(range(30))
    producer.join()


def with_processes(context, rng):
    """Fresh processes with a lock, a value, an event, an array and a pipe; one of them killed."""
    lock, value, event = context.Lock(), context.Value("i", 0), context.Event()
    numbers = context.Array("i", 10)
    ends, processes = [], []
    for _ in range(2):
        here, there = context.Pipe()
        process = context.Process(target=take_part, args=(lock, value, event, there, numbers))
        process.start()
        there.close()
        ends.append(here)
        processes.append(process)
    event.set()
    for here in ends:
        here.send(list(range(20)))
    for here in ends:
        assert here.recv() == "done"
        here.close()
    for process in processes:
        process.join()
        process.close()
    assert value.value == 2 * sum(range(20))
    doomed = context.Process(target=time.sleep, args=(600,))
    doomed.start()
    doomed.kill()
    doomed.join()


def below(pid):
    """How many processes live below one, zombies included."""
    children = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            children += task.read_text().split()
    return len(children) + sum(below(child) for child in children)


def measure():
    """{quantity: value} of this process."""
    status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
    descriptors, kept = os.listdir("/proc/self/fd"), 0
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # the one with which the directory was read
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith("/memfd:"):
                kept += os.fstat(int(descriptor)).st_blocks // 2
    return {
        "private KiB": int(status["RssAnon"].split()[0]),
        "shared KiB in use": shared_in_use(),
        "shared KiB": kept,
        "descriptors": len(descriptors),
        "processes": below(os.getpid()),
        "names": sum(name not in NAMES_BEFORE for name in os.listdir("/dev/shm")),
    }


def shared_in_use():
    """KiB of the engine's shared memory in living objects; 0 on CPython's own module."""
    engine = sys.modules.get("_forkyard._engine")
    return engine.arena_used() // 1024 if engine else 0


def rounds(minutes):
    """One measurement a round."""
    contexts = [multiprocessing.get_context(method) for method in ("fork", "spawn", "forkserver")]
    parts, seen, rng = (with_pool, with_queues, with_processes), [], random.Random(1)
    began = said = time.monotonic()
    while (now := time.monotonic()) - began < minutes * 60:
        faulthandler.dump_traceback_later(WATCHDOG, exit=True)
        # Spawned processes each time; pools and queues with every method in turn.
        for place, part in enumerate(parts):
            part(contexts[1] if part is with_processes else contexts[(len(seen) + place) % 3], rng)
        faulthandler.cancel_dump_traceback_later()
        seen.append(measure())
        if now - said >= PROGRESS:
            said = now
            state = ", ".join(f"{value} {name}" for name, value in seen[-1].items())
            print(f"{now - began:4.0f} s, {len(seen)} rounds: {state}", flush=True)
    return seen


def verdict(seen):
    """Prints how each quantity began and ended; whether nothing grew."""
    kept = seen[len(seen) // 5 :]
    quarter = max(1, len(kept) // 4)
    flat = True
    print(f"\n{len(seen)} rounds\n{'quantity':<18} {'first quarter':>14} {'last quarter':>13}")
    for name, allowed in ALLOWED.items():
        first, last = (statistics.median(each[name] for each in part) for part in (kept[:quarter], kept[-quarter:]))
        grew = last - first > allowed
        flat = flat and not grew
        print(f"{name:<18} {first:>14.0f} {last:>13.0f}{'  grew' if grew else ''}")
    most = max(each["shared KiB"] for each in seen)
    print(f"shared KiB, free pages included: {most} at most, {KEPT} are allowed")
    return flat and most <= KEPT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    sys.exit(0 if verdict(rounds(parser.parse_args().minutes)) else 1)


if __name__ == "__main__":
    main()
