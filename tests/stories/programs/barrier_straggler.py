"""Three workers meet at a barrier; one is late, and the others wait for it each time."""
import time
from multiprocessing import Barrier, Process


def work(finish, pause):
    for _ in range(3):
        time.sleep(pause)
        finish.wait()


if __name__ == "__main__":
    finish = Barrier(3)
    workers = [Process(target=work, args=(finish, pause)) for pause in (0.005, 0.005, 0.3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
