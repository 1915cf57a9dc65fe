"""Locks, free and fought over."""

from itertools import repeat

from stopwatch import Stopwatch

from .crew import Crew


def calls(multiprocessing, count):
    """acquire() and release() of a Lock that nobody else wants."""
    lock, watch = multiprocessing.Lock(), Stopwatch(count)
    acquire, release = lock.acquire, lock.release
    with watch:
        for _ in repeat(None, count):
            acquire()
            release()
    return watch


def block(multiprocessing, count):
    """A `with` block of a Lock that nobody else wants."""
    lock, watch = multiprocessing.Lock(), Stopwatch(count)
    with watch:
        for _ in repeat(None, count):
            with lock:
                pass
    return watch


def take(lock, count):
    acquire, release = lock.acquire, lock.release
    for _ in repeat(None, count):
        acquire()
        release()


def contended(multiprocessing, count):
    """acquire() and release() of a Lock that two processes want all the time."""
    lock, watch = multiprocessing.Lock(), Stopwatch(2 * count)
    with Crew(multiprocessing, (take, lock, count), (take, lock, count)) as crew:
        with watch:
            crew.done()
    return watch
