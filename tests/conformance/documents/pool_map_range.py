from multiprocessing import Pool


def double(number):
    return 2 * number


if __name__ == "__main__":
    with Pool(processes=4) as pool:
        doubled = pool.map(double, range(12))
        print(doubled)
