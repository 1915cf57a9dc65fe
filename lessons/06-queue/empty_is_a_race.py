from multiprocessing import Process, Queue
from time import sleep


def bake(shelf):
    sleep(0.5)
    for number in range(1, 5):
        shelf.put(f"loaf {number}")


def sell(shelf):
    sold = 0
    while not shelf.empty():
        shelf.get()
        sold += 1
    print(f"the seller goes home, having sold {sold}")


if __name__ == "__main__":
    shelf = Queue()
    baker = Process(target=bake, args=(shelf,), name="baker")
    seller = Process(target=sell, args=(shelf,), name="seller")
    seller.start()
    baker.start()
    baker.join()
    seller.join()
    left = [shelf.get() for _ in range(4)]
    print(f"still on the shelf: {len(left)}")
