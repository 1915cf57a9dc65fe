from multiprocessing import Process, Queue
from time import sleep

DONE = None


def produce(orders):
    for number in range(5):
        sleep(0.05)
        orders.put(f"order {number}")
    orders.put(DONE)


def consume(orders):
    while (order := orders.get()) is not DONE:
        print(f"took {order}")


if __name__ == "__main__":
    orders = Queue()
    producer = Process(target=produce, args=(orders,), name="Producer")
    consumer = Process(target=consume, args=(orders,), name="Consumer")
    producer.start()
    consumer.start()
    producer.join()
    consumer.join()
