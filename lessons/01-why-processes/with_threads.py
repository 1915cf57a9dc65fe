from threading import Thread
from time import perf_counter


def compute(name):
    total = 0
    for number in range(15_000_000):
        total += number * number
    print(f"{name} is done")


if __name__ == "__main__":
    began = perf_counter()
    threads = [Thread(target=compute, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"both took {perf_counter() - began:.2f} seconds")
