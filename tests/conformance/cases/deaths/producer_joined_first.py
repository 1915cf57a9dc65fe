"""A producer of a large item is joined before anybody gets the item."""

from scene import about_to_hang, mp


def produce(queue):
    queue.put(b"x" * 2_000_000)


if __name__ == "__main__":
    queue = mp.Queue()
    producer = mp.Process(target=produce, args=(queue,))
    producer.start()
    about_to_hang()
    producer.join()
    print(len(queue.get()))
