import multiprocessing


def halve(number):
    return number / 2


if __name__ == "__main__":
    with multiprocessing.Pool(processes=2) as pool:
        later = pool.apply_async(halve, (9,))
        print(later.get())
