"""Value and Array."""

from itertools import repeat

from stopwatch import Stopwatch

from .crew import Crew

DOUBLES = 1000


def add(value, count):
    for _ in repeat(None, count):
        with value.get_lock():
            value.value += 1


def contended(multiprocessing, count):
    """`value += 1` under the Value's lock, by two processes all the time."""
    value, watch = multiprocessing.Value("l", 0), Stopwatch(2 * count)
    with Crew(multiprocessing, (add, value, count), (add, value, count)) as crew:
        with watch:
            crew.done()
    assert value.value == 2 * count
    return watch


def slice(multiprocessing, count):
    """`array[:]` of 1000 doubles."""
    array, watch = multiprocessing.Array("d", range(DOUBLES)), Stopwatch(count)
    with watch:
        for _ in repeat(None, count):
            copy = array[:]
    assert copy == list(range(DOUBLES))
    return watch
