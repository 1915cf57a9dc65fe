from time import perf_counter


def compute(name):
    total = 0
    for number in range(15_000_000):
        total += number * number
    print(f"{name} is done")


if __name__ == "__main__":
    began = perf_counter()
    compute("left")
    compute("right")
    print(f"both took {perf_counter() - began:.2f} seconds")
