"""Queues: one process puts, the other gets; then several of each, and messages of every size."""

from stopwatch import Stopwatch

from .crew import Crew


def put(queue, item, count):
    for _ in range(count):
        queue.put(item)


def get(queue, count):
    for _ in range(count):
        queue.get()


def _through(multiprocessing, queue, item, count):
    watch = Stopwatch(count)
    with Crew(multiprocessing, (put, queue, item, count)) as crew:
        with watch:
            for _ in range(count):
                got = queue.get()
        crew.done()
        watch.count_events()
    assert got == item
    queue.close()
    return watch


def ints(multiprocessing, count):
    """An int through a Queue."""
    return _through(multiprocessing, multiprocessing.Queue(), getattr(multiprocessing, "INT", 12345), count)


def sized(multiprocessing, count, size):
    """So many bytes through a Queue."""
    item = b"x" * int(size)
    # One of the peers has to be told the length, and has a name for that.
    queue = getattr(multiprocessing, "QueueOf", lambda _length: multiprocessing.Queue())(len(item))
    return _through(multiprocessing, queue, item, count)


def crowd(multiprocessing, count, pairs):
    """An int through a Queue with so many producers and as many consumers."""
    queue, pairs = multiprocessing.Queue(), int(pairs)
    jobs = [job for _ in range(pairs) for job in ((put, queue, 12345, count), (get, queue, count))]
    watch = Stopwatch(count * pairs)
    with Crew(multiprocessing, *jobs) as crew:
        with watch:
            crew.done()
    return watch
