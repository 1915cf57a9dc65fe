from multiprocessing import Pool
from time import sleep


def square(number):
    sleep(0.05)
    return number * number


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(square, range(8)))
