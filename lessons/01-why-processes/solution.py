from multiprocessing import Process
from time import perf_counter


def count_down(name):
    number = 10_000_000
    while number:
        number -= 1
    print(f"{name} landed")


if __name__ == "__main__":
    began = perf_counter()
    workers = [Process(target=count_down, args=(name,)) for name in ("Eagle", "Falcon", "Heron")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"all took {perf_counter() - began:.2f} seconds")
