"""What is measured: a row for each operation, with what it ought to reach, and who else can do it.

A target is how many times faster than CPython's own module the engine should be, in the same run.
"""

from dataclasses import dataclass

# Nanoseconds that one event of the timeline may cost.
EVENT_NS = 40


@dataclass(frozen=True)
class Row:
    # What it is asked for by.
    name: str
    # What one operation is.
    what: str
    # The case, as `measure.py` takes it, with its arguments.
    case: str
    target: float | None = None
    # Libraries that can do it too.
    peers: tuple[str, ...] = ()
    # The one among them that the engine should be ahead of.
    ahead_of: str | None = None
    # Whether a recorded run is measured as well.
    recorded: bool = True


def _table():
    """The operations with a target."""
    queues = ("faster-fifo", "zeroq", "billiard")
    pools = ("billiard", "mpire", "joblib")
    return [
        Row("queue-ints", "Queue, ints, 1 producer, 1 consumer", "queues.ints", 15, queues, ahead_of="zeroq"),
        Row("queue-1mib", "Queue, 1 MiB of bytes", "queues.sized 1048576", 20, queues, ahead_of="faster-fifo"),
        Row("pipe", "Pipe, round trip, both awake", "pipes.running", 20, ("billiard",)),
        Row("pipe-asleep", "Pipe, to a receiver that sleeps", "pipes.asleep", 1, ("billiard",)),
        Row("pool-map", "Pool(2).map of 100 000, default chunks, a task", "pools.map_in_chunks", 1.2, pools),
        Row("pool-map-1", "Pool(2).map, chunksize=1, a task", "pools.map_one_by_one", 12, pools),
        Row("pool-apply", "Pool(2).apply", "pools.apply", 10, ("billiard", "mpire")),
        Row("executor", "ProcessPoolExecutor(2), submit and result", "pools.executor", 3, ("loky",)),
        Row("fork", "start and join, fork", "processes.birth fork", 1.15, ("billiard",)),
        Row("forkserver", "start and join, forkserver", "processes.birth forkserver", 4, ("billiard",)),
        Row("spawn", "start and join, spawn", "processes.birth spawn", 10, ("billiard",)),
        Row("lock", "Lock, acquire() and release()", "locks.calls", 1, ("billiard",)),
        Row("lock-with", "Lock, `with`", "locks.block", 1.7, ("billiard",)),
        Row("lock-contended", "Lock, contended by 2", "locks.contended", 2, ("billiard",)),
        Row("value", "Value += 1 under its lock, contended by 2", "values.contended", 4, ("billiard",)),
        Row("array", "Array [:] of 1000 doubles", "values.slice", 8, ("billiard",)),
        Row("array-zeros", "Array [:] of 1000 zeros", "values.slice_as_made", 8, ("billiard",)),
        Row("shm-create", "SharedMemory, create", "making.shared_memory", 2),
        Row("shm-attach", "SharedMemory, attach", "making.attached_memory", 2),
        Row("make-lock", "make a Lock", "making.lock", 10, ("billiard",)),
        Row("make-queue", "make a Queue", "making.queue", 10, ("billiard",)),
    ]


@dataclass(frozen=True)
class Program:
    """A whole program, in which the timeline's cost shows as a user meets it; measured beside a profiler that does the like."""

    name: str
    what: str
    # In `programs`.
    file: str
    # How many times longer the program may take when recorded.
    limit: float


# Bytes that one event of the timeline may take on its way to the page, where there are enough of them to tell.
EVENT_BYTES, ENOUGH_EVENTS = 4, 10_000


def _programs():
    return [
        Program("cpu-bound", "2 processes that compute", "cpu_bound.py", 1.03),
        Program("pool-and-queue", "20 000 tasks, each with a report through a Queue", "pool_and_queue.py", 1.10),
    ]


def _growth():
    """How cost grows; the engine beside CPython's own module, and no targets."""
    crowds = [(f"crowd-{n}", f"Queue, producers and consumers {n} each, an int", f"queues.crowd {n}") for n in (1, 2, 4, 8)]
    sizes = [(16, "16 B"), (256, "256 B"), (4 << 10, "4 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB"), (16 << 20, "16 MiB")]
    messages = [(f"message-{size}", f"Queue, a message of {called}", f"queues.sized {size}") for size, called in sizes]
    pools = [(f"pool-{n}", f"Pool({n}).map, chunksize=1, a task", f"pools.map_one_by_one {n}") for n in (1, 2, 4, 8, 16)]
    heaps = [(f"heap-{mib}", f"start and join, fork, {mib} MiB of heap", f"processes.birth_from_heap {mib}") for mib in (10, 100, 500)]
    return [Row(*each, recorded=False) for each in crowds + messages + pools + heaps]


GROUPS = {"table": _table(), "timeline": _programs(), "growth": _growth()}


def chosen(names):
    """The rows with these names, or of these groups, group by group; all when no name is given."""
    known = {name for group, rows in GROUPS.items() for name in (group, *(row.name for row in rows))}
    for name in names:
        if name not in known:
            raise SystemExit(f"there is no row `{name}`; there are {', '.join(sorted(known))}")
    picked = {
        group: [row for row in rows if not names or group in names or row.name in names] for group, rows in GROUPS.items()
    }
    return {group: rows for group, rows in picked.items() if rows}
