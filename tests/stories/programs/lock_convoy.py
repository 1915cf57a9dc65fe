"""Three workers need the same lock for most of their work: they go one behind the other."""
from multiprocessing import Lock, Process


def work(door):
    for _ in range(40):
        with door:
            sum(range(30_000))


if __name__ == "__main__":
    door = Lock()
    workers = [Process(target=work, args=(door,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
