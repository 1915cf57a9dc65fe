"""pebble: a pool whose tasks have time limits and are cancelled, a worker that dies, and a function run in a process of its own."""

import multiprocessing
import os
import sys
import time
from concurrent.futures import TimeoutError

import pebble


def square(number):
    return number * number


def sleep_long(_):
    time.sleep(100)


def die(_):
    os._exit(3)


def in_a_process(number):
    return -number


def main():
    for method in sys.argv[1:] or ["fork"]:
        context = multiprocessing.get_context(method)
        with pebble.ProcessPool(max_workers=2, context=context) as pool:
            print(method, "map", list(pool.map(square, range(20), chunksize=3).result()))
            try:
                pool.schedule(sleep_long, args=(1,), timeout=0.3).result()
            except TimeoutError:
                print(method, "time limit")
            try:
                pool.schedule(die, args=(1,)).result()
            except pebble.ProcessExpired as error:
                print(method, "died with", error.exitcode)
            cancelled = pool.schedule(sleep_long, args=(1,))
            cancelled.cancel()
            print(method, "cancelled", cancelled.cancelled(), pool.schedule(square, args=(9,)).result())
        print(method, "alone", pebble.concurrent.process(in_a_process, context=context)(4).result())


if __name__ == "__main__":
    main()
