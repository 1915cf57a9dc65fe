from multiprocessing import Lock, Process, Queue
from time import sleep

DONE = None


def work(jobs, ledger_lock):
    while (job := jobs.get()) is not DONE:
        total = sum(number * number for number in range(job))
        with ledger_lock:
            sleep(0.06)
            print(f"{job} gives {total}")


if __name__ == "__main__":
    jobs = Queue()
    ledger_lock = Lock()
    workers = [Process(target=work, args=(jobs, ledger_lock)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for job in (900_000, 1_500_000, 1_200_000, 600_000, 1_800_000, 900_000):
        jobs.put(job)
        sleep(0.03)
    for _ in workers:
        jobs.put(DONE)
    for worker in workers:
        worker.join()
