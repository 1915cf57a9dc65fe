from multiprocessing import Pool


def area(side):
    return side * side


if __name__ == "__main__":
    with Pool(4) as pool:
        areas = pool.map(area, [2, 4, 6, 8, 10])
    print(areas)
