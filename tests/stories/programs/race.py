"""Two workers count without a lock around reading and writing: counts are lost."""
from multiprocessing import Barrier, Process, Value


def work(start, counter):
    start.wait()
    for _ in range(10_000):
        counter.value += 1


if __name__ == "__main__":
    start, counter = Barrier(2), Value("i", 0)
    workers = [Process(target=work, args=(start, counter)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(counter.value)
