"""A consumer is killed while it waits in `Queue.get`; others get what is put afterwards."""

from scene import about_to_hang, kill, mp, wait_until_asleep


def consume(queue):
    queue.get()


if __name__ == "__main__":
    queue = mp.Queue()
    consumer = mp.Process(target=consume, args=(queue,))
    consumer.start()
    wait_until_asleep(consumer.pid)
    kill(consumer)
    about_to_hang()
    queue.put("for the living")
    print(queue.get())
