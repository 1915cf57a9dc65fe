"""Two locks, taken in opposite order: each worker holds one and waits for the other."""
from multiprocessing import Barrier, Lock, Process


def work(mine, theirs, both):
    with mine:
        both.wait()
        with theirs:
            print("never")


if __name__ == "__main__":
    salt, pepper, both = Lock(), Lock(), Barrier(2)
    workers = [Process(target=work, args=(*pair, both)) for pair in ((salt, pepper), (pepper, salt))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
