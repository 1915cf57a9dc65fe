"""loky: a reusable executor, functions that only cloudpickle can send, nested executors, a worker that dies."""

import os
import sys
import time

from loky import ProcessPoolExecutor, get_reusable_executor, wrap_non_picklable_objects
from loky.process_executor import TerminatedWorkerError


def slow_square(x):
    time.sleep(0.001)
    return x * x


def inner_sum(n):
    with ProcessPoolExecutor(max_workers=2) as executor:
        return sum(executor.map(slow_square, range(n)))


def die():
    os._exit(3)


def initialize(value):
    sys.settled = value


def what_is_settled(_):
    return sys.settled


def main():
    executor = get_reusable_executor(max_workers=2, timeout=10)
    print("map", sum(executor.map(slow_square, range(200), chunksize=4)))
    offset = 7
    print("closure", list(executor.map(lambda x: x + offset, range(5))))
    print("the same one", get_reusable_executor(max_workers=2) is executor)

    futures = [executor.submit(pow, 2, exponent) for exponent in (10, 20, 64)]
    print("futures", [future.result(timeout=30) for future in futures])

    @wrap_non_picklable_objects
    def local(x):
        return {"nested": [x, (x, offset)]}

    print("wrapped", executor.submit(local, 1).result())
    print("nested", list(executor.map(inner_sum, [3, 4])))

    try:
        executor.submit(die).result()
    except TerminatedWorkerError as error:
        print("a worker died", type(error).__name__)
    again = get_reusable_executor(max_workers=2)
    print("another one", again is not executor, again.submit(slow_square, 9).result())
    again.shutdown(kill_workers=True)

    with ProcessPoolExecutor(max_workers=2, initializer=initialize, initargs=("ready",)) as executor:
        print("initialized", set(executor.map(what_is_settled, range(6))))


if __name__ == "__main__":
    main()
