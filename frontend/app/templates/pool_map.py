from multiprocessing import Pool


def square(number):
    total = 0
    for _ in range(300_000):
        total += number
    return number * number


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(square, range(12), chunksize=2))
