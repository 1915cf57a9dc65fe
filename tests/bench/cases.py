"""What is measured: each case does one thing many times and answers with the seconds that one of them took.

Usage: cases.py NAME, on the engine in force. Prints the seconds as one number. Starting and ending processes is not part of a
figure, except where the case says so.
"""

import multiprocessing
import sys
import time

ITEMS = 20_000
ROUND_TRIPS = 10_000
TASKS = 5_000
TURNS = 200_000
CONTENDED_TURNS = 50_000
BIRTHS = 20


def put_all(queue, go):
    go.wait()
    for number in range(ITEMS):
        queue.put(number)


def queue_ints():
    """An int through a Queue, from one process to another."""
    queue, go = multiprocessing.Queue(), multiprocessing.Event()
    producer = multiprocessing.Process(target=put_all, args=(queue, go))
    producer.start()
    start = time.perf_counter()
    go.set()
    for number in range(ITEMS):
        assert queue.get() == number
    took = time.perf_counter() - start
    producer.join()
    return took / ITEMS


def echo(connection):
    while (message := connection.recv()) is not None:
        connection.send(message)


def pipe_round_trip():
    """100 bytes to another process through a Pipe and back."""
    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.Process(target=echo, args=(theirs,))
    other.start()
    message = b"x" * 100
    ours.send(message)
    assert ours.recv() == message
    start = time.perf_counter()
    for _ in range(ROUND_TRIPS):
        ours.send(message)
        ours.recv()
    took = time.perf_counter() - start
    ours.send(None)
    other.join()
    return took / ROUND_TRIPS


def successor(number):
    return number + 1


def pool_map():
    """A task of a Pool of two, one task at a time (chunksize 1)."""
    with multiprocessing.Pool(2) as pool:
        pool.map(successor, range(10), chunksize=1)
        start = time.perf_counter()
        answers = pool.map(successor, range(TASKS), chunksize=1)
        took = time.perf_counter() - start
    assert answers == list(range(1, TASKS + 1))
    return took / TASKS


def lock_alone():
    """A Lock taken and given back while nobody else wants it."""
    lock = multiprocessing.Lock()
    start = time.perf_counter()
    for _ in range(TURNS):
        with lock:
            pass
    return (time.perf_counter() - start) / TURNS


def count(lock, counter, go):
    go.wait()
    for _ in range(CONTENDED_TURNS):
        with lock:
            counter.value += 1


def lock_between_two():
    """A Lock taken and given back by two processes that both want it all the time."""
    lock, go = multiprocessing.Lock(), multiprocessing.Event()
    counter = multiprocessing.Value("q", 0, lock=False)
    workers = [multiprocessing.Process(target=count, args=(lock, counter, go)) for _ in range(2)]
    for worker in workers:
        worker.start()
    start = time.perf_counter()
    go.set()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - start
    assert counter.value == 2 * CONTENDED_TURNS
    return took / (2 * CONTENDED_TURNS)


def nothing():
    pass


def process_birth():
    """A process started and joined, its target empty."""
    start = time.perf_counter()
    for _ in range(BIRTHS):
        process = multiprocessing.Process(target=nothing)
        process.start()
        process.join()
    return (time.perf_counter() - start) / BIRTHS


CASES = [queue_ints, pipe_round_trip, pool_map, lock_alone, lock_between_two, process_birth]

if __name__ == "__main__":
    print({case.__name__: case for case in CASES}[sys.argv[1]]())
