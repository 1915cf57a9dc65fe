"""Pools and executors, with a task that costs next to nothing."""

from stopwatch import Stopwatch

WORKERS = 2
MANY = 100_000


def successor(number):
    return number + 1


def _map(multiprocessing, tasks, repeats, workers=WORKERS, **options):
    watch = Stopwatch(repeats * tasks)
    with multiprocessing.Pool(workers) as pool:
        # Every worker is there, and has seen the function, before the time counts.
        pool.map(successor, range(20 * workers), **options)
        with watch:
            for _ in range(repeats):
                answers = pool.map(successor, range(tasks), **options)
    assert answers == list(range(1, tasks + 1))
    return watch


def map_in_chunks(multiprocessing, count):
    """A task of Pool(2).map over 100 000, chunks as the pool chooses."""
    return _map(multiprocessing, MANY, count)


def map_one_by_one(multiprocessing, count, workers=WORKERS):
    """A task of Pool.map with chunksize=1."""
    return _map(multiprocessing, count, 1, int(workers), chunksize=1)


def apply(multiprocessing, count):
    """Pool(2).apply, from the call to its result."""
    watch = Stopwatch(count)
    with multiprocessing.Pool(WORKERS) as pool:
        pool.apply(successor, (1,))
        with watch:
            for number in range(count):
                assert pool.apply(successor, (number,)) == number + 1
    return watch


def executor(multiprocessing, count):
    """ProcessPoolExecutor(2): submit and result."""
    from concurrent.futures import ProcessPoolExecutor

    watch = Stopwatch(count)
    with getattr(multiprocessing, "ProcessPoolExecutor", ProcessPoolExecutor)(WORKERS) as pool:
        pool.submit(successor, 1).result()
        with watch:
            for number in range(count):
                assert pool.submit(successor, number).result() == number + 1
    return watch
