"""One worker is ended by a signal while it has a task; the pool says which task was lost, and another takes its place."""
import os
import signal
from multiprocessing import Barrier, Pool


def work(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return sum(range(100_000))


def meet(number):
    both.wait()


if __name__ == "__main__":
    both = Barrier(2)
    with Pool(2) as pool:
        results = [pool.apply_async(work, (number,)) for number in range(6)]
        for result in results:
            try:
                result.get()
            except Exception as error:
                print(type(error).__name__)
        pool.map(meet, range(2), chunksize=1)
