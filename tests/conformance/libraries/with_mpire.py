"""mpire: a pool with shared objects, worker state, dashboards off, apply, exceptions and timeouts, under each start method."""

import multiprocessing
import sys

from mpire import WorkerPool


def power(x, y):
    return x**y


def shared_total(shared, x):
    numbers, total = shared
    with total.get_lock():
        total.value += numbers[x]
    return numbers[x]


def open_state(worker_state):
    worker_state["seen"] = 0


def count(worker_state, x):
    worker_state["seen"] += 1
    return x * 2


def close_state(worker_state):
    return worker_state["seen"]


def fail(x):
    if x == 4:
        raise KeyError("four")
    return x


def main():
    methods = sys.argv[1:] or ["fork"]
    for method in methods:
        context = multiprocessing.get_context(method)
        with WorkerPool(n_jobs=2, start_method=method) as pool:
            print(method, "map", pool.map(power, [(x, 2) for x in range(20)], chunk_size=3))
            print(method, "keywords", pool.map(power, [{"x": x, "y": 3} for x in range(4)]))
            print(method, "lazy", sum(pool.imap_unordered(power, ((x, 1) for x in range(200)), iterable_len=200)))
            print(method, "one", pool.apply(power, (2, 10)))
            try:
                pool.map(fail, range(10))
            except KeyError as error:
                print(method, "error", error.args[0].splitlines()[-1] if error.args else error)

        numbers, total = context.Array("i", [1, 2, 3, 4]), context.Value("i", 0)
        with WorkerPool(n_jobs=2, shared_objects=(numbers, total), start_method=method) as pool:
            print(method, "shared", pool.map(shared_total, range(4)), total.value)

        with WorkerPool(n_jobs=2, use_worker_state=True, start_method=method) as pool:
            doubled = pool.map(count, range(10), worker_init=open_state, worker_exit=close_state, chunk_size=1)
            print(method, "state", doubled, sum(pool.get_exit_results()))


if __name__ == "__main__":
    main()
