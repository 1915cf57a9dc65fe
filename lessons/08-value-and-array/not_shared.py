from multiprocessing import Process

counter = 0


def count():
    global counter
    counter += 1
    print(f"the child counted to {counter}")


if __name__ == "__main__":
    for _ in range(2):
        child = Process(target=count)
        child.start()
        child.join()
    print(f"the parent's counter is {counter}")
