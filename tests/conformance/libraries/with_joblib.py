"""joblib: a parallel map with either backend, nested calls, a generator of results, a shared array on disk, and an error."""

import os
import tempfile
import warnings

import numpy
from joblib import Parallel, delayed, dump, load, parallel_config

# With "multiprocessing" a nested call runs its tasks one after the other, and says so.
warnings.filterwarnings("ignore", message=".*Multiprocessing-backed parallel loops.*")


def square(x):
    return x * x


def row_of_squares(n):
    return Parallel(n_jobs=2)(delayed(square)(x) for x in range(n))


def fill(array, index):
    array[index] = index * 10
    return os.getpid()


def fail(x):
    if x == 3:
        raise ValueError(f"{x} is not allowed")
    return x


def main():
    for backend in ("loky", "multiprocessing", "threading"):
        with parallel_config(backend=backend, n_jobs=2):
            print(backend, "map", sum(Parallel()(delayed(square)(x) for x in range(500))))
            print(backend, "batches", Parallel(batch_size=7)(delayed(divmod)(x, 3) for x in range(20)))
            print(backend, "nested", Parallel()(delayed(row_of_squares)(n) for n in range(4)))
            if backend != "multiprocessing":  # which has no results one by one
                results = Parallel(return_as="generator")(delayed(square)(x) for x in range(5))
                print(backend, "as they come", list(results))
            try:
                Parallel()(delayed(fail)(x) for x in range(6))
            except ValueError as error:
                print(backend, "error", error)

    with tempfile.TemporaryDirectory() as place:
        # Each task writes its own item of one array.
        shared = numpy.memmap(os.path.join(place, "shared"), dtype=numpy.int64, shape=8, mode="w+")
        pids = Parallel(n_jobs=2)(delayed(fill)(shared, index) for index in range(8))
        print("shared", shared.tolist(), os.getpid() in pids)

        # A large array reaches the tasks as a map of a file.
        large = numpy.arange(300_000, dtype=numpy.float64)
        print("large", Parallel(n_jobs=2, max_nbytes="1M")(delayed(numpy.sum)(large[n:]) for n in range(3)))
        dump(large, os.path.join(place, "kept"))
        print("kept", load(os.path.join(place, "kept"), mmap_mode="r")[-1])
        del shared


if __name__ == "__main__":
    main()
