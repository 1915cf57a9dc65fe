from multiprocessing import Process, Value


def add(total):
    for _ in range(50_000):
        total.value += 1


if __name__ == "__main__":
    total = Value("i", 0)
    children = [Process(target=add, args=(total,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(f"{total.value} of 100000, so {100_000 - total.value} updates were lost")
