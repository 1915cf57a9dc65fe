from multiprocessing import Process
from time import perf_counter


def count_down(name):
    number = 10_000_000
    while number:
        number -= 1
    print(f"{name} landed")


if __name__ == "__main__":
    began = perf_counter()
    for name in ("Eagle", "Falcon", "Heron"):
        count_down(name)
    print(f"all took {perf_counter() - began:.2f} seconds")
