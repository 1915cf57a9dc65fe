"""Large tasks lie side by side in one chunk: one worker has all of them, the others are idle."""
from multiprocessing import Pool


def work(size):
    return sum(range(size))


if __name__ == "__main__":
    sizes = [2_000_000] * 4 + [1_000] * 12
    with Pool(4) as pool:
        pool.map(work, sizes, chunksize=4)
