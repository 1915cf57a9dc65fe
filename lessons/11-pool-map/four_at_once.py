from multiprocessing import Pool
from time import perf_counter, sleep


def task(number):
    sleep(0.1)
    return number


if __name__ == "__main__":
    began = perf_counter()
    with Pool(4) as pool:
        results = pool.map(task, range(8), chunksize=1)
    print(results)
    print(f"took {perf_counter() - began:.2f} seconds")
