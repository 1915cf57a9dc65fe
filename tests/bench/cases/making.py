"""What it costs to make an object; its end is not counted."""

from stopwatch import Stopwatch

# So many are alive at once: CPython's own queues have two descriptors each.
BATCH = 100
BYTES = 4096


def _in_batches(count, make, end):
    watch = Stopwatch(count)
    for start in range(0, count, BATCH):
        made = []
        with watch:
            for _ in range(min(BATCH, count - start)):
                made.append(make())
        for each in made:
            end(each)
    return watch


def lock(multiprocessing, count):
    """A Lock."""
    return _in_batches(count, multiprocessing.Lock, lambda _: None)


def queue(multiprocessing, count):
    """A Queue."""
    return _in_batches(count, multiprocessing.Queue, lambda queue: queue.close())


def shared_memory(multiprocessing, count):
    """A SharedMemory of 4096 bytes."""

    def end(memory):
        memory.close()
        memory.unlink()

    return _in_batches(count, lambda: multiprocessing.shared_memory.SharedMemory(create=True, size=BYTES), end)


def attached_memory(multiprocessing, count):
    """A SharedMemory that exists, attached by its name."""
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=BYTES)
    attach = multiprocessing.shared_memory.SharedMemory
    watch = _in_batches(count, lambda: attach(memory.name), lambda each: each.close())
    memory.close()
    memory.unlink()
    return watch
