from multiprocessing import Process, Value


def add(total):
    for _ in range(5_000):
        with total.get_lock():
            total.value += 1


if __name__ == "__main__":
    total = Value("i", 0)
    children = [Process(target=add, args=(total,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(f"{total.value} of 10000")
