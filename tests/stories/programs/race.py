"""Two workers count without a lock around reading and writing: both have read before either writes, so counts are lost."""
from multiprocessing import Barrier, Process, Value


def work(both, counter):
    for _ in range(200):
        counter.value = counter.value + one(both)


def one(both):
    both.wait()
    return 1


if __name__ == "__main__":
    both, counter = Barrier(2), Value("i", 0)
    workers = [Process(target=work, args=(both, counter)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(counter.value)
