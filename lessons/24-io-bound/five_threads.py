from threading import Thread
from time import perf_counter, sleep


def download(page):
    sleep(0.3)
    print(f"page {page} is here")


if __name__ == "__main__":
    began = perf_counter()
    threads = [Thread(target=download, args=(page,)) for page in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"took {perf_counter() - began:.1f} seconds")
