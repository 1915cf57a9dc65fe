from multiprocessing import Pool


def power(base, exponent):
    return base**exponent


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.starmap(power, [(2, 3), (3, 2), (10, 4)]))
        print(pool.apply(power, (2, 10)))
        later = pool.apply_async(power, (7, 2))
        print("the parent goes on")
        print(later.get())
