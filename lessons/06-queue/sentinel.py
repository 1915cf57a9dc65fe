from multiprocessing import Process, Queue
from time import sleep


def bake(shelf):
    for number in range(1, 5):
        sleep(0.1)
        shelf.put(f"loaf {number}")
    shelf.put(None)


def sell(shelf):
    while (loaf := shelf.get()) is not None:
        print(f"sold {loaf}")
    print("sold out")


if __name__ == "__main__":
    shelf = Queue()
    staff = [Process(target=bake, args=(shelf,), name="baker"), Process(target=sell, args=(shelf,), name="seller")]
    for person in staff:
        person.start()
    for person in staff:
        person.join()
