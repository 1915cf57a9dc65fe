"""Two locks, taken in opposite order: each worker holds one and waits for the other."""
import time
from multiprocessing import Lock, Process


def work(mine, theirs):
    with mine:
        time.sleep(0.1)
        with theirs:
            print("never")


if __name__ == "__main__":
    salt, pepper = Lock(), Lock()
    workers = [Process(target=work, args=pair) for pair in ((salt, pepper), (pepper, salt))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
