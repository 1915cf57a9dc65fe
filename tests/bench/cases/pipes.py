"""Pipes: a round trip while both sides are awake, and a message to a side that sleeps."""

import statistics
import time

from stopwatch import Stopwatch

from .crew import Crew

MESSAGE = b"x" * 100
# Seconds of silence after which whoever waits for a message is asleep, even one that has spun for a while first.
SILENCE = 0.002


def echo(connection, count):
    for _ in range(count):
        connection.send(connection.recv())


def running(multiprocessing, count):
    """100 bytes to the other process and back, both awake."""
    ours, theirs = multiprocessing.Pipe()
    watch = Stopwatch(count)
    with Crew(multiprocessing, (echo, theirs, count)) as crew:
        with watch:
            for _ in range(count):
                ours.send(MESSAGE)
                ours.recv()
        crew.done()
        watch.count_events()
    return watch


def sleep_and_receive(connection, count):
    ways = [-connection.recv() + time.perf_counter() for _ in range(count)]
    connection.send(statistics.median(ways))


def asleep(multiprocessing, count):
    """From the send to the receive of a process that sleeps; the median of all messages."""
    ours, theirs = multiprocessing.Pipe()
    watch = Stopwatch(count)
    with Crew(multiprocessing, (sleep_and_receive, theirs, count)) as crew:
        with watch:
            for _ in range(count):
                time.sleep(SILENCE)
                ours.send(time.perf_counter())
            way = ours.recv()
        crew.done()
    # The clock has run through the silence: only the ways count.
    watch.operations = watch.seconds / way
    return watch.without_events()
