"""A pool that works in small tasks, each of which reports through a queue to a process that collects."""

import multiprocessing

from stopwatch import Stopwatch

TASKS = 20_000
WORKERS = 2


def begin(queue):
    global reports
    reports = queue


def length(number):
    """Of the Collatz sequence from here: some hundred steps, some 10 us."""
    steps, start = 0, number
    while number > 1:
        number = 3 * number + 1 if number % 2 else number // 2
        steps += 1
    reports.put((steps, start))
    return steps


def collect(queue, answer):
    answer.send(max(queue.get() for _ in range(TASKS)))
    answer.recv()


def main():
    queue = multiprocessing.Queue()
    answer, theirs = multiprocessing.Pipe()
    collector = multiprocessing.Process(target=collect, args=(queue, theirs))
    collector.start()
    watch = Stopwatch(1)
    with multiprocessing.Pool(WORKERS, begin, (queue,)) as pool:
        with watch:
            lengths = pool.map(length, range(1, TASKS + 1), chunksize=10)
            longest = answer.recv()
    answer.send(None)
    collector.join()
    assert longest[0] == max(lengths)
    watch.tell()


if __name__ == "__main__":
    main()
