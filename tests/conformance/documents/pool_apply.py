import multiprocessing


def volume(edge):
    return edge**3


if __name__ == "__main__":
    with multiprocessing.Pool(processes=2) as pool:
        found = pool.apply(volume, (4,))
    print(found)
