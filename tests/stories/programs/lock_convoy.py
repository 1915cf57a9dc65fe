"""Three workers need the same lock for most of their time: they go one behind the other."""
import time
from multiprocessing import Barrier, Lock, Process


def work(start, door):
    start.wait()
    for _ in range(40):
        with door:
            time.sleep(0.002)


if __name__ == "__main__":
    start, door = Barrier(3), Lock()
    workers = [Process(target=work, args=(start, door)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
