from multiprocessing import Process
from time import perf_counter, sleep


def download(page):
    sleep(0.3)
    print(f"page {page} is here")


if __name__ == "__main__":
    began = perf_counter()
    workers = [Process(target=download, args=(page,)) for page in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"took {perf_counter() - began:.1f} seconds")
