from multiprocessing import Process, Queue


def bake(shelf):
    for number in range(5):
        shelf.put(number)
        print(f"baked: {number}")


def sell(shelf):
    while not shelf.empty():
        number = shelf.get()
        print(f"sold: {number}")


if __name__ == "__main__":
    shelf = Queue()
    baker = Process(target=bake, args=(shelf,))
    seller = Process(target=sell, args=(shelf,))

    baker.start()
    baker.join()

    seller.start()
    seller.join()
