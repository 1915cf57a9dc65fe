"""A pool's worker is killed in `map`."""

from scene import about_to_hang, die, mp


def task(x):
    if x == 3:
        die()
    return x


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        about_to_hang()
        try:
            pool.map(task, range(8), chunksize=1)
        except Exception as error:
            print(type(error).__name__)
        print(pool.map(task, range(3)))
