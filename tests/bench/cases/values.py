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


def slice(multiprocessing, count, numbers=range(DOUBLES)):
    """`array[:]` of 1000 doubles, all different."""
    array, watch = multiprocessing.Array("d", numbers), Stopwatch(count)
    with watch:
        for _ in repeat(None, count):
            copy = array[:]
    assert copy == list(numbers)
    return watch


def slice_as_made(multiprocessing, count):
    """The same of an array that was just made: all zeros."""
    return slice(multiprocessing, count, [0.0] * DOUBLES)
