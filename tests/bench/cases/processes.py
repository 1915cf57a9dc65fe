"""Processes from their start to their end, by each start method, and of a parent with much memory.

A child imports this file, and nothing that only the measuring needs: it is the start that is measured.
"""

BLOCK = 4096


def nothing():
    pass


def _one(context):
    process = context.Process(target=nothing)
    process.start()
    process.join()
    assert process.exitcode == 0


def birth(multiprocessing, count, method):
    """A process with nothing to do, from start() to the end of join()."""
    from stopwatch import Stopwatch

    context = multiprocessing.get_context(method)
    _one(context)
    watch = Stopwatch(count)
    with watch:
        for _ in range(count):
            _one(context)
    return watch.without_events()


def birth_from_heap(multiprocessing, count, mebibytes):
    """The same by fork, the parent having so many MiB of objects."""
    heap = [bytes(BLOCK) for _ in range(int(mebibytes) * (1 << 20) // BLOCK)]
    watch = birth(multiprocessing, count, "fork")
    del heap
    return watch
